/** What a schema takes, in a few words: `whole number from 1 to 10`, `low | high`, `{ from, to }`. */

import { constantsOf, tagIn, tagOf } from '../bench/branches.js'
import { formatExample } from '../bench/example.js'
import { type DurationLimits, isNode, type SchemaNode } from '../bench/schema.js'
import { inBase } from '../bench/wording.js'
import { STEPS_REF } from '../plan/steps/kind.js'

/** Objects in objects in objects are told by their own keys below. */
const DEEPEST = 2

export function typeText(node: SchemaNode, depth = 0): string {
  if (node.$ref === STEPS_REF) return 'list of steps'
  if (node.type === 'string' && node.pattern === '^=') return 'expression'
  if ('line' in node) return 'line'
  if ('duration' in node) return durationText(node.duration as DurationLimits)
  const union = branchesOf(node)
  if (union !== undefined) return unionText(union, depth)
  if ('const' in node) return formatExample(node, node.const)
  if (Array.isArray(node.enum))
    return `${node.enum.map(value => formatExample(node, value)).join(' | ')}${unitText(node)}`
  const properties = propertiesOf(node)
  if (properties !== undefined) return objectText(properties, depth)
  switch (node.type) {
    case 'array':
      return listText(node, depth)
    case 'boolean':
      return 'true | false'
    case 'integer':
      return `whole number${rangeText(node)}`
    case 'number':
      return `number${rangeText(node)}`
    case 'string':
      return node.file === true ? 'path of a file' : 'text'
    case 'null':
      return 'null'
    default:
      return 'anything'
  }
}

/** The branches of a union. */
export function branchesOf(node: SchemaNode): readonly SchemaNode[] | undefined {
  const union = node.anyOf ?? node.oneOf
  return Array.isArray(union) ? union.filter(isNode) : undefined
}

/** The keys of an object, those of all parts of an intersection; of a map the entry, under a name that shows what it is. */
export function propertiesOf(node: SchemaNode): Readonly<Record<string, SchemaNode>> | undefined {
  if (Array.isArray(node.allOf)) return Object.assign({}, ...node.allOf.map(part => propertiesOf(part as SchemaNode)))
  if (node.type !== 'object') return undefined
  const [entry] = isNode(node.patternProperties) ? Object.values(node.patternProperties) : [node.additionalProperties]
  const map = isNode(entry) ? { '<name>': entry } : {}
  return { ...map, ...(node.properties as Record<string, SchemaNode> | undefined) }
}

/** The keys that must be there. */
export function requiredOf(node: SchemaNode): readonly string[] {
  const parts = Array.isArray(node.allOf) ? node.allOf.flatMap(part => requiredOf(part as SchemaNode)) : []
  return [...parts, ...(Array.isArray(node.required) ? node.required : [])]
}

/** A branch of a union that is known by a constant, with the other keys that it alone has. */
export interface Variant {
  /** `kind: bounce` */
  readonly text: string
  readonly keys: readonly string[]
}

/** The branches of a union that a constant tells apart, and the keys that all have; undefined for any other union. */
export function variantsOf(
  branches: readonly SchemaNode[],
): { readonly variants: readonly Variant[]; readonly shared: readonly string[] } | undefined {
  const tag = tagOf(branches)
  if (tag === undefined) return undefined
  const keys = branches.map(branch => Object.keys(propertiesOf(branch) ?? {}).filter(key => key !== tag))
  const shared = keys.reduce((left, other) => left.filter(key => other.includes(key)))
  const variants = branches.map((branch, index) => ({
    text: `${tag}: ${tagIn(branch, tag)}`,
    keys: (keys[index] as string[]).filter(key => !shared.includes(key)),
  }))
  return { variants, shared }
}

function unionText(branches: readonly SchemaNode[], depth: number): string {
  const tag = tagOf(branches)
  if (tag !== undefined) return `{ ${tag}, … }`
  const texts = [...new Set(branches.map(branch => typeText(branch, depth)))]
  if (branches.every(isWords)) return texts.join(' | ')
  const last = texts.pop()
  return texts.length === 0 ? `${last}` : `${texts.join(', ')} or ${last}`
}

/** A branch that is one of a few values. */
function isWords(node: SchemaNode): boolean {
  return constantsOf(node) !== undefined || node.type === 'boolean' || node.type === 'null'
}

function objectText(properties: Readonly<Record<string, SchemaNode>>, depth: number): string {
  const keys = Object.entries(properties)
  if (keys.length === 0) return '{}'
  return `{ ${keys.map(([key, node]) => inObject(key, node, depth)).join(', ')} }`
}

function inObject(key: string, node: SchemaNode, depth: number): string {
  const isObject = propertiesOf(node) !== undefined && branchesOf(node) === undefined
  return isObject && depth < DEEPEST ? `${key}: ${typeText(node, depth + 1)}` : key
}

function listText({ items, prefixItems }: SchemaNode, depth: number): string {
  const places = prefixItems ?? items
  if (Array.isArray(places)) return `[${places.map(place => typeText(place as SchemaNode, depth + 1)).join(', ')}]`
  return isNode(items) ? `list of ${typeText(items, depth)}` : 'list'
}

function durationText({ minimum = 0, exclusiveMinimum, maximum }: DurationLimits): string {
  if (maximum !== undefined) return `duration from ${exclusiveMinimum ?? minimum} to ${maximum} ms`
  if (exclusiveMinimum !== undefined) return `duration, more than ${exclusiveMinimum}`
  return minimum > 0 ? `duration, at least ${minimum} ms` : 'duration'
}

function rangeText(node: SchemaNode): string {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = node
  const unit = node.unit === undefined || node.unit === '1' ? '' : ` ${node.unit}`
  const number = (value: unknown): string => inBase(Number(value), node.base)
  const low = minimum !== undefined ? number(minimum) : undefined
  const high = maximum !== undefined ? number(maximum) : undefined
  if (low !== undefined && high !== undefined) return ` from ${low} to ${high}${unit}`
  const bounds = [
    low !== undefined ? `at least ${low}` : exclusiveMinimum !== undefined ? `more than ${exclusiveMinimum}` : '',
    high !== undefined ? `at most ${high}` : exclusiveMaximum !== undefined ? `less than ${exclusiveMaximum}` : '',
  ].filter(text => text !== '')
  if (bounds.length > 0) return `, ${bounds.join(' and ')}${unit}`
  return unitText(node)
}

function unitText({ unit }: SchemaNode): string {
  return unit === undefined || unit === '1' ? '' : ` in ${unit}`
}
