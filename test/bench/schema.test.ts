/** Schemas: the types that follow from them, and the JSON Schema that is published, which agrees with the check. */

import { Ajv2020 } from 'ajv/dist/2020.js'
import { type Static, type TObject, type TSchema, Type } from 'typebox'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { check } from '../../src/bench/check.js'
import { SIMULATED_BY_ALL } from '../../src/bench/faults.js'
import {
  Default,
  DurationSchema,
  type Input,
  Line,
  NOTES,
  OneOf,
  type Parsed,
  toJsonSchema,
} from '../../src/bench/schema.js'
import { input, output, peripherals } from '../../src/peripherals/index.js'
import type { Duration } from '../../src/worker/duration.js'

describe('the published schema', () => {
  it('is plain JSON Schema: nothing in it is ours but notes for readers', () => {
    const own = (simulate: TSchema): TSchema => {
      const { properties } = simulate as TObject
      const all = Object.keys(SIMULATED_BY_ALL)
      return Type.Object(Object.fromEntries(Object.entries(properties).filter(([key]) => !all.includes(key))))
    }
    const schemas = Object.values(peripherals).flatMap(({ config, simulate, actions }) => [
      config,
      own(simulate),
      ...Object.values(actions).flatMap(action => [action.input, action.output]),
    ])
    schemas.push(Type.Object(SIMULATED_BY_ALL)) // once, not for each type
    // Many are alike, and compiling is slow.
    const texts = new Set(
      schemas.flatMap(schema => (schema === undefined ? [] : [JSON.stringify(toJsonSchema(schema))])),
    )
    for (const text of texts) {
      const ajv = new Ajv2020({ strict: true, strictTypes: false, strictTuples: false })
      ajv.addVocabulary([...NOTES])
      expect(() => ajv.compile(JSON.parse(text) as object)).not.toThrow()
    }
  })

  it('says what a person needs to fill it in', () => {
    expect(toJsonSchema(Type.Object({ after: Default(DurationSchema({ description: 'How late.' }), '1s') }))).toEqual({
      type: 'object',
      properties: {
        after: {
          title: 'Duration',
          description: 'How late. Milliseconds, or a number with a unit: 10us, 200ms, 2s, 5m, 3h, 7d.',
          type: ['number', 'string'],
          minimum: 0,
          maximum: 9_007_199_254,
          pattern: '^\\d+(?:\\.\\d+)?(us|ms|s|m|h|d)$',
          unit: 'ms',
          examples: ['200ms'],
          default: '1s',
        },
      },
      additionalProperties: false,
    })
    expect(toJsonSchema(Line({ title: 'Pump' }))).toEqual({
      title: 'Pump',
      description: "A GPIO line: its BCM number (17, GPIO17, BCM17), its header pin (J8:11), or the line's own name.",
      type: ['integer', 'string'],
      minimum: 0,
      maximum: 57,
      minLength: 1,
      examples: ['GPIO17', 17, 'J8:11'],
    })
  })

  it('leaves the schema as it was', () => {
    const schema = Type.Object({ line: Line(), at: Type.Object({ x: Type.Number() }) })
    const before = JSON.stringify(schema)
    toJsonSchema(schema)
    expect(JSON.stringify(schema)).toBe(before)
  })

  it('keeps a reference as it is', () => {
    expect(toJsonSchema(Type.Unsafe({ $ref: '#/$defs/steps', description: 'Steps.' }))).toEqual({
      $ref: '#/$defs/steps',
      description: 'Steps.',
    })
  })
})

/** Inputs that the check takes, that it refuses, and that only the check can refuse. */
interface Agreement {
  readonly what: string
  readonly schema: TSchema
  readonly good: readonly unknown[]
  readonly bad: readonly unknown[]
  readonly onlyCheck?: readonly unknown[]
}

