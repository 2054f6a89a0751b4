import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { planFile, runMain, tempFile } from './setup.js'

describe('pi-worker check', () => {
  it('says what a plan holds and takes, counting the rounds of a repeat', async () => {
    const file = planFile('- repeat: 3\n  do: [ pump.on, { wait: 1s }, pump.off ]\n- parallel: [ level.read, pump.on ]')
    expect(await runMain(['check', file])).toMatchObject({
      code: 0,
      stdout: `${file} is a valid plan: Test, 2 peripherals, 8 tasks\n  takes 3.00 s\n  pump is on for 3.00 s\n`,
      stderr: '',
    })
  })

  it('says how well it knows what a plan takes', async () => {
    const bench =
      'bench: { pump: { type: output, line: 17 }, level: { type: input, line: 4 }, air: { type: dht, line: 22 } }\n'
    const lines = async (steps: string): Promise<string[]> => {
      const { stdout } = await runMain(['check', tempFile(`${bench}params: { n: 3 }\nplan:\n  - level.read\n${steps}`)])
      return stdout.split('\n').slice(1, -1)
    }
    expect(await lines('  - air.read')).toEqual(['  takes about 11.1 ms'])
    expect(await lines('  - level.waitFor: { level: low, timeout: 5s }')).toEqual(['  takes up to 5.00 s'])
    expect(await lines('  - prompt: { ask: Ready? }\n  - wait: 2s')).toEqual(['  takes at least 2.00 s'])
    expect(
      await lines('  - until: =elapsed > 9\n    rounds: 20\n    do: [ pump.pulse: { width: 1s }, record: [ n ] ]'),
    ).toEqual([
      '  takes between 1.00 s and 20.00 s',
      '  pump is on for between 1.00 s and 20.00 s',
      '  records between 1 and 20 rows (primary)',
    ])
  })

  it('refuses a cron whose times are over, by the clock of this machine', async () => {
    const file = planFile('- cron: "0 0 0 1 1 * 2005"\n  do: [ pump.on ]')
    const clock = new VirtualClock({ epoch: Date.parse('2026-11-27') })
    for (const command of ['check', 'run']) {
      const { code, stderr } = await runMain([command, file, ...(command === 'run' ? ['--driver', 'mock'] : [])], {
        clock,
      })
      expect([code, stderr]).toEqual([2, expect.stringMatching(/ERR_PLAN_VALUE.* its times are over on 2026-11-27/)])
    }
  })

  it('warns of what is never reached, and counts rows, with the parameters that it is given', async () => {
    const file = tempFile(
      'params: { n: 2 }\nbench: { level: { type: input, line: 4 } }\n' +
        'plan:\n  - every: 1s\n    do: [ { record: [ level.read ] } ]\n  - level.read\n',
    )
    const { code, stdout, stderr } = await runMain(['check', file, '--param', 'n=3'])
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('takes until it is stopped') })
    expect(stderr).toContain(`warning: `)
    expect(stderr).toContain(`at ${file}:6:5`)
    expect((await runMain(['check', file, '--param', 'm=3'])).stderr).toContain('ERR_PARAM')
  })

  it('says everything that is wrong, each with its place, the line, and a remedy', async () => {
    const file = planFile('- pmup.on\n- wait: 3 fortnights')
    const { code, stdout, stderr } = await runMain(['check', file])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe(`error ERR_UNKNOWN_PERIPHERAL: no peripheral "pmup"; did you mean "pump"?
  at ${file}:6:5
  6 |   - pmup.on
    |     ^
  remedy: Write pump if that is what is meant.

error ERR_BAD_DURATION: wait must be a duration such as 10us, 200ms or 2s (a plain number is ms), not "3 fortnights"
  at ${file}:7:11
  7 |   - wait: 3 fortnights
    |           ^
  remedy: Write a number of milliseconds or a number with a unit: 10us, 200ms, 2s, 5m, 3h, 7d.
`)
  })

  it('counts what it does not list', async () => {
    const { stderr } = await runMain(['check', planFile('- pmup.on\n'.repeat(130).trimEnd())])
    expect(stderr.match(/^error /gm)).toHaveLength(100)
    expect(stderr).toContain('and 30 more problems')
  })

  it('opens nothing: a plan for lines that this machine does not have is valid all the same', async () => {
    const file = tempFile('bench: { pump: { type: output, line: MOTOR_1 } }\nplan: [ pump.on ]')
    expect((await runMain(['check', file])).code).toBe(0)
  })
})
