import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { expect, it, onTestFinished } from 'vitest'
import { Random } from '../../../mocks/random.js'
import { readRunJson } from '../../../src/records/run/read-run.js'
import { markInterrupted, outcomeOf } from '../../../src/records/run/runs.js'
import { cliProgram, killedRun } from './kill.js'
import { tempFolder } from './setup.js'

/** In each run of the tests a few, in `npm run test:schedules` many. */
const KILLS = process.env.PI_WORKER_SCHEDULES === undefined ? 4 : 200

it('a run that is killed leaves a record with all rows that the plan went on after, and is marked by the next', async () => {
  const program = await cliProgram()
  onTestFinished(program.remove)
  const random = new Random(2026)
  const parent = tempFolder()
  for (let kill = 0; kill < KILLS; kill++) {
    const own = join(parent, String(kill))
    mkdirSync(own)
    const { runs, folder, rows, tasks, certain } = await killedRun(
      program.path,
      own,
      kill % 4 === 3 ? 'second' : 'row',
      random,
    )
    expect(rows.length, folder).toBeGreaterThanOrEqual(certain)
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1))
    expect(rows.every(({ values }) => values[0] === 'high')).toBe(true)
    expect(tasks.every(({ state }) => state === 'succeeded')).toBe(true)
    // A run that is killed before its first row may not have made its table.
    const path = join(folder, 'data.csv')
    const table = existsSync(path) ? readFileSync(path, 'utf8') : ''
    const whole = parse(table.slice(0, table.lastIndexOf('\n') + 1)) as string[][]
    expect(Math.max(0, whole.length - 1)).toBeGreaterThanOrEqual(certain)
    expect(outcomeOf(await readRunJson(folder))).toBe('interrupted')
    expect(await markInterrupted(runs)).toHaveLength(1)
    const { outcome, rows: count } = await readRunJson(folder)
    expect([outcome, count.primary ?? 0]).toEqual(['interrupted', rows.length])
  }
}, 600_000)
