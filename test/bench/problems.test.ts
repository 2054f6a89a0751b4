/** What is said of values that do not fit: sentences that tell a stranger what to write instead. */

import { type TSchema, Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { describeProblem, formatPath, problemsOf } from '../../src/bench/problems.js'
import { DurationSchema, Line, OneOf } from '../../src/bench/schema.js'
import { input, output } from '../../src/peripherals/index.js'

const said = (schema: TSchema, value: unknown) => problemsOf(schema, value).map(describeProblem)
const of = (field: TSchema) => Type.Object({ a: field })

describe('a value that fits', () => {
  it('has no problems', () => {
    expect(problemsOf(output.config, { line: 17, safe: 'low' })).toEqual([])
  })
})

describe('a problem', () => {
  it('of a value leads to it', () => {
    expect(problemsOf(of(Type.Array(of(Type.Number()))), { a: [{ a: 1 }, { a: 'x' }] })).toEqual([
      {
        path: ['a', 1, 'a'],
        message: 'must be a number, not "x"',
        remedy: 'Write a number, such as 1.',
        kind: 'value',
        code: 'ERR_PLAN_VALUE',
      },
    ])
  })

  it('of an unknown key leads to the key', () => {
    expect(problemsOf(output.config, { line: 17, saef: 'low' })).toEqual([
      {
        path: ['saef'],
        message: 'is not known here; did you mean "safe"?',
        kind: 'unknownKey',
        code: 'ERR_PLAN_KEY',
        suggestion: 'safe',
      },
    ])
  })

  it('of a missing key leads to where it should be', () => {
    expect(problemsOf(of(of(Type.Number())), { a: {} })).toEqual([
      { path: ['a'], message: 'needs "a"', kind: 'missing', code: 'ERR_PLAN_VALUE' },
    ])
  })

  it('of a duration or a line has the code of durations and lines', () => {
    const schema = Type.Object({ every: DurationSchema(), line: Line() })
    expect(problemsOf(schema, { every: '2 sec', line: 'GPOI4' })).toMatchObject([
      { path: ['every'], code: 'ERR_BAD_DURATION', suggestion: '2s' },
      { path: ['line'], code: 'ERR_UNKNOWN_LINE', suggestion: 'GPIO4' },
    ])
  })

  it('leads through keys that JSON pointers write differently', () => {
    const schema = Type.Object({ 'a/b~1': Type.Array(Type.Number()) })
    expect(problemsOf(schema, { 'a/b~1': ['x'] })[0]?.path).toEqual(['a/b~1', 0])
  })

  it('leads to a key that looks like an index as a key', () => {
    expect(problemsOf(Type.Record(Type.String(), Type.Number()), { 0: 'x' })[0]?.path).toEqual(['0'])
  })
})

describe('it is said', () => {
  it.each<[string, TSchema, unknown, string]>([
    ['what type is wanted', of(Type.Object({})), { a: 5 }, 'a must be an object, not 5'],
    ['that a list is wanted', of(Type.Array(Type.Number())), { a: {} }, 'a must be a list, not an object'],
    ['that text is wanted', of(Type.String()), { a: [] }, 'a must be text, not a list'],
    ['that a number is wanted', of(Type.Number()), { a: null }, 'a must be a number, not null'],
    ['that a whole number is wanted', of(Type.Integer()), { a: 1.5 }, 'a must be a whole number, not 1.5'],
    ['that NaN is none', of(Type.Integer()), { a: Number.NaN }, 'a must be a whole number, not NaN'],
    ['that true or false is wanted', of(Type.Boolean()), { a: 'yes' }, 'a must be true or false, not "yes"'],
    ['that null is wanted', of(Type.Null()), { a: 0 }, 'a must be null, not 0'],
    ['the type of the whole, without a path', output.config, 'GPIO17', 'must be an object, not "GPIO17"'],
    [
      'the least, with its unit',
      of(Type.Number({ minimum: 1, unit: 'mm' })),
      { a: 0 },
      'a must be at least 1 mm, not 0',
    ],
    ['the most', of(Type.Number({ maximum: 9 })), { a: 9.5 }, 'a must be at most 9, not 9.5'],
    ['a bound that is not reached', of(Type.Number({ exclusiveMinimum: 0 })), { a: 0 }, 'a must be more than 0, not 0'],
    ['a bound above', of(Type.Number({ exclusiveMaximum: 1 })), { a: 1 }, 'a must be less than 1, not 1'],
    ['steps', of(Type.Number({ multipleOf: 5, unit: 'V' })), { a: 7 }, 'a must be a multiple of 5 V, not 7'],
    [
      'how short a text may be',
      of(Type.String({ minLength: 1 })),
      { a: '' },
      'a must have at least 1 character, not ""',
    ],
    ['how long', of(Type.String({ maxLength: 2 })), { a: 'abc' }, 'a must have at most 2 characters, not "abc"'],
    [
      'what a text matches',
      of(Type.String({ pattern: '^v\\d$' })),
      { a: 'w' },
      'a must match the pattern ^v\\d$, not "w"',
    ],
    ['how few items', of(Type.Array(Type.Any(), { minItems: 2 })), { a: [1] }, 'a must have at least 2 items, not 1'],
    ['how many', of(Type.Array(Type.Any(), { maxItems: 1 })), { a: [1, 2, 3] }, 'a must have at most 1 item, not 3'],
    [
      'which items are equal',
      of(Type.Array(Type.Any(), { uniqueItems: true })),
      { a: [1, 2, 1] },
      'a must not have the same item twice: [0] and [2] are equal',
    ],
    [
      'how few entries',
      Type.Record(Type.String(), Type.Any(), { minProperties: 1 }),
      {},
      'must have at least 1 entry, not 0',
    ],
    [
      'how many',
      Type.Record(Type.String(), Type.Any(), { maxProperties: 2 }),
      { a: 1, b: 2, c: 3 },
      'must have at most 2 entries, not 3',
    ],
    ['too few places of a tuple', of(Type.Tuple([Type.Any()])), { a: [] }, 'a must have at least 1 item, not 0'],
    ['too many', of(Type.Tuple([Type.Any()])), { a: [1, 2] }, 'a must have at most 1 item, not 2'],
    ['the words, once', of(OneOf(['on', 'off'])), { a: true }, 'a must be one of on, off, not true'],
    [
      'the word that was meant',
      of(OneOf(['low', 'high'])),
      { a: 'hihg' },
      'a must be one of low, high, not "hihg"; did you mean "high"?',
    ],
    ['the only word', of(Type.Literal('v1')), { a: 'x' }, 'a must be "v1", not "x"'],
    ['the only number', of(Type.Literal(1)), { a: '1' }, 'a must be 1, not "1"'],
    ['that a function is none', of(Type.Number()), { a: () => 1 }, 'a must be a number, not a function'],
    ['that a BigInt is none', of(Type.Number()), { a: 10n }, 'a must be a number, not a BigInt'],
    [
      'what a keyword without words means',
      of(Type.Array(Type.Any(), { contains: { type: 'number' } })),
      { a: [] },
      'a must fit its schema (contains), not a list',
    ],
  ])('%s', (_what, schema, value, sentence) => {
    expect(said(schema, value)).toEqual([sentence])
  })
})

describe('of keys it is said', () => {
  const config = Type.Object({
    line: Line(),
    activeLow: Type.Optional(Type.Boolean()),
    drive: Type.Optional(OneOf(['push-pull', 'open-drain', 'open-source'])),
    safe: Type.Optional(OneOf(['off', 'on', 'low', 'high'])),
  })
  it.each<[string, TSchema, unknown, string]>([
    [
      'which there are',
      config,
      { line: 1, colour: 2 },
      'colour is not known here; known are line, activeLow, drive, safe',
    ],
    ['that there are none', output.actions.on.input, { width: 1 }, 'width is not known here; no key is'],
    [
      'what they match',
      Type.Record(Type.String({ pattern: '^[a-z]+$' }), Type.Any()),
      { B: 1 },
      'B is not known here; keys match ^[a-z]+$',
    ],
    ['which is missing', config, {}, 'needs "line"'],
    [
      'that __proto__ is none',
      config,
      JSON.parse('{"line":1,"__proto__":{}}'),
      '__proto__ is not known here; known are line, activeLow, drive, safe',
    ],
    [
      'that constructor is none',
      config,
      { line: 1, constructor: 1 },
      'constructor is not known here; known are line, activeLow, drive, safe',
    ],
    ['that an inherited one does not count', Type.Object({ toString: Type.Any() }), {}, 'needs "toString"'],
    [
      'which all parts of an intersection have',
      Type.Intersect([
        Type.Object({ aaa: Type.Optional(Type.Any()) }),
        Type.Object({ bbb: Type.Optional(Type.Any()) }),
      ]),
      { ccccc: 1 },
      'ccccc is not known here; known are aaa, bbb',
    ],
    ['that an empty one is there', of(Type.Any()), { a: 1, '': 2 }, '"" is not known here; known are a'],
    ['that one has a line break', of(Type.Any()), { a: 1, 'b\nc': 2 }, '"b\\nc" is not known here; known are a'],
    [
      'how a long one begins',
      of(Type.Any()),
      { a: 1, ['k'.repeat(1e5)]: 2 },
      `${'k'.repeat(40)}… is not known here; known are a`,
    ],
  ])('%s', (_what, schema, value, sentence) => {
    expect(said(schema, value)).toEqual([sentence])
  })

  it('all that is wrong, but no more than twenty times', () => {
    const strange = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`strange${index}`, 1]))
    expect(said(config, strange)).toHaveLength(20)
    expect(said(config, { safe: 'lwo', drive: 1 })).toEqual([
      'needs "line"',
      'drive must be one of push-pull, open-drain, open-source, not 1',
      'safe must be one of off, on, low, high, not "lwo"; did you mean "low"?',
    ])
  })
})

