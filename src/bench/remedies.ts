/** What to write instead of a value or key that is refused, where the message alone does not say it. */

import type { ErrorObject } from 'ajv/dist/2020.js'
import { exampleOf, formatExample } from './example.js'
import { getOwn } from './plain-data.js'
import { isNode, type SchemaNode } from './schema.js'
import { validatorOfPart } from './validator.js'
import { nameOfType } from './wording.js'

/** Longer values are not repeated. */
const LONGEST_REPEATED = 200
/** The pattern of expressions, in fields that are nothing else. */
const EXPRESSION = '^='

/** What is said of a text that should be an expression. */
export interface ExpressionWanted {
  readonly message: string
  readonly remedy: string
}

/** `if: dose > 2` lacks its =. Undefined for all other errors. */
export function expressionWanted({ keyword, params, data }: ErrorObject, shown: string): ExpressionWanted | undefined {
  if (keyword !== 'pattern' || params.pattern !== EXPRESSION || typeof data !== 'string') return undefined
  const text = data.trim()
  return {
    message: `must be an expression (with = before it), not ${shown}`,
    remedy: text === '' || text.length > LONGEST_REPEATED ? 'Write a = before it.' : writeWithEquals(text),
  }
}

/** `Write =dose: without the = it is text.` */
export function writeWithEquals(text: string): string {
  return `Write ${/^[\w.-]+$/.test(text) ? `=${text}` : JSON.stringify(`=${text}`)}: without the = it is text.`
}

/** A list of one where only that one is written: `record: [air.read]`. */
export function listOfIt({ keyword, params, data, parentSchema }: ErrorObject, key: unknown): string | undefined {
  if (keyword !== 'type' || ![params.type].flat().includes('array') || !isNode(parentSchema)) return undefined
  const { items } = parentSchema
  const isWord = typeof data === 'number' || (typeof data === 'string' && data.length <= LONGEST_REPEATED)
  if (!isWord || !isNode(items) || !validatorOfPart(items)(data)) return undefined
  const list = formatExample(undefined, [data])
  return typeof key === 'string' ? `Write ${key}: ${list}.` : `Write it like this: ${list}.`
}

/** A number or text of another type than is wanted, or what is neither. */
export function likeThat({ keyword, params, data, parentSchema }: ErrorObject): string | undefined {
  if (keyword !== 'type' || !isNode(parentSchema)) return undefined
  const [type, ...others] = [params.type].flat() as string[]
  const fits = (value: unknown): boolean => validatorOfPart(parentSchema)(value) === true
  if (others.length > 0) return undefined
  if (type === 'string') {
    const isWord = typeof data === 'number' || typeof data === 'boolean'
    return isWord && fits(String(data)) ? `Put it into quotes: "${data}".` : undefined
  }
  if (type !== 'number' && type !== 'integer') return undefined
  if (typeof data === 'string' && data.trim() !== '' && fits(Number(data)))
    return `Write ${Number(data)} without quotes.`
  const example = exampleOf(parentSchema)
  if (!fits(example)) return undefined
  return `Write ${nameOfType(type)}, such as ${formatExample(parentSchema, example)}.`
}

/** A key that a known one and its value were put together to, for want of a colon or space: `type:output`. */
export function splitKey(
  key: string,
  known: readonly string[],
): { readonly key: string; readonly remedy: string } | undefined {
  const [, name = '', mark = '', value = ''] = /^([\w-]+)(:|\s)\s*(.+)$/.exec(key) ?? []
  if (!known.includes(name) || value.length > LONGEST_REPEATED) return undefined
  const what = mark === ':' ? 'a space after the colon' : 'a colon'
  return { key: name, remedy: `Write ${name}: ${value}, with ${what}.` }
}

/** The keys that each of several shapes needs more than the others and that are not there. */
export function lackingKeys(nodes: readonly SchemaNode[], data: SchemaNode): string[] {
  const needed = nodes.map(({ required }) => (Array.isArray(required) ? (required as string[]) : []))
  const own = needed.flat().filter(key => !needed.every(keys => keys.includes(key)) && getOwn(data, key) === undefined)
  return [...new Set(own)]
}

/** `Add points: 10 or step: 1.`, when each shape lacks only one key. */
export function addOneOf(keys: readonly string[], nodes: readonly SchemaNode[]): string | undefined {
  const parts = keys.map(key => {
    const node = nodes.map(({ properties }) => (isNode(properties) ? getOwn(properties, key) : undefined)).find(isNode)
    return node === undefined ? undefined : `${key}: ${formatExample(node, exampleOf(node))}`
  })
  if (parts.length !== nodes.length || parts.includes(undefined)) return undefined
  return `Add ${parts.join(' or ')}.`
}
