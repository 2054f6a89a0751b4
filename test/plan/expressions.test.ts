import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPiWorkerError } from '../../src/errors.js'
import { peripherals } from '../../src/peripherals/index.js'
import { compile } from '../../src/plan/expressions/compile.js'
import { Names } from '../../src/plan/expressions/names.js'
import { parseExpression } from '../../src/plan/expressions/parse.js'
import type { Expression, Value, Variable } from '../../src/plan/expressions/value.js'
import { makePlace } from '../../src/plan/place.js'
import { SCHEDULES } from '../random-schedules.js'
import { inPlan, problems, run, withParams } from './plan-text.js'

const variable = (name: string, slot: number, type: Variable['type']): Variable => ({
  name,
  kind: 'param',
  slot,
  type,
  samples: [],
})
const NAMES = new Names(
  new Map(
    [variable('dose', 0, 'number'), variable('mode', 1, 'string'), variable('wet', 2, 'boolean')].map(v => [v.name, v]),
  ),
  new Map([
    ['air', peripherals.dht],
    ['room-air', peripherals.dht],
    ['pump', peripherals.output],
  ]),
)
const PLACE = makePlace('a.yaml', 3, 7, '')
const parsed = (text: string) => parseExpression(text, NAMES, PLACE)
const VALUES = {
  slots: [5, 'wash', true] as Value[],
  readings: new Map([['air.read', { result: { temperature: 21.5, humidity: 40 }, wall: 0 }]]),
  elapsed: () => 12,
}

function valueAt(text: string): Value {
  const found = parsed(text)
  if (found === undefined || 'code' in found) throw new TypeError(found?.message)
  return found.evaluate(VALUES)
}

function faultOf(text: string): string {
  const found = parsed(text)
  if (found === undefined || !('code' in found)) throw new TypeError('it was accepted')
  return found.message
}

describe('an expression', () => {
  it.each<[string, Value]>([
    ['=dose * 2', 10],
    ['=2 ** 3 ** 2', 512],
    ['=-dose + 7 % 4', -2],
    ['=(1 + 2) * 3', 9],
    ['=1 + 2 * 3', 7],
    ['=dose > 4 && !wet || mode == "wash"', true],
    ['=dose === 5', true],
    ['=mode != "rinse"', true],
    ['=wet ? dose : 0', 5],
    ['=mode + "ing"', 'washing'],
    ['=min(3, dose, 9) + max(1, 2)', 5],
    ['=round(air.read.temperature / 3, 2)', 7.17],
    ['=abs(-2) + floor(2.7) + ceil(2.1) + sqrt(16)', 11],
    ['=air.read.temperature', 21.5],
    ['=air.temperature > 20', true],
    ['=elapsed / 6', 2],
    ['=dose>=5', true],
  ])('%s comes to %s', (text, value) => {
    expect(valueAt(text)).toBe(value)
  })

  it('looks at no more than it needs: what is not there behind && or ? does no harm', () => {
    expect([valueAt('=wet || room-air.read.humidity > 5'), valueAt('=wet ? 1 : room-air.read.humidity')]).toEqual([
      true,
      1,
    ])
  })

  it('knows a peripheral whose name has a dash, and a minus', () => {
    expect(() => valueAt('=room-air.read.humidity')).toThrow('room-air.read.humidity is not there yet')
    expect(valueAt('=dose-air.read.temperature')).toBe(-16.5)
  })

  it.each([
    ['=dose *', 'cannot be read'],
    ['=', 'nothing stands after the ='],
    ['=dsoe * 2', 'no name "dsoe"; did you mean "dose"?'],
    ['=dose + mode', '+ cannot take a number and text together'],
    ['=mode * 2', '* takes a number, not text'],
    ['=dose / 0', 'it divides by zero'],
    ['=dose % (2 - 2)', 'it divides by zero'],
    ['=sqrt(-1)', 'it comes to NaN'],
    ['=1e308 * 10', 'it comes to Infinity'],
    ['=dose ? 1 : 2', '? takes true or false, not a number'],
    ['=wet ? 1 : "a"', 'its two sides are a number and text'],
    ['=!dose', '! takes true or false, not a number'],
    ['=dose & 1', '& is no operator here'],
    ['=~dose', '~ is no operator here'],
    ['=eval("1")', 'there is no function eval'],
    ['=air.read("x")', 'there is no function of that kind'],
    ['=abs(1, 2)', 'abs takes 1 number, not 2'],
    ['=min()', 'min takes 1 to 100 numbers, not 0'],
    ['=dose.constructor', 'no peripheral "dose"'],
    ['=mode["length"]', 'the only names with dots are readings'],
    ['=air.read.tempreature', 'did you mean "air.read.temperature"?'],
    ['=air.raed.temperature', 'did you mean "air.read.temperature"?'],
    ['=pump.on.on.valueOf', 'no reading'],
    ['=air', 'air alone is no value'],
    ['=pump.on', 'no reading'],
    ['=[1, 2]', 'lists'],
    ['=dose; dose', 'several expressions in one'],
    ['=this', 'this'],
    ['=null', 'null is no value here'],
    ['=round', 'round is known only within a loop'],
    ['=air.read.temperature.toFixed', 'no reading'],
    [`=${'('.repeat(600)}`, 'more than 500'],
  ])('is refused when it is %s', (text, message) => {
    expect(faultOf(text)).toContain(message)
  })

  it('that may be of several actions says which', () => {
    const both = new Names(new Map(), new Map([['level', peripherals.input]]))
    const found = parseExpression('=level.level', both, PLACE)
    expect(found).toMatchObject({ message: expect.stringContaining('of several actions: level.read.level') })
  })

  it('has its unit from the name that it is', () => {
    expect((parsed('=air.temperature') as Expression).name).toMatchObject({ action: 'air.read', unit: '°C' })
  })

  it('is worked out once when it is the same always', () => {
    expect((parsed('=2 * 3 > 5') as Expression).constant).toBe(true)
    expect((parsed('=dose > 5') as Expression).constant).toBeUndefined()
  })

  it('never reaches what its tree does not say', () => {
    const tree = { type: 'NewExpression', callee: { type: 'Identifier', name: 'Function' } }
    expect(compile(tree, NAMES)).toMatchObject({ code: 'ERR_EXPRESSION' })
  })
})

