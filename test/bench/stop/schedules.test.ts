import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SCHEDULES } from '../../schedule-count.js'
import { type Schedule, schedule } from './schedules.js'
import { live } from './world.js'

const SEED = 20_261_127
/** Side by side they share the turns of the event loop, which are the cost. */
const WORLDS = 20
const RUNS = Math.ceil(SCHEDULES / WORLDS)

const { stackTraceLimit } = Error
beforeAll(() => {
  Error.stackTraceLimit = 0
})
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit
})

test(`in ${RUNS * WORLDS} random schedules (seed ${SEED}) nothing moves after a stop but into its safe level, until a reset`, {
  timeout: 900_000,
}, async () => {
  const worlds = fc.array(schedule, { minLength: WORLDS, maxLength: WORLDS })
  const property = fc.asyncProperty(worlds, async plans => (await broken(plans)).length === 0)
  const { failed, counterexample } = await fc.check(property, { numRuns: RUNS, seed: SEED, endOnFailure: true })
  const [culprit] = await broken(counterexample?.[0] ?? [])
  expect(culprit === undefined ? undefined : await smallest(culprit)).toBeUndefined()
  expect(failed).toBe(false)
})

/** A schedule, and the rules that it breaks. */
interface Culprit {
  readonly plan: Schedule
  readonly rules: readonly string[]
}

async function broken(plans: readonly Schedule[]): Promise<Culprit[]> {
  const lives = await Promise.all(plans.map(async plan => ({ plan, rules: await live(plan) })))
  return lives.filter(({ rules }) => rules.length > 0)
}

/** The smallest schedule like this one that breaks a rule too, for people to read. */
async function smallest(culprit: Culprit): Promise<Culprit> {
  const property = fc.asyncProperty(schedule, async plan => (await broken([plan])).length === 0)
  const { counterexample } = await fc.check(property, { examples: [[culprit.plan]], numRuns: 1, seed: SEED })
  const [smaller] = await broken(counterexample ?? [])
  return smaller ?? culprit
}
