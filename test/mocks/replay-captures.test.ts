/** Recordings of real sensors in the place of the part. */

import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openBench } from '../../src/bench/open-bench.js'
import { dht, input } from '../../src/peripherals/index.js'
import { recordTrace } from '../../src/records/record-trace.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'

const folder = mkdtempSync(join(tmpdir(), 'replay-'))

/** A capture of a sensor that was read three times while it got colder. */
async function capture(): Promise<string> {
  const path = join(folder, 'capture.vcd')
  const temperature = { ramp: { from: 1, to: -3, over: '8s' } }
  const bench = await openBench(
    { SDA: dht({ line: 4 }) },
    { driver: 'mock', clock: new VirtualClock(), simulate: { SDA: { temperature, humidity: 61.5 } } },
  )
  const end = recordTrace(bench, { path })
  for (let reading = 0; reading < 3; reading++) await bench.SDA.read().result()
  await bench.close()
  end()
  return path
}

test('a recorded sensor answers each start pulse with what the real one answered, one after the other', async () => {
  const replay = { file: await capture(), signal: 'SDA' }
  const bench = await openBench(
    { air: dht({ line: 22 }) },
    { driver: 'mock', clock: new VirtualClock(), simulate: { air: { replay } } },
  )
  const readings: number[] = []
  for (let reading = 0; reading < 3; reading++) readings.push((await bench.air.read().result()).temperature)
  await bench.close()
  expect(readings).toEqual([1, 0, -1])
})

test('a signal that the recording has not is refused with the nearest name, and no line is held', async () => {
  const replay = { file: await capture(), signal: 'SDB' }
  const opening = openBench(
    { air: dht({ line: 22 }) },
    { driver: 'mock', clock: new VirtualClock(), simulate: { air: { replay } } },
  )
  await expect(opening).rejects.toMatchObject({ code: 'ERR_BAD_RECORDING', message: expect.stringContaining('SDA') })
})

test('a recording of an input is replayed from the opening on', async () => {
  const file = join(folder, 'level.vcd')
  writeFileSync(file, '$timescale 1 ms $end $var wire 1 ! level $end $enddefinitions $end #0 1! #1000 0! #2000 1!')
  const bench = await openBench(
    { float: input({ line: 4 }) },
    { driver: 'mock', clock: new VirtualClock(), simulate: { float: { replay: { file } } } },
  )
  const { edges } = await bench.float.capture({ for: '3s' }).result()
  await bench.close()
  expect(edges.map(({ edge, time }) => `${edge} ${time / 1e6}`)).toEqual(['falling 1000', 'rising 2000'])
})
