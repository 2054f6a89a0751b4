import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
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

it('a run that waits for an edge on simulated lines stays alive until it is stopped', async () => {
  const program = await cliProgram()
  onTestFinished(program.remove)
  const plan = join(tempFolder(), 'wait.yaml')
  writeFileSync(
    plan,
    'bench: { b: { type: button, line: 4 }, a: { type: output, line: 17 } }\nplan: [ a.on, b.waitForPress ]\n',
  )
  const run = spawn(process.execPath, [program.path, 'run', plan, '--driver', 'mock', '--no-record'])
  let said = ''
  run.stderr.setEncoding('utf8').on('data', (text: string) => {
    // With nothing else to do, Node ends a process by itself, with 13.
    if (!said.includes('a.on succeeded') && `${said}${text}`.includes('a.on succeeded'))
      setImmediate(() => run.kill('SIGTERM'))
    said += text
  })
  const [code] = await once(run, 'close')
  expect([code, said]).toEqual([143, expect.stringContaining('b.waitForPress cancelled')])
})
