import { expect, test } from 'vitest'
import { findCulprit, RUNS, WORLDS, withoutStackTraces } from '../../random-schedules.js'
import { schedule } from './schedules.js'
import { live } from './world.js'

const SEED = 20_261_127

withoutStackTraces()

test(`in ${RUNS * WORLDS} random schedules (seed ${SEED}) nothing moves after a stop but into its safe level, until a reset`, async () => {
  expect(await findCulprit(schedule, SEED, live)).toBeUndefined()
}, 900_000)
