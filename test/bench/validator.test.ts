/** Compiled schemas: once each, closed, and refused with a reason when they cannot work. */

import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { Default, DurationSchema, Line, OneOf } from '../../src/bench/schema.js'
import { validatorFor, validatorOfPart } from '../../src/bench/validator.js'
import { PiWorkerError } from '../../src/errors.js'
import { peripherals } from '../../src/peripherals/index.js'

function refusalOf(schema: object): PiWorkerError {
  try {
    validatorFor(schema)
  } catch (error) {
    if (error instanceof PiWorkerError) return error
    throw error
  }
  return expect.fail('the schema was taken')
}

/** What the keyword of ours says of a value. */
function faultOf(schema: object, value: unknown): { message: string; suggestion?: string } | undefined {
  const validate = validatorFor(schema)
  return validate(value) ? undefined : (validate.errors?.[0]?.params as { message: string })
}

describe('a schema', () => {
  it('is compiled once, when it is first used', () => {
    const schema = Type.Object({ line: Line() })
    expect(validatorFor(schema)).toBe(validatorFor(schema))
    expect(validatorFor(Type.Object({ line: Line() }))).not.toBe(validatorFor(schema))
  })

  it('is compiled as a closed copy, by whose parts their validators are known', () => {
    const schema = Type.Object({ a: Type.Union([Type.Object({ b: Type.Number() }), Type.String()]) })
    const copy = validatorFor(schema).schema as { properties: { a: { anyOf: object[] } } }
    expect(copy).toMatchObject({ additionalProperties: false })
    const branch = copy.properties.a.anyOf[0] as object
    expect(validatorOfPart(branch)).toBe(validatorOfPart(branch))
    expect([validatorOfPart(branch)({ b: 1 }), validatorOfPart(branch)({ b: 1, c: 2 })]).toEqual([true, false])
    expect('additionalProperties' in schema).toBe(false)
  })

  it('knows a part of an intersection as it stands there: with other keys beside its own', () => {
    const schema = Type.Intersect([Type.Object({ a: Type.Number() }), Type.Object({ b: Type.Number() })])
    const copy = validatorFor(schema).schema as { allOf: object[] }
    expect(validatorOfPart(copy.allOf[0] as object)({ a: 1, b: 2 })).toBe(true)
  })

  it('sees only what an object has itself', () => {
    const validate = validatorFor(Type.Object({ constructor: Type.Number() }))
    expect([validate({}), validate({ constructor: 1 })]).toEqual([false, true])
  })
})

describe('a schema that cannot be used is refused', () => {
  it.each([
    ['a type that JSON does not have', Type.Object({ a: Type.BigInt() }), /type must be JSONType/],
    [
      'a misspelt keyword',
      Type.Object({ a: Type.Unsafe({ type: 'number', minimun: 1 }) }),
      /unknown keyword: "minimun"/,
    ],
    ['a format', Type.Object({ a: Type.String({ format: 'email' }) }), /unknown format "email"/],
    ['a refinement', Type.Object({ a: Type.Refine(Type.Number(), value => value > 5) }), /it has a Refine or a Codec/],
    [
      'a codec',
      Type.Codec(Type.String())
        .Decode(text => text.length)
        .Encode(length => ' '.repeat(length)),
      /it has a Refine or a Codec/,
    ],
    ['a pattern that is none', Type.Object({ a: Type.String({ pattern: '(' }) }), /Invalid regular expression/],
    [
      'a reference',
      Type.Object({ a: Type.Ref('Other') }),
      /^a schema cannot be used: it refers to another one with \$ref$/,
    ],
    [
      'a schema that contains itself',
      Type.Cyclic({ Node: Type.Object({ next: Type.Optional(Type.Ref('Node')) }) }, 'Node'),
      /it refers to another one with \$ref/,
    ],
  ])('%s', (_what, schema, message) => {
    const error = refusalOf(schema)
    expect(error.code).toBe('ERR_BAD_DEFINITION')
    expect(error.message).toMatch(message)
    expect(error.message).toMatch(/^a schema cannot be used: /)
    expect(error.remedy).toContain('DurationSchema()')
  })

  it.each([
    [
      'a word that is not among its words',
      Type.Object({ a: Default(Type.Unsafe({ enum: ['x'] }), 'y') }),
      '/a must be',
    ],
    ['a duration that is too short', Type.Object({ a: Default(DurationSchema({ minimum: 5 }), 1) }), '/a must be at'],
    ['a line that there is not', Type.Object({ a: Default(Line(), 'GPIO99') }), '/a cannot be used'],
    ['a whole object', Type.Object({ a: Default(Type.Object({ b: Type.Number() }), {} as never) }), '/a must have req'],
    [
      'one in an object, under an odd key',
      Type.Object({ 'a/b': Type.Object({ '~': Default(Type.Integer({ minimum: 1 }), 0) }) }),
      '/a~1b/~0 must be >= 1',
    ],
  ])('a default that does not fit: %s', (_what, schema, message) => {
    const error = refusalOf(schema)
    expect(error.code).toBe('ERR_BAD_DEFINITION')
    expect(error.message).toContain(`a schema cannot be used: a default does not fit: ${message}`)
  })

  it('but not for a default beside a field that must be there', () => {
    const schema = Type.Object({ line: Line(), mode: Default(OneOf(['a', 'b']), 'a') })
    expect(() => validatorFor(schema)).not.toThrow()
  })

  it('which none of the built-in ones is', () => {
    for (const { config, simulate, actions } of Object.values(peripherals)) {
      const inside = Object.values(actions).flatMap(({ input, output }) => [input, output])
      for (const schema of [config, simulate, ...inside]) {
        if (schema !== undefined) expect(() => validatorFor(schema)).not.toThrow()
      }
    }
  })
})

