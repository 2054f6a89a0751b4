import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isPiWorkerError } from '../../src/errors.js'
import { checkPlan } from '../../src/plan/check.js'
import { problemsOf } from '../../src/plan/place.js'
import { PlanSource } from '../../src/plan/source.js'
import { inPlan, run, valuesOf, withParams } from './plan-text.js'

let folder: string
const before = process.cwd()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pi-worker-include-'))
  process.chdir(folder)
})
afterEach(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true })
})

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}

/** `CODE file:line:column message` of everything that is wrong. */
function problems(text: string): string[] {
  try {
    checkPlan(new PlanSource(text, 'a.yaml'))
  } catch (error) {
    if (!isPiWorkerError(error)) throw error
    return problemsOf(error).map(
      ({ code, place, message }) => `${code} ${place.file}:${place.line}:${place.column} ${message}`,
    )
  }
  throw new TypeError('the plan was accepted')
}

describe('include', () => {
  it('does the steps of another file, with what its parameters are to be', async () => {
    write(
      'parts/wash.yaml',
      'params: { times: 2, width: 1s }\nplan:\n- repeat: =times\n  do: [ pump.pulse: { width: =width } ]\n',
    )
    const { began } = await run(
      inPlan('- include: parts/wash.yaml\n- include: parts/wash.yaml\n  with: { times: 1, width: 5s }\n- lamp.on'),
    )
    expect(began).toEqual(['0 pump.pulse', '1000 pump.pulse', '2000 pump.pulse', '7000 lamp.on'])
  })

  it('takes a path from the root as it is', async () => {
    write('parts/light.yaml', 'plan: [ lamp.on ]\n')
    expect((await run(inPlan(`- include: ${join(folder, 'parts/light.yaml')}`))).began).toEqual(['0 lamp.on'])
  })

  it('has parameters of its own, which begin anew each time, and knows those around it', async () => {
    write('count.yaml', 'params: { n: 1 }\nplan:\n- set: { n: =n + outer }\n- record: { n: n }\n')
    const { rows } = await run(
      withParams(
        '{ n: 100, outer: 10 }',
        '- repeat: 2\n  do:\n  - include: count.yaml\n    with: { n: =round }\n- record: { n: n }\n  to: end',
      ),
    )
    expect(valuesOf(rows)).toEqual([[11], [12], [100]])
  })

  it('begins its own parameters anew in a run that is resumed, too', async () => {
    write(
      'grow.yaml',
      'params: { dose: 1 }\nplan:\n- repeat: 3\n  do:\n  - if: =round == 3\n    then: [ set: { dose: =dose + 10 } ]\n  - record: { dose: dose }\n',
    )
    const text = `${inPlan('- repeat: 2\n  do:\n  - include: grow.yaml')}resumable: true\n`
    const { rows } = await run(text)
    expect(valuesOf(rows).flat()).toEqual([1, 1, 11, 1, 1, 11])
    for (const [index, { position, changed }] of rows.entries()) {
      const resumed = await run(text, { resume: { position, changed } })
      expect(valuesOf(resumed.rows)).toEqual(valuesOf(rows.slice(index + 1)))
    }
  })

  it('may change a parameter around it, whose value is not foretold then', async () => {
    write('grow.yaml', 'plan: [ include: more.yaml ]')
    write('more.yaml', 'plan: [ set: { width: 20 } ]')
    const text = withParams('{ width: 0 }', '- include: grow.yaml\n- pump.pulse: { width: =width }')
    expect((await run(text)).began).toEqual(['0 pump.pulse'])
  })

  it('counts its paths from its own folder', async () => {
    write('parts/a.yaml', 'plan: [ include: more/b.yaml ]')
    write('parts/more/b.yaml', 'plan: [ include: ../../c.yaml ]')
    write('c.yaml', 'plan: [ pump.on ]')
    expect((await run(inPlan('- include: parts/a.yaml'))).began).toEqual(['0 pump.on'])
  })

  it('says what is wrong in the other file, there, after what is wrong in the first', () => {
    write(
      'wash.yaml',
      'params: { times: { default: 2, max: 1 } }\nplan:\n- pmup.on\n- pump.pulse: { width: 5 sec }\n- wait: =tmies\n',
    )
    expect(problems(inPlan('- include: wash.yaml\n- lmap.on'))).toEqual([
      expect.stringContaining('ERR_UNKNOWN_PERIPHERAL a.yaml:11:5'),
      expect.stringContaining('ERR_PARAM wash.yaml:1:29'),
      expect.stringContaining('ERR_UNKNOWN_PERIPHERAL wash.yaml:3:3'),
      expect.stringContaining('ERR_BAD_DURATION wash.yaml:4:24'),
      expect.stringContaining('ERR_EXPRESSION wash.yaml:5:10 =tmies: no name "tmies"; did you mean "times"?'),
    ])
  })

  it('says what of its file cannot be read at all', () => {
    write('tab.yaml', 'plan:\n\t- pump.on\n')
    expect(problems(inPlan('- include: tab.yaml'))).toEqual([expect.stringContaining('ERR_PLAN_SYNTAX tab.yaml:2:1')])
  })

  it.each([
    ['a file that is not there', '- include: wahs.yaml', 'ERR_FILE a.yaml:10:14 wahs.yaml does not exist'],
    ['a folder', '- include: .', 'ERR_FILE a.yaml:10:14 . is a folder'],
    [
      'a parameter that the file has not',
      '- include: wash.yaml\n  with: { tmies: 2 }',
      'ERR_PARAM a.yaml:11:13 no parameter of wash.yaml "tmies"; did you mean "times"?',
    ],
    [
      'a parameter of another type',
      '- include: wash.yaml\n  with: { times: often }',
      'ERR_PARAM a.yaml:11:20 times must be a number, not "often"',
    ],
    ['an expression of another type', '- include: wash.yaml\n  with: { times: ="a" }', 'ERR_EXPRESSION a.yaml:11:20'],
  ])('is refused with %s', (_what, steps, expected) => {
    write('wash.yaml', 'params: { times: 2 }\nplan: [ pump.on ]')
    expect(problems(inPlan(steps))).toEqual([expect.stringContaining(expected)])
  })

  it.each([
    ['an unknown key', 'plna: [ pump.on ]', 'ERR_PLAN_KEY wash.yaml:1:1'],
    ['a bench of its own', 'bench: {}\nplan: [ pump.on ]', 'ERR_PLAN_KEY wash.yaml:1:1'],
    ['a list', '- pump.on', 'ERR_PLAN_VALUE wash.yaml:1:1'],
    ['no steps', 'plan: []', 'ERR_PLAN_VALUE wash.yaml:1:7'],
  ])('is refused of a file with %s', (_what, text, expected) => {
    write('wash.yaml', text)
    expect(problems(inPlan('- include: wash.yaml'))[0]).toContain(expected)
  })

  it('in a circle is refused, in the file that closes it', () => {
    write('b.yaml', 'plan:\n- include: c.yaml\n')
    write('c.yaml', 'plan:\n- pump.on\n- include: b.yaml\n')
    expect(problems(inPlan('- include: b.yaml'))).toEqual([
      expect.stringContaining('ERR_INCLUDE c.yaml:3:12 b.yaml includes itself'),
    ])
    write('self.yaml', 'plan: [ include: self.yaml ]')
    expect(problems(inPlan('- include: self.yaml'))).toEqual([expect.stringContaining('ERR_INCLUDE self.yaml:1:18')])
  })

  it('is bounded in depth and in number', () => {
    for (let depth = 0; depth < 15; depth++) write(`${depth}.yaml`, `plan:\n- include: ${depth + 1}.yaml\n`)
    write('15.yaml', 'plan: [ pump.on ]')
    expect(problems(inPlan('- include: 0.yaml'))).toEqual([expect.stringMatching(/^ERR_INCLUDE .* more than 10 deep/)])
    for (let level = 0; level < 8; level++) {
      const step = `- include: bomb${level + 1}.yaml\n`
      write(`bomb${level}.yaml`, `plan:\n${step.repeat(10)}`)
    }
    write('bomb8.yaml', 'plan: [ pump.on ]')
    expect(problems(inPlan('- include: bomb0.yaml'))[0]).toContain('more than 200 files')
  })
})
