/** Ticks that wrap every 72 minutes, on the time of the board. */

import { describe, expect, it } from 'vitest'
import { isBefore, Ticks, ticksBetween } from '../../../drivers/pigpio/ticks.js'

const HOUR_US = 3600e6

/** Ticks from `start`, and a clock that is `drift` parts of a million too fast. */
function world(start: number, drift = 0) {
  const world = { us: 0 }
  const ticks = new Ticks(
    () => (start + world.us) % 2 ** 32,
    () => 5000 + Math.round(world.us * 1000 * (1 + drift / 1e6)),
  )
  return { world, ticks }
}

describe('ticks', () => {
  it('begin at 0 when the board is opened', () => {
    expect(world(4_000_000_000).ticks.now()).toBe(0)
  })

  it.each([0, 2 ** 31 - 5, 2 ** 32 - 5, 2 ** 32 - 1])('go on when they wrap, from %i', start => {
    const { world: here, ticks } = world(start)
    here.us = 10
    expect(ticks.now()).toBe(10_000)
    expect(ticks.toNs((start + 3) % 2 ** 32)).toBe(3000)
  })

  it('are right after days without one, although the clocks differ', () => {
    const { world: here, ticks } = world(123, 50)
    here.us = 100 * 24 * HOUR_US
    expect(ticks.now()).toBe(here.us * 1000)
  })

  it('may be as old as half an hour', () => {
    const { world: here, ticks } = world(2 ** 32 - 100)
    here.us = 10 * HOUR_US
    expect(ticks.toNs((2 ** 32 - 100 + 9.5 * HOUR_US) % 2 ** 32)).toBe(9.5 * HOUR_US * 1000)
  })

  it('from before the board was opened are at its beginning', () => {
    expect(world(1000).ticks.toNs(900)).toBe(0)
  })

  it('differ by what has passed, on whichever side of 2^31 and 2^32 they are', () => {
    expect(ticksBetween(2 ** 31 - 1, 2 ** 31 + 1)).toBe(2)
    expect(ticksBetween(2 ** 32 - 1, 1)).toBe(2)
    expect([isBefore(2 ** 32 - 1, 1), isBefore(1, 2 ** 32 - 1), isBefore(7, 7)]).toEqual([true, false, false])
  })
})
