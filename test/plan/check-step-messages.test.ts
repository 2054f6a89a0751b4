/** What a person who slips is told of the steps of a plan file, and of the values and expressions in them. */

import { describe, expect, it } from 'vitest'
import { checkPlan } from '../../src/plan/check.js'
import { PlanSource } from '../../src/plan/source.js'
import { problems, said } from './said.js'

const PARTS =
  'bench: { pump: { type: output, line: 17 }, probe: { type: mcp3008, vref: 3.3 }, air: { type: dht, line: 22 } }\n' +
  'params: { dose: 2s, limit: 2, wet: true }\n'
/** Steps, the first of them on line 4, with two blanks before it. */
const withParts = (steps: string): string => `${PARTS}plan:\n${steps.replace(/^/gm, '  ')}\n`

describe('a misspelt word of a step', () => {
  const LIKE_UNTIL = 'no step "untill"; did you mean "until"? | Write until if that is what is meant.'

  it.each([
    ['where another word is a field of it', 'every: 1s\n  rounds: 3\n  do: [ air.read ]'],
    ['alone', 'rounds: 3\n  do: [ air.read ]'],
    ['beside a misspelt field', 'every: 1s\n  ruonds: 3\n  do: [ air.read ]'],
    ['with an axis of its own steps', 'rounds: 3\n  do: [ { set: { limit: =round } } ]'],
  ])('is the only problem of the step: %s', (_how, rest) => {
    expect(said(withParts(`- untill: =air.read.temperature < limit\n  ${rest}`))).toEqual([LIKE_UNTIL])
  })

  it('hides no axis from its steps', () => {
    const text = '- scna: { x: { from: 0, to: 9, points: 3 } }\n  do: [ { set: { limit: =x } } ]'
    expect(said(withParts(text))).toEqual([
      'no step "scna"; did you mean "scan"? | Write scan if that is what is meant.',
    ])
  })

  it('hides nothing that is done from the steps after it', () => {
    const text = '- repeet: 3\n  do: [ air.read ]\n- set: { limit: =air.read.temperature }'
    expect(said(withParts(text))).toHaveLength(1)
  })

  it.each([
    ['below another key', '- whlie: =wet\n  rounds: 3\n  do: [ pump.onn ]', '6:11'],
    ['below the word', '- paralell: [ pump.onn ]', '4:17'],
  ])('hides no slip in its steps: %s', (_where, text, at) => {
    const found = problems(withParts(text)).map(({ message, place }) => `${place.line}:${place.column} ${message}`)
    expect(found).toEqual([
      expect.stringMatching(/^4:5 no step/),
      `${at} no action of pump (output) "onn"; did you mean "on"?`,
    ])
  })

  it('is none where the key is a misspelt field of a step that is right', () => {
    expect(said(withParts('- repeat: 3\n  evry: 1s\n  do: [ pump.on ]'))).toEqual([
      'evry is not known here; did you mean "every"? | Write every if that is what is meant.',
    ])
  })
})

describe('a step that lacks its colon, or more', () => {
  it.each([
    ['wait 2s', 'a colon is missing after wait | Write wait: 2s'],
    ['wait = 2s', 'a colon is missing after wait | Write wait: 2s'],
    ['wait:2s', 'a space is missing after the colon of wait | Write wait: 2s'],
    ['pump.pulse 2s', 'a colon is missing after pump.pulse | Write pump.pulse: { width: 200ms }.'],
    ['pump.pulse', 'pump.pulse needs "width" | Write pump.pulse: { width: 200ms }.'],
    ['wait', 'wait needs a value | Write wait: 200ms'],
    ['parallel', 'parallel needs a value | Write "parallel:", and its steps on the lines below.'],
    ['pump: on', 'pump alone is no step: what shall it do? | Write pump.on.'],
    ['pump: { pulse: { width: 1s } }', 'pump alone is no step: what shall it do? | Write pump.pulse.'],
    ['pump', 'pump alone is no step: what shall it do? | Name an action, such as pump.on.'],
    ['pump.on: { for: 2s }', 'pump.on.for is not known here; no key is | Leave it out: pump.on takes nothing.'],
  ])('is told what to write: %s', (step, sentence) => {
    expect(said(withParts(`- ${step}`))).toEqual([sentence])
  })

  it('is told so where there is nothing at all', () => {
    const [only] = problems(withParts('- pump.on\n-'))
    expect(only).toMatchObject({ place: { line: 5 }, remedy: 'Write a step there, or take the "-" away.' })
  })

  it('is done all the same, as far as what comes after it is concerned', () => {
    expect(said(withParts('- air.read: 5\n- set: { limit: =air.read.temperature }'))).toHaveLength(1)
  })
})

describe('a key that took its value for want of a space or colon', () => {
  it.each([
    ['{ width:2s }', 'width:2s', 'Write width: 2s, with a space after the colon.'],
    ['{ width 2s }', 'width 2s', 'Write width: 2s, with a colon.'],
  ])('is told what to write: %s', (input, key, remedy) => {
    expect(said(withParts(`- pump.pulse: ${input}`))).toEqual([
      `pump.pulse.${key} is not known here; did you mean "width"? | ${remedy}`,
    ])
  })
})

