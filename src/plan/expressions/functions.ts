/** Operators and functions of expressions: what they take, what they give, and how. */

import type { Value, ValueType } from './value.js'

export interface Operator {
  readonly takes: readonly ValueType[]
  /** `same` of two values of one type. */
  readonly gives: ValueType | 'same'
  readonly apply: (a: never, b: never) => Value
  /** Two of one unit do not give a third of it. */
  readonly scales?: boolean
}

const arithmetic = (apply: (a: number, b: number) => number): Operator => ({
  takes: ['number'],
  gives: 'number',
  apply: apply as Operator['apply'],
})
const scaling = (apply: (a: number, b: number) => number): Operator => ({ ...arithmetic(apply), scales: true })
const order = (apply: (a: number, b: number) => boolean): Operator => ({
  takes: ['number'],
  gives: 'boolean',
  apply: apply as Operator['apply'],
})
const equality = (apply: (a: Value, b: Value) => boolean): Operator => ({
  takes: ['number', 'boolean', 'string'],
  gives: 'boolean',
  apply: apply as Operator['apply'],
})

/** Both sides are always looked at; `&&`, `||` and `?:` are not among them. */
export const operators: ReadonlyMap<string, Operator> = new Map([
  [
    '+',
    { takes: ['number', 'string'], gives: 'same', apply: ((a: number, b: number) => a + b) as Operator['apply'] },
  ] as const,
  ['-', arithmetic((a, b) => a - b)],
  ['*', scaling((a, b) => a * b)],
  ['/', scaling((a, b) => a / b)],
  ['%', arithmetic((a, b) => a % b)],
  ['**', scaling((a, b) => a ** b)],
  ['<', order((a, b) => a < b)],
  ['<=', order((a, b) => a <= b)],
  ['>', order((a, b) => a > b)],
  ['>=', order((a, b) => a >= b)],
  ['==', equality((a, b) => a === b)],
  ['===', equality((a, b) => a === b)],
  ['!=', equality((a, b) => a !== b)],
  ['!==', equality((a, b) => a !== b)],
])

export interface NumberFunction {
  readonly least: number
  readonly most: number
  readonly apply: (...numbers: number[]) => number
  /** What it gives is in another unit than what it takes. */
  readonly scales?: boolean
}

/** All take numbers and give one. */
export const functions: ReadonlyMap<string, NumberFunction> = new Map([
  ['min', { least: 1, most: 100, apply: Math.min }],
  ['max', { least: 1, most: 100, apply: Math.max }],
  ['abs', { least: 1, most: 1, apply: Math.abs }],
  ['round', { least: 1, most: 2, apply: roundTo }],
  ['floor', { least: 1, most: 1, apply: Math.floor }],
  ['ceil', { least: 1, most: 1, apply: Math.ceil }],
  ['sqrt', { least: 1, most: 1, apply: Math.sqrt, scales: true }],
])

/** @param digits After the point. */
function roundTo(number: number, digits = 0): number {
  const scale = 10 ** Math.min(Math.max(Math.trunc(digits), -15), 15)
  return Math.round(number * scale) / scale
}

/** Names that nothing else in a plan may have. */
export const RESERVED_NAMES: readonly string[] = [
  ...['round', 'elapsed', 'true', 'false', 'null', 'this'],
  ...functions.keys(),
]
