import { describe, expect, it } from 'vitest'
import type { BoardOptions } from '../../drivers/driver.js'
import { MockDriver } from '../../mocks/driver.js'
import { speedOfSound } from '../../src/peripherals/distance.js'
import { distance } from '../../src/peripherals/index.js'
import { failureOf, openMockBench } from '../bench/setup.js'
import { losing } from './lossy.js'

const TRIGGER = 23
const ECHO = 24

const open = (
  config: Partial<Parameters<typeof distance>[0]> = {},
  simulate: Record<string, unknown> = {},
  options: object = {},
) =>
  openMockBench(
    { sonar: distance({ lines: { trigger: TRIGGER, echo: ECHO }, ...config }) },
    { simulate: { sonar: simulate }, ...options },
  )

/** No sensor on the lines: a test pushes them itself. */
const bare = {
  name: 'mock' as const,
  open: (options: BoardOptions) => new MockDriver().open({ ...options, parts: [] }),
}
const pulledUp = {
  name: 'mock' as const,
  open: async (options: BoardOptions) => {
    const board = await bare.open(options)
    board.drive(ECHO, 'high')
    return board
  },
}

describe('read', () => {
  it.each([2.5, 10, 123.4, 399])('finds a target at %f cm to its resolution', async cm => {
    const { bench } = await open({}, { distance: cm })
    const reading = await bench.sonar.read({}).result()
    expect(reading).toMatchObject({ outOfRange: false, samples: 1, spread: 0 })
    expect(Math.abs((reading.distance ?? 0) - cm)).toBeLessThan(0.3 + cm * 0.001)
  })

  it('gives the median of its samples, a cycle apart', async () => {
    const { bench, board } = await open({}, { distance: { ramp: { from: 100, to: 160, over: 300 } } })
    const reading = await bench.sonar.read({ samples: 5 }).result()
    const triggers = [...board.trace].filter(({ line, level }) => line === TRIGGER && level === 'high')
    expect(triggers.map(({ time }) => time / 1e6)).toEqual([0, 60, 120, 180, 240])
    expect(reading.samples).toBe(5)
    expect(Math.abs((reading.distance ?? 0) - 124)).toBeLessThan(0.5)
    expect(Math.abs(reading.spread - 48)).toBeLessThan(1)
  })

  it('waits for the cycle of the action before too', async () => {
    const { bench, board } = await open({ cycle: 100 })
    await bench.sonar.read({}).result()
    await bench.sonar.read({}).result()
    const triggers = [...board.trace].filter(({ line, level }) => line === TRIGGER && level === 'high')
    expect(triggers.map(({ time }) => time / 1e6)).toEqual([0, 100])
  })

  it.each([1, 401, 5000])('has a result for a target at %i cm: out of range', async cm => {
    const { bench } = await open({}, { distance: cm })
    expect(await bench.sonar.read({ samples: 3 }).result()).toEqual({
      distance: null,
      outOfRange: true,
      samples: 0,
      spread: 0,
    })
  })

  it('is out of range when most of the pings are', async () => {
    const { bench } = await open({}, { distance: { ramp: { from: 380, to: 440, over: 300 } } })
    expect(await bench.sonar.read({ samples: 5 }).result()).toMatchObject({ outOfRange: true, samples: 2 })
  })

  it('takes the temperature of the air into account, of the configuration or of now', async () => {
    const { bench } = await open({ temperature: 0 }, { distance: 200, temperature: 40 })
    const cold = (await bench.sonar.read({ samples: 9 }).result()).distance ?? 0
    expect(Math.abs(cold - 186.8)).toBeLessThan(0.5)
    const warm = (await bench.sonar.read({ samples: 9, temperature: 40 }).result()).distance ?? 0
    expect(Math.abs(warm - 200)).toBeLessThan(0.5)
  })

  it('calibrates the distance', async () => {
    const { bench } = await open({ calibration: { scale: 0.5, offset: 7 } }, { distance: 100 })
    const { distance: cm } = await bench.sonar.read({ samples: 9 }).result()
    expect(Math.abs((cm ?? 0) - 57)).toBeLessThan(0.3)
  })

  it('triggers with a pulse of 10 us', async () => {
    const { bench, board } = await open()
    await bench.sonar.read({}).result()
    const trigger = [...board.trace].filter(({ line }) => line === TRIGGER).map(({ level, time }) => [level, time])
    expect(trigger).toEqual([
      ['high', 0],
      ['low', 10_000],
    ])
  })
})

