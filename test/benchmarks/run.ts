/**
 * `npm run bench`: every benchmark in a process of its own, one table at the end.
 * `npm run bench -- --smoke` does a hundredth of the work once, only to see that everything runs.
 * `npm run bench -- NAME...` runs only those.
 */

import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Row, Size } from './measure.js'

const BENCHES = [
  'worker-speed',
  'thread-pool',
  'many-tasks',
  'memory',
  'mock-speed',
  'parts-speed',
  'guards',
  'driver-overhead',
  'player',
  'journal',
  'long-plan',
  'records',
  'report',
]

const { values, positionals } = parseArgs({
  options: { smoke: { type: 'boolean', default: false }, child: { type: 'string' } },
  allowPositionals: true,
})
const size: Size = values.smoke ? { rounds: 1, divide: 100 } : { rounds: 7, divide: 1 }

if (values.child === undefined) process.exitCode = all(positionals.length > 0 ? positionals : BENCHES)
else process.stdout.write(JSON.stringify(await one(values.child)))

async function one(name: string): Promise<Row[]> {
  const bench = (await import(`./${name}.js`)) as { run: (size: Size) => Promise<Row[]> }
  return await bench.run(size)
}

function all(names: readonly string[]): number {
  const rounds = values.smoke ? 'a smoke run, whose numbers mean nothing' : `medians of ${size.rounds}`
  print(`node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${rounds}`)
  let failed = 0
  for (const name of names) {
    const flags = values.smoke ? ['--smoke'] : []
    const child = spawnSync(
      process.execPath,
      ['--expose-gc', '--max-old-space-size=8192', fileURLToPath(import.meta.url), ...flags, '--child', name],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 26 },
    )
    print(`\n${name}`)
    if (child.status !== 0) {
      failed++
      print(`  failed: ${child.error?.message ?? child.signal ?? `exit code ${child.status}`}`)
      continue
    }
    for (const row of JSON.parse(child.stdout) as Row[]) {
      const limit = values.smoke ? '' : (row.limit ?? '')
      print(`  ${row.what.padEnd(62)} ${row.value.padStart(20)}  ${limit}`.trimEnd())
    }
  }
  print(`\n${names.length - failed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
