import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RUNS, WORLDS, withoutStackTraces } from '../../random-schedules.js'
import { type Schedule, schedule } from './schedules.js'
import { smaller } from './smaller.js'
import { type Life, World } from './world.js'

const SEED = 20_261_127

/** What must have happened, or the schedules would not try the rules. */
const EVENTS = [
  ...['succeeded', 'failed', 'cancelled', 'timedOut', 'indeterminate', 'ERR_IO'],
  ...['ERR_LIMIT maxOn', 'ERR_LIMIT minOff', 'ERR_LIMIT maxDuty', 'ERR_LIMIT maxToggleRate'],
  ...['ERR_INTERLOCK never', 'ERR_INTERLOCK requires'],
  ...['tripped by maxOn', 'tripped by requires', 'tripped by never'],
]

withoutStackTraces()

test(`on the traces of ${RUNS * WORLDS} random schedules (seed ${SEED}) no limit and no interlock is ever broken`, {
  timeout: 900_000,
}, async () => {
  const counts: Record<string, number> = {}
  const worlds = fc.array(schedule, { minLength: WORLDS, maxLength: WORLDS })
  const property = fc.asyncProperty(worlds, async plans => {
    const lives = await Promise.all(plans.map(live))
    for (const life of lives)
      for (const [what, count] of Object.entries(life.counts)) counts[what] = (counts[what] ?? 0) + count
    return lives.every(({ broken }) => broken.length === 0)
  })
  const { failed, counterexample } = await fc.check(property, { numRuns: RUNS, seed: SEED, endOnFailure: true })
  expect(failed ? await smallest(counterexample?.[0] ?? []) : undefined).toBeUndefined()
  // Whatever is refused, refused and switched off it was, and most was done.
  expect(Object.keys(counts)).toEqual(expect.arrayContaining(EVENTS))
})

async function live(plan: Schedule): Promise<Life> {
  return await new World(plan).live()
}

/** The smallest schedule like one of these that breaks a rule, for people to read. */
async function smallest(plans: readonly Schedule[]): Promise<unknown> {
  for (const plan of plans) {
    const { broken } = await live(plan)
    if (broken.length === 0) continue
    const least = await smaller(plan, async one => (await live(one)).broken.length > 0)
    return { broken: (await live(least)).broken, plan: JSON.stringify(least) }
  }
  return 'nothing was broken when it was lived again'
}
