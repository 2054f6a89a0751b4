/** `pi-worker run` as a process, killed at a moment that nobody chose, and what is left of its record. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'
import type { Random } from '../../../mocks/random.js'
import type { RecordedRow, RecordedTask } from '../../../src/records/run/format.js'
import { readRun } from '../../../src/records/run/read-run.js'

const PLAN = `name: Killed
bench:
  level: { type: input, line: GPIO4, bias: pull-up }
  lamp: { type: output, line: GPIO17, safe: low }
plan:
  - repeat: 1000000
    do:
      - lamp.on
      - record: [level.read]
      - lamp.off
      - wait: 1ms
`

/** The command as one file, which starts fast. Within the repository, where it finds its package. */
export async function cliProgram(): Promise<{ readonly path: string; readonly remove: () => void }> {
  const folder = resolve(import.meta.dirname, '../../../.cache', `kill-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'main.mjs')
  await build({
    entryPoints: [resolve(import.meta.dirname, '../../../src/cli/main.ts')],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['koffi', 'onoff', 'pigpio', 'i2c-bus', 'spi-device'],
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module';const require = requireFrom(import.meta.url);`,
    },
  })
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

export interface Killed {
  readonly runs: string
  readonly folder: string
  readonly rows: readonly RecordedRow[]
  readonly tasks: readonly RecordedTask[]
  /** How many rows the plan had certainly gone on after. */
  readonly certain: number
}

/** Starts a run in `parent`, kills it after so many lines that it says, and reads what it left. */
export async function killedRun(
  program: string,
  parent: string,
  sync: 'row' | 'second',
  random: Random,
): Promise<Killed> {
  const runs = join(parent, 'runs')
  const plan = join(parent, 'killed.yaml')
  writeFileSync(plan, PLAN)
  const argv = ['run', plan, '--driver', 'mock', '--runs', runs, '--sync', sync]
  const child = spawn(process.execPath, [program, ...argv], { stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = once(child, 'exit')
  // So many lines come at once, and then a few each second.
  const last = 1 + Math.floor(random.float() * 110)
  let lines = 0
  let reads = 0
  for await (const line of createInterface({ input: child.stderr })) {
    if (line.includes('level.read succeeded')) reads++
    if (++lines >= last) break
  }
  child.kill('SIGKILL')
  await exited
  const folder = join(runs, readdirSync(runs)[0] ?? '')
  const run = await readRun(folder)
  const [rows, tasks]: [RecordedRow[], RecordedTask[]] = [[], []]
  for await (const row of run.rows()) rows.push(row)
  for await (const task of run.tasks()) tasks.push(task)
  // A reading is told before its row is made; the row before it was kept.
  return { runs, folder, rows, tasks, certain: sync === 'row' ? Math.max(0, reads - 1) : 0 }
}
