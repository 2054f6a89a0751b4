/** Random schedules for the property of the emergency stop: what is called, cancelled, stopped and reset when. */

import fc from 'fast-check'

/** What one moment of a schedule does; times in virtual ms. */
export type Moment = { readonly at: number } & (
  | { readonly kind: 'call'; readonly what: number; readonly keep: boolean; readonly grace: number }
  | { readonly kind: 'cancel'; readonly which: number }
  | { readonly kind: 'interrupt' | 'resetQueue'; readonly queue: number }
  | { readonly kind: 'safe' | 'stop' }
  /** The next change of a level stops it, so many turns of promises later; 0 is in the middle of the change. */
  | { readonly kind: 'stopOnChange'; readonly turns: number }
  | { readonly kind: 'reset'; readonly waiting: 'keep' | 'fail' }
)

export interface Schedule {
  readonly moments: readonly Moment[]
  readonly whenStopped: 'fail' | 'keep'
  /** A button is pressed, each time for a while. */
  readonly presses: readonly number[]
}

/** Calls that a schedule can make: see `world.ts`. */
export const CALLS = 12
export const PERIPHERALS = 5

const at = fc.integer({ min: 0, max: 60 })
const moment = <K extends string, M>(kind: K, weight: number, fields: { [F in keyof M]: fc.Arbitrary<M[F]> }) => ({
  weight,
  arbitrary: fc.record({ at, kind: fc.constant(kind), ...fields }),
})

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  moments: fc.array(
    fc.oneof(
      moment('call', 12, {
        what: fc.nat({ max: CALLS - 1 }),
        keep: fc.boolean(),
        grace: fc.constantFrom(0, 2, 20),
      }),
      moment('cancel', 2, { which: fc.nat({ max: 9 }) }),
      moment('interrupt', 1, { queue: fc.nat({ max: PERIPHERALS - 1 }) }),
      moment('resetQueue', 1, { queue: fc.nat({ max: PERIPHERALS - 1 }) }),
      moment('safe', 1, {}),
      moment('stop', 2, {}),
      moment('stopOnChange', 2, { turns: fc.nat({ max: 6 }) }),
      moment('reset', 3, { waiting: fc.constantFrom('keep' as const, 'fail' as const) }),
    ) as fc.Arbitrary<Moment>,
    { minLength: 3, maxLength: 16 },
  ),
  whenStopped: fc.constantFrom('fail', 'keep'),
  presses: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 2 }) },
  ),
})
