/** Walks data that fits its schema and changes its leaves: what a duration or a line means, and where the lines are. */

import type { TSchema } from 'typebox'
import { copyData, getOwn, type Path, putOwn } from './plain-data.js'
import { isNode, type SchemaNode } from './schema.js'
import { validatorFor, validatorOfPart } from './validator.js'

/** What becomes of the leaves that have a meaning of their own. */
export interface Leaves {
  readonly duration: (value: unknown) => unknown
  readonly line: (value: number | string, path: Path) => unknown
}

/**
 * A copy of `value`, which fits `schema`, with its leaves changed and defaults filled in.
 * @throws ERR_BAD_DEFINITION when the schema itself cannot be used
 */
export function transform(schema: TSchema, value: unknown, leaves: Leaves): unknown {
  // The compiled schema is a closed copy, by whose parts the validators of a union's branches are known.
  return new Walk(leaves).at(validatorFor(schema).schema as SchemaNode, schema as SchemaNode, copyData(value), [])
}

class Walk {
  readonly #leaves: Leaves

  constructor(leaves: Leaves) {
    this.#leaves = leaves
  }

  /** `node` is the written schema, which has the defaults; `compiled` the closed copy of it. Changes `value`. */
  at(compiled: SchemaNode, node: SchemaNode, value: unknown, path: Path): unknown {
    if ('duration' in node) return this.#leaves.duration(value)
    if ('line' in node) return this.#leaves.line(value as number | string, path)
    const union = node.anyOf ?? node.oneOf
    if (Array.isArray(union)) {
      const branches = (compiled.anyOf ?? compiled.oneOf) as SchemaNode[]
      const index = branches.findIndex(branch => validatorOfPart(branch)(value))
      return index < 0 ? value : this.at(branches[index] as SchemaNode, union[index] as SchemaNode, value, path)
    }
    if (Array.isArray(node.allOf)) {
      const parts = compiled.allOf as SchemaNode[]
      return node.allOf.reduce(
        (part, at, index) => this.at(parts[index] as SchemaNode, at as SchemaNode, part, path),
        value,
      )
    }
    if (Array.isArray(value)) return this.#items(compiled, node, value, path)
    return isNode(value) ? this.#properties(compiled, node, value, path) : value
  }

  #items(compiled: SchemaNode, node: SchemaNode, items: unknown[], path: Path): unknown[] {
    const prefix = prefixOf(node)
    const compiledPrefix = prefixOf(compiled)
    return items.map((item, index) => {
      const at: unknown = index < prefix.length ? prefix[index] : node.items
      const compiledAt: unknown = index < prefix.length ? compiledPrefix[index] : compiled.items
      return isNode(at) && isNode(compiledAt) ? this.at(compiledAt, at, item, [...path, index]) : item
    })
  }

  #properties(compiled: SchemaNode, node: SchemaNode, value: SchemaNode, path: Path): SchemaNode {
    const properties = isNode(node.properties) ? node.properties : {}
    const compiledProperties = isNode(compiled.properties) ? compiled.properties : {}
    for (const [key, at] of Object.entries(properties)) {
      if (!isNode(at)) continue
      let written = getOwn(value, key)
      if (written === undefined) {
        if (at.default === undefined) continue
        written = copyData(at.default)
      }
      putOwn(value, key, this.at(compiledProperties[key] as SchemaNode, at, written, [...path, key]))
    }
    for (const [key, item] of Object.entries(value)) {
      const at = Object.hasOwn(properties, key) ? undefined : entrySchema(node, key)
      const compiledAt = entrySchema(compiled, key)
      if (at !== undefined && compiledAt !== undefined)
        putOwn(value, key, this.at(compiledAt, at, item, [...path, key]))
    }
    return value
  }
}

/** The schemas of the first items: those of a tuple, as TypeBox or as JSON Schema has them. */
function prefixOf({ prefixItems, items }: SchemaNode): readonly unknown[] {
  if (Array.isArray(prefixItems)) return prefixItems
  return Array.isArray(items) ? items : []
}

/** The schema of an entry that `properties` does not name, as in a map. */
function entrySchema({ patternProperties, additionalProperties }: SchemaNode, key: string): SchemaNode | undefined {
  const patterns = isNode(patternProperties) ? Object.entries(patternProperties) : []
  const matching = patterns.find(([pattern]) => new RegExp(pattern, 'u').test(key))
  const schema = matching === undefined ? additionalProperties : matching[1]
  return isNode(schema) ? schema : undefined
}
