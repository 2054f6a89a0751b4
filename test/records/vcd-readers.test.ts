// The tools that people read traces with read ours. `.ci/run` installs them and says that they must be there; elsewhere
// the tests of a tool that is not installed are skipped.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VcdWriter } from '../../src/records/vcd.js'
import { runMain } from '../cli/setup.js'

const MS = 1_000_000
const missing = (tool: string) =>
  process.env.PI_WORKER_NEED_READERS !== '1' && spawnSync(tool, ['--help']).error !== undefined

let folder = ''
let trace = ''
/** The trace of the example plan. */
let example = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pi-worker-readers-'))
  trace = join(folder, 'trace.vcd')
  const writer = new VcdWriter({
    path: trace,
    scope: 'Dose until full',
    signals: [
      { line: 17, name: 'pump' },
      { line: 4, name: 'level' },
      { line: 5, name: 'never-known' },
    ],
    initial: new Map([
      [17, 'low'],
      [4, 'high'],
    ]),
  })
  writer.level(17, 'high', 1 * MS)
  writer.level(17, 'low', 2 * MS)
  writer.level(17, 'high', 4 * MS)
  writer.level(4, 'low', 4 * MS)
  writer.close(7 * MS)
  example = join(folder, 'example.vcd')
  await runMain(['run', 'examples/dose-until-full.yaml', '--driver', 'mock', '--virtual', '--trace', example])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.skipIf(missing('sigrok-cli'))('sigrok-cli', () => {
  it('reads every signal, its levels from #0 on and their durations, without a warning', () => {
    const run = spawnSync('sigrok-cli', ['-l', '3', '-i', trace, '-I', 'vcd', '-O', 'csv:header=false:label=false'], {
      encoding: 'utf8',
    })
    expect(run.error).toBeUndefined()
    expect(run.status).toBe(0)
    expect(run.stderr.split('\n').filter(line => /warn|error|invalid|unsupported|unhandled/i.test(line))).toEqual([])
    const samples = run.stdout.split('\n').filter(line => /^[01],/.test(line))
    expect(runs(samples)).toEqual(['0,1,0 x1000', '1,1,0 x1000', '0,1,0 x2000', '1,0,0 x3000'])
  })

  it('decodes the widths of pulses', () => {
    const run = spawnSync('sigrok-cli', ['-l', '2', '-i', trace, '-I', 'vcd', '-P', 'timing:data=pump'], {
      encoding: 'utf8',
    })
    expect(run.stderr).toBe('')
    expect(run.stdout.match(/[\d.]+ .?s/gu)).toEqual(expect.arrayContaining(['1.000 ms', '2.000 ms']))
  })

  it('reads the trace of the example plan without a warning, and finds its pulses', () => {
    const run = spawnSync('sigrok-cli', ['-l', '3', '-i', example, '-I', 'vcd', '-P', 'timing:data=pump'], {
      encoding: 'utf8',
    })
    expect(run.stderr.split('\n').filter(line => /warn|error|invalid|unsupported|unhandled/i.test(line))).toEqual([])
    // The first of the three begins at #0, before which a decoder knows no level.
    expect(run.stdout.match(/\b200\.000 ms/gu)).toHaveLength(2)
  })
})

describe.skipIf(missing('vcd2fst'))('vcd2fst', () => {
  it.each(['trace', 'example'])('converts the %s without a word', name => {
    const fst = join(folder, `${name}.fst`)
    const run = spawnSync('vcd2fst', [join(folder, `${name}.vcd`), fst], { encoding: 'utf8' })
    expect(run.error).toBeUndefined()
    expect([run.status, run.stdout, run.stderr]).toEqual([0, '', ''])
    expect(statSync(fst).size).toBeGreaterThan(0)
  })
})

/** `['a', 'a', 'b']` as `['a x2', 'b x1']`. */
function runs(samples: readonly string[]): string[] {
  const lengths: { sample: string; length: number }[] = []
  for (const sample of samples) {
    const last = lengths.at(-1)
    if (last?.sample === sample) last.length++
    else lengths.push({ sample, length: 1 })
  }
  return lengths.map(({ sample, length }) => `${sample} x${length}`)
}
