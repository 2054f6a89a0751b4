/** Every kind of bad file: a clear error with code, place and remedy, exit 2, and nothing opened. */

import { truncateSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { planFile, runMain, tempFile } from './setup.js'

const PUMP = '  pump: { type: output, line: GPIO17 }'
const bench = (entry: string) => tempFile(`bench:\n${entry}\nplan:\n  - wait: 1s\n`)

const endless = () => {
  const levels = Array.from({ length: 30 }, (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(', ')}]`)
  return tempFile(`l0: &l0 lol\n${levels.join('\n')}\n`)
}

const huge = () => {
  const file = tempFile('')
  truncateSync(file, 100_000_000)
  return file
}

describe('a plan file that is wrong', () => {
  it.each([
    ['an unknown key', () => bench(`${PUMP}\nsimulat: {}`), 'ERR_PLAN_KEY', ':3:1', '"simulate"'],
    ['an unknown type', () => bench('  pump: { type: otuput, line: 17 }'), 'ERR_UNKNOWN_TYPE', ':2:17', '"output"'],
    ['an unknown action', () => planFile('- pump.plse'), 'ERR_UNKNOWN_ACTION', ':6:5', '"pulse"'],
    ['an unknown peripheral', () => planFile('- pmup.on'), 'ERR_UNKNOWN_PERIPHERAL', ':6:5', '"pump"'],
    ['an unknown line', () => bench('  pump: { type: output, line: GPOI17 }'), 'ERR_UNKNOWN_LINE', ':2:31', 'GPIO17'],
    [
      'two peripherals on one line',
      () => bench(`${PUMP}\n  lamp: { type: output, line: "J8:11" }`),
      'ERR_LINE_CLAIMED',
      ':3:31',
      ':2:31',
    ],
    ['a negative duration', () => planFile('- wait: -1s'), 'ERR_BAD_DURATION', ':6:11', '200ms'],
    ['a duration that is NaN', () => planFile('- wait: .nan'), 'ERR_BAD_DURATION', ':6:11', '200ms'],
    ['a duration with no known unit', () => planFile('- wait: 3 fortnights'), 'ERR_BAD_DURATION', ':6:11', '200ms'],
    ['a YAML syntax error', () => tempFile('bench: [\nplan: ]\n'), 'ERR_PLAN_SYNTAX', ':1:8', 'Add the ]'],
    ['an empty file', () => tempFile(''), 'ERR_PLAN_EMPTY', ':1:1', 'examples'],
    ['anchors that expand without end', endless, 'ERR_PLAN_TOO_LARGE', ':2:', 'repeat'],
    ['a file of 100 MB', huge, 'ERR_PLAN_TOO_LARGE', '', '1 MiB'],
    ['a file that is not there', () => '/tmp/no/such/plan.yaml', 'ERR_FILE', '', 'Check the path'],
    [
      'a file that is no text',
      () => tempFile(Buffer.from('89504e470d0a1a0a00', 'hex')),
      'ERR_PLAN_SYNTAX',
      ':1:1',
      'UTF-8',
    ],
  ])('%s', async (_what, make, code, position, hint) => {
    const file = make()
    const run = await runMain(['run', file, '--driver', 'mock', '--virtual'])
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(new RegExp(`^error ${code}: `))
    expect(run.stderr).toContain(`at ${file}${position}`)
    expect(run.stderr).toContain(hint)
    expect(run.stderr).toContain('remedy: ')
    expect(run.stderr).not.toContain('driver:')
    expect(run.io.listeners).toBe(0)
    expect(await runMain(['check', file])).toMatchObject({ code: 2, stdout: '', stderr: run.stderr })
  })
})
