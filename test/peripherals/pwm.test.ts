import { describe, expect, it } from 'vitest'
import type { MockBoard } from '../../mocks/board.js'
import { PwmLoad } from '../../mocks/parts/pwm.js'
import { output } from '../../src/peripherals/output.js'
import { pwm } from '../../src/peripherals/pwm.js'
import type { VirtualClock } from '../../src/worker/virtual-clock.js'
import { failureOf, openMockBench, refusalOf } from '../bench/setup.js'

type Config = Parameters<typeof pwm>[0]

async function open(config: Config = { line: 17 }) {
  const opened = await openMockBench({ fan: pwm(config) })
  return { ...opened, load: loadOf(opened.board), wait: waitFor(opened.clock) }
}

function loadOf(board: MockBoard): PwmLoad {
  const part = board.part('fan')
  if (part instanceof PwmLoad) return part
  throw new TypeError('no load')
}

const waitFor = (clock: VirtualClock) => (ms: number) => clock.reach(clock.now() + ms * 1e6)

const EVERYWHERE: [string, Config][] = [
  ['a line', { line: 17 }],
  ['a line that is active low', { line: 17, activeLow: true }],
  ['a channel of the hardware', { channel: 1 }],
  ['a channel that is active low', { channel: 0, chip: 2, activeLow: true }],
]

describe.each(EVERYWHERE)('pwm on %s', (_what, config) => {
  it('gives its load the duty that was asked for, at the frequency of its configuration', async () => {
    const { bench, load, wait } = await open(config)
    expect(await bench.fan.set({ duty: 0.25 }).result()).toEqual({ on: true, duty: 0.25, frequency: 1000 })
    await wait(5)
    expect([load.duty, load.frequency]).toEqual([0.25, 1000])
    const before = load.onNs
    await wait(1000)
    expect(load.onNs - before).toBe(250e6)
  })

  it('starts in its safe state, and is put there when a fade is cancelled; then it works on', async () => {
    const { bench, load, clock, wait } = await open({ ...config, safe: 0.125 })
    await wait(5)
    expect(load.duty).toBe(0.125)
    const fade = bench.fan.fade({ to: 1, over: '10s' })
    clock.after(5e9, () => fade.cancel())
    expect(await failureOf(fade.result())).toMatchObject({ code: 'ERR_CANCELLED' })
    await wait(5)
    expect(load.duty).toBe(0.125)
    await bench.fan.set({ duty: 1 }).result()
    await wait(5)
    expect(load.duty).toBe(1)
  })

  it('is off at a duty of 0', async () => {
    const { bench, load, wait } = await open(config)
    await bench.fan.set({ duty: 0.9 }).result()
    await wait(5)
    expect(await bench.fan.off().result()).toMatchObject({ on: false, duty: 0 })
    await wait(5)
    expect(load.duty).toBe(0)
  })
})

