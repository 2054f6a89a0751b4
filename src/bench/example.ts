/** Examples of what schemas take, made from the schemas alone: for messages and for help. */

import { parseDuration } from '../worker/duration.js'
import { putOwn } from './plain-data.js'
import { type DurationLimits, isNode, type SchemaNode } from './schema.js'
import { inBase } from './wording.js'

/** Lines of the header that serve nothing else, or seldom do. */
const LINES = [17, 27, 22, 23, 24, 25, 5, 6, 26, 16, 20, 21, 13, 19, 12, 18]
const DURATIONS = ['200ms', '2s', '20ms', '2ms', '5us', '5m', '2h']
/** Of text that nothing is known of, and how it is shown. */
const ANY_TEXT = '…'
/** The key of an entry, in a map. */
const ANY_KEY = 'name'

/**
 * A value that shows the shape: of an object the keys that must be there, or the first of those that may; of a union
 * the first branch. No line is in it twice. It fits, unless the schema has a pattern or a bound that no example is
 * given for.
 */
export function exampleOf(schema: object): unknown {
  return new Example().at(schema as SchemaNode)
}

/** An example on one line, as YAML has it: `{ step: GPIO17, direction: GPIO27 }`; a number in the base of its schema. */
export function formatExample(schema: object | undefined, value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map((item, index) => formatExample(itemSchema(schema, index), item)).join(', ')}]`
  }
  if (isNode(value)) {
    const entries = Object.entries(value).map(
      ([key, item]) => `${formatText(key)}: ${formatExample(propertySchema(schema, key), item)}`,
    )
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
  }
  if (typeof value === 'number') return inBase(value, isNode(schema) ? schema.base : undefined)
  return typeof value === 'string' ? formatText(value) : String(value)
}

class Example {
  #lines = 0
  #numbers = 0

  at(node: SchemaNode): unknown {
    if ('line' in node) return `GPIO${LINES[this.#lines++ % LINES.length]}`
    if ('duration' in node) return durationIn(node.duration as DurationLimits)
    const given = Array.isArray(node.examples) ? node.examples[0] : (node.default ?? node.const)
    if (given !== undefined && !isEmpty(given)) return given
    if (Array.isArray(node.enum)) return node.enum[0]
    const [first] = [node.anyOf ?? node.oneOf].flat()
    if (isNode(first)) return this.at(first)
    if (Array.isArray(node.allOf)) return Object.assign({}, ...telling(node.allOf).map(part => this.at(part)))
    return this.#ofType(node)
  }

  #ofType(node: SchemaNode): unknown {
    switch ([node.type].flat()[0]) {
      case 'array':
        return this.#list(node)
      case 'boolean':
        return true
      case 'integer':
      case 'number':
        return this.#number(node)
      case 'null':
        return null
      case 'string':
        return ANY_TEXT
      default:
        return this.#object(node)
    }
  }

  #object({ properties, required, patternProperties, additionalProperties }: SchemaNode): SchemaNode {
    const example: SchemaNode = {}
    const all = isNode(properties) ? properties : {}
    const needed = Array.isArray(required) ? (required as string[]) : []
    for (const key of needed.length > 0 ? needed : Object.keys(all).slice(0, 1)) {
      putOwn(example, key, this.at(all[key] as SchemaNode))
    }
    const [entry] = isNode(patternProperties) ? Object.values(patternProperties) : [additionalProperties]
    if (Object.keys(all).length === 0 && isNode(entry)) example[ANY_KEY] = this.at(entry)
    return example
  }

  #list(node: SchemaNode): unknown[] {
    const length = placesOf(node)?.length ?? Math.max(1, Number(node.minItems ?? 1))
    return Array.from({ length }, (_, index) => this.at(itemSchema(node, index) ?? {}))
  }

  /** Each larger than the one before: a range has a beginning and an end, and so has a list of points. */
  #number({ minimum, maximum, exclusiveMaximum }: SchemaNode): number {
    const next = ++this.#numbers
    if (typeof minimum === 'number' && next < minimum) return minimum
    if (typeof maximum === 'number' && next > maximum) return maximum
    return typeof exclusiveMaximum === 'number' && next >= exclusiveMaximum ? exclusiveMaximum / 2 : next
  }
}

/** The parts of an intersection that need something; all, when none does. */
function telling(parts: readonly SchemaNode[]): readonly SchemaNode[] {
  const needy = parts.filter(({ required, properties }) => required !== undefined || properties === undefined)
  return needy.length === 0 ? parts : needy
}

/** A default that is an empty map or list shows nothing of what may be in it. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function durationIn({
  minimum = 0,
  exclusiveMinimum = -1,
  maximum = Number.POSITIVE_INFINITY,
}: DurationLimits): unknown {
  const fits = (ms: number): boolean => ms >= minimum && ms > exclusiveMinimum && ms <= maximum
  return DURATIONS.find(text => fits(parseDuration(text))) ?? minimum
}

/** The places of a tuple, as TypeBox or as JSON Schema has them. */
function placesOf({ prefixItems, items }: SchemaNode): readonly unknown[] | undefined {
  if (Array.isArray(prefixItems)) return prefixItems
  return Array.isArray(items) ? items : undefined
}

function itemSchema(schema: unknown, index: number): SchemaNode | undefined {
  if (!isNode(schema)) return undefined
  const item = placesOf(schema)?.[index] ?? schema.items
  return isNode(item) ? item : undefined
}

function propertySchema(schema: unknown, key: string): SchemaNode | undefined {
  if (!isNode(schema)) return undefined
  const property = isNode(schema.properties) ? schema.properties[key] : undefined
  return isNode(property) ? property : undefined
}

/** Without quotes where YAML and a reader need none. */
function formatText(text: string): string {
  return /^[\p{L}…][\p{L}\d_./…-]*(:\d+)?$|^\d+-\d+$/u.test(text) || /^\d+(us|ms|s|m|h|d)$/.test(text)
    ? text
    : JSON.stringify(text)
}
