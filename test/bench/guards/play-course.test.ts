import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PulseSequence } from '../../../drivers/driver.js'
import { Activity, NO_LIMITS, type TimeLimits } from '../../../src/bench/guards/activity.js'
import { type Course, followPlay } from '../../../src/bench/guards/play-course.js'

const LINES = [0b001, 0b010, 0b100]

/** When a line went on and off, step by step: nothing is left out, however often the steps are repeated. */
function unrolled(
  { steps, repeat = 1 }: PulseSequence,
  bit: number,
  flip: number,
  wasOn: boolean,
): { on: boolean; at: number }[] {
  const changes: { on: boolean; at: number }[] = []
  let on = wasOn
  let at = 0
  for (let round = 0; round < repeat; round++) {
    for (const { values, mask = -1, ns } of steps) {
      if ((mask & bit) !== 0) {
        const wanted = ((values ^ flip) & bit) !== 0
        if (wanted !== on) changes.push({ on: wanted, at })
        on = wanted
      }
      at += ns
    }
  }
  return changes
}

const step = fc.record({
  values: fc.integer({ min: 0, max: 7 }),
  mask: fc.option(fc.integer({ min: 0, max: 7 }), { nil: undefined }),
  ns: fc.integer({ min: 0, max: 9 }),
})
const sequence = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 5 }),
  repeat: fc.integer({ min: 1, max: 12 }),
})

function follow(given: PulseSequence, limits: TimeLimits, wasOn: number, flip = 0, ends?: number) {
  const lines = LINES.map(bit => {
    const activity = new Activity()
    if ((wasOn & bit) !== 0) activity.begin(-5)
    return { bit, limits, activity }
  })
  const course = followPlay({ sequence: given, lines, flip, begins: 0, ends })
  return { course, activities: lines.map(({ activity }) => activity) }
}

describe('a play is followed to the end that it really has', () => {
  test('however often its steps are repeated', () => {
    fc.assert(
      fc.property(sequence, fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 7 }), (given, wasOn, flip) => {
        const { activities, course } = follow(given, NO_LIMITS, wasOn, flip)
        for (const [index, bit] of LINES.entries()) {
          const was = (wasOn & bit) !== 0
          const changes = unrolled(given, bit, flip, was)
          const activity = activities[index] as Activity
          const last = changes.at(-1)
          expect(activity.active).toBe(last?.on ?? was)
          expect(activity.since).toBe(last?.at ?? (was ? -5 : Number.NEGATIVE_INFINITY))
          const lastOn = changes.findLast(({ on }) => on)
          expect(activity.activated).toBe(lastOn?.at ?? (was ? -5 : Number.NEGATIVE_INFINITY))
          expect((course.used & bit) !== 0).toBe(was || changes.some(({ on }) => on))
          expect(activity.onUntil(course.end)).toBe(onTime(changes, was, course.end))
        }
      }),
      { numRuns: 2000, seed: 5 },
    )
  })

  test('or to where it was cut off', () => {
    const cut = fc.integer({ min: 0, max: 300 })
    fc.assert(
      fc.property(sequence, fc.integer({ min: 0, max: 7 }), cut, (given, wasOn, ends) => {
        const { activities } = follow(given, NO_LIMITS, wasOn, 0, ends)
        for (const [index, bit] of LINES.entries()) {
          const was = (wasOn & bit) !== 0
          const last = unrolled(given, bit, 0, was).findLast(({ at }) => at <= ends)
          expect([activities[index]?.active, activities[index]?.since]).toEqual([
            last?.on ?? was,
            last?.at ?? (was ? -5 : Number.NEGATIVE_INFINITY),
          ])
        }
      }),
      { numRuns: 2000, seed: 6 },
    )
  })
})

