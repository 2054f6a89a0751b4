import { describe, expect, it } from 'vitest'
import type { BoardOptions } from '../../drivers/driver.js'
import { MockDriver } from '../../mocks/driver.js'
import { dht } from '../../src/peripherals/index.js'
import { failureOf, openMockBench } from '../bench/setup.js'
import { hearing } from './lossy.js'

type Config = Partial<Parameters<typeof dht>[0]>

const open = (config: Config = {}, simulate: Record<string, unknown> = {}, mock: BoardOptions | object = {}) =>
  openMockBench({ air: dht({ line: 17, ...config }) }, { simulate: { air: simulate }, ...mock })

describe('read', () => {
  it.each([
    ['dht22', 21.3, 45.6],
    ['dht22', -12.7, 99.9],
    ['am2302', -0.1, 0.1],
    ['am2301', 80, 100],
    ['dht11', 23.4, 45],
    ['dht11', -3.2, 95],
  ] as const)('of a %s gives %f °C and %f %%', async (model, temperature, humidity) => {
    const { bench } = await open({ model }, { temperature, humidity })
    expect(await bench.air.read({}).result()).toEqual({ temperature, humidity })
  })

  it('calibrates each output by itself', async () => {
    const points: [number, number][] = [
      [0, 10],
      [100, 110],
    ]
    const calibration = { temperature: { offset: -1.5 }, humidity: { points } }
    const { bench } = await open({ calibration }, { temperature: 20, humidity: 50 })
    expect(await bench.air.read({}).result()).toEqual({ temperature: 18.5, humidity: 60 })
  })

  it.each([
    ['dht22', 2000],
    ['dht11', 1000],
  ] as const)('of a %s again waits until %i ms after the last start pulse', async (model, ms) => {
    const { bench, board, clock } = await open({ model })
    await bench.air.read({}).result()
    expect(clock.now()).toBeLessThan(50e6)
    await bench.air.read({}).result()
    const starts = [...board.trace].flatMap(({ level, time }, index, all) =>
      level === 'low' && (all[index + 1]?.time ?? 0) - time > 5e5 ? [time] : [],
    )
    expect(starts).toEqual([0, ms * 1e6])
  })

  it('does not wait when the last one was long ago', async () => {
    const { bench, clock } = await open()
    await bench.air.read({}).result()
    await bench.worker.submit(({ sleep }) => sleep('10s'), { on: bench.air }).result()
    const before = clock.now()
    await bench.air.read({}).result()
    expect(clock.now() - before).toBeLessThan(50e6)
  })

  it('only ever pulls the line low or lets it go', async () => {
    const { bench, board } = await open()
    await bench.air.read({}).result()
    expect(board.contentions).toEqual([])
    // The release, the 84 edges of the sensor, and the fall of the start pulse; the pull-up at the opening before them.
    expect([...board.trace].length).toBe(87)
  })

  it('works with the resistor of a module where the chip has none', async () => {
    const { bench } = await open({ bias: 'disabled' }, { pullUp: true, temperature: 3 })
    expect(await bench.air.read({}).result()).toMatchObject({ temperature: 3 })
  })

  it('follows the air', async () => {
    const { bench } = await open({}, { temperature: { ramp: { from: 0, to: 20, over: '20s' } } })
    const temperatures: number[] = []
    for (let reading = 0; reading < 4; reading++) temperatures.push((await bench.air.read({}).result()).temperature)
    expect(temperatures).toEqual([0, 2, 4, 6])
  })
})