describe('an expression made at random', () => {
  const token = fc.constantFrom(
    ...[
      'dose',
      'mode',
      'wet',
      'air',
      'air.read.temperature',
      'room-air.humidity',
      'elapsed',
      'round',
      'min',
      'sqrt',
      'true',
      'null',
    ],
    ...[
      '0',
      '1',
      '2.5',
      '1e308',
      '"a"',
      "'b'",
      '+',
      '-',
      '*',
      '/',
      '%',
      '**',
      '<',
      '>=',
      '==',
      '!=',
      '&&',
      '||',
      '!',
      '?',
      ':',
    ],
    ...[
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      ',',
      '.',
      ';',
      '$',
      '`',
      '=',
      '=>',
      '__proto__',
      'constructor',
      '💧',
      '\\',
      '?.',
      '#',
      '@',
    ],
  )

  it('is refused with a sentence, or comes to a value of its type, or says why it has none', () => {
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), tokens => {
        const text = `=${tokens.join(' ')}`
        const found = parsed(text)
        if (found === undefined) return
        if ('code' in found) {
          expect([found.code, found.message.length > 0]).toEqual(['ERR_EXPRESSION', true])
          return
        }
        try {
          const value = found.evaluate(VALUES)
          expect(typeof value).toBe(found.type)
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
        } catch (error) {
          expect(isPiWorkerError(error, 'ERR_EXPRESSION'), String(error)).toBe(true)
        }
      }),
      { numRuns: 5 * SCHEDULES },
    )
  })
})

