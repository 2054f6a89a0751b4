/** Examples that are made from schemas: they show the shape, and they fit. */

import { type TSchema, Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { exampleOf, formatExample } from '../../src/bench/example.js'
import { describeProblem, problemsOf } from '../../src/bench/problems.js'
import { Default, DurationSchema, Line, OneOf } from '../../src/bench/schema.js'
import { peripherals } from '../../src/peripherals/index.js'

const Range = Type.Object({ from: Type.Number(), to: Type.Number() })

describe('an example', () => {
  it.each<[string, TSchema, string]>([
    ['the keys that must be there', Type.Object({ a: Line(), b: Type.Optional(Line()) }), '{ a: GPIO17 }'],
    ['the first key, when none must be', Type.Object({ a: Type.Optional(OneOf(['x', 'y'])) }), '{ a: x }'],
    ['nothing, when there is nothing', Type.Object({}), '{}'],
    [
      'each line once',
      Type.Object({ a: Line(), b: Type.Array(Line(), { minItems: 2 }) }),
      '{ a: GPIO17, b: [GPIO27, GPIO22] }',
    ],
    ['rising numbers', Type.Array(Type.Tuple([Type.Number(), Type.Number()]), { minItems: 2 }), '[[1, 2], [3, 4]]'],
    [
      'numbers within their bounds',
      Type.Object({ a: Type.Number({ minimum: 5 }), b: Type.Number({ maximum: 0.5 }) }),
      '{ a: 5, b: 0.5 }',
    ],
    ['numbers in their base', Type.Object({ a: Type.Integer({ base: 16, minimum: 0x76 }) }), '{ a: 0x76 }'],
    ['the first branch of a union', Type.Union([Range, Type.Array(Range)]), '{ from: 1, to: 2 }'],
    [
      'all parts of an intersection',
      Type.Intersect([Range, Type.Object({ on: Type.Boolean() })]),
      '{ from: 1, to: 2, on: true }',
    ],
    ['an entry of a map', Type.Record(Type.String(), Range), '{ name: { from: 1, to: 2 } }'],
    ['a duration that is long enough', DurationSchema({ minimum: 250 }), '2s'],
    ['a duration that is short enough', DurationSchema({ minimum: 0.5, maximum: 2.5 }), '2ms'],
    [
      'what the schema gives for one',
      Type.Object({ file: Type.String({ examples: ['a: b.csv'] }) }),
      '{ file: "a: b.csv" }',
    ],
    ['the default, of what has one', Type.Object({ a: Default(Type.Number(), 7) }), '{ a: 7 }'],
    ['dots, where anything may be written', Type.Object({ note: Type.String() }), '{ note: … }'],
    [
      'the only value',
      Type.Object({ kind: Type.Literal('circle'), none: Type.Null() }),
      '{ kind: circle, none: null }',
    ],
  ])('has %s', (_what, schema, text) => {
    expect(formatExample(schema, exampleOf(schema))).toBe(text)
    expect(problemsOf(schema, exampleOf(schema)).map(describeProblem)).toEqual([])
  })

  const schemas = Object.values(peripherals).flatMap(({ type, config, simulate, actions }) => [
    [type, config] as const,
    [`${type}, simulated`, simulate] as const,
    ...Object.entries(actions).map(([name, { input }]) => [`${type}.${name}`, input] as const),
  ])
  const told = schemas.filter(([, schema]) => !hasBarePattern(schema))
  it.each(told)('fits the schema of %s', (_what, schema) => {
    expect(problemsOf(schema, exampleOf(schema)).map(describeProblem)).toEqual([])
  })
})

/** Text that must match a pattern, for which the schema gives no example. */
function hasBarePattern(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false
  if ('pattern' in node && !('examples' in node)) return true
  return Object.values(node).some(hasBarePattern)
}
