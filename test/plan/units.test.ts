/** Units in plans: numbers that differ by a factor never meet unnoticed. */

import { describe, expect, it } from 'vitest'
import { factorBetween } from '../../src/plan/expressions/units.js'
import { problemsOf } from '../../src/plan/place.js'
import { checked, columnsOf, problems, refusalOf, withParams } from './plan-text.js'

const PAUSE = '{ pause: { default: 2, unit: s }, gap: { default: 300, unit: ms }, dose: { default: 5, unit: ml } }'
const inSteps = (steps: string): string => withParams(PAUSE, steps)
const paramsOf = (text: string, pause: string) => checked(text, { params: { pause } }).params[0]?.value

describe('the factor between two units', () => {
  it.each([
    ['s', 'ms', 1000],
    ['us', 's', 1e-6],
    ['µs', 'ms', 0.001],
    ['kHz', 'Hz', 1000],
    ['l', 'ml', 1000],
    ['h', 'min', 60],
    ['m', 'ms', 60_000],
    ['m', 'cm', 100],
  ])('from %s to %s is %f', (from, to, factor) => {
    expect(factorBetween(from, to)).toBe(factor)
  })

  it.each([
    ['s', 's'],
    ['ml', 's'],
    ['°C', 's'],
    ['degF', 'degC'],
    ['steps', 'turns'],
    ['pH', 'V'],
    ['Hz', '1/s'],
    ['', 's'],
    [undefined, 's'],
  ])('from %s to %s is none', (from, to) => {
    expect(factorBetween(from, to)).toBeUndefined()
  })
})

describe('a number in another unit than what takes it', () => {
  it.each([
    ['a parameter', '- wait: =pause', '11:11 wait takes ms, and =pause is in s', 'Write =pause * 1000.'],
    [
      'what is added to it',
      '- pump.pulse: { width: =pause + 1 }',
      '11:26 pump.pulse.width takes ms, and =pause + 1 is in s',
      'Write =(pause + 1) * 1000.',
    ],
    [
      'an axis',
      '- scan: { t: { from: 1, to: 3, points: 3, unit: s } }\n  do: [ pump.pulse: { width: =t } ]',
      '12:32 pump.pulse.width takes ms, and =t is in s',
      'Write =t * 1000.',
    ],
    [
      'the seconds since the beginning',
      '- wait: =max(elapsed, pause)',
      '11:11 wait takes ms, and =max(elapsed, pause) is in s',
      'Write =(max(elapsed, pause)) * 1000.',
    ],
    [
      'beside an action',
      '- pump.on: {}\n  timeout: =pause',
      '12:14 timeout takes ms, and =pause is in s',
      'Write =pause * 1000.',
    ],
    [
      'what a parameter becomes',
      '- set: { pause: =gap }',
      '11:19 pause is in s, and =gap in ms',
      'Multiply it by 0.001.',
    ],
    [
      'a sum',
      '- wait: =gap + pause',
      '11:11 =gap + pause: + cannot take ms and s together',
      'Multiply what is in s by 1000.',
    ],
    [
      'a comparison with a reading',
      '- pump.pulse: { width: 1s }\n- if: =pump.pulse.achieved > pause\n  then: [ pump.on ]',
      '12:9 =pump.pulse.achieved > pause: > cannot take ms and s together',
      'Multiply what is in s by 1000.',
    ],
  ])('is refused: %s', (_what, steps, problem, remedy) => {
    const [first] = problemsOf(refusalOf(inSteps(steps)))
    expect(problems(inSteps(steps))).toEqual([`ERR_EXPRESSION ${problem}`])
    expect(first?.remedy).toBe(remedy)
  })

  it.each([
    ['in the unit that is taken', '- wait: =gap'],
    ['converted', '- wait: =pause * 1000'],
    ['of which nobody knows how it is measured', '- wait: =dose'],
    ['with a unit of its own, as text', '- wait: 2s'],
    ['compared with a number', '- if: =pause > 1\n  then: [ pump.on ]'],
  ])('is none when it is %s', (_what, steps) => {
    expect(() => checked(inSteps(steps))).not.toThrow()
  })
})

describe('a parameter with a unit', () => {
  it.each([
    ['2', 2],
    ['2s', 2],
    ['500ms', 0.5],
    ['2 min', 120],
  ])('is given as %s', (text, value) => {
    expect(paramsOf(inSteps('- wait: =gap'), text)).toBe(value)
  })

  it.each(['2ml', '2 sms'])('is not given as %s', text => {
    expect(() => paramsOf(inSteps('- wait: =gap'), text)).toThrow('pause must be a number')
  })

  it('gives its unit to the column of what is worked out with it', () => {
    const plan = checked(inSteps('- record: { long: =pause + 1, scaled: =pause * 2 }'))
    expect(columnsOf(plan)).toEqual(['long', 'scaled'])
    expect(plan.streams[0]?.columns.map(({ unit }) => unit)).toEqual(['s', undefined])
  })
})

describe('what a parameter may be is told to whoever gave it wrong', () => {
  it.each([
    ['{ n: { default: 2, min: 1, max: 5, unit: ml } }', 'Write --param n=2, or another from 1 to 5 ml.'],
    ['{ n: { default: 2, min: 1 } }', 'Write --param n=2, or another of at least 1.'],
    ['{ n: { default: 2, max: 5, unit: s } }', 'Write --param n=2, or another of at most 5 s.'],
    ['{ n: { default: 2, choices: [ 2, 4 ] } }', 'Write --param n=2, or another of 2, 4.'],
    ['{ n: { default: true } }', 'Write --param n=true.'],
  ])('%s', (params, remedy) => {
    expect(refusalOf(withParams(params, '- pump.on'), { params: { n: 'wrong' } }).remedy).toBe(remedy)
  })
})
