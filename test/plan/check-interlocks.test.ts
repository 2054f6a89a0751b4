import { describe, expect, test } from 'vitest'
import { peripherals } from '../../src/peripherals/index.js'
import { checkPlan } from '../../src/plan/check.js'
import { problemsOf } from '../../src/plan/place.js'
import { planSchema } from '../../src/plan/schema.js'
import { PlanSource } from '../../src/plan/source.js'

/** What is wrong with a file: where, with which code, and what is said. */
function problems(bench: string, more = '', step = 'heater.on'): string[] {
  const text = `bench:\n${bench.replace(/^/gm, '  ')}\n${more}plan:\n  - ${step}\n`
  try {
    checkPlan(new PlanSource(text, 'tank.yaml'))
    return []
  } catch (error) {
    return (problemsOf(error) ?? []).map(
      ({ code, message, place }) => `${place.line}:${place.column} ${code} ${message}`,
    )
  }
}

const HEATER = 'heater: { type: output, line: 17 }'
const DRAIN = 'drain: { type: output, line: 18 }'

describe('the check of a plan file finds', () => {
  test('nothing wrong with rules that can be kept', () => {
    const bench = `heater: { type: output, line: 17, maxOn: 5m, requires: { float: high } }\n${DRAIN}\nfloat: { type: input, line: 4 }`
    expect(problems(bench, 'interlocks:\n  - never: [heater, drain]\n')).toEqual([])
  })

  test('a limit out of bounds, with its place', () => {
    expect(problems('heater: { type: output, line: 17, maxOn: 0 }')).toEqual([
      '2:44 ERR_BAD_DURATION heater.maxOn must be longer than 0 ms, not 0',
    ])
  })

  test('a limit that its safe state would break', () => {
    expect(problems('heater: { type: output, line: 17, safe: on, maxOn: 5m }')).toEqual([
      '2:54 ERR_PLAN_VALUE heater.maxOn would be broken by its safe state, which is on',
    ])
  })

  test('a condition on a name that there is not', () => {
    expect(
      problems(`heater: { type: output, line: 17, requires: { flaot: on } }\nfloat: { type: input, line: 4 }`),
    ).toEqual(['2:49 ERR_UNKNOWN_PERIPHERAL heater.requires: no peripheral or line "flaot"; did you mean "float"?'])
  })

  test('conditions that wait for each other', () => {
    const bench =
      'heater: { type: output, line: 17, requires: { fan: on } }\nfan: { type: output, line: 18, requires: { heater: on } }'
    expect(problems(bench)).toEqual([
      '2:49 ERR_PLAN_VALUE heater requires fan, and fan requires heater: none of them could ever go on',
    ])
  })

  test('an interlock with a name that there is not', () => {
    expect(problems(`${HEATER}\n${DRAIN}`, 'interlocks:\n  - never: [heater, darin]\n')).toEqual([
      '5:21 ERR_UNKNOWN_PERIPHERAL interlocks[0].never: no peripheral or line "darin"; did you mean "drain"?',
    ])
  })

  test('an interlock that is none', () => {
    expect(problems(`${HEATER}\n${DRAIN}`, 'interlocks:\n  - nevr: [heater, drain]\n')).toEqual([
      '5:5 ERR_PLAN_KEY interlocks[0].nevr is not known here; did you mean "never"?',
    ])
  })

  test('a step that a limit does not allow', () => {
    expect(problems('heater: { type: output, line: 17, maxOn: 5m }', '', 'heater.pulse: { width: 6m }')).toEqual([
      '4:28 ERR_LIMIT heater.pulse.width must be at most 300000 ms (maxOn), not 360000 ms',
    ])
  })

  test('no names to be wrong where a peripheral is wrong itself', () => {
    expect(
      problems(`heater: { type: output, lin: 17 }\n${DRAIN}`, 'interlocks:\n  - never: [heater, drain]\n').join(),
    ).not.toMatch(/UNKNOWN_PERIPHERAL/)
  })
})

test('a checked plan has its interlocks, ready for openBench', () => {
  const text = `bench:\n  ${HEATER}\n  ${DRAIN}\ninterlocks: [{ never: [heater, drain] }]\nplan: [heater.on]\n`
  expect(checkPlan(new PlanSource(text, 'tank.yaml')).interlocks).toEqual([{ never: ['heater', 'drain'] }])
  expect(checkPlan(new PlanSource(text.replace(/interlocks.*\n/, 'interlocks:\n'), 'tank.yaml')).interlocks).toEqual([])
})

test('the published schema knows interlocks', () => {
  expect(planSchema(peripherals).properties).toMatchObject({
    interlocks: { type: 'array', items: { required: ['never'], additionalProperties: false } },
  })
})
