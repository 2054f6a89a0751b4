/** What expressions come to, and what they are given at run time. */

import type { Place } from '../place.js'

export type Value = number | boolean | string
export type ValueType = 'number' | 'boolean' | 'string'

/** The type that a value has; undefined for what no expression can come to. */
export function typeOf(value: unknown): ValueType | undefined {
  const type = typeof value
  return type === 'number' || type === 'boolean' || type === 'string' ? type : undefined
}

/** `a number`, for messages. */
export function nameOfValueType(type: ValueType): string {
  return { number: 'a number', boolean: 'true or false', string: 'text' }[type]
}

/** The last result of an action. */
export interface Reading {
  readonly result: unknown
  /** When it was there, in ms since the Unix epoch. */
  readonly wall: number
}

/** What a run knows, for the expressions of its plan. */
export interface Values {
  /** Parameters, axes and rounds, each in the slot that the check gave it. */
  readonly slots: Value[]
  /** By `<peripheral>.<action>`. */
  readonly readings: ReadonlyMap<string, Reading>
  /** Seconds since the plan began. */
  elapsed(): number
}

/** A parameter, an axis or the number of a round. */
export interface Variable {
  readonly name: string
  readonly kind: 'param' | 'axis' | 'round'
  /** Where a run has its value. */
  readonly slot: number
  readonly type: ValueType
  readonly unit?: string | undefined
  readonly description?: string | undefined
  /** What it may be, as far as is known before the run: the first is the likeliest. Empty when nothing is known. */
  readonly samples: readonly Value[]
}

/** A field of the last result of an action. */
export interface ReadingRef {
  /** `<peripheral>.<action>` */
  readonly action: string
  /** Keys that lead to the field; none when the result is the value itself. */
  readonly path: readonly string[]
  readonly type: ValueType
  readonly unit?: string | undefined
  readonly description?: string | undefined
}

/** What an expression is made of, in the order in which it is written. */
export interface Uses {
  readonly variables: readonly Variable[]
  readonly readings: readonly ReadingRef[]
  readonly elapsed: boolean
}

/** A checked expression. */
export interface Expression {
  /** As it is written, with its `=`. */
  readonly text: string
  readonly type: ValueType
  readonly uses: Uses
  /** Its value, when it is the same always. */
  readonly constant: Value | undefined
  /** It is a name and nothing more. */
  readonly name: Variable | ReadingRef | undefined
  /** Of a number, where it is known. */
  readonly unit: string | undefined
  readonly place: Place
  /** @throws ERR_EXPRESSION when it has no value: a reading is not there yet, a division by zero, a result without end */
  evaluate(values: Values): Value
}

/** The field of a result that a reading means, or undefined when it is not there. */
export function fieldOf(result: unknown, path: readonly string[], type: ValueType): Value | undefined {
  let at = result
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<string, unknown>)[key]
  }
  return typeOf(at) === type ? (at as Value) : undefined
}