describe('a reading that goes wrong', () => {
  it('is asked for again, after the pause', async () => {
    let edges = 0
    const driver = hearing((event, pass) => {
      if (event.kind === 'edge' && edges++ === 40) return
      pass(event)
    })
    const { bench, clock } = await open({}, { temperature: 7 }, { driver })
    expect(await bench.air.read({}).result()).toMatchObject({ temperature: 7 })
    expect(clock.now()).toBeGreaterThan(2e9)
  })

  it('fails as incomplete after the last attempt', async () => {
    const driver = hearing((event, pass) => {
      if (event.kind !== 'edge' || event.sequence % 86 !== 40) pass(event)
    })
    const { bench, clock } = await open({}, {}, { driver })
    const error = await failureOf(bench.air.read({ attempts: 2 }).result())
    expect(error).toMatchObject({ code: 'ERR_BAD_READING', place: 'air', details: { reason: 'incomplete' } })
    expect(clock.now()).toBeGreaterThan(2e9)
    expect(clock.now()).toBeLessThan(3e9)
  })

  it('is read all the same when only its first edges were lost', async () => {
    const driver = hearing((event, pass) => {
      if (event.kind === 'edge' && event.sequence <= 3) {
        if (event.sequence === 3) pass({ kind: 'lost', line: 17, count: 3, time: event.time })
        return
      }
      pass(event)
    })
    const { bench, clock } = await open({}, { temperature: 9 }, { driver })
    expect(await bench.air.read({}).result()).toMatchObject({ temperature: 9 })
    expect(clock.now()).toBeLessThan(50e6)
  })

  it('is never put together from both sides of a gap', async () => {
    const driver = hearing((event, pass) => {
      if (event.kind === 'edge' && event.sequence === 50) pass({ kind: 'lost', line: 17, count: 2, time: event.time })
      pass(event)
    })
    const { bench } = await open({}, {}, { driver })
    expect(await failureOf(bench.air.read({ attempts: 1 }).result())).toMatchObject({
      code: 'ERR_BAD_READING',
      details: { reason: 'incomplete' },
    })
  })

  it('has a typed checksum error when a bit was turned', async () => {
    // The fall that ends the first bit comes 46 us early or late, so that a 0 is a 1: all edges after it move along.
    const driver = hearing((event, pass) => {
      if (event.kind !== 'edge') return pass(event)
      pass(event.sequence >= 5 ? { ...event, time: event.time + 46e3 } : event)
    })
    const { bench } = await open({}, { humidity: 20 }, { driver })
    expect(await failureOf(bench.air.read({ attempts: 1 }).result())).toMatchObject({
      code: 'ERR_BAD_READING',
      details: { reason: 'checksum' },
    })
  })

  it('has ERR_NO_DEVICE when no sensor answers', async () => {
    const { bench, board, clock } = await open()
    board.part('air')?.close()
    const error = await failureOf(bench.air.read({ attempts: 2 }).result())
    expect(error).toMatchObject({ code: 'ERR_NO_DEVICE', place: 'air', message: 'air: no sensor answers' })
    expect(clock.now()).toBeGreaterThan(2e9)
  })

  it('says so when the line is held low', async () => {
    const { bench, board } = await open()
    board.drive(17, 'low')
    const error = await failureOf(bench.air.read({}).result())
    expect(error.message).toBe('air: no sensor answers; the line stays low')
    board.drive(17, 'floating')
    expect(await bench.air.read({}).result()).toEqual({ temperature: 21, humidity: 45 })
  })

  it('fails when the chip vanishes', async () => {
    const { bench, board, clock } = await open()
    clock.after(3e6, () => board.unplug())
    expect((await failureOf(bench.air.read({}).result())).code).toBe('ERR_CHIP_GONE')
  })

  it.each([
    ['in its start pulse', 0.5e6],
    ['in the answer', 4e6],
    ['in the pause before the next', 500e6],
  ])('when cancelled %s lets the line go, and the next one works', async (_when, ns) => {
    const { bench, board, clock } = await open()
    if (ns > 100e6) await bench.air.read({}).result()
    const task = bench.air.read({})
    clock.after(ns, () => task.cancel())
    expect((await failureOf(task.result())).code).toBe('ERR_CANCELLED')
    await bench.worker.submit(({ sleep }) => sleep(10), { on: bench.air }).result()
    expect(board.level(17)).toBe('high')
    expect(await bench.air.read({ attempts: 1 }).result()).toEqual({ temperature: 21, humidity: 45 })
  })
})

describe('opening', () => {
  it('is refused on a driver without edge times', async () => {
    const driver = new MockDriver()
    const timeless = {
      name: 'mock' as const,
      open: async (options: BoardOptions) => {
        const board = await driver.open(options)
        const capabilities = { ...board.capabilities, edgeTimestamps: 'none' as const }
        return Object.assign(board, { capabilities })
      },
    }
    const error = await failureOf(open({}, {}, { driver: timeless }))
    expect(error).toMatchObject({ code: 'ERR_UNSUPPORTED', message: expect.stringContaining('edge times of tick-us') })
  })

  it('is refused with a calibration that cannot be', async () => {
    const points: [number, number][] = [
      [1, 1],
      [0, 2],
    ]
    const error = await failureOf(open({ calibration: { humidity: { points } } }))
    expect(error).toMatchObject({
      code: 'ERR_BAD_CONFIG',
      message: expect.stringContaining('air: calibration.humidity'),
    })
  })
})
