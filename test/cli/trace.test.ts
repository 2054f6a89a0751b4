/** `pi-worker trace`: what was recorded, drawn. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { planFile, runMain, tempFile, tempFolder } from './setup.js'

const VCD = `$timescale 1 us $end
$scope module bench $end
$var wire 1 ! pump $end
$var wire 1 " level $end
$upscope $end
$enddefinitions $end
#0 0! 1"
#200000 1!
#400000 0!
#600000 1! 0"
#800000 0!
#1000000`
const file = (text = VCD) => tempFile(text, 'dose.vcd')

describe('pi-worker trace', () => {
  it('draws every line below a ruler, and says what each did', async () => {
    const path = file()
    const { code, stdout, stderr } = await runMain(['trace', path, '--width', '46'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toBe(`${path}: 1 s
      0 s                 0.5 s
      ├───────────────────┼───────────────────
              ┌───────┐       ┌───────┐
 pump ────────┘       └───────┘       └───────
      ────────────────────────┐
level                         └───────────────

 pump 4 edges, high for 400 ms (40 %), shortest pulse 200 ms
level 1 edge, high for 600 ms (60 %)
`)
  })

  it('draws a part of the time, and of the lines in the order asked for', async () => {
    const path = file()
    const flags = ['--from', '500ms', '--to', '0.9s', '--lines', 'level, pump', '--width', '46', '--ascii']
    const { stdout } = await runMain(['trace', path, ...flags])
    expect(stdout).toBe(`${path}: 500 ms to 900 ms of 1 s
                600 ms              800 ms
      +---------+-------------------+---------
      __________
level           |_____________________________
                 ___________________
 pump __________|                   |_________

level 1 edge, high for 100 ms (25 %)
 pump 2 edges, high for 200 ms (50 %), shortest pulse 200 ms
`)
  })

  it('gives what each line did as JSON', async () => {
    const path = file()
    const { stdout } = await runMain(['trace', path, '--lines', 'pump', '--json'])
    expect(JSON.parse(stdout)).toEqual({
      file: path,
      endNs: 1e9,
      fromNs: 0,
      toNs: 1e9,
      lines: [
        {
          name: 'pump',
          initial: 'low',
          final: 'low',
          edges: 4,
          highNs: 4e8,
          shortestNs: 2e8,
          frequency: null,
          duty: null,
        },
      ],
    })
  })

  it('says the frequency and duty of a line that is periodic', async () => {
    const periods = Array.from({ length: 20 }, (_, at) => `#${(at + 1) * 20_000} 1! #${(at + 1) * 20_000 + 1500} 0!`)
    const { stdout } = await runMain(['trace', file(`${VCD.split('#')[0]}#0 0! 1"\n${periods.join('\n')}`)])
    expect(stdout).toContain('shortest pulse 1.5 ms, 50 Hz at a duty of 7.5 %')
    expect(stdout).toContain('level high all the time')
  })

  it.each([
    [{ LANG: 'C' }, false],
    [{ LC_ALL: 'C', LANG: 'de_DE.UTF-8' }, false],
    [{ TERM: 'dumb', LANG: 'C.UTF-8' }, false],
    [{ LANG: 'de_DE.utf8' }, true],
    [{}, true],
  ])('draws with more than ASCII where the terminal knows it: %j', async (env, more) => {
    const { stdout } = await runMain(['trace', file()], { env })
    expect(stdout.includes('─')).toBe(more)
  })

  it('is as wide as the terminal, and coloured there', async () => {
    const { stdout } = await runMain(['trace', file()], { terminal: true, env: { LANG: 'C.UTF-8' } })
    expect(stdout).toContain('\u001B[32m')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken off
    const rows = stdout.replace(/\u001B\[\d+m/g, '').split('\n')
    expect(Math.max(...rows.map(row => row.length))).toBe(120)
  })

  it('shows what run recorded, in ns when it was asked to', async () => {
    const trace = join(tempFolder(), 'run.vcd')
    const plan = planFile('- pump.pulse: { width: 200ms }\n- pump.pulse: { width: 100ms }')
    const flags = ['--driver', 'mock', '--virtual', '--trace', trace, '--timescale', '1ns']
    expect((await runMain(['run', plan, ...flags])).code).toBe(0)
    expect(readFileSync(trace, 'utf8')).toContain('$timescale 1 ns $end')
    const { stdout } = await runMain(['trace', trace])
    expect(stdout).toContain('pump')
    expect(stdout).toMatch(/[34] edges, high for 300 ms/)
  })
})

describe('a pulse shorter than the timescale', () => {
  const plan = () => planFile('- wait: 1ms\n- pump.pulse: { width: 0.3us }\n- wait: 1ms')

  it('is reported by run, and drawn by trace all the same', async () => {
    const trace = join(tempFolder(), 'run.vcd')
    const { code, stderr } = await runMain(['run', plan(), '--driver', 'mock', '--virtual', '--trace', trace])
    expect(code).toBe(0)
    expect(stderr).toContain('trace: 1 pulse is shorter than 1us and without width in the file; --timescale 1ns shows')
    expect((await runMain(['trace', trace])).stdout).toContain('pump 2 edges, high for 0 s')
  })

  it('has its width in ns', async () => {
    const trace = join(tempFolder(), 'run.vcd')
    const flags = ['--driver', 'mock', '--virtual', '--trace', trace, '--timescale', '1ns']
    expect((await runMain(['run', plan(), ...flags])).stderr).not.toContain('shorter')
    expect((await runMain(['trace', trace])).stdout).toContain('shortest pulse 300 ns')
  })
})

describe('what cannot be shown is refused with exit code 2', () => {
  it.each([
    [
      'a line that it lacks',
      ['--lines', 'pmup'],
      'has no signal pmup; it has pump, level',
      'Write pump if that was meant',
    ],
    ['a beginning after the end', ['--from', '2s'], 'is at or after the end of', 'The trace is 1 s long'],
    ['an end before the beginning', ['--from', '2ms', '--to', '1ms'], 'does not come after --from 2ms', 'later end'],
    ['a time that is none', ['--from', 'soon'], '"soon" is not a duration', 'a number with a unit'],
    ['a width that is none', ['--width', '7'], '--width 7 cannot be had', 'from 40 to 10000'],
  ])('%s', async (_what, flags, message, remedy) => {
    const { code, stdout, stderr } = await runMain(['trace', file(), ...flags])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(stderr).toContain(remedy)
  })

  it('a file that is no recording, with its line', async () => {
    const path = file('$timescale 1 us $end\n$var wire 1 ! a $end\n$enddefinitions $end\n#0 1!\n#7\n%%\n')
    const { code, stderr } = await runMain(['trace', path])
    expect(code).toBe(2)
    expect(stderr).toContain(`${path}:6`)
  })

  it('a file that is not there; with --json as one object', async () => {
    const { code, stdout } = await runMain(['trace', '/nowhere/a.vcd', '--json'])
    expect(code).toBe(2)
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'ERR_FILE' })
  })
})
