/** Which part of an action's result a person would call its value: found from the schema of the result alone. */

import { isNode, type SchemaNode } from '../../bench/schema.js'

/** A value with its unit; true and false, and the levels of lines, are 1 and 0 with words for them. */
export interface Reading {
  readonly value: number
  readonly unit: string
  readonly words: readonly [zero: string, one: string] | undefined
}

export type Measure = (result: unknown) => Reading | undefined

/** What results have beside their values: times, and how sure the value is. */
const BESIDE = new Set(
  'requested time waited took ran lost from to channel ratio errors samples spread since periods latest for held pressedFor'.split(
    ' ',
  ),
)

/** Undefined when there is nothing in the result that is one number, a level or on and off. */
export function measureOf(output: unknown): Measure | undefined {
  if (!isNode(output)) return undefined
  const fields = isNode(output.properties) ? output.properties : {}
  const names = Object.keys(fields).filter(name => !BESIDE.has(name))
  const found =
    names.find(name => numberIn(fields[name]) !== undefined) ?? names.find(name => wordsOf(fields[name]) !== undefined)
  if (found === undefined) return isNode(output.patternProperties) ? firstWithUnit : undefined
  const words = wordsOf(fields[found])
  const unit = unitOf(numberIn(fields[found])?.unit)
  return result => {
    if (!isNode(result)) return undefined
    // A channel of a converter may have been given a meaning and a unit of its own.
    if ('value' in fields && typeof result.value === 'number') return reading(result.value, unitOf(result.unit))
    const value = result[found]
    if (words !== undefined) return typeof value === 'number' ? undefined : stateOf(value, words)
    return typeof value === 'number' ? reading(value, unit) : undefined
  }
}

function reading(value: number, unit: string): Reading {
  return { value, unit, words: undefined }
}

/** Where every name may be a value: the first one stands for all. */
function firstWithUnit(result: unknown): Reading | undefined {
  const [first] = isNode(result) ? Object.values(result) : []
  return isNode(first) && typeof first.value === 'number' ? reading(first.value, unitOf(first.unit)) : undefined
}

/** A number, or one that may be null. */
function numberIn(field: unknown): SchemaNode | undefined {
  if (!isNode(field)) return undefined
  if (field.type === 'number' || field.type === 'integer') return field
  return Array.isArray(field.anyOf) ? field.anyOf.map(numberIn).find(part => part !== undefined) : undefined
}

function wordsOf(field: unknown): Reading['words'] {
  if (!isNode(field)) return undefined
  if (field.type === 'boolean') return ['off', 'on']
  const { enum: all } = field
  return Array.isArray(all) && all.length === 2 && all.includes('low') && all.includes('high')
    ? ['low', 'high']
    : undefined
}

function stateOf(value: unknown, words: NonNullable<Reading['words']>): Reading | undefined {
  if (typeof value === 'boolean') return { value: value ? 1 : 0, unit: '', words }
  const index = words.indexOf(value as string)
  return index < 0 ? undefined : { value: index, unit: '', words }
}

/** A share of one has no unit that would be shown. */
function unitOf(unit: unknown): string {
  return typeof unit === 'string' && unit !== '1' ? unit : ''
}
