/** The debouncer: when a change counts, and at which time. How a handle uses it is tested with the drivers. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Debouncer } from '../../drivers/debounce.js'
import type { Bit } from '../../drivers/driver.js'
import { ManualClock } from '../mocks/setup.js'

/** Changes as `index:bit@time`. */
function setUp(bits: readonly Bit[] = [0], periodNs = 5000) {
  const clock = new ManualClock()
  const changes: string[] = []
  const debouncer = new Debouncer({
    clock,
    now: () => clock.now(),
    periodNs,
    bits,
    changed: (index, bit, time) => changes.push(`${index}:${bit}@${time}`),
  })
  /** A line changes now, `time` ns after the start. */
  const change = (bit: Bit, time: number, index = 0) => {
    clock.time = time
    debouncer.change(index, bit, time)
  }
  /** Everything ends. */
  const end = () => {
    clock.time = 1e9
    clock.fire()
    return changes
  }
  return { clock, debouncer, changes, change, end }
}

describe('a change', () => {
  it('counts when the line has been still for the period, from its end on', () => {
    const { change, end } = setUp()
    change(1, 1000)
    expect(end()).toEqual(['0:1@6000'])
  })

  it('starts the period anew each time', () => {
    const { change, end } = setUp()
    change(1, 1000)
    change(0, 2000)
    change(1, 4000)
    expect(end()).toEqual(['0:1@9000'])
  })

  it('does not count when it is undone within the period', () => {
    const { change, end } = setUp()
    change(1, 1000)
    change(0, 5999)
    expect(end()).toEqual([])
  })

  it('counts when it is undone at the end of the period', () => {
    const { change, end } = setUp()
    change(1, 1000)
    change(0, 6000)
    expect(end()).toEqual(['0:1@6000', '0:0@11000'])
  })

  it('agrees with this definition for any changes', () => {
    const gaps = fc.array(fc.constantFrom(1, 2000, 4999, 5000, 5001, 20_000), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(gaps, gaps => {
        const { change, end } = setUp()
        let time = 0
        const times = gaps.map(gap => (time += gap))
        const expected: string[] = []
        let stable: Bit = 0
        for (const [index, at] of times.entries()) {
          const bit: Bit = index % 2 === 0 ? 1 : 0
          change(bit, at)
          const still = (times[index + 1] ?? Number.POSITIVE_INFINITY) - at >= 5000
          if (still && bit !== stable) expected.push(`0:${bit}@${at + 5000}`)
          if (still) stable = bit
        }
        expect(end()).toEqual(expected)
      }),
    )
  })

  it('keeps its time when the event loop is late', () => {
    const { change, end } = setUp()
    change(1, 0)
    // The timer for 5000 has not run yet.
    change(0, 8000)
    expect(end()).toEqual(['0:1@5000', '0:0@13000'])
  })
})

describe('several lines', () => {
  it('change in the order in which their periods end', () => {
    const { change, end } = setUp([0, 0])
    change(1, 0, 1)
    change(1, 0, 0)
    change(0, 1000, 1)
    change(1, 1000, 1)
    expect(end()).toEqual(['0:1@5000', '1:1@6000'])
  })

  it('whose periods end together change in the order in which they began', () => {
    const { change, end } = setUp([0, 0])
    change(1, 0, 1)
    change(1, 0, 0)
    expect(end()).toEqual(['1:1@5000', '0:1@5000'])
  })

  it('share one timer', () => {
    const { change, clock } = setUp([0, 0, 0])
    for (const index of [0, 1, 2]) change(1, 10 * index, index)
    expect(clock.timers.size).toBe(1)
  })
})

describe('the level', () => {
  it('is the one before until the period is over, even if the event loop is late', () => {
    const { change, clock, debouncer } = setUp()
    change(1, 0)
    clock.time = 4999
    expect(debouncer.bit(0)).toBe(0)
    clock.time = 5000
    expect(debouncer.bit(0)).toBe(1)
  })

  it('that is observed counts as a change when it is one, and restarts no period when it is none', () => {
    const { change, clock, debouncer, end } = setUp([0, 0])
    change(1, 0, 0)
    clock.time = 3000
    debouncer.observe(0, 1, 3000)
    debouncer.observe(1, 1, 3000)
    expect(end()).toEqual(['0:1@5000', '1:1@8000'])
  })
})

describe('the period', () => {
  it('that is set anew holds for the next change', () => {
    const { change, debouncer, end } = setUp()
    change(1, 0)
    debouncer.setPeriod(1000)
    change(0, 6000)
    expect(end()).toEqual(['0:1@5000', '0:0@7000'])
  })

  it('that is cancelled leaves no timer and no change', () => {
    const { change, clock, debouncer, end } = setUp()
    change(1, 0)
    debouncer.cancel()
    expect(clock.timers.size).toBe(0)
    expect(end()).toEqual([])
  })
})