describe('a duration', () => {
  const any = DurationSchema()
  it.each([0, -0, 0.5, 200, '0s', '10us', '200ms', '2s', '5m', '3h', '1.5s', '007ms', 9_007_199_254, '2501h'])(
    'may be %j',
    value => {
      expect(faultOf(any, value)).toBeUndefined()
    },
  )

  it.each([
    [-1, 'must be at least 0 ms, not -1'],
    ['-200ms', 'must be at least 0 ms, not "-200ms"'],
    [Number.NaN, 'must be a duration such as 10us, 200ms or 2s (a plain number is ms), not NaN'],
    [Number.POSITIVE_INFINITY, 'must be a duration such as 10us, 200ms or 2s (a plain number is ms), not Infinity'],
    [Number.NEGATIVE_INFINITY, 'must be a duration such as 10us, 200ms or 2s (a plain number is ms), not -Infinity'],
    ['', 'must be a duration such as 10us, 200ms or 2s (a plain number is ms), not ""'],
    ['soon', 'must be a duration such as 10us, 200ms or 2s (a plain number is ms), not "soon"'],
    ['1w', 'must be a duration such as 10us, 200ms or 2s (a plain number is ms), not "1w"'],
    ['1e3s', 'must be a duration such as 10us, 200ms or 2s (a plain number is ms), not "1e3s"'],
    ['1m30s', 'must be a duration such as 10us, 200ms or 2s (a plain number is ms), not "1m30s"'],
    ['１ms', 'must be a duration such as 10us, 200ms or 2s (a plain number is ms), not "１ms"'],
    ['2s\n', 'must be a duration, not "2s\\n"; did you mean "2s"?'],
    [null, 'must be a duration such as 10us, 200ms or 2s (a plain number is ms), not null'],
    [true, 'must be a duration such as 10us, 200ms or 2s (a plain number is ms), not true'],
    [[200], 'must be a duration such as 10us, 200ms or 2s (a plain number is ms), not a list'],
    [{ ms: 200 }, 'must be a duration such as 10us, 200ms or 2s (a plain number is ms), not an object'],
    [200n, 'must be a duration such as 10us, 200ms or 2s (a plain number is ms), not a BigInt'],
    [9_007_199_255, 'must be at most 104 days, not 9007199255'],
    ['2502h', 'must be at most 104 days, not "2502h"'],
    [
      `1${' '.repeat(200_000)}!`,
      `must be a duration such as 10us, 200ms or 2s (a plain number is ms), not "1${' '.repeat(39)}…"`,
    ],
    [`${'9'.repeat(400)}s`, `must be at most 104 days, not "${'9'.repeat(40)}…"`],
  ])('cannot be %o', (value, message) => {
    expect(faultOf(any, value)).toMatchObject({ message })
  })

  it.each([
    ['200', '200ms'],
    [' 200 ms ', '200ms'],
    ['200MS', '200ms'],
    ['2 sec', '2s'],
    ['2 Seconds', '2s'],
    ['1.5 mins', '1.5m'],
    ['5M', '5m'],
    ['1 hr', '1h'],
    ['10µs', '10us'],
    ['10 μs', '10us'],
    ['3 millis', '3ms'],
  ])('written as %j was probably meant as %s', (value, suggestion) => {
    const fault = faultOf(any, value)
    expect(fault?.suggestion).toBe(suggestion)
    expect(fault?.message).toBe(`must be a duration, not ${JSON.stringify(value)}; did you mean "${suggestion}"?`)
  })

  it.each([
    [DurationSchema({ exclusiveMinimum: 0 }), '0 sec'],
    [any, '9999 hours'],
    [any, '5 apples'],
    [any, '5,5 s'],
  ])('is not guessed when the guess would not do: %#', (schema, value) => {
    expect(faultOf(schema, value)?.suggestion).toBeUndefined()
  })

  it.each([
    [{ exclusiveMinimum: 0 }, 0, 'must be longer than 0 ms, not 0'],
    [{ exclusiveMinimum: 0 }, '0.000us', 'must be longer than 0 ms, not "0.000us"'],
    [{ exclusiveMinimum: 0 }, -5, 'must be longer than 0 ms, not -5'],
    [{ minimum: 1000 }, '999ms', 'must be at least 1000 ms, not "999ms"'],
    [{ minimum: 1000 }, '-1s', 'must be at least 1000 ms, not "-1s"'],
    [{ maximum: 60_000 }, '61s', 'must be at most 60000 ms, not "61s"'],
    [{ minimum: 5, exclusiveMinimum: 2 }, 3, 'must be at least 5 ms, not 3'],
  ])('within %j cannot be %j', (limits, value, message) => {
    expect(faultOf(DurationSchema(limits), value)).toEqual({ message })
  })

  it.each([
    [{ exclusiveMinimum: 0 }, '1us'],
    [{ minimum: 1000 }, '1s'],
    [{ maximum: 60_000 }, '1m'],
  ])('within %j may be %j', (limits, value) => {
    expect(faultOf(DurationSchema(limits), value)).toBeUndefined()
  })
})