describe('expressions in a plan', () => {
  it('are worked out when it is their turn', async () => {
    const { began, result } = await run(
      withParams(
        '{ pause: 20 }',
        '- repeat: =1 + 1\n  do:\n    - wait: =pause * round\n    - pump.pulse: { width: =pause / 2 }',
      ),
    )
    expect(result.error).toBeUndefined()
    expect(began).toEqual(['20 pump.pulse', '70 pump.pulse'])
  })

  it('are told with line and column, all of them at once', () => {
    expect(problems(inPlan('- pump.pulse: { width: =dose }\n- wait: =1 / 0\n- air.read: { attempts: ="a" }'))).toEqual([
      expect.stringMatching(/^ERR_EXPRESSION 10:27 =dose: no name "dose"/),
      'ERR_EXPRESSION 11:11 =1 / 0: it divides by zero',
      expect.stringMatching(/^ERR_PLAN_VALUE 12:27 air.read.attempts .*\(="a" comes to a\)/),
    ])
  })

  it('may not use a reading that nothing before them reads', () => {
    expect(problems(inPlan('- wait: =air.read.temperature\n- air.read'))).toEqual([
      'ERR_EXPRESSION 10:11 =air.read.temperature uses air.read.temperature, and no step before it does air.read',
    ])
  })

  it('may use in a loop what the round before has read', async () => {
    const { result } = await run(
      inPlan('- repeat: 2\n  do:\n    - wait: "=round == 1 ? 1 : air.read.temperature"\n    - air.read'),
    )
    expect(result.outcome).toBe('succeeded')
  })

  it('of the wrong type are found though their value is not known', () => {
    expect(problems(inPlan('- air.read\n- level.waitFor: { edge: =air.temperature }'))).toEqual([
      'ERR_EXPRESSION 11:28 level.waitFor.edge cannot be a number, as =air.temperature is',
    ])
  })

  it('let the other parts of an input be checked', () => {
    expect(problems(inPlan('- air.read\n- pump.blink: { on: =air.temperature, off: 5 sec, count: 2 }'))).toEqual([
      expect.stringMatching(/^ERR_BAD_DURATION 11:46/),
    ])
  })

  it('that come to what an action refuses are found before the run, with what they come to', () => {
    expect(problems(withParams('{ angle: 100 }', '- arm.move: { angle: =angle * 2 }'))).toEqual([
      expect.stringMatching(/^ERR_PLAN_VALUE 11:24 arm.move.angle .*\(=angle \* 2 comes to 200\)/),
    ])
  })

  it('are tried with the last values of a scan too', () => {
    expect(
      problems(inPlan('- scan: { angle: { from: 0, to: 200, points: 3 } }\n  do: [ arm.move: { angle: =angle } ]')),
    ).toEqual([expect.stringMatching(/^ERR_PLAN_VALUE 11:30 .*\(=angle comes to 200\)/)])
  })

  it.each([
    [
      'the rounds of an until',
      '- air.read\n- until: =air.temperature > 30\n  rounds: 9\n  do: [ arm.move: { angle: =angle }, air.read ]',
    ],
    [
      'steps that hang on readings alone',
      '- air.read\n- if: =air.temperature > 30\n  then: [ arm.move: { angle: =angle } ]',
    ],
  ])('are foretold in %s', (_what, steps) => {
    expect(problems(withParams('{ angle: 200 }', steps))).toEqual([expect.stringContaining('(=angle comes to 200)')])
  })

  it.each([
    ['record', '- record: { x: =1 / n }', '11:18'],
    ['a note', '- note: "{1 / n}"', '11:11'],
    ['a condition', '- if: =1 / n > 2\n  then: [ pump.on ]', '11:9'],
  ])('that have no value with the parameters as they are are refused in %s', (_what, steps, place) => {
    const text = withParams('{ n: 0 }', steps)
    expect(problems(text)).toEqual([
      expect.stringMatching(
        new RegExp(`^ERR_EXPRESSION ${place} .*=1 / n.* has no value: it divides by zero \\(n is 0\\)`),
      ),
    ])
    expect(() => problems(text, { params: { n: '2' } })).toThrow('accepted')
  })

  it('in steps that may be left out are not foretold', () => {
    expect(() =>
      problems(withParams('{ dose: 3 }', '- if: =dose > 5\n  then: [ pump.pulse: { width: =dose - 5 } ]')),
    ).toThrow('accepted')
  })

  it('that have no value fail their step, and say why', async () => {
    const { result } = await run(withParams('{ dose: 3 }', '- set: { dose: 0 }\n- wait: =1 / dose'))
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'ERR_EXPRESSION', place: 'a.yaml:12:11' } })
    expect(String(result.error)).toContain('=1 / dose has no value: it divides by zero')
    expect(result.failedStep?.place.line).toBe(12)
  })

  it('that come to what an input refuses fail with the error of the action', async () => {
    const { result } = await run(withParams('{ dose: 3 }', '- set: { dose: -1 }\n- pump.pulse: { width: =dose }'))
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'ERR_BAD_DURATION' } })
  })

  it('that come to what a step cannot be fail it', async () => {
    const { result } = await run(withParams('{ n: 3 }', '- set: { n: 0.5 }\n- repeat: =n\n  do: [ pump.on ]'))
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'ERR_EXPRESSION', place: 'a.yaml:12:5' } })
  })
})
