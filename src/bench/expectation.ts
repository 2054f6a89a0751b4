/** What a schema wants in the place of a value that it refuses, keyword by keyword. */

import type { ErrorObject } from 'ajv/dist/2020.js'
import { exampleOf, formatExample } from './example.js'
import { isNode, type SchemaNode } from './schema.js'
import { validatorOfPart } from './validator.js'
import { count, inBase, nameOfType, show } from './wording.js'

export interface Expectation {
  /** A predicate: `must be at least 1, not 0`. */
  readonly message: string
  /** What was probably meant. */
  readonly suggestion?: string
  /** What to write, where a shape is wanted. */
  readonly remedy?: string
}

export function expectation(error: ErrorObject): Expectation {
  const message = predicate(error)
  const node: unknown = error.parentSchema
  if (!isNode(node)) return { message }
  if (error.keyword === 'type' && [error.params.type].flat().some(isShape)) return { message, remedy: likeThis(node) }
  const suggestion = meantInBase(node, error.data)
  return suggestion === undefined ? { message } : { message: `${message}; did you mean ${suggestion}?`, suggestion }
}

/** `Write it like this: { step: GPIO17, direction: GPIO27 }.` */
export function likeThis(node: SchemaNode): string {
  return `Write it like this: ${formatExample(node, exampleOf(node))}.`
}

function isShape(type: unknown): boolean {
  return type === 'object' || type === 'array'
}

function predicate({ keyword, params, parentSchema, data, schema }: ErrorObject): string {
  const base: unknown = parentSchema?.base
  const limit = inBase(Number(params.limit), base)
  const unit = typeof parentSchema?.unit === 'string' ? ` ${parentSchema.unit}` : ''
  switch (keyword) {
    case 'type':
      return `must be ${[params.type].flat().map(nameOfType).join(' or ')}, not ${show(data)}`
    case 'minimum':
      return `must be at least ${limit}${unit}, not ${inBoth(data, base)}`
    case 'maximum':
      return `must be at most ${limit}${unit}, not ${inBoth(data, base)}`
    case 'exclusiveMinimum':
      return `must be more than ${limit}${unit}, not ${inBoth(data, base)}`
    case 'exclusiveMaximum':
      return `must be less than ${limit}${unit}, not ${inBoth(data, base)}`
    case 'multipleOf':
      return `must be a multiple of ${params.multipleOf}${unit}, not ${show(data)}`
    case 'minLength':
      return `must have at least ${count(params.limit, 'character')}, not ${show(data)}`
    case 'maxLength':
      return `must have at most ${count(params.limit, 'character')}, not ${show(data)}`
    case 'minItems':
      return `must have at least ${count(params.limit, 'item')}, not ${sizeOf(data)}`
    case 'maxItems':
    case 'items': // of a tuple: no more items than it has places
      return `must have at most ${count(params.limit, 'item')}, not ${sizeOf(data)}`
    case 'uniqueItems':
      return `must not have the same item twice: [${Math.min(params.i, params.j)}] and [${Math.max(params.i, params.j)}] are equal`
    case 'minProperties':
      return `must have at least ${count(params.limit, 'entry', 'entries')}, not ${sizeOf(data)}`
    case 'maxProperties':
      return `must have at most ${count(params.limit, 'entry', 'entries')}, not ${sizeOf(data)}`
    case 'pattern':
      return `must match the pattern ${params.pattern}, not ${show(data)}`
    case 'not':
      return isNode(schema) && 'const' in schema
        ? `must not be ${typeof schema.const === 'number' ? inBase(schema.const, base) : show(schema.const)}`
        : `must fit its schema (not), not ${show(data)}`
    default:
      return `must fit its schema (${keyword}), not ${show(data)}`
  }
}

/** `76 (0x4c)`: as it came, which may be as it was written, and as its schema writes numbers. */
function inBoth(data: unknown, base: unknown): string {
  const own = typeof data === 'number' ? inBase(data, base) : show(data)
  return own === show(data) ? own : `${show(data)} (${own})`
}

/** `76` and `'76'` where only 0x76 fits: the 0x was forgotten, or the quotes are too many. */
function meantInBase(node: SchemaNode, data: unknown): string | undefined {
  if (node.base !== 16 || (typeof data !== 'number' && typeof data !== 'string')) return undefined
  const digits = /^(?:0x)?([\da-f]{1,8})$/i.exec(String(data))?.[1]
  if (digits === undefined) return undefined
  const number = Number.parseInt(digits, 16)
  return validatorOfPart(node)(number) ? inBase(number, 16) : undefined
}

function sizeOf(data: unknown): number {
  return Object.keys(data as object).length
}