const agreements: readonly Agreement[] = [
  {
    what: 'a duration',
    schema: DurationSchema(),
    good: [0, 5, 0.5, '0s', '0.00ms', '10us', '1.5h', 9_007_199_254],
    bad: [-1, '', '5', '5 s', '-5s', '1e3s', '5w', null, true, [], {}, 9_007_199_255],
    onlyCheck: ['2502h'],
  },
  {
    what: 'a duration that is not 0',
    schema: DurationSchema({ exclusiveMinimum: 0 }),
    good: [1, 0.001, '1us', '0.10s', '10h'],
    bad: [0, -1, '0s', '0.000us', '00ms'],
  },
  {
    what: 'a duration with bounds',
    schema: DurationSchema({ minimum: 10, maximum: 1000 }),
    good: [10, 1000, '10ms', '1s'],
    bad: [9, 1001, '0s'],
    onlyCheck: ['9ms', '2s'],
  },
  {
    what: 'a duration whose bounds are not above 0',
    schema: DurationSchema({ minimum: -5 }),
    good: [0, '0s'],
    bad: [-6, '-6ms'],
    onlyCheck: [-1],
  },
  {
    what: 'a line',
    schema: Line(),
    good: [0, 57, '17', 'GPIO17', 'bcm17', 'J8:11', 'LED_A', ' 17 '],
    bad: [-1, 58, 1.5, '', null, true, [], {}],
    onlyCheck: ['GPIO99', 'GPOI17', 'J8:1', ' ', 'x'.repeat(32)],
  },
  {
    what: 'the configuration of an output',
    schema: output.config,
    good: [{ line: 17 }, { line: 'GPIO17', activeLow: true, drive: 'open-drain', safe: 'high' }],
    bad: [{}, { line: 17, safe: 'of' }, { line: 17, x: 1 }, { line: 17, activeLow: 'yes' }, [], null, 'GPIO17'],
  },
  {
    what: 'keys that objects inherit',
    schema: Type.Object({ line: Line() }),
    good: [JSON.parse('{ "line": 1 }')],
    bad: ['__proto__', 'constructor', 'toString'].map(key => JSON.parse(`{ "line": 1, "${key}": 1 }`)),
  },
  {
    what: 'what may be waited for',
    schema: input.actions.waitFor.input,
    good: [{ edge: 'rising' }, { level: 'on', timeout: '5s' }],
    bad: [{}, { edge: 'rising', level: 'on' }, { edge: 'up' }, { edge: 'both', timeout: 0 }, { timeout: '5s' }],
  },
  {
    what: 'what is simulated of an input',
    schema: peripherals.input?.simulate as TSchema,
    good: [{}, { falls: ['7s', 8000], level: 'high' }, { rises: [] }],
    bad: [{ falls: '7s' }, { falls: ['7'] }, { fals: ['7s'] }],
  },
  {
    what: 'an input without fields',
    schema: output.actions.on.input,
    good: [{}],
    bad: [{ width: '1s' }, null, []],
  },
  {
    what: 'a map',
    schema: Type.Record(Type.String({ pattern: '^[a-z]+$' }), Type.Object({ at: DurationSchema() })),
    good: [{}, { a: { at: 1 } }],
    bad: [{ a: {} }, { A: { at: 1 } }, { a: { at: 1, x: 2 } }],
  },
  {
    what: 'a tuple',
    schema: Type.Tuple([Line(), DurationSchema(), Type.Object({ a: Type.Optional(Type.Number()) })]),
    good: [[17, '1s', {}]],
    bad: [[], [17, '1s'], [17, '1s', {}, 1], [17, '1x', {}], [17, '1s', { b: 1 }]],
  },
  {
    what: 'an intersection',
    schema: Type.Intersect([
      Type.Object({ a: Type.Number() }),
      Type.Union([Type.Object({ b: DurationSchema() }), Type.Object({ c: Line() })]),
    ]),
    good: [
      { a: 1, b: '1s' },
      { a: 1, c: 17 },
      { a: 1, b: 1, c: 1 },
    ],
    bad: [{ a: 1 }, { b: 1 }, { a: 1, b: 'x' }, { a: 1, b: 1, d: 1 }],
  },
  {
    what: 'an intersection in an intersection',
    schema: Type.Intersect([
      Type.Object({ a: Type.Number() }),
      Type.Intersect([Type.Object({ b: Type.Number() }), Type.Object({ c: Type.Number() })]),
    ]),
    good: [{ a: 1, b: 2, c: 3 }],
    bad: [
      { a: 1, b: 2 },
      { a: 1, b: 2, c: 3, d: 4 },
    ],
  },
  {
    what: 'an object that is open',
    schema: Type.Object({ a: Type.Number() }, { additionalProperties: DurationSchema() }),
    good: [{ a: 1, b: '1s' }],
    bad: [{ a: 1, b: 'x' }],
  },
]

