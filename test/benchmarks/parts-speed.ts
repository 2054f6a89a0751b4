/** How fast simulated parts are: edges through a part, the wires and the trace, and three days of a sensor in a file. */

import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { counter, dht, openBench, recordTrace } from 'pi-worker'
import { MockDriver, openMockBench, VirtualClock } from 'pi-worker/mocks'
import { median, type Row, type Size } from './measure.js'

const FREQUENCY = 100_000
const DAYS = 3
const PERIOD_NS = 2e9

export async function run(size: Size): Promise<Row[]> {
  const seconds = 10 / size.divide
  const quiet: number[] = []
  const heard: number[] = []
  for (let round = 0; round <= size.rounds; round++) {
    const rates = [await edgesPerSecond(seconds, false), await edgesPerSecond(seconds, true)] as const
    if (round === 0) continue // warms up
    quiet.push(rates[0])
    heard.push(rates[1])
  }
  const whole = (rate: number): string => Math.round(rate).toLocaleString('en')
  return [
    { what: 'edges a second of a part, in the trace', value: whole(median(quiet)), limit: '≥ 1,000,000' },
    { what: 'edges a second of a part, in the trace and counted by a peripheral', value: whole(median(heard)) },
    ...(await threeDays(size)),
  ]
}

/** @param counted Whether the peripheral hears of its edges while they come. */
async function edgesPerSecond(seconds: number, counted: boolean): Promise<number> {
  const flow = counter({ line: 4, edge: counted ? 'both' : 'falling' })
  const bench = await openMockBench({ flow }, { simulate: { flow: { frequency: FREQUENCY } } })
  const begin = performance.now()
  if (counted) await bench.flow.count({ for: seconds * 1000 }).result()
  else await bench.clock.reach(bench.clock.now() + seconds * 1e9)
  const took = performance.now() - begin
  const edges = bench.board.trace.length
  if (edges < 1.9 * FREQUENCY * seconds) throw new RangeError(`the trace has ${edges} edges only`)
  await bench.close({ abort: true })
  return (edges * 1000) / took
}

/** A DHT22 that is read every 2 s, its trace streamed to a file. */
async function threeDays({ divide }: Size): Promise<Row[]> {
  const readings = Math.round((DAYS * 86_400e9) / PERIOD_NS / divide)
  const folder = mkdtempSync(join(tmpdir(), 'pi-worker-bench-'))
  const path = join(folder, 'air.vcd')
  try {
    const clock = new VirtualClock()
    const bench = await openBench(
      { air: dht({ line: 4 }) },
      {
        driver: new MockDriver({ trace: 'none' }),
        clock,
        simulate: { air: { temperature: { ramp: { from: -5, to: 30, over: '72h' } } } },
      },
    )
    const end = recordTrace(bench, { path })
    let before = 0
    const begin = performance.now()
    for (let reading = 0; reading < readings; reading++) {
      await bench.air.read().result()
      if (reading === Math.floor(readings / 10)) before = heap()
    }
    const seconds = (performance.now() - begin) / 1000
    const growth = heap() / before - 1
    await bench.close()
    end()
    return [
      { what: `a DHT22 read every 2 s for ${DAYS} days`, value: `${seconds.toFixed(1)} s`, limit: '< 60 s' },
      { what: 'its trace in a file', value: `${(statSync(path).size / 1e6).toFixed(0)} MB` },
      { what: 'heap at its end, against after a tenth', value: `${(growth * 100).toFixed(1)} %`, limit: 'flat' },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function heap(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