describe('of a union', () => {
  const waitFor = input.actions.waitFor.input
  const shape = Type.Union([
    Type.Object({ kind: Type.Literal('circle'), radius: Type.Number() }),
    Type.Object({ kind: Type.Literal('square'), side: Type.Number() }),
  ])
  const never = Type.Union([DurationSchema(), Type.Literal('never')])
  const list = Type.Union([Type.Array(Type.Number()), Type.Number()])
  const openObject = (key: string) => Type.Object({ [key]: Type.Number() }, { additionalProperties: true })
  const open = Type.Union([openObject('x'), openObject('y')])
  it.each<[string, TSchema, unknown, string[]]>([
    ['that one of the keys is needed', waitFor, {}, ['needs one of edge, level']],
    [
      'that two keys exclude each other',
      waitFor,
      { edge: 'rising', level: 'low' },
      ['can have only one of edge, level'],
    ],
    ['what a key was meant to be', waitFor, { edg: 'rising' }, ['edg is not known here; did you mean "edge"?']],
    [
      'which keys there are, those of the branch first',
      waitFor,
      { edge: 'rising', max: 1 },
      ['max is not known here; known are edge, timeout, level'],
    ],
    [
      'what the branch that a key chose wants',
      waitFor,
      { edge: null },
      ['edge must be one of rising, falling, both, not null'],
    ],
    [
      'everything in the branch',
      waitFor,
      { level: 'up', timeout: 0 },
      ['level must be one of low, high, on, off, not "up"', 'timeout must be longer than 0 ms, not 0'],
    ],
    [
      'what is wrong in all branches, and what is missing in each',
      waitFor,
      { timeout: '10 sec' },
      ['timeout must be a duration, not "10 sec"; did you mean "10s"?', 'needs one of edge, level'],
    ],
    ['what all branches want', waitFor, 'rising', ['must be an object, not "rising"']],
    [
      'what a constant may be',
      shape,
      { kind: 'cirle' },
      ['kind must be one of circle, square, not "cirle"; did you mean "circle"?'],
    ],
    ['that the constant is missing', shape, { radius: 1 }, ['needs "kind": one of circle, square']],
    [
      'what the branch of the constant needs',
      shape,
      { kind: 'circle', side: 1 },
      ['needs "radius"', 'side is not known here; known are kind, radius'],
    ],
    ['the types', Type.Union([Type.String(), Type.Number()]), true, ['must be text or a number, not true']],
    ['that it may be null', Type.Union([Type.String(), Type.Null()]), 5, ['must be text or null, not 5']],
    [
      'the words of all',
      Type.Union([Type.Literal('ab'), OneOf(['cd']), Type.Literal(5)]),
      'x',
      ['must be one of ab, cd, 5, not "x"'],
    ],
    [
      'that a word stands beside durations',
      never,
      'nie',
      ['must be a duration such as 10us, 200ms or 2s (a plain number is ms) or "never", not "nie"'],
    ],
    ['what is wrong in the branch of its type', list, [1, 'x'], ['[1] must be a number, not "x"']],
    ['the types again, for none of them', list, 'x', ['must be a list or a number, not "x"']],
    [
      'what two branches say of one field',
      Type.Union([of(Type.String()), of(Type.Number())]),
      { a: true },
      ['a must be text or a number, not true'],
    ],
    [
      'what each of two says of different fields',
      Type.Union([Type.Object({ a: Type.Number(), b: Type.Any() }), Type.Object({ a: Type.Any(), b: Type.Number() })]),
      { a: 'x', b: 'y' },
      ['fits none of its alternatives: a must be a number, not "x", or b must be a number, not "y"'],
    ],
    ['nothing against a key that a branch leaves open', open, { z: 1 }, ['needs one of x, y']],
    [
      'that it fits two of which it may fit one',
      Type.Unsafe({ oneOf: [{ type: 'number' }, { type: 'integer' }] }),
      1,
      ['must fit only one of its alternatives'],
    ],
    [
      'the whole path',
      Type.Object({ a: Type.Array(waitFor) }),
      { a: [{ edge: 'falling' }, { edge: 'fallin' }] },
      ['a[1].edge must be one of rising, falling, both, not "fallin"; did you mean "falling"?'],
    ],
    [
      'what the union in an intersection needs',
      Type.Intersect([
        of(Type.Number()),
        Type.Union([Type.Object({ b: Type.Number() }), Type.Object({ c: Type.Number() })]),
      ]),
      { a: 1 },
      ['needs one of b, c'],
    ],
    [
      'which keys an intersection with a union has',
      Type.Intersect([
        of(Type.Number()),
        Type.Union([Type.Object({ b: Type.Number() }), Type.Object({ c: Type.Number() })]),
      ]),
      { a: 1, b: 2, d: 3 },
      ['d is not known here; known are a, b, c'],
    ],
  ])('it is said %s', (_what, schema, value, sentences) => {
    expect(said(schema, value)).toEqual(sentences)
  })

  it('in a list of many, each wrong one speaks for itself', () => {
    const schema = Type.Array(Type.Union([Type.String(), Type.Object({ a: Type.Number() })]))
    expect(said(schema, [{ a: 'x' }, 'fits', 5])).toEqual([
      '[0].a must be a number, not "x"',
      '[2] must be text or an object, not 5',
    ])
    expect(said(schema, new Array(200_000).fill(5))).toHaveLength(20)
  })
})