describe('pwm', () => {
  it('says what the hardware made of duty and frequency', async () => {
    const { bench, board, load, wait } = await open({ line: 17, frequency: 3e6 })
    // The simulated hardware has whole nanoseconds: 333 of them, of which 100 are on.
    const state = await bench.fan.set({ duty: 0.3 }).result()
    expect(state).toEqual({ on: true, duty: 100 / 333, frequency: 1e9 / 333 })
    await wait(0.01)
    expect(load.duty).toBe(100 / 333)
    expect(await bench.fan.state().result()).toEqual(state)
    expect(board.contentions).toEqual([])
  })

  it('fades in equal steps, each at its time', async () => {
    const { bench, clock, load, wait } = await open({ channel: 0 })
    const seen: number[] = []
    for (const ms of [15, 35, 75]) clock.after(ms * 1e6, () => seen.push(load.duty))
    expect(await bench.fan.fade({ to: 0.8, over: 80, steps: 4 }).result()).toEqual({
      on: true,
      duty: 0.8,
      frequency: 1000,
      took: 80,
    })
    await wait(5)
    expect([...seen, load.duty]).toEqual([0, 0.2, expect.closeTo(0.6), 0.8])
  })

  it('fades for the eye with curve gamma: half of the way is less than half of the light', async () => {
    const { bench, clock, load } = await open({ channel: 0 })
    let half = 0
    clock.after(51e6, () => {
      half = load.duty
    })
    await bench.fan.fade({ to: 1, over: 100, steps: 2, curve: 'gamma' }).result()
    expect(half).toBeCloseTo(0.5 ** 2.2, 5)
  })

  it('breathes: as often as told, and is off afterwards', async () => {
    const { bench, clock, load, wait } = await open()
    const peaks: number[] = []
    for (const ms of [500.9, 1500.9]) clock.after(ms * 1e6, () => peaks.push(load.duty))
    const lows: number[] = []
    for (const ms of [1, 1001]) clock.after(ms * 1e6, () => lows.push(load.duty))
    await bench.fan.breathe({ period: '1s', count: 2 }).result()
    await wait(5)
    expect(peaks.every(duty => duty > 0.9)).toBe(true)
    expect([...lows, load.duty]).toEqual([0, expect.closeTo(0, 1), 0])
    expect(clock.now()).toBe(2005e6)
  })

  it('keeps a duty that is on within its limits, in a fade too', async () => {
    const { bench, clock, load } = await open({ channel: 0, min: 0.3, max: 0.8 })
    const seen: number[] = []
    for (const ms of [5, 15, 95]) clock.after(ms * 1e6, () => seen.push(load.duty))
    await bench.fan.fade({ to: 0.8, over: 100, steps: 10 }).result()
    expect(seen).toEqual([0, 0.3, expect.closeTo(0.72)])
  })

  it.each([
    ['set', { duty: 0.2 }, 'duty must be 0 or from 0.3 to 0.8, not 0.2'],
    ['set', { duty: 0.9 }, 'duty must be 0 or from 0.3 to 0.8, not 0.9'],
    ['fade', { to: 0.9, over: 100 }, 'to must be 0 or from 0.3 to 0.8, not 0.9'],
    ['breathe', { period: 100, count: 1, to: 0.1 }, 'to must be 0 or from 0.3 to 0.8, not 0.1'],
  ])('refuses %s %o beyond its limits at the call', async (action, input, why) => {
    const opened = await open({ line: 17, min: 0.3, max: 0.8 })
    expect(refusalOf(opened, () => opened.bench.call('fan', action, input))).toMatchObject({
      code: 'ERR_BAD_INPUT',
      message: `fan.${action}: ${why}`,
      place: `fan.${action}`,
      remedy: expect.stringContaining('"min" and "max"'),
    })
    expect(opened.load.onNs).toBe(0)
  })

  it.each([
    ['set', { duty: 1.1 }],
    ['set', { duty: -0.1 }],
    ['set', { duty: Number.NaN }],
    ['fade', { to: 0.5, over: 0 }],
    ['fade', { to: 0.5, over: 100, steps: 0 }],
    ['breathe', { period: '1s', count: 0 }],
    ['breathe', { period: '1s', count: 1.5 }],
  ])('refuses %s %o at the call', async (action, input) => {
    const opened = await open()
    expect(refusalOf(opened, () => opened.bench.call('fan', action, input)).place).toBe(`fan.${action}`)
  })

  it.each<[string, Config, string]>([
    ['neither line nor channel', {}, 'has neither a line nor a channel'],
    ['both line and channel', { line: 17, channel: 0 }, 'has both a line and a channel'],
    ['limits that cross', { line: 17, min: 0.5, max: 0.4 }, 'min must be at most max, which is 0.4, not 0.5'],
    ['a safe duty beyond its limits', { line: 17, max: 0.4, safe: 0.5 }, 'safe must be from 0 to 0.4, not 0.5'],
    ['no frequency', { line: 17, frequency: 0 }, 'frequency must be more than 0 Hz, not 0'],
  ])('does not open with %s', async (_what, config, why) => {
    const error = await failureOf(open(config))
    expect(error).toMatchObject({ code: 'ERR_BAD_CONFIG', place: 'fan', message: `fan: ${why}` })
  })

  it('does not share a channel', async () => {
    const opening = openMockBench({ a: pwm({ channel: 1 }), b: pwm({ channel: 1, chip: 0 }) })
    await expect(opening).rejects.toMatchObject({
      code: 'ERR_LINE_CLAIMED',
      message: 'a.channel and b.channel both want pwmchip0 channel 1',
    })
    await openMockBench({ a: pwm({ channel: 1 }), b: pwm({ channel: 1, chip: 2 }), c: output({ line: 1 }) })
  })

  it('is not safe when its line does not follow', async () => {
    const { bench, board } = await open({ line: 17, safe: 1 })
    await bench.fan.set({ duty: 0.5 }).result()
    board.drive(17, 'low')
    const error = await failureOf(bench.safe())
    expect(error).toMatchObject({ code: 'ERR_NOT_SAFE', message: expect.stringContaining('read back') })
  })

  it('tells of a channel that another program has', async () => {
    const { bench, board } = await open({ channel: 1 })
    board.buses.pwm(0).hold(1)
    const failed = bench.fan.set({ duty: 0.5 })
    await failureOf(failed.result())
    expect(failed.error).toMatchObject({ code: 'ERR_NOT_SAFE' })
    board.buses.pwm(0).free(1)
    await bench.fan.queue.reset()
    expect(await bench.fan.set({ duty: 0.5 }).result()).toMatchObject({ duty: 0.5 })
  })
})
