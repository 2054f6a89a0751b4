/** Property tests that live through random schedules, each in a world of its own, and ask which rules were broken. */

import fc from 'fast-check'
import { afterAll, beforeAll } from 'vitest'

/**
 * How many a test lives through: enough to notice most faults in each run of the unit tests, and ten thousand in
 * `npm run test:schedules`, with the same seeds.
 */
export const SCHEDULES = Number(process.env.PI_WORKER_SCHEDULES ?? 200)

/** Worlds have nothing to do with each other: side by side they share the turns of the event loop, which are the cost. */
export const WORLDS = 25
export const RUNS = Math.ceil(SCHEDULES / WORLDS)

/** A schedule, and the rules that it breaks. */
export interface Culprit<S> {
  readonly plan: S
  readonly rules: readonly string[]
}

/** No rule is about stack traces, and taking them for tens of thousands of errors costs as much as the rest. */
export function withoutStackTraces(): void {
  const { stackTraceLimit } = Error
  beforeAll(() => {
    Error.stackTraceLimit = 0
  })
  afterAll(() => {
    Error.stackTraceLimit = stackTraceLimit
  })
}

/** The smallest schedule that breaks a rule, for people to read; undefined when none of all does. */
export async function findCulprit<S>(
  schedule: fc.Arbitrary<S>,
  seed: number,
  live: (plan: S) => Promise<readonly string[]>,
): Promise<Culprit<S> | undefined> {
  const broken = async (plans: readonly S[]): Promise<Culprit<S>[]> => {
    const lives = await Promise.all(plans.map(async plan => ({ plan, rules: await live(plan) })))
    return lives.filter(({ rules }) => rules.length > 0)
  }
  const worlds = fc.array(schedule, { minLength: WORLDS, maxLength: WORLDS })
  const all = fc.asyncProperty(worlds, async plans => (await broken(plans)).length === 0)
  const { counterexample } = await fc.check(all, { numRuns: RUNS, seed, endOnFailure: true })
  if (counterexample === null) return undefined
  const [culprit] = await broken(counterexample[0])
  if (culprit === undefined) throw new RangeError('what broke a rule breaks none when it is lived again')
  const one = fc.asyncProperty(schedule, async plan => (await broken([plan])).length === 0)
  const { counterexample: least } = await fc.check(one, { examples: [[culprit.plan]], numRuns: 1, seed })
  return (await broken(least ?? []))[0] ?? culprit
}
