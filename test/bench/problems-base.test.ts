/** Numbers that people write in base 16: messages write them so too, and know what a forgotten 0x was to be. */

import { type TSchema, Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { describeProblem, problemsOf } from '../../src/bench/problems.js'
import { toJsonSchema } from '../../src/bench/schema.js'
import { ads1115, bme280, pca9685 } from '../../src/peripherals/index.js'

const said = (schema: TSchema, value: unknown) => problemsOf(schema, value).map(describeProblem)
const meant = (schema: TSchema, value: unknown) => problemsOf(schema, value).map(({ suggestion }) => suggestion)

describe('an address whose 0x was forgotten', () => {
  it.each<[string, TSchema, unknown, string]>([
    ['0x76', bme280.config, 76, 'address must be at least 0x76, not 76 (0x4c); did you mean 0x76?'],
    ['0x48', ads1115.config, 48, 'address must be at least 0x48, not 48 (0x30); did you mean 0x48?'],
    ['0x4a', ads1115.config, '4a', 'address must be a whole number, not "4a"; did you mean 0x4a?'],
    ['0x76', bme280.config, '0x76', 'address must be a whole number, not "0x76"; did you mean 0x76?'],
  ])('is suggested with it: %s', (suggestion, schema, address, sentence) => {
    expect(said(schema, { address })).toEqual([sentence])
    expect(meant(schema, { address })).toEqual([suggestion])
  })

  it.each<[TSchema, unknown, string]>([
    [bme280.config, 0x78, 'address must be at most 0x77, not 120 (0x78)'],
    [bme280.config, 0, 'address must be at least 0x76, not 0 (0x00)'],
    [bme280.config, -76, 'address must be at least 0x76, not -76'],
    [bme280.config, 118.5, 'address must be a whole number, not 118.5'],
    [bme280.config, 'seventy-six', 'address must be a whole number, not "seventy-six"'],
    [bme280.config, null, 'address must be a whole number, not null'],
    [bme280.config, [76], 'address must be a whole number, not a list'],
    [bme280.config, 1e300, 'address must be at most 0x77, not 1e+300'],
    [pca9685.config, 0x70, 'address must not be 0x70'],
  ])('is not guessed where it would not fit either: %#', (schema, address, sentence) => {
    const problems = problemsOf(schema, { address })
    expect(problems.map(describeProblem)).toEqual([sentence])
    expect(problems[0]).not.toHaveProperty('suggestion')
  })
})

describe('any other number', () => {
  it('is written as it is, and nothing is guessed', () => {
    expect(said(Type.Object({ a: Type.Integer({ minimum: 100 }) }), { a: 76 })).toEqual([
      'a must be at least 100, not 76',
    ])
  })
})

describe('the published schema', () => {
  it('says in which base an address is written', () => {
    expect(toJsonSchema(bme280.config)).toMatchObject({ properties: { address: { base: 16, minimum: 0x76 } } })
  })
})
