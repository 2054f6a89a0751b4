/** What the check makes of configurations and inputs: defaults, durations in ms, lines, in a copy; and where lines are. */

import { type TSchema, Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { check, checkOutput, linesOf, resolveLines } from '../../src/bench/check.js'
import { describeProblem } from '../../src/bench/problems.js'
import { Default, DurationSchema, Line, OneOf } from '../../src/bench/schema.js'
import { PiWorkerError } from '../../src/errors.js'
import { input, output } from '../../src/peripherals/index.js'

/** The value that the check makes of what fits. */
function made(schema: TSchema, written: unknown): unknown {
  const { value, problems } = check(schema, written)
  expect(problems?.map(describeProblem)).toBeUndefined()
  return value
}

const refused = (schema: TSchema, written: unknown) => (check(schema, written).problems ?? []).map(describeProblem)

describe('a default', () => {
  it('is taken for what is left out, whether the key is there or not', () => {
    const full = { line: 17, activeLow: false, drive: 'push-pull', safe: 'off', hold: 'exit' }
    expect(made(output.config, { line: 17 })).toEqual(full)
    expect(made(output.config, { line: 17, safe: undefined })).toEqual(full)
  })

  it('is not taken for a null, false or 0 that was written', () => {
    const schema = Type.Object({
      a: Default(Type.Union([Type.Number(), Type.Null()]), 1),
      b: Default(Type.Boolean(), true),
      c: Default(Type.Number(), 1),
    })
    expect(made(schema, { a: null, b: false, c: 0 })).toEqual({ a: null, b: false, c: 0 })
  })

  it('is meant as if it had been written: durations in ms, lines as numbers', () => {
    const schema = Type.Object({ every: Default(DurationSchema(), '2s'), line: Default(Line(), 'J8:11') })
    expect(made(schema, {})).toEqual({ every: 2000, line: 17 })
  })

  it('in an object is taken when the object is there, and of the object when it is not', () => {
    const timing = Type.Object({ every: Default(DurationSchema(), '2s') })
    const schema = Type.Object({ a: Type.Optional(timing), b: Default(timing, {}), c: Type.Array(timing) })
    expect(made(schema, { c: [{}, { every: 1 }] })).toEqual({ b: { every: 2000 }, c: [{ every: 2000 }, { every: 1 }] })
    expect(made(schema, { a: {}, c: [] })).toEqual({ a: { every: 2000 }, b: { every: 2000 }, c: [] })
  })

  it('is that of the branch of a union, and of each part of an intersection', () => {
    const branch = Type.Object({ edge: OneOf(['rising']), timeout: Default(DurationSchema(), '5s') })
    const union = Type.Union([Type.Object({ level: OneOf(['low']) }), branch])
    expect(made(union, { edge: 'rising' })).toEqual({ edge: 'rising', timeout: 5000 })
    expect(made(union, { level: 'low' })).toEqual({ level: 'low' })
    const both = Type.Intersect([branch, Type.Object({ count: Default(Type.Integer(), 3) })])
    expect(made(both, { edge: 'rising' })).toEqual({ edge: 'rising', timeout: 5000, count: 3 })
  })

  it('that is an object is another one every time', () => {
    const schema = Type.Object({ a: Default(Type.Object({ list: Type.Array(Type.Number()) }), { list: [] }) })
    const first = made(schema, {}) as { a: { list: number[] } }
    first.a.list.push(1)
    expect(made(schema, {})).toEqual({ a: { list: [] } })
  })
})

describe('a duration is made into ms', () => {
  it.each([
    ['10us', 0.01],
    ['200ms', 200],
    ['2s', 2000],
    ['5m', 300_000],
    ['3h', 10_800_000],
    ['1.5s', 1500],
    [250, 250],
    [0.001, 0.001],
    ['0s', 0],
  ])('%j', (written, ms) => {
    expect(made(DurationSchema(), written)).toBe(ms)
  })

  it('wherever it is', () => {
    const schema = Type.Object({
      list: Type.Array(DurationSchema()),
      map: Type.Record(Type.String(), DurationSchema()),
      rest: Type.Object({}, { additionalProperties: DurationSchema() }),
      pair: Type.Tuple([DurationSchema(), Type.String()]),
      union: Type.Union([Type.Literal('never'), DurationSchema()]),
      either: Type.Array(Type.Union([Type.Object({ a: DurationSchema() }), Type.Array(DurationSchema())])),
    })
    const written = {
      list: ['1s', 2],
      map: { a: '1s', constructor: '2s' },
      rest: { x: '3s' },
      pair: ['1s', '1s'],
      union: '4s',
      either: [{ a: '1s' }, ['2s']],
    }
    expect(made(schema, written)).toEqual({
      list: [1000, 2],
      map: { a: 1000, constructor: 2000 },
      rest: { x: 3000 },
      pair: [1000, '1s'],
      union: 4000,
      either: [{ a: 1000 }, [2000]],
    })
    expect(made(schema, { ...written, union: 'never' })).toMatchObject({ union: 'never' })
  })

  it('but not a text that only looks like one', () => {
    const beside = Type.Object({ label: Type.String() }, { additionalProperties: DurationSchema() })
    expect(made(beside, { label: '1s', x: '1s' })).toEqual({ label: '1s', x: 1000 })
    const pattern = Type.String({ pattern: '^[a-z]+$' })
    const unmatched = Type.Record(pattern, DurationSchema(), { additionalProperties: Type.String() })
    expect(made(unmatched, { a: '1s', B: '1s' })).toEqual({ a: 1000, B: '1s' })
    expect(made(Type.Union([Type.String(), DurationSchema()]), '1s')).toBe('1s')
  })
})

describe('a line is made into its number', () => {
  it.each([17, '17', 'GPIO17', 'bcm17', 'J8:11', ' GPIO17 '])('%j', written => {
    expect(made(Line(), written)).toBe(17)
  })

  it('but a name of its own stays one', () => {
    expect(made(Line(), ' LED_A ')).toBe('LED_A')
  })
})

describe('what was written', () => {
  it('is never changed, and shares nothing with the value', () => {
    const schema = Type.Object({ list: Type.Array(DurationSchema()), any: Type.Any(), a: Default(Type.Number(), 1) })
    const written = { list: ['1s'] as (string | number)[], any: { deep: [1] } }
    const frozen = Object.freeze({ ...written, list: Object.freeze(written.list), any: Object.freeze(written.any) })
    const value = made(schema, frozen) as typeof written
    expect(written).toEqual({ list: ['1s'], any: { deep: [1] } })
    value.any.deep.push(2)
    expect(written.any.deep).toEqual([1])
  })

  it('may have no prototype', () => {
    expect(made(output.actions.pulse.input, Object.assign(Object.create(null), { width: 5 }))).toEqual({ width: 5 })
  })

  it.each([
    ['nothing at all', undefined, 'must be an object, not undefined'],
    ['null', null, 'must be an object, not null'],
    ['a list', [], 'must be an object, not a list'],
    ['a text', 'GPIO17', 'must be an object, not "GPIO17"'],
    ['a Date', new Date(0), 'is an instance of Date, which JSON cannot hold'],
    ['a Map', new Map([['line', 17]]), 'is an instance of Map, which JSON cannot hold'],
    ['what it inherits', Object.create({ line: 17 }), 'is not a plain object, which JSON cannot hold'],
    [
      'a function in place of a word',
      { line: 17, safe: () => 1 },
      'safe must be one of off, on, low, high, not a function',
    ],
    ['NaN in place of true or false', { line: 17, activeLow: Number.NaN }, 'activeLow must be true or false, not NaN'],
    ['a BigInt for a line', { line: 17n }, 'line must be a line such as 17, GPIO17 or J8:11, not a BigInt'],
    ['a Date for a line', { line: new Date(0) }, 'line is an instance of Date, which JSON cannot hold'],
  ])('cannot be %s', (_what, written, sentence) => {
    expect(refused(output.config, written)).toEqual([sentence])
  })

  it('cannot be circular, nor nested beyond measure', () => {
    const circle: Record<string, unknown> = { line: 17 }
    circle.safe = circle
    expect(refused(output.config, circle)).toEqual(['safe is circular, which JSON cannot hold'])
    let deep: unknown = 17
    for (let level = 0; level < 100_000; level++) deep = [deep]
    expect(refused(output.config, { line: deep })).toEqual([
      'line[0][0][0][0][0]…[0][0][0][0][0][0] is nested deeper than 200 levels',
    ])
  })

  it('is told all that is wrong with it: what does not fit, and what JSON cannot hold where anything fits', () => {
    const schema = Type.Object({ any: Type.Any(), every: DurationSchema() })
    expect(refused(schema, { any: { rate: Number.NaN }, every: '2 sec' })).toEqual([
      'every must be a duration, not "2 sec"; did you mean "2s"?',
      'any.rate is NaN, which JSON cannot hold',
    ])
  })

  it('may have keys that objects inherit where any key may be, and they pollute nothing', () => {
    const schema = Type.Object({ map: Type.Record(Type.String(), DurationSchema()), any: Type.Any() })
    const text = '{"map":{"__proto__":"1s","constructor":"2s"},"any":{"__proto__":{"polluted":true}}}'
    const value = made(schema, JSON.parse(text))
    expect(JSON.stringify(value)).toBe(text.replace('"1s"', '1000').replace('"2s"', '2000'))
    expect('polluted' in {}).toBe(false)
  })

  it.each(['__proto__', 'constructor', 'prototype', 'toString'])(
    'cannot have the key %s where it is not named',
    key => {
      const written = JSON.parse(`{ "line": 17, "${key}": { "safe": "on" } }`)
      const [problem, ...more] = refused(output.config, written)
      expect([problem, more]).toEqual([expect.stringContaining(`${key} is not known here; known are line,`), []])
    },
  )

  it.each(['__proto__', 'constructor'])('has the entry %s of a map checked like any other', key => {
    expect(refused(Type.Record(Type.String(), Type.Number()), { [key]: 'x' })).toEqual([
      `${key} must be a number, not "x"`,
    ])
  })

  it('has a key of a map checked by what it must match', () => {
    const schema = Type.Record(Type.String({ pattern: '^[a-z]+$' }), DurationSchema())
    expect(refused(schema, { a: '1s', B: 'not even a duration' })).toEqual(['B is not known here; keys match ^[a-z]+$'])
  })
})

describe('a check', () => {
  it('throws only when the schema itself cannot be used', () => {
    const attempt = () => check(Type.Object({ a: Type.BigInt() }), {})
    expect(attempt).toThrow(PiWorkerError)
    expect(attempt).toThrow(expect.objectContaining({ code: 'ERR_BAD_DEFINITION' }))
  })

  it('says of every problem where it is', () => {
    const { problems } = check(input.actions.waitFor.input, { edge: 'falling', timeout: '-1s' })
    expect(problems).toEqual([
      {
        path: ['timeout'],
        message: 'must be longer than 0 ms, not "-1s"',
        kind: 'value',
        code: 'ERR_BAD_DURATION',
      },
    ])
  })
})

describe('an output', () => {
  const { output: schema } = output.actions.pulse
  it('that fits has no problems', () => {
    expect(checkOutput(schema, { requested: 200, achieved: 200.1 })).toEqual([])
    expect(checkOutput(undefined, { any: ['data', null] })).toEqual([])
  })

  it.each([
    ['that lacks something', schema, { requested: 200 }, 'needs "achieved"'],
    ['that is NaN', schema, { requested: 200, achieved: Number.NaN }, 'achieved must be a number, not NaN'],
    [
      'that has more',
      schema,
      { requested: 1, achieved: 1, x: 1 },
      'x is not known here; known are requested, achieved',
    ],
    ['that is missing', schema, undefined, 'must be an object, not undefined'],
    ['that is a promise', schema, Promise.resolve(1), 'is an instance of Promise, which JSON cannot hold'],
    ['that is a Buffer', Type.String(), Buffer.from('x'), 'is an instance of Buffer, which JSON cannot hold'],
    ['that JSON cannot hold', undefined, { at: [1n] }, 'at[0] is a BigInt, which JSON cannot hold'],
  ])('%s has one', (_what, schema, value, sentence) => {
    expect(checkOutput(schema, value).map(describeProblem)).toEqual([sentence])
  })
})

const motor = Type.Object({
  enable: Line(),
  coils: Type.Array(Line()),
  sensor: Type.Union([
    Type.Object({ kind: Type.Literal('one'), line: Line() }),
    Type.Object({ kind: Type.Literal('pair'), lines: Type.Tuple([Line(), Line()]) }),
  ]),
  spare: Type.Optional(Line()),
  names: Type.Record(Type.String(), Line()),
  note: Type.String(),
})
const written = {
  note: 'GPIO5',
  names: { left: 'LED_A', right: 26 },
  sensor: { kind: 'pair', lines: ['GPIO20', 'LED_B'] },
  coils: [6, 'GPIO13', 'J8:35'],
  enable: 'GPIO5',
}

describe('the lines of a value', () => {
  it('are found wherever they are, in the order of the schema', () => {
    expect(linesOf(motor, made(motor, written))).toEqual([
      { line: 5, path: ['enable'] },
      { line: 6, path: ['coils', 0] },
      { line: 13, path: ['coils', 1] },
      { line: 19, path: ['coils', 2] },
      { line: 20, path: ['sensor', 'lines', 0] },
      { line: 'LED_B', path: ['sensor', 'lines', 1] },
      { line: 'LED_A', path: ['names', 'left'] },
      { line: 26, path: ['names', 'right'] },
    ])
  })

  it('are those of the branch that it is', () => {
    const value = made(motor, { ...written, sensor: { kind: 'one', line: 21 }, names: {}, coils: [] })
    expect(linesOf(motor, value)).toEqual([
      { line: 5, path: ['enable'] },
      { line: 21, path: ['sensor', 'line'] },
    ])
  })

  it('are none where there are none', () => {
    expect(linesOf(output.actions.pulse.input, { width: 5 })).toEqual([])
  })

  it('are in both parts of an intersection', () => {
    const schema = Type.Intersect([Type.Object({ a: Line() }), Type.Object({ b: Line() })])
    expect(linesOf(schema, made(schema, { a: 1, b: 2 }))).toEqual([
      { line: 1, path: ['a'] },
      { line: 2, path: ['b'] },
    ])
  })
})

describe('resolving lines', () => {
  const numbers: Readonly<Record<string, number>> = { LED_A: 40, LED_B: 41 }
  const resolve = (line: number | string) => (typeof line === 'number' ? line : (numbers[line] as number))
  const { value } = check(motor, written)

  it('puts numbers in the place of names, and leaves all else as it is', () => {
    expect(value).toBeDefined()
    if (value === undefined) return
    const resolved = resolveLines(motor, value, resolve)
    expect(resolved).toEqual({
      enable: 5,
      coils: [6, 13, 19],
      sensor: { kind: 'pair', lines: [20, 41] },
      names: { left: 40, right: 26 },
      note: 'GPIO5',
    })
    expect(value.names).toEqual({ left: 'LED_A', right: 26 })
    expect(linesOf(motor, resolved).map(({ line }) => line)).toEqual([5, 6, 13, 19, 20, 41, 40, 26])
  })

  it('leaves durations that are in ms already', () => {
    const schema = Type.Object({ line: Line(), every: DurationSchema() })
    expect(resolveLines(schema, { line: 'LED_A', every: 1500 }, resolve)).toEqual({ line: 40, every: 1500 })
  })

  it('passes on what the lookup throws', () => {
    const refuse = () => {
      throw new PiWorkerError('ERR_UNKNOWN_LINE', 'no such line')
    }
    expect(() => resolveLines(Line(), 'LED_A', refuse)).toThrow('no such line')
  })
})
