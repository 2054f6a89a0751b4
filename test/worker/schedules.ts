/** Random schedules for the property tests: what is submitted, cancelled, reset and closed when, on which hardware. */

import fc from 'fast-check'

export const QUEUES = ['a', 'b', 'c'] as const
export type QueueName = (typeof QUEUES)[number]

export interface Job {
  /** Virtual ms at which it is submitted. */
  readonly at: number
  /** None for a task that names no peripheral. */
  readonly on: readonly QueueName[]
  readonly priority: number
  /** How long the function runs, ms; undefined for a synchronous function. */
  readonly runs: number | undefined
  readonly ends: 'returns' | 'throws'
  /** Heeds its abort signal, or ignores it. */
  readonly onStop: 'heeds' | 'ignores'
  /** Acts only through handles; else past them too. */
  readonly contained: boolean
  readonly timeout: number | undefined
  readonly grace: number
  readonly retries: number
  readonly notAfter: number | undefined
  readonly cancelAt: number | undefined
  /** When the caller's signal aborts: before `at` it has aborted already. */
  readonly abortAt: number | undefined
  /** What its function does first, before its first await. */
  readonly meddles: 'not' | 'submits' | 'cancels itself' | 'cancels all' | 'resets'
}

/** One call of a safe(). */
export interface SafeCall {
  /** How long it takes, ms; longer than SAFE_TIMEOUT_MS it is given up. Undefined for a synchronous one. */
  readonly takes: number | undefined
  readonly fails: boolean
}

export interface Hardware {
  /** Its handles can be revoked. */
  readonly revocable: boolean
  readonly keeps: boolean
  /** What its first calls of safe() do; later ones succeed at once. */
  readonly safes: readonly SafeCall[]
}

export interface Schedule {
  readonly jobs: readonly Job[]
  /**
   * `again` runs safe() once more without a reset, as a bench does that is told to be safe; `interrupt` ends what runs,
   * as a guard does; `revoke` disarms whoever acts, as a stop does.
   */
  readonly resets: readonly { readonly at: number; readonly queue: QueueName; readonly how: Meddling }[]
  /** Stops of the whole worker, each for a while. */
  readonly stops: readonly { readonly at: number; readonly for: number; readonly waiting: 'fail' | 'keep' }[]
  readonly hardware: Readonly<Record<QueueName, Hardware>>
  /** Somebody resets each queue at the very moment of its quarantine. */
  readonly hasty: boolean
  readonly concurrency: number
  readonly closes: readonly { readonly at: number; readonly how: 'drain' | 'abort' }[]
}

export type Meddling = 'reset' | 'again' | 'interrupt' | 'revoke'

export const SAFE_TIMEOUT_MS = 6

const time = fc.integer({ min: 0, max: 60 })
/** One in `n` has it. */
const oneIn = <T>(n: number, value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: n - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })
const weighted = <T>(...values: [number, T][]) =>
  fc.oneof(...values.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })))

const job: fc.Arbitrary<Job> = fc.record({
  at: time,
  on: fc.oneof(
    { weight: 5, arbitrary: fc.subarray([...QUEUES], { minLength: 1 }) },
    { weight: 1, arbitrary: fc.constant([]) },
  ),
  priority: fc.constantFrom(-1, -0, 0, 0, 1),
  runs: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined, freq: 6 }),
  ends: weighted([2, 'returns' as const], [1, 'throws' as const]),
  onStop: fc.constantFrom('heeds', 'ignores'),
  contained: fc.boolean(),
  timeout: oneIn(2, fc.integer({ min: 0, max: 20 })),
  grace: fc.integer({ min: 0, max: 15 }),
  retries: fc.integer({ min: 0, max: 2 }),
  notAfter: oneIn(6, time),
  cancelAt: oneIn(6, time),
  abortAt: oneIn(10, time),
  meddles: weighted(
    [30, 'not' as const],
    [4, 'submits' as const],
    [2, 'cancels itself' as const],
    [1, 'cancels all' as const],
    [2, 'resets' as const],
  ),
})

const hardware: fc.Arbitrary<Hardware> = fc.record({
  revocable: weighted([3, true], [1, false]),
  keeps: fc.boolean(),
  safes: fc.array(
    fc.record({
      takes: oneIn(2, fc.integer({ min: 0, max: SAFE_TIMEOUT_MS + 2 })),
      fails: weighted([5, false], [1, true]),
    }),
    { maxLength: 3 },
  ),
})

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  jobs: fc.array(job, { minLength: 1, maxLength: 9 }),
  resets: fc.array(
    fc.record({
      at: time,
      queue: fc.constantFrom(...QUEUES),
      how: fc.constantFrom('reset', 'again', 'interrupt', 'revoke'),
    }),
    { maxLength: 4 },
  ),
  stops: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.array(
        fc.record({
          at: time,
          for: fc.integer({ min: 0, max: 30 }),
          waiting: fc.constantFrom('fail', 'keep'),
        }),
        { maxLength: 2 },
      ),
    },
  ),
  hardware: fc.record({ a: hardware, b: hardware, c: hardware }),
  hasty: weighted([3, false], [1, true]),
  concurrency: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
  closes: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.array(fc.record({ at: time, how: fc.constantFrom('drain', 'abort') }), { maxLength: 2 }),
    },
  ),
})
