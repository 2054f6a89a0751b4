import { beforeEach, describe, expect, it } from 'vitest'
import type { LineHandle } from '../../drivers/driver.js'
import { MockBoard } from '../../mocks/board.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'

let clock: VirtualClock
let board: MockBoard
let edges: [number, string][]
beforeEach(() => {
  clock = new VirtualClock()
  board = new MockBoard({ clock })
  edges = []
  board.onLevel((_, level, time) => edges.push([time, level]))
})

const request = (lines: number[], activeLow = false): Promise<LineHandle> =>
  board.request({ lines, settings: { direction: 'output', activeLow } })
/** Foreground time, in which the waves of the background go on. */
const pass = (ns: number) => new Promise<void>(resolve => clock.after(ns, resolve))

describe('PWM on the simulated board', () => {
  it('rises at once, and has the period and the duty that were asked for', async () => {
    const handle = await request([18])
    handle.pwm?.(18, { frequency: 1e6, duty: 0.25 })
    await pass(2100)
    expect(edges).toEqual([
      [0, 'high'],
      [250, 'low'],
      [1000, 'high'],
      [1250, 'low'],
      [2000, 'high'],
    ])
  })

  it('says what it really is: rounded to whole ns, and who makes it', async () => {
    const handle = await request([17, 18])
    expect(handle.pwm?.(18, { frequency: 3, duty: 1 / 3 })).toEqual({
      frequency: 1e9 / 333_333_333,
      duty: 111_111_111 / 333_333_333,
      source: 'hardware',
    })
    expect(handle.pwm?.(17, { frequency: 50, duty: 0.5 })?.source).toBe('dma')
  })

  it('is a steady level with a duty of 0 or 1', async () => {
    const handle = await request([18])
    handle.pwm?.(18, { frequency: 1000, duty: 1 })
    await pass(1e7)
    handle.pwm?.(18, { frequency: 1000, duty: 0 })
    await pass(1e7)
    expect(edges).toEqual([
      [0, 'high'],
      [1e7, 'low'],
    ])
  })

  it('ends with set, of that line only', async () => {
    const handle = await request([17, 18])
    handle.pwm?.(17, { frequency: 1e6, duty: 0.5 })
    handle.pwm?.(18, { frequency: 1e6, duty: 0.5 })
    await pass(600)
    handle.set(0b01, 0b01)
    await pass(1000)
    expect([board.level(17), edges.length]).toEqual(['high', 7])
    expect(handle.get() & 1).toBe(1)
  })

  it.each(['release', 'reconfigure'] as const)('ends with %s', async how => {
    const handle = await request([18])
    handle.pwm?.(18, { frequency: 1e6, duty: 0.5 })
    await pass(600)
    if (how === 'release') handle.release()
    else handle.reconfigure({ direction: 'output', initial: 0 })
    const before = edges.length
    await pass(5000)
    expect([edges.length, board.level(18)]).toEqual([before, 'low'])
  })

  it('is logical: an active-low line is low while it is on', async () => {
    const handle = await request([18], true)
    handle.pwm?.(18, { frequency: 1e6, duty: 0.25 })
    await pass(600)
    expect(edges.slice(-2)).toEqual([
      [0, 'low'],
      [250, 'high'],
    ])
  })

  it.each([
    ['a line that is not its own', 4, { frequency: 50, duty: 0.5 }],
    ['a frequency of 0', 18, { frequency: 0, duty: 0.5 }],
    ['a frequency that the hardware has not', 18, { frequency: 1e9, duty: 0.5 }],
    ['a duty above 1', 18, { frequency: 50, duty: 1.1 }],
    ['a duty that is no number', 18, { frequency: 50, duty: Number.NaN }],
  ])('refuses %s', async (_, line, settings) => {
    const handle = await request([18])
    expect(() => handle.pwm?.(line, settings)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }))
  })

  it('refuses an input', async () => {
    const handle = await board.request({ lines: [18], settings: { direction: 'input' } })
    expect(() => handle.pwm?.(18, { frequency: 50, duty: 0.5 })).toThrow(
      expect.objectContaining({ code: 'ERR_UNSUPPORTED' }),
    )
  })
})
