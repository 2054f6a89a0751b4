/** Which branch of a union somebody meant, as far as what they wrote can say. */

import { getOwn, type Path } from './plain-data.js'
import type { Problem } from './problems.js'
import { isNode, type SchemaNode } from './schema.js'

/** A branch of a union, and why the data is none of it. */
export interface Branch {
  readonly node: SchemaNode
  readonly problems: readonly Problem[]
}

/** The branches that are as near as any: of that kind at all, then with the fewest strange keys, then problems. */
export function mostLikely(branches: readonly Branch[], path: Path): readonly Branch[] {
  const measures: readonly ((branch: Branch) => number)[] = [
    ({ problems }) => Number(problems.some(({ kind, path: at }) => kind === 'value' && at.length === path.length)),
    ({ problems }) =>
      problems.filter(({ kind, path: at }) => kind === 'unknownKey' && at.length === path.length + 1).length,
    ({ problems }) => problems.length,
  ]
  return measures.reduce((left, measure) => {
    const least = Math.min(...left.map(measure))
    return left.filter(branch => measure(branch) === least)
  }, branches)
}

/** The property whose constant says which branch is meant. */
export function tagOf(nodes: readonly SchemaNode[]): string | undefined {
  return keysOf(nodes[0]).find(key => nodes.every(node => tagIn(node, key) !== undefined))
}

/** The constant of that property. */
export function tagIn(node: SchemaNode, key: string): unknown {
  const property = isNode(node.properties) ? getOwn(node.properties, key) : undefined
  return isNode(property) ? property.const : undefined
}

/** The values that a schema lists, or undefined when it is no list of values. */
export function constantsOf(node: SchemaNode): readonly unknown[] | undefined {
  if ('const' in node) return [node.const]
  return Array.isArray(node.enum) ? node.enum : undefined
}

/** The keys that a schema knows, those of its parts and branches too. */
export function keysOf(schema: unknown): string[] {
  if (!isNode(schema)) return []
  const own = isNode(schema.properties) ? Object.keys(schema.properties) : []
  const parts = [schema.allOf, schema.anyOf, schema.oneOf].flatMap(list => (Array.isArray(list) ? list : []))
  return [...new Set([...own, ...parts.flatMap(keysOf)])]
}
