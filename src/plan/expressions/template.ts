/** Data of a plan file in which some values are expressions. */

import { copyData, getOwn, putOwn } from '../../bench/plain-data.js'
import { isNode } from '../../bench/schema.js'
import type { Path } from '../place.js'
import { isExpression } from './parse.js'
import type { Expression, Value, Values } from './value.js'

/** Where an expression stands in the data. */
export interface Hole {
  readonly path: Path
  readonly expression: Expression
}

/** The places of the expressions in a value, in the order in which they are written. */
export function findExpressions(value: unknown, path: Path = []): { readonly path: Path; readonly text: string }[] {
  if (isExpression(value)) return [{ path, text: value }]
  if (Array.isArray(value)) return value.flatMap((item, index) => findExpressions(item, [...path, index]))
  if (!isNode(value)) return []
  return Object.entries(value).flatMap(([key, item]) => findExpressions(item, [...path, key]))
}

export class Template {
  readonly #data: unknown
  readonly holes: readonly Hole[]

  constructor(data: unknown, holes: readonly Hole[]) {
    this.#data = data
    this.holes = holes
  }

  /** A copy of the data with these values in the places of the expressions. */
  fill(value: (hole: Hole, index: number) => Value): unknown {
    let copy = copyData(this.#data)
    this.holes.forEach((hole, index) => {
      copy = put(copy, hole.path, value(hole, index))
    })
    return copy
  }

  /** @throws ERR_EXPRESSION */
  evaluate(values: Values): unknown {
    return this.fill(({ expression }) => expression.evaluate(values))
  }
}

function put(into: unknown, path: Path, value: Value): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  if (Array.isArray(into)) into[Number(key)] = put(into[Number(key)], rest, value)
  else if (isNode(into)) putOwn(into, String(key), put(getOwn(into, String(key)), rest, value))
  return into
}