describe('a play is refused exactly when written out it breaks', () => {
  const breaks = (
    limits: Partial<TimeLimits>,
    isBroken: (changes: { on: boolean; at: number }[], wasOn: boolean, end: number) => boolean,
  ): void => {
    fc.assert(
      fc.property(sequence, fc.boolean(), (given, wasOn) => {
        const activity = new Activity()
        if (wasOn) activity.begin(-5)
        const line = { bit: 1, limits: { ...NO_LIMITS, ...limits }, activity }
        const course = followPlay({ sequence: given, lines: [line], flip: 0, begins: 0 })
        const changes = unrolled(given, 1, 0, wasOn)
        expect(course.violation !== undefined).toBe(isBroken(changes, wasOn, course.end))
      }),
      { numRuns: 2000, seed: 7 },
    )
  }

  test('maxOn, the time before it and the time that it leaves the line on counted', () => {
    breaks({ maxOnNs: 20 }, (changes, wasOn, end) => {
      return stretches(changes, wasOn, end, true).some(length => length > 20)
    })
  })

  test('minOff', () => {
    breaks({ minOffNs: 12 }, changes => {
      return changes.some(({ on, at }, index) => on && index > 0 && at - (changes[index - 1]?.at as number) < 12)
    })
  })

  test('maxToggleRate', () => {
    breaks({ spacingNs: 15 }, (changes, wasOn) => {
      const rises = [...(wasOn ? [-5] : []), ...changes.filter(({ on }) => on).map(({ at }) => at)]
      return rises.some((at, index) => index > 0 && at - (rises[index - 1] as number) < 14)
    })
  })

  test('maxDuty, counted over the whole of it', () => {
    breaks({ maxDuty: 0.5 }, (changes, wasOn) => {
      const rises = [...(wasOn ? [-5] : []), ...changes.filter(({ on }) => on).map(({ at }) => at)]
      const first = rises[0] as number
      const last = rises.at(-1) as number
      if (rises.length < 2) return false
      return onTime(changes, wasOn, last) > 0.5 * (last - first) + 1
    })
  })
})

describe('lines that must be apart', () => {
  const apart = [[0b01, 0b10]]
  const course = (steps: PulseSequence['steps']): Course => {
    const lines = [0b01, 0b10].map(bit => ({ bit, limits: NO_LIMITS, activity: new Activity() }))
    return followPlay({ sequence: { steps }, lines, flip: 0, begins: 0, apart })
  }

  test('may take turns, with a step between', () => {
    const turns = [0b01, 0, 0b10, 0].map(values => ({ values, ns: 1 }))
    expect(course(turns).violation).toBeUndefined()
  })

  test('may not change over in one step', () => {
    const turns = [0b01, 0b10].map(values => ({ values, ns: 1 }))
    expect(course(turns).violation).toEqual({ bit: 0b10, other: 0b01 })
  })
})

test('a million rounds take no longer than three', () => {
  const steps = Array.from({ length: 10 }, (_, index) => ({ values: index & 1, ns: 1000 }))
  let read = 0
  const counted = steps.map(one => ({
    ...one,
    get values() {
      read++
      return one.values
    },
  }))
  followPlay({
    sequence: { steps: counted, repeat: 1_000_000 },
    lines: [{ bit: 1, limits: NO_LIMITS, activity: new Activity() }],
    flip: 0,
    begins: 0,
  })
  expect(read).toBe(30)
})

function onTime(changes: readonly { on: boolean; at: number }[], wasOn: boolean, end: number): number {
  return stretches(changes, wasOn, end, true).reduce((sum, length) => sum + length, 0)
}

/** How long the line was in that state, each time. */
function stretches(
  changes: readonly { on: boolean; at: number }[],
  wasOn: boolean,
  end: number,
  on: boolean,
): number[] {
  const lengths: number[] = []
  let since: number | undefined = wasOn === on ? -5 : undefined
  for (const change of changes) {
    if (since !== undefined && change.at <= end) lengths.push(change.at - since)
    since = change.on === on ? change.at : undefined
  }
  if (since !== undefined) lengths.push(end - since)
  return lengths
}
