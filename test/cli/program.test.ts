import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LINE_SPELLINGS } from '../../src/catalogue-hardware.js'
import { catalogue } from '../../src/errors.js'
import { runMain } from './setup.js'

describe('pi-worker', () => {
  it('prints its help on standard output', async () => {
    const { code, stdout, stderr } = await runMain(['--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const word of ['run', 'check', 'schema', 'doctor', 'pinout', '--version', 'Exit codes', '130'])
      expect(stdout).toContain(word)
  })

  it.each(['run', 'rehearse', 'runs', 'check', 'schema', 'doctor', 'pinout', 'get', 'set', 'watch'])(
    'prints the help of %s',
    async command => {
      const { code, stdout, stderr } = await runMain([command, '--help'])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toContain(`pi-worker ${command}`)
    },
  )

  it('prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    expect(await runMain(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it.each(['get', 'watch'])('tells of every spelling of a line, as errors do, in the help of %s', async command => {
    const { stdout } = await runMain([command, '--help'])
    const text = stdout.replaceAll(/\s+/g, ' ')
    expect(text).toContain(LINE_SPELLINGS)
    expect(catalogue.ERR_UNKNOWN_LINE.remedy).toContain(LINE_SPELLINGS)
    expect(LINE_SPELLINGS).toContain('gpiochip1:3')
  })

  it('prints the schema of plan files as JSON', async () => {
    const { code, stdout } = await runMain(['schema'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ $schema: expect.any(String), required: ['bench', 'plan'] })
  })

  it.each([
    ['no command', [], 'no command was given', 'pi-worker --help'],
    ['an unknown command', ['rnu', 'a.yaml'], "unknown command 'rnu'", 'Did you mean run?'],
    ['an unknown option', ['run', 'a.yaml', '--vitual'], "unknown option '--vitual'", 'Did you mean --virtual?'],
    ['no file', ['run'], "missing required argument 'file'", 'pi-worker run --help'],
    ['two files', ['run', 'a.yaml', 'b.yaml'], 'too many arguments', 'pi-worker run --help'],
    ['an unknown driver', ['run', 'a.yaml', '--driver', 'pigpoi'], 'pigpoi', 'pi-worker run --help'],
    ['no line', ['get', '--driver', 'mock'], "missing required argument 'line'", 'pi-worker get --help'],
    ['an option without its value', ['run', 'a.yaml', '--trace'], 'argument missing', 'pi-worker run --help'],
    ['virtual time on a real driver', ['run', 'a.yaml', '--virtual'], '--virtual', '--driver mock'],
    ['a recording on a real driver', ['run', 'a.yaml', '--replay', 'a.vcd'], '--replay', '--driver mock'],
    [
      'a trace over the recording',
      ['run', 'a.yaml', '--driver', 'mock', '--replay', './a.vcd', '--trace', 'a.vcd'],
      'over the recording',
      'another file',
    ],
    [
      'a trace over the plan',
      ['run', './a.yaml', '--driver', 'mock', '--trace', 'a.yaml'],
      'over the plan',
      'another file',
    ],
  ])('refuses %s with exit 2, the reason and a remedy', async (_what, argv, reason, remedy) => {
    const { code, stdout, stderr } = await runMain(argv)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('ERR_USAGE')
    expect(stderr).toContain(reason)
    expect(stderr).toContain(remedy)
  })

  it('says what is wrong as JSON, too, when JSON was asked for', async () => {
    const { code, stdout } = await runMain(['run', 'a.yaml', '--json', '--vitual'])
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ name: null, outcome: 'failed', tasks: [], error: { code: 'ERR_USAGE' } })
  })
})
