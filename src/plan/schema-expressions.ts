/** Allows expressions in a published schema, wherever it takes a number, text, or true and false. */

import { isNode, type SchemaNode } from '../bench/schema.js'

const EXPRESSION: SchemaNode = { type: 'string', pattern: '^=', description: 'An expression: =dose * 2.' }
const MAPS = ['properties', 'patternProperties'] as const
const LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems'] as const
const SCHEMAS = ['items', 'additionalProperties', 'unevaluatedProperties'] as const

export function withExpressions(node: unknown): unknown {
  if (!isNode(node) || '$ref' in node) return node
  if (isScalar(node)) return { ...annotations(node), anyOf: [node, EXPRESSION] }
  const copy: SchemaNode = { ...node }
  for (const key of MAPS) {
    const map = node[key]
    if (isNode(map))
      copy[key] = Object.fromEntries(Object.entries(map).map(([name, at]) => [name, withExpressions(at)]))
  }
  for (const key of LISTS) {
    const list = node[key]
    if (Array.isArray(list)) copy[key] = list.map(withExpressions)
  }
  for (const key of SCHEMAS) if (isNode(node[key])) copy[key] = withExpressions(node[key])
  // With an expression in it, a value may look like several of the alternatives.
  if (Array.isArray(copy.oneOf)) {
    copy.anyOf = copy.oneOf
    delete copy.oneOf
  }
  return copy
}

function isScalar(node: SchemaNode): boolean {
  if ('const' in node || 'enum' in node) return true
  const types = [node.type].flat()
  return types.some(type => type === 'number' || type === 'integer' || type === 'boolean' || type === 'string')
}

function annotations({ title, description }: SchemaNode): SchemaNode {
  return { ...(title !== undefined && { title }), ...(description !== undefined && { description }) }
}
