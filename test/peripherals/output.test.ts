import { describe, expect, it } from 'vitest'
import type { MockBoard } from '../../mocks/board.js'
import { output } from '../../src/peripherals/index.js'
import type { Timer } from '../../src/worker/clock.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { failureOf, openMockBench, refusalOf } from '../bench/setup.js'

/** What the line did, as `level@ms`. */
const trace = (board: MockBoard, line = 17): string[] =>
  [...board.trace.of(line)].map(({ level, time }) => `${level}@${time / 1e6}`)

const open = (config: Partial<Parameters<typeof output>[0]> = {}) =>
  openMockBench({ pump: output({ line: 17, ...config }) })

describe('an output', () => {
  it('is switched on and off', async () => {
    const { bench, board } = await open()
    expect(await bench.pump.on().result()).toEqual({ on: true })
    expect(board.level(17)).toBe('high')
    expect(await bench.pump.off().result()).toEqual({ on: false })
    expect(board.level(17)).toBe('low')
  })

  it('is low when it is on and active low', async () => {
    const { bench, board } = await open({ activeLow: true })
    expect(board.level(17)).toBe('high')
    expect(await bench.pump.on().result()).toEqual({ on: true })
    expect(board.level(17)).toBe('low')
  })

  it('toggles from what it was last set to', async () => {
    const { bench } = await open()
    const states = [bench.pump.toggle(), bench.pump.toggle(), bench.pump.on(), bench.pump.toggle()]
    expect(await Promise.all(states.map(task => task.result()))).toEqual([
      { on: true },
      { on: false },
      { on: true },
      { on: false },
    ])
  })

  it('toggles from its safe state after a task was cancelled', async () => {
    const { bench, clock } = await open({ safe: 'on' })
    const pulse = bench.pump.pulse({ width: '1h' })
    clock.after(1e6, () => pulse.cancel())
    expect(await bench.pump.toggle().result()).toEqual({ on: false })
  })

  it('only pulls low when its drive is open-drain', async () => {
    const { bench, board } = await open({ drive: 'open-drain' })
    board.drive(17, 'pull-up')
    await bench.pump.on().result()
    expect(board.level(17)).toBe('high')
    board.drive(17, 'pull-down')
    expect(board.level(17)).toBe('low')
  })

  it.each([
    ['off', false, 'low'],
    ['on', false, 'high'],
    ['off', true, 'high'],
    ['on', true, 'low'],
    ['low', false, 'low'],
    ['high', false, 'high'],
    ['low', true, 'low'],
    ['high', true, 'high'],
  ] as const)('with safe %s and activeLow %s starts %s on the line and ends there', async (safe, activeLow, level) => {
    const { bench, board } = await open({ safe, activeLow })
    expect(board.level(17)).toBe(level)
    await bench.pump.toggle().result()
    await bench.safe()
    expect(board.level(17)).toBe(level)
  })

  it.each([
    ['open-drain', 'high', 'pull-down'],
    ['open-source', 'low', 'pull-up'],
  ] as const)('%s that lets go in its safe state is not read back', async (drive, safe, wired) => {
    const { bench, board } = await open({ drive, safe })
    board.drive(17, wired)
    await bench.safe()
    expect(bench.pump.queue.quarantined).toBe(false)
  })

  it('is not safe when its line does not follow', async () => {
    const { bench, board } = await open({ safe: 'high' })
    board.drive(17, 'low')
    const error = await failureOf(bench.safe())
    expect(error).toMatchObject({ code: 'ERR_NOT_SAFE', place: 'pump', message: expect.stringContaining('read back') })
  })
})

