/** A DHT that the kernel reads. */

import { describe, expect, it } from 'vitest'
import { openBench } from '../../src/bench/open-bench.js'
import { dht } from '../../src/peripherals/index.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'

const open = (config: Parameters<typeof dht>[0], air: object = {}) =>
  openBench({ air: dht(config) }, { driver: 'mock', clock: new VirtualClock(), simulate: { air } })

describe('a dht with iio', () => {
  it('gives what the kernel measured, calibrated, and holds no line', async () => {
    const bench = await open(
      { iio: 'dht11@4', calibration: { temperature: { offset: -0.5 } } },
      { temperature: 21.5, humidity: 40 },
    )
    expect(await bench.air.read().result()).toEqual({ temperature: 21, humidity: 40 })
    expect(bench.signals).toEqual([])
    await bench.close()
  })

  it('refuses values that its model cannot measure', async () => {
    const bench = await open({ iio: 'dht11@4', model: 'dht11' }, { temperature: 75 })
    await expect(bench.air.read().result()).rejects.toMatchObject({
      code: 'ERR_BAD_READING',
      details: { reason: 'range' },
    })
    await bench.close()
  })

  it('says when the sensor does not answer, and works when it does again', async () => {
    const bench = await open({ iio: 'dht11@4' }, { faults: [{ kind: 'unplugged', for: '10s' }] })
    await expect(bench.air.read().result()).rejects.toMatchObject({ code: 'ERR_NO_DEVICE' })
    await bench.clock.reach(11e9)
    expect(await bench.air.read().result()).toEqual({ temperature: 21, humidity: 45 })
    await bench.close()
  })
})

describe('a dht', () => {
  it.each([
    ['neither', {}, 'neither'],
    ['both', { line: 4, iio: 'dht11@4' }, 'both'],
  ])('with %s of line and iio is refused', async (_what, config, word) => {
    await expect(open(config)).rejects.toMatchObject({
      code: 'ERR_BAD_CONFIG',
      place: 'air',
      message: expect.stringContaining(word),
      remedy: expect.stringContaining('iio'),
    })
  })

  it('that two peripherals have from one device of the kernel is refused', async () => {
    const specs = { a: dht({ iio: 'dht11@4' }), b: dht({ iio: 'dht11@4' }) }
    await expect(openBench(specs, { driver: 'mock', clock: new VirtualClock() })).rejects.toMatchObject({
      code: 'ERR_LINE_CLAIMED',
    })
  })
})