describe('of a schema that was not built with our own words', () => {
  it('each item speaks for itself, although its type and its values disagree', () => {
    const schema = Type.Array(Type.Unsafe({ type: 'string', enum: ['a', null] }))
    expect(said(schema, [null, 'x'])).toEqual(['[0] must be text, not null', '[1] must be one of a, null, not "x"'])
  })

  it('the consequence speaks for its condition', () => {
    const schema = Type.Unsafe(
      JSON.parse('{ "type": "object", "if": { "required": ["a"] }, "then": { "required": ["b"] } }'),
    )
    expect(said(schema, { a: 1 })).toEqual(['needs "b"'])
  })
})

describe('a path is written', () => {
  it.each([
    [[], ''],
    [['line'], 'line'],
    [['lines', 2, 'name'], 'lines[2].name'],
    [[0, 'a'], '[0].a'],
    [['pump.pulse', 'width'], 'pump.pulse.width'],
    [['a b', 'größe'], 'a b.größe'],
    [['a', ''], 'a.""'],
    [['a', ' b'], 'a." b"'],
    [['a', 'b"c'], 'a."b\\"c"'],
    [['a', 'b\u0007'], 'a."b\\u0007"'],
    [['x'.repeat(41), 'a'], `${'x'.repeat(40)}….a`],
    [['a', ...new Array(199).fill(0)], 'a[0][0][0][0][0]…[0][0][0][0][0][0]'],
  ])('%j as %s', (path, text) => {
    expect(formatPath(path)).toBe(text)
  })
})