describe('a value of another type', () => {
  it.each([
    [
      'until: =wet\n  rounds: many\n  do: [ pump.on ]',
      'rounds must be a whole number, not "many" | Write a whole number, such as 1.',
    ],
    ['repeat: "3"\n  do: [ pump.on ]', 'repeat must be a whole number, not "3" | Write 3 without quotes.'],
    ['note: 5', 'note must be text, not 5 | Put it into quotes: "5".'],
    ['record: air.read', 'record must be a list or an object, not "air.read" | Write record: [air.read].'],
    [
      'scan: { x: { from: 0, to: 9 } }\n  do: [ pump.on ]',
      'scan.x needs one of points, step | Add points: 10 or step: 1.',
    ],
    [
      'if: air.read.temperature > 2\n  then: [ pump.on ]',
      'if must be an expression (with = before it) or true or false, not "air.read.temperature > 2" | ' +
        'Write "=air.read.temperature > 2": without the = it is text.',
    ],
  ])('is told what to write: %s', (step, sentence) => {
    expect(said(withParts(`- ${step}`))).toEqual([expect.stringMatching(exactly(sentence))])
  })

  it.each([
    ['a parameter', '{ width: dose }', 'Write =dose: without the = it is text.'],
    ['a reading', '{ width: air.read.temperature }', 'Write =air.read.temperature: without the = it is text.'],
    ['a calculation', '{ width: limit * 2 }', 'Write "=limit * 2": without the = it is text.'],
  ])('that names something lacks its =: %s', (_what, input, remedy) => {
    expect(problems(withParts(`- air.read\n- pump.pulse: ${input}`)).map(problem => problem.remedy)).toEqual([remedy])
  })

  it.each([
    ['a field of a step', 'wait: dose', 'Write =dose: without the = it is text.'],
    ['another field', 'repeat: limit\n  do: [ pump.on ]', 'Write =limit: without the = it is text.'],
  ])('lacks its = in %s too', (_where, step, remedy) => {
    expect(problems(withParts(`- ${step}`)).map(problem => problem.remedy)).toEqual([remedy])
  })

  it('that names nothing is told what is wanted', () => {
    expect(problems(withParts('- pump.pulse: { width: dsoe }'))[0]?.remedy).toBeUndefined()
  })
})

describe('an expression', () => {
  /** Line, column, message and remedy of what is wrong with the value of `set: { limit: ... }`, which is at 4:19. */
  const saidOf = (expression: string): string[] =>
    problems(withParts(`- set: { limit: ${expression} }`)).map(
      ({ place, message, remedy }) => `${place.line}:${place.column} ${message} | ${remedy}`,
    )
  const LIKE_THIS = 'Write it like this: =dose * 2, or =air.read.temperature > 25 && elapsed < 60.'

  it.each([
    ['=wet = true', '4:24 =wet = true: = is no operator here | Write == in its place.'],
    ['=wet and wet', '4:24 =wet and wet: and is no operator here | Write && in its place.'],
    ['=wet OR wet', '4:24 =wet OR wet: OR is no operator here | Write || in its place.'],
    ['=not wet', '4:20 =not wet: not is no operator here | Write ! in its place.'],
    ['=limit => 2', '4:26 =limit => 2: => is no operator here | Write >= in its place.'],
    ['=limit ^ 2', '4:26 =limit ^ 2: ^ is no operator here | Write ** in its place.'],
    ['=limit 2', '4:25 =limit 2: no operator stands between two values | Put one between them, such as * or &&.'],
    ['=limit * ', `4:27 =limit * cannot be read: expected expression after * | ${LIKE_THIS}`],
    ['"=limit * (2 + )"', `4:34 =limit * (2 + ) cannot be read: expected expression after + | ${LIKE_THIS}`],
    ['=air.', `4:24 =air. cannot be read: it ends too early | ${LIKE_THIS}`],
    ['=1 + limi', '4:24 =1 + limi: no name "limi"; did you mean "limit"? | Write limit if that is what is meant.'],
    ['=1 / 0', '4:19 =1 / 0: it divides by zero | undefined'],
  ])('is told where in it the slip is: %s', (expression, sentence) => {
    expect(saidOf(expression)).toEqual([sentence])
  })

  it('has its place in a text with braces too', () => {
    const [only] = problems(withParts('- note: "now {limi} V"'))
    expect(only?.place).toMatchObject({ line: 4, column: 17 })
  })

  it('whose reading nothing has read is told the step with the input that it needs', () => {
    expect(saidOf('=probe.read.volts')).toEqual([
      '4:19 =probe.read.volts uses probe.read.volts, and no step before it does probe.read | ' +
        'Put "- probe.read: { channel: 1 }" before it.',
    ])
  })

  it('may have such words in quotes, and as names', () => {
    const text = `${PARTS.replace('wet: true', 'or: true')}plan: [ { if: '=or && "a and b" == "a = b"', then: [ pump.on ] } ]\n`
    expect(() => checkPlan(new PlanSource(text, 'a.yaml'))).not.toThrow()
  })
})

describe('a duration of days', () => {
  it('is one', () => {
    expect(() =>
      checkPlan(new PlanSource(withParts('- every: 1h\n  for: 3d\n  do: [ pump.on ]'), 'a.yaml')),
    ).not.toThrow()
  })

  it('is refused when it is too long', () => {
    expect(said(withParts('- wait: 105d'))).toEqual([
      expect.stringMatching(/^wait must be at most 104 days, not "105d"/),
    ])
  })
})

it('what is wrong with a pattern of times is said to its end', () => {
  expect(said(withParts('- cron: "*/61 * * * *"\n  do: [ pump.on ]'))).toEqual([
    expect.stringMatching(
      /^"\*\/61 \* \* \* \*" is no pattern of times: .*steps cannot be greater than .*[^…] \| Write it like this/,
    ),
  ])
})

function exactly(sentence: string): RegExp {
  return new RegExp(`^${sentence.replace(/[.*+?^${'$'}{}()|[\]\\]/g, '\\$&')}$`)
}
