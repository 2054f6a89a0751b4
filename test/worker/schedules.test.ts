import { expect, test } from 'vitest'
import { findCulprit, RUNS, WORLDS, withoutStackTraces } from '../random-schedules.js'
import { schedule } from './schedules.js'
import { World } from './world.js'

const SEED = 20_261_124

withoutStackTraces()

test(`${RUNS * WORLDS} random schedules (seed ${SEED}) keep every rule of the queues`, async () => {
  expect(await findCulprit(schedule, SEED, plan => new World(plan).live())).toBeUndefined()
}, 900_000)
