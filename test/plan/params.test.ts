import { describe, expect, it } from 'vitest'
import { checked, inPlan, problems, refusalOf, run, valuesOf, withParams } from './plan-text.js'

const DOSE = '{ dose: { default: 5, unit: ml, min: 0, max: 20 } }'
const given = (params: Record<string, string>) => refusalOf(withParams(DOSE, '- pump.on'), { params })

describe('the parameters of a plan', () => {
  it('have the values of the plan, or those that are given', () => {
    const text = withParams(
      '{ dose: { default: 5, unit: ml, description: A dose. }, fast: true, mode: wash }',
      '- pump.on',
    )
    expect(checked(text, { params: { dose: '7.5', fast: 'false' } }).params).toEqual([
      { name: 'dose', value: 7.5, unit: 'ml', description: 'A dose.', from: 'option' },
      { name: 'fast', value: false, unit: undefined, description: undefined, from: 'option' },
      { name: 'mode', value: 'wash', unit: undefined, description: undefined, from: 'plan' },
    ])
  })

  it('may be given with their unit', () => {
    expect(checked(withParams(DOSE, '- pump.on'), { params: { dose: '7 ml' } }).params[0]?.value).toBe(7)
  })

  it.each([
    [{ dsoe: '5' }, 'no parameter "dsoe"; did you mean "dose"?', '--param dsoe'],
    [{ dose: 'much' }, 'dose must be a number, not "much"', '--param dose'],
    [{ dose: '5 s' }, 'dose must be a number, not "5 s"', '--param dose'],
    [{ dose: '' }, 'dose must be a number, not ""', '--param dose'],
    [{ dose: '21' }, 'dose must be at most 20 ml, not 21', '--param dose'],
    [{ dose: '-1' }, 'dose must be at least 0 ml, not -1', '--param dose'],
    [{ dose: 'Infinity' }, 'dose must be a number', '--param dose'],
    [{ __proto__x: '1' }, 'no parameter', '--param __proto__x'],
  ])('that are given wrong are refused: %j', (params, message, place) => {
    expect(given(params)).toMatchObject({ code: 'ERR_PARAM', message: expect.stringContaining(message), place })
  })

  it('that are given wrong are told after what is wrong with the file', () => {
    expect(refusalOf(withParams(DOSE, '- pmup.on'), { params: { x: '1' } }).code).toBe('ERR_UNKNOWN_PERIPHERAL')
  })

  it.each([
    ['{ dose: { min: 5 } }', 'ERR_PLAN_VALUE', 'params.dose needs "default"'],
    ['{ dose: { default: 5, mim: 1 } }', 'ERR_PLAN_KEY', 'did you mean "min"?'],
    ['{ dose: [ 1 ] }', 'ERR_PLAN_VALUE', 'params.dose'],
    ['{ dose: { default: 5, max: 4 } }', 'ERR_PARAM', 'params.dose.default must be at most 4, not 5'],
    ['{ dose: { default: 5, min: 9, max: 4 } }', 'ERR_PARAM', 'max must be at least min'],
    ['{ dose: { default: a, min: 9 } }', 'ERR_PARAM', 'has min, and its default is text'],
    ['{ dose: { default: a, choices: [ a, 2 ] } }', 'ERR_PARAM', 'must all be text, as its default is, not 2'],
    ['{ dose: { default: a, choices: [ b ] } }', 'ERR_PARAM', 'must be one of b, not "a"'],
    ['{ round: 5 }', 'ERR_BAD_NAME', 'cannot be called "round"'],
    ['{ pump: 5 }', 'ERR_BAD_NAME', 'a peripheral is called so'],
    ['{ "a b": 5 }', 'ERR_BAD_NAME', 'cannot be called "a b"'],
    ['[ dose ]', 'ERR_PLAN_VALUE', 'params must be an object'],
    [`{ ${Array.from({ length: 501 }, (_, i) => `p${i}: 1`).join(', ')} }`, 'ERR_PLAN_VALUE', 'more than 500'],
  ])('are refused when they are %.60s', (params, code, message) => {
    const [problem] = problems(withParams(params, '- pump.on'))
    expect(problem).toMatch(new RegExp(`^${code} 9:`))
    expect(problem).toContain(message)
  })

  it('change by set, all of one step at once', async () => {
    const text = withParams('{ a: 1, b: 2 }', '- set: { a: =b, b: =a }\n- record: { a: a, b: b }')
    expect(valuesOf((await run(text)).rows)).toEqual([[2, 1]])
  })

  it('stay within their range', async () => {
    expect(problems(withParams(DOSE, '- set: { dose: 21 }'))).toEqual([
      'ERR_PARAM 11:18 dose must be at most 20 ml, not 21',
    ])
    const { result } = await run(withParams(DOSE, '- repeat: 9\n  do: [ set: { dose: =dose * 2 } ]'))
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'ERR_PARAM', place: 'a.yaml:12:24' } })
  })

  it('that are not there cannot be set, nor to another type', () => {
    expect(problems(withParams('{ dose: 5 }', '- set: { dsoe: 1 }\n- set: { dose: "=\'a\'" }'))).toEqual([
      'ERR_PARAM 11:12 no parameter "dsoe"; did you mean "dose"?',
      expect.stringMatching(/^ERR_EXPRESSION 12:18 .* must be a number, and it is text/),
    ])
    expect(problems(inPlan('- set: { dose: 1 }'))).toEqual([expect.stringContaining('there is none')])
  })

  it('are those of one run: the next begins with those of the plan', async () => {
    const text = withParams('{ a: 1 }', '- set: { a: =a + 1 }\n- record: { a: a }')
    expect([valuesOf((await run(text)).rows), valuesOf((await run(text)).rows)]).toEqual([[[2]], [[2]]])
  })
})