describe('pulse', () => {
  it('is on for its width, to the nanosecond in virtual time', async () => {
    const { bench, board } = await open()
    expect(await bench.pump.pulse({ width: '1.5us' }).result()).toEqual({ requested: 0.0015, achieved: 0.0015 })
    expect(trace(board)).toEqual(['high@0', 'low@0.0015'])
  })

  it('reports what was achieved, not what was asked for', async () => {
    const { bench, clock } = await open()
    const pulse = bench.pump.pulse({ width: '10ms' })
    // Real work that keeps the clock from going on does not make a pulse longer; a late timer would.
    clock.after(9e6, () => Object.assign(clock, { now: () => 12e6 }))
    expect(await pulse.result()).toMatchObject({ requested: 10, achieved: 12 })
  })

  it('is off at once when it is cancelled', async () => {
    const { bench, board, clock } = await open()
    const pulse = bench.pump.pulse({ width: '1h' })
    clock.after(3e6, () => pulse.cancel())
    await failureOf(pulse.result())
    expect([pulse.state, trace(board)]).toEqual(['cancelled', ['high@0', 'low@3']])
  })

  it.each([0, '0s', -1, Number.NaN, '5 parsecs'])('of %s is refused', async width => {
    const opened = await open()
    expect(refusalOf(opened, () => opened.bench.call('pump', 'pulse', { width })).place).toBe('pump.pulse')
  })
})

describe('blink', () => {
  it('goes on and off as often as it is told', async () => {
    const { bench, board } = await open()
    const task = bench.pump.blink({ on: '100ms', off: '200ms', count: 3 })
    await task.result()
    expect(trace(board)).toEqual(['high@0', 'low@100', 'high@300', 'low@400', 'high@600', 'low@700'])
    expect(task.ran).toBe(900)
  })

  it('reports requested against achieved, pulse by pulse', async () => {
    const { bench } = await open()
    expect(await bench.pump.blink({ on: 100, off: 200, count: 2 }).result()).toEqual({
      requested: { on: 100, off: 200, count: 2 },
      achieved: { count: 2, on: 100, off: 200 },
      lateness: { mean: 0, worst: 0 },
      pulses: [
        { at: 0, on: 100, off: 200 },
        { at: 300, on: 100, off: 200 },
      ],
    })
  })

  it('does not catch up with pulses of no width after it was held up', async () => {
    const { bench, board, clock } = await open()
    // From 50 ms on nothing runs for 300 ms: the first off edge is late by that much.
    let held = 0
    const now = clock.now.bind(clock)
    Object.assign(clock, { now: () => now() + held })
    clock.after(50e6, () => {
      held = 300e6
    })
    const { pulses } = await bench.pump.blink({ on: '20ms', off: '20ms', count: 5 }).result()
    expect(pulses.every(({ on, off }) => on >= 20 && off >= 20)).toBe(true)
    expect([...board.trace.of(17)]).toHaveLength(10)
  })

  it('shows its progress', async () => {
    const { bench, clock } = await open()
    const task = bench.pump.blink({ on: 100, off: 100, count: 4 })
    clock.after(450e6, () => task.cancel())
    await failureOf(task.result())
    expect(task.progress).toEqual({ done: 2, total: 4, note: undefined })
  })

  it('lists no more than the first 1000 pulses, and counts all', async () => {
    const { bench } = await open()
    const result = await bench.pump.blink({ on: '1us', off: '1us', count: 1200 }).result()
    expect([result.achieved.count, result.pulses.length]).toEqual([1200, 1000])
  })
})

describe('on a machine that is late', () => {
  /** Every timer is 40 ns late. */
  class LateClock extends VirtualClock {
    override after(ns: number, callback: () => void, options?: { readonly background?: boolean }): Timer {
      return super.after(ns + 40, callback, options)
    }
  }
  const openLate = () => openMockBench({ lamp: output({ line: 17 }) }, { clock: new LateClock() })

  it('a pulse says how long it really was', async () => {
    const { bench } = await openLate()
    expect(await bench.lamp.pulse({ width: '1ms' }).result()).toEqual({ requested: 1, achieved: 1.00004 })
  })

  it('a blink says how late each edge was, and lateness does not add up', async () => {
    const { bench } = await openLate()
    expect(await bench.lamp.blink({ on: '1ms', off: '1ms', count: 2 }).result()).toEqual({
      requested: { on: 1, off: 1, count: 2 },
      achieved: { count: 2, on: 1.00002, off: 1 },
      lateness: { mean: 0.00004, worst: 0.00004 },
      pulses: [
        { at: 0, on: 1.00004, off: 1 },
        { at: 2.00004, on: 1, off: 1 },
      ],
    })
  })
})