describe('the speed of sound', () => {
  // The root of 1.4 * 8.314462618 * T / 0.02897, worked out with another program: hpmuseum.org, thread 21581.
  it.each([
    [6.85, 335.418],
    [20, 343.204],
    [35, 351.875],
  ])('at %f °C is %f m/s', (temperature, speed) => {
    expect(Math.abs(speedOfSound(temperature) - speed)).toBeLessThan(0.05)
  })
})

describe('a ping that goes wrong', () => {
  it('has ERR_NO_DEVICE when the echo line stays low', async () => {
    const { bench, board } = await open()
    board.part('sonar')?.close()
    const error = await failureOf(bench.sonar.read({ attempts: 2 }).result())
    expect(error).toMatchObject({ code: 'ERR_NO_DEVICE', place: 'sonar' })
  })

  it('has a typed error when the echo line stays high, and the next one works', async () => {
    const { bench, board, clock } = await open({}, { distance: 50 }, { driver: pulledUp })
    const task = bench.sonar.read({ attempts: 2 })
    expect(await failureOf(task.result())).toMatchObject({
      code: 'ERR_BAD_READING',
      details: { reason: 'incomplete' },
      message: 'sonar: the echo line stays high',
    })
    expect(task.ran).toBeLessThan(1000)
    board.drive(ECHO, 'low')
    await bench.worker.submit(({ sleep }) => sleep(1), { on: bench.sonar }).result()
    clock.after(1e6, () => board.drive(ECHO, 'high'))
    clock.after(2e6, () => board.drive(ECHO, 'low'))
    expect((await bench.sonar.read({}).result()).distance).toBeCloseTo(17.16, 2)
  })

  it('is repeated when edges were lost, and gives the right distance', async () => {
    const { bench, clock } = await open({}, { distance: 50 }, { driver: losing([2], ECHO) })
    const { distance: cm } = await bench.sonar.read({}).result()
    expect(Math.abs((cm ?? 0) - 50)).toBeLessThan(0.5)
    expect(clock.now()).toBeGreaterThan(60e6)
  })

  it.each([
    ['splits the echo', 5],
    ['comes before the echo', 0.2],
    ['comes after the echo', 20],
  ])('is repeated when a glitch %s', async (_what, ms) => {
    const { bench, board, clock } = await open({}, { distance: 200 })
    const hand = board.outside(ECHO, 'glitch')
    const level = ms === 5 ? 'low' : 'high'
    clock.after(ms * 1e6, () => hand.drive(level))
    clock.after(ms * 1e6 + 20e3, () => hand.drive('floating'))
    const { distance: cm } = await bench.sonar.read({}).result()
    expect(Math.abs((cm ?? 0) - 200)).toBeLessThan(0.7)
    if (ms === 5) expect(clock.now()).toBeGreaterThan(60e6)
  })

  it('is no reading when a short pulse is all that comes', async () => {
    const { bench, board, clock } = await open({}, {}, { driver: bare })
    clock.after(1e6, () => board.drive(ECHO, 'high'))
    clock.after(1.02e6, () => board.drive(ECHO, 'low'))
    expect(await failureOf(bench.sonar.read({ attempts: 1 }).result())).toMatchObject({
      code: 'ERR_BAD_READING',
      message: 'sonar: a pulse of 20 us is no echo',
    })
  })

  it('when cancelled leaves the trigger low, and the next one works', async () => {
    const { bench, board, clock } = await open()
    const task = bench.sonar.read({ samples: 10 })
    clock.after(5e3, () => task.cancel())
    expect((await failureOf(task.result())).code).toBe('ERR_CANCELLED')
    expect(board.level(TRIGGER)).toBe('low')
    expect(await bench.sonar.read({ attempts: 1 }).result()).toMatchObject({ outOfRange: false })
  })

  it('fails when the chip vanishes', async () => {
    const { bench, board, clock } = await open()
    clock.after(3e6, () => board.unplug())
    expect((await failureOf(bench.sonar.read({}).result())).code).toBe('ERR_CHIP_GONE')
  })
})
