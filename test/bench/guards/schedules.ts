/** Random benches with rules, and what is done on them when: what the property tests of the guards live through. */

import fc from 'fast-check'
import type { LineState } from '../../../src/bench/guards/keys.js'

/** Two peripherals that do to their lines whatever they are told, and an input. */
export const RIGS = ['one', 'two'] as const
export type RigName = (typeof RIGS)[number]
export const ENDS = ['a', 'b'] as const
export type End = (typeof ENDS)[number]

export interface RigLimits {
  readonly maxOn: number | undefined
  readonly minOff: number | undefined
  readonly maxDuty: number | undefined
  readonly maxToggleRate: number | undefined
}

export interface Rig {
  readonly limits: RigLimits
  readonly activeLow: boolean
  /** Its lines are requested one by one. */
  readonly separate: boolean
  /** Which lines are on in the safe state; none where it has limits or conditions. */
  readonly safeOn: readonly End[]
  /** Of the input; and for the second rig of a line of the first. */
  readonly float: LineState | undefined
  readonly other: { readonly end: End; readonly state: LineState } | undefined
}

/** One thing done to a handle. All times are ms. */
export type Move =
  | { readonly kind: 'set'; readonly values: number; readonly mask: number }
  | { readonly kind: 'pwm'; readonly end: End; readonly period: number; readonly duty: number }
  | {
      readonly kind: 'play'
      readonly steps: readonly { readonly values: number; readonly mask: number; readonly ms: number }[]
      readonly repeat: number
      /** What comes next does not wait for its end. */
      readonly aside: boolean
    }
  | {
      readonly kind: 'reconfigure'
      readonly direction: 'input' | 'output'
      readonly activeLow: boolean
      readonly initial: number | undefined
    }
  | { readonly kind: 'sleep'; readonly ms: number }

/** A task. */
export interface Job {
  readonly at: number
  readonly rig: RigName
  readonly moves: readonly Move[]
  /** What a move throws: the task goes on with the next, or fails. */
  readonly onError: 'goes on' | 'fails'
  /** Whether it stops when it is told to. */
  readonly heeds: boolean
  readonly timeout: number | undefined
  readonly grace: number
  readonly onFailure: 'safe' | 'keep'
  readonly cancelAt: number | undefined
}

export interface Schedule {
  readonly rigs: Readonly<Record<RigName, Rig>>
  readonly never: readonly (readonly string[])[]
  readonly float: { readonly level: 'low' | 'high'; readonly activeLow: boolean; readonly changes: readonly number[] }
  readonly jobs: readonly Job[]
  readonly safes: readonly number[]
  /** Somebody resets what is quarantined. */
  readonly resets: readonly { readonly at: number; readonly rig: RigName }[]
  readonly closes: { readonly at: number; readonly how: 'drain' | 'abort' }
  /** From when to when the kernel refuses every call on the lines of one rig. */
  readonly fault: { readonly rig: RigName; readonly from: number; readonly to: number } | undefined
}

/** In quarters of a ms, so that things happen at the same moment now and then. */
const ms = (min: number, max: number) => fc.integer({ min: min * 4, max: max * 4 }).map(quarters => quarters / 4)
const oneIn = <T>(n: number, value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: n - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })
const state = fc.constantFrom<LineState>('on', 'off', 'high', 'low')
const end = fc.constantFrom(...ENDS)
const bits = fc.integer({ min: 0, max: 3 })

const limits: fc.Arbitrary<RigLimits> = fc.record({
  maxOn: oneIn(2, ms(1, 20)),
  minOff: oneIn(3, ms(1, 20)),
  maxDuty: oneIn(3, fc.constantFrom(0.2, 0.5, 0.75)),
  maxToggleRate: oneIn(3, fc.constantFrom(50, 125, 500)),
})

const rig: fc.Arbitrary<Rig> = fc
  .record({
    limits,
    activeLow: fc.boolean(),
    separate: fc.boolean(),
    safeOn: fc.oneof(
      { weight: 2, arbitrary: fc.constant<End[]>([]) },
      { weight: 1, arbitrary: fc.subarray<End>([...ENDS], { minLength: 1, maxLength: 1 }) },
    ),
    float: oneIn(3, state),
    other: oneIn(3, fc.record({ end, state })),
  })
  .map(given =>
    given.safeOn.length === 0 ? given : { ...given, limits: NO_LIMITS, float: undefined, other: undefined },
  )

const NO_LIMITS: RigLimits = { maxOn: undefined, minOff: undefined, maxDuty: undefined, maxToggleRate: undefined }

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('set' as const), values: bits, mask: bits }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('sleep' as const), ms: ms(0, 12) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('pwm' as const),
      end,
      period: ms(1, 6),
      duty: fc.constantFrom(0, 0.2, 0.25, 0.5, 0.75, 1),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('play' as const),
      steps: fc.array(fc.record({ values: bits, mask: bits, ms: ms(0, 6) }), { minLength: 1, maxLength: 4 }),
      repeat: fc.integer({ min: 1, max: 5 }),
      aside: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('reconfigure' as const),
      direction: fc.constantFrom('input' as const, 'output' as const, 'output' as const),
      activeLow: fc.boolean(),
      initial: oneIn(2, bits),
    }),
  },
)

const job: fc.Arbitrary<Job> = fc.record({
  at: ms(0, 80),
  rig: fc.constantFrom(...RIGS),
  moves: fc.array(move, { minLength: 1, maxLength: 7 }),
  onError: fc.constantFrom('goes on' as const, 'goes on' as const, 'fails' as const),
  heeds: fc.boolean(),
  timeout: oneIn(4, ms(0, 20)),
  grace: ms(0, 15),
  onFailure: fc.constantFrom('safe' as const, 'keep' as const),
  cancelAt: oneIn(5, ms(0, 100)),
})

/** Members of one group must be lines of their own, and at most one of them on in its safe state. */
const GROUPS: readonly (readonly string[])[] = [
  ['one', 'two'],
  ['one.lines.a', 'one.lines.b'],
  ['two.lines.a', 'two.lines.b'],
  ['one.lines.a', 'two.lines.b'],
  ['one.lines.b', 'two.lines.a', 'two.lines.b'],
]

export const schedule: fc.Arbitrary<Schedule> = fc
  .record({
    rigs: fc.record({ one: rig, two: rig }),
    never: fc.subarray([...GROUPS], { maxLength: 2 }),
    float: fc.record({
      level: fc.constantFrom('low' as const, 'high' as const),
      activeLow: fc.boolean(),
      changes: fc.array(ms(0, 100), { maxLength: 8 }),
    }),
    jobs: fc.array(job, { minLength: 1, maxLength: 9 }),
    safes: fc.array(ms(0, 100), { maxLength: 2 }),
    resets: fc.array(fc.record({ at: ms(0, 100), rig: fc.constantFrom(...RIGS) }), { maxLength: 3 }),
    closes: fc.record({ at: ms(60, 160), how: fc.constantFrom('drain' as const, 'abort' as const) }),
    fault: oneIn(4, fc.record({ rig: fc.constantFrom(...RIGS), from: ms(0, 60), to: ms(60, 80) })),
  })
  .map(given => ({ ...given, rigs: { ...given.rigs, one: { ...given.rigs.one, other: undefined } } }))
