/** Edges of the gpiochip driver, against gpiomon on the same stimulus and against the kernel's own clock. */

import { SystemClock } from 'pi-worker'
import { describe, expect, test } from 'vitest'
import { EdgeLog, openForTest } from './board.js'
import { headerChip, toggle } from './gpio-sim.js'
import { Gpiomon } from './gpiod.js'

const chip = headerChip()
const clock = new SystemClock()

/** Nothing else runs in this process meanwhile: neither its timers nor its callbacks. */
function block(ms: number): void {
  const end = clock.now() + ms * 1e6
  while (clock.now() < end);
}

describe('edges', () => {
  test('agree with gpiomon in count and directions on the same stimulus', async () => {
    const gpiomon = await Gpiomon.start(chip, 4)
    await toggle(chip, 4, 20)
    const witnessed = await gpiomon.collect(20)

    const board = await openForTest('gpiochip')
    const level = await board.request({ lines: [4], settings: { direction: 'input', edges: 'both' } })
    const log = new EdgeLog(level)
    await toggle(chip, 4, 20)
    await log.reach(20)
    expect(log.directions).toEqual(witnessed.map(edge => edge.direction))
    expect(log.edges.map(edge => edge.sequence)).toEqual(witnessed.map((_, index) => index + 1))
    expect(log.edges.every(edge => edge.line === 4)).toBe(true)
    expect(log.lost).toBe(0)
  })

  test('carry the time at which the kernel saw them, not the time at which JavaScript did', async () => {
    const board = await openForTest('gpiochip')
    const level = await board.request({ lines: [4], settings: { direction: 'input', edges: 'both' } })
    const log = new EdgeLog(level)
    const before = board.now()
    chip.pull(4, 'up')
    block(300)
    const after = board.now()
    await log.reach(1)
    const time = log.edges[0]?.time ?? Number.NaN
    expect(board.capabilities.edgeTimestamps).toBe('kernel-ns')
    expect(Number.isInteger(time)).toBe(true)
    expect(time).toBeGreaterThanOrEqual(before)
    // Within the 300 ms in which nothing of ours could run, by more than any delay of UML's 10 ms ticks.
    expect(time).toBeLessThan(after - 150e6)
  })

  test('that are not selected are not delivered', async () => {
    const board = await openForTest('gpiochip')
    const rising = new EdgeLog(await board.request({ lines: [4], settings: { direction: 'input', edges: 'rising' } }))
    const falling = new EdgeLog(await board.request({ lines: [5], settings: { direction: 'input', edges: 'falling' } }))
    const both = new EdgeLog(await board.request({ lines: [6], settings: { direction: 'input', edges: 'both' } }))
    await toggle(chip, 4, 4)
    await toggle(chip, 5, 4)
    await toggle(chip, 6, 2)
    await both.reach(2)
    expect(rising.directions).toEqual(['rising', 'rising'])
    expect(falling.directions).toEqual(['falling', 'falling'])
  })

  test('are physical on an active-low line', async () => {
    const board = await openForTest('gpiochip')
    const settings = { direction: 'input', activeLow: true, edges: 'rising' } as const
    const level = await board.request({ lines: [4], settings })
    const log = new EdgeLog(level)
    await toggle(chip, 4, 3)
    await log.reach(2)
    expect(log.directions).toEqual(['rising', 'rising'])
    expect(level.get()).toBe(0)
  })

  test('of several lines in one request come in the order in which they happened', async () => {
    const board = await openForTest('gpiochip')
    const log = new EdgeLog(await board.request({ lines: [5, 4], settings: { direction: 'input', edges: 'both' } }))
    await toggle(chip, 4, 1)
    await toggle(chip, 5, 2)
    await toggle(chip, 4, 1)
    await log.reach(4)
    expect(log.edges.map(edge => [edge.line, edge.direction, edge.sequence])).toEqual([
      [4, 'rising', 1],
      [5, 'rising', 2],
      [5, 'falling', 3],
      [4, 'falling', 4],
    ])
    const times = log.edges.map(edge => edge.time)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  test('reach every listener, and none that has been taken off', async () => {
    const board = await openForTest('gpiochip')
    const level = await board.request({ lines: [4], settings: { direction: 'input', edges: 'both' } })
    const first = new EdgeLog(level)
    const second = new EdgeLog(level)
    await toggle(chip, 4, 1)
    await Promise.all([first.reach(1), second.reach(1)])
    first.stop()
    await toggle(chip, 4, 2)
    await second.reach(3)
    expect(first.directions).toEqual(['rising'])
    expect(second.directions).toEqual(['rising', 'falling', 'rising'])
  })

  test('can be switched on and off by new settings of a line that is held', async () => {
    const board = await openForTest('gpiochip')
    const level = await board.request({ lines: [4], settings: { direction: 'input' } })
    const log = new EdgeLog(level)
    await toggle(chip, 4, 2)
    level.reconfigure({ direction: 'input', edges: 'both' })
    await toggle(chip, 4, 2)
    await log.reach(2)
    level.reconfigure({ direction: 'input', edges: 'none' })
    await toggle(chip, 4, 2)
    expect(log.directions).toEqual(['rising', 'falling'])
  })

  test('that overflow the kernel buffer are reported as lost', async () => {
    const board = await openForTest('gpiochip')
    const settings = { direction: 'input', edges: 'both' } as const
    const level = await board.request({ lines: [4], settings, eventBuffer: 16 })
    await toggle(chip, 4, 60, 30)
    // Only now is anybody reading.
    const log = new EdgeLog(level)
    await log.reach(60)
    expect(log.lost).toBe(44)
    expect(log.edges.map(edge => edge.sequence)).toEqual(Array.from({ length: 16 }, (_, index) => 45 + index))
    expect(log.events[0]).toMatchObject({ kind: 'lost', count: 44 })
  })
})

describe('debounce', () => {
  test('hides a change that is shorter, and shows one that lasts', async () => {
    const board = await openForTest('gpiochip')
    const settings = { direction: 'input', edges: 'both', debounceNs: 100e6 } as const
    const log = new EdgeLog(await board.request({ lines: [4], settings }))
    expect(board.capabilities.debounce).toBe('kernel')
    chip.pull(4, 'up')
    await clock.reach(clock.now() + 30e6)
    chip.pull(4, 'down')
    await clock.reach(clock.now() + 300e6)
    expect(log.events).toEqual([])
    chip.pull(4, 'up')
    await log.reach(1)
    expect(log.directions).toEqual(['rising'])
  })
})
