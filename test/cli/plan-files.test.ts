/** A plan runs with its files beside it, from whatever folder the command is started in. */

import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runMain, tempFile } from './setup.js'

const PLAN = `bench: { air: { type: bme280 } }
plan: [ air.read ]
simulate:
  air: { temperature: { csv: day.csv } }
`

/** A plan file whose CSV file stands beside it, with that text. */
function planWith(csv: string): string {
  const file = tempFile(PLAN)
  writeFileSync(join(dirname(file), 'day.csv'), csv)
  return file
}

describe('a plan that names a file beside it', () => {
  it('is run with it, though the command is started elsewhere', async () => {
    const file = planWith('time,temperature\n0,31\n1,31\n')
    const { stdout, stderr } = await runMain(['run', file, '--driver', 'mock', '--virtual', '--json'])
    expect(JSON.parse(stdout).tasks[0]?.result.temperature, stderr).toBeCloseTo(31, 1)
  })

  it('is told the whole path, when something is wrong in the file', async () => {
    const file = planWith('time,temperature\n0,warm\n')
    const { code, stderr } = await runMain(['run', file, '--driver', 'mock', '--virtual'])
    expect(code).toBe(2)
    expect(stderr).toContain(`${join(dirname(file), 'day.csv')}:2: "warm" is no number`)
  })

  it.each([['check'], ['run', '--driver', 'mock', '--virtual']])(
    'is refused without it, with its place: %s',
    async (command, ...flags) => {
      const file = tempFile(PLAN)
      const { code, stderr } = await runMain([command, file, ...flags])
      expect(code).toBe(2)
      expect(
        stderr,
      ).toBe(`error ERR_FILE: simulate.air.temperature.csv: ${join(dirname(file), 'day.csv')} does not exist
  at ${file}:4:30
  4 |   air: { temperature: { csv: day.csv } }
    |                              ^
  remedy: Check the path; in a plan file it counts from the folder of that file.
`)
    },
  )

  it('is not missed, when only its lines are asked for', async () => {
    expect((await runMain(['pinout', '--bench', tempFile(PLAN), '--driver', 'mock'])).stderr).not.toContain('ERR_FILE')
  })
})
