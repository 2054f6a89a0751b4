/** A text where something else is wanted, which would be an expression if it began with `=`. */

import { getOwn } from '../bench/plain-data.js'
import { writeWithEquals } from '../bench/remedies.js'
import { isNode } from '../bench/schema.js'
import { Names } from './expressions/names.js'
import { parseExpression } from './expressions/parse.js'
import type { FileCheck } from './file-check.js'
import type { Path } from './place.js'
import type { Scope } from './scope.js'

/** What to write, when what stands at `path` of the data names a parameter, an axis or a reading. */
export function lacksEquals(
  { context, source, done }: FileCheck,
  scope: Scope,
  data: unknown,
  path: Path,
): string | undefined {
  const value = valueAt(data, path)
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  const names = new Names(scope.variables, context.bench.definitions, done, true)
  const found = parseExpression(`=${text}`, names, source.place([]))
  if (found === undefined || 'code' in found) return undefined
  const { variables, readings, elapsed } = found.uses
  if (variables.length === 0 && readings.length === 0 && !elapsed) return undefined
  return writeWithEquals(text)
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)]
    return isNode(at) ? getOwn(at, String(key)) : undefined
  }, data)
}