describe('the check and the published schema', () => {
  it.each(agreements)('agree on $what', ({ schema, good, bad, onlyCheck = [] }) => {
    const published = new Ajv2020({ strict: false }).compile(toJsonSchema(schema))
    const judge = (value: unknown) => [check(schema, value).problems === undefined, published(value)]
    for (const value of good) expect([value, ...judge(value)]).toEqual([value, true, true])
    for (const value of bad) expect([value, ...judge(value)]).toEqual([value, false, false])
    for (const value of onlyCheck) expect([value, ...judge(value)]).toEqual([value, false, true])
  })
})

describe('a default', () => {
  it('leaves the schema that it is given to as it was', () => {
    const schema = OneOf(['a', 'b'])
    Default(schema, 'a')
    expect('default' in schema).toBe(false)
  })

  it('makes the property one that may be left out', () => {
    const schema = Type.Object({ a: Default(Type.Number(), 1), b: Type.Number() })
    expect(toJsonSchema(schema).required).toEqual(['b'])
  })
})

describe('types', () => {
  const schema = Type.Object({
    line: Line(),
    every: DurationSchema(),
    mode: Default(OneOf(['slow', 'fast']), 'slow'),
    grace: Default(DurationSchema(), '1s'),
    until: Type.Optional(DurationSchema()),
    lines: Type.Array(Line()),
    steps: Type.Record(Type.String(), DurationSchema()),
    pair: Type.Tuple([Line(), DurationSchema()]),
    at: Type.Object({ x: DurationSchema() }),
    end: Type.Union([DurationSchema(), Type.Literal('never')]),
    both: Type.Intersect([Type.Object({ a: DurationSchema() }), Type.Object({ b: Line() })]),
    label: Type.String(),
  })

  it('of what is written: durations and lines in all their forms, defaults optional', () => {
    type Written = Input<typeof schema>
    expectTypeOf<Written['line']>().toEqualTypeOf<number | string>()
    expectTypeOf<Written['every']>().toEqualTypeOf<Duration>()
    expectTypeOf<Written['mode']>().toEqualTypeOf<'slow' | 'fast' | undefined>()
    expectTypeOf<Pick<Written, 'grace'>>().toEqualTypeOf<{ grace?: Duration }>()
    expectTypeOf<Pick<Written, 'label'>>().toEqualTypeOf<{ label: string }>()
    expectTypeOf<'5s'>().toExtend<Duration>()
    expectTypeOf<'5 sec'>().not.toExtend<Duration>()
  })

  it('of what is checked: numbers, and nothing optional that has a default', () => {
    type Checked = Parsed<typeof schema>
    expectTypeOf<Checked>().toEqualTypeOf<{
      line: number
      every: number
      mode: 'slow' | 'fast'
      grace: number
      until?: number
      lines: number[]
      steps: Record<string, number>
      pair: [number, number]
      at: { x: number }
      end: number | 'never'
      both: { a: number } & { b: number }
      label: string
    }>()
  })

  it('of what is checked before a board is open: a line may be a name', () => {
    type Checked = Parsed<typeof schema, number | string>
    expectTypeOf<Checked['line']>().toEqualTypeOf<number | string>()
    expectTypeOf<Checked['lines']>().toEqualTypeOf<(number | string)[]>()
    expectTypeOf<Checked['every']>().toEqualTypeOf<number>()
    expectTypeOf<ReturnType<typeof check<typeof schema>>['value']>().toEqualTypeOf<Checked | undefined>()
  })

  it('of words: those, and no others', () => {
    const words = OneOf(['a', 'b'])
    expectTypeOf<Static<typeof words>>().toEqualTypeOf<'a' | 'b'>()
  })
})