describe('a line', () => {
  const line = Line()
  it.each([0, 17, 57, '17', 'GPIO17', 'bcm17', 'J8:11', ' GPIO17 ', 'LED_A'])('may be %j', value => {
    expect(faultOf(line, value)).toBeUndefined()
  })

  it('may have spaces around it, however many', () => {
    expect(faultOf(line, `${' '.repeat(1000)}GPIO17${' '.repeat(1000)}`)).toBeUndefined()
  })

  it.each([
    [null, 'must be a line such as 17, GPIO17 or J8:11, not null'],
    [true, 'must be a line such as 17, GPIO17 or J8:11, not true'],
    [[17], 'must be a line such as 17, GPIO17 or J8:11, not a list'],
    [17n, 'must be a line such as 17, GPIO17 or J8:11, not a BigInt'],
    [Number.NaN, 'cannot be used: "NaN" is no line (GPIO0 to GPIO57)'],
    [-1, 'cannot be used: "-1" is no line (GPIO0 to GPIO57)'],
    ['', 'cannot be used: "" is no line (GPIO0 to GPIO57)'],
    ['x'.repeat(1e6), `cannot be used: "${'x'.repeat(40)}…" is no line (GPIO0 to GPIO57)`],
  ])('cannot be %o', (value, message) => {
    expect(faultOf(line, value)?.message).toContain(message)
  })

  it('that is misspelt is suggested', () => {
    expect(faultOf(line, 'GPOI17')).toEqual({
      message: 'cannot be used: "GPOI17" is no line (GPIO0 to GPIO57); the nearest is GPIO17',
      suggestion: 'GPIO17',
    })
  })

  it('of a supply pin is told from one that is none', () => {
    expect(faultOf(line, 'J8:2')?.message).toBe(
      'cannot be used: J8:2 is no line: pin 2 of the header is 5 V; the nearest is J8:3',
    )
  })
})
