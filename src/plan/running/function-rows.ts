/** The rows of a function: their columns follow from the first row of each stream. */

import type { TSchema } from 'typebox'
import { listNames, quote } from '../../bench/wording.js'
import { PiWorkerError } from '../../errors.js'
import { fieldsOf } from '../expressions/names.js'
import { typeOf } from '../expressions/value.js'
import type { Cell, Column, Stream } from '../rows.js'

/** What is known of a value besides it. */
interface Noted {
  readonly value: unknown
  readonly unit?: string | undefined
  readonly description?: string | undefined
}

export class FunctionRows {
  readonly #units: Readonly<Record<string, string>>
  readonly #streams = new Map<string, Stream>()
  /** The schemas of the results of actions. */
  readonly #outputs = new WeakMap<object, TSchema>()

  constructor(units: Readonly<Record<string, string>>) {
    this.#units = units
  }

  /** What a value that an action gave is: its fields have units. */
  know(result: unknown, output: TSchema | undefined): void {
    if (typeof result === 'object' && result !== null && output !== undefined) this.#outputs.set(result, output)
  }

  /** @throws ERR_BAD_OPTION when the row has other columns than the first of its stream, or values that are none */
  row(name: string, values: Readonly<Record<string, unknown>>): { readonly stream: Stream; readonly cells: Cell[] } {
    const noted = new Map<string, Noted>()
    for (const [key, value] of Object.entries(values)) this.#flatten(key, value, noted)
    const stream = this.#streams.get(name) ?? this.#newStream(name, noted)
    const strange = [...noted.keys()].filter(key => !stream.columns.some(column => column.name === key))
    if (strange.length > 0) {
      throw bad(`the rows of ${name} have no column ${listNames(strange)}: those of the first row stay`, name)
    }
    const cells = stream.columns.map(column => cellOf(column, noted.get(column.name)?.value))
    return { stream, cells }
  }

  #newStream(name: string, noted: ReadonlyMap<string, Noted>): Stream {
    if (noted.size === 0) throw bad(`a row of ${name} has no values`, name)
    const columns = [...noted].map<Column>(([key, { value, unit, description }]) => ({
      name: key,
      type: typeOf(value) ?? 'number',
      unit: this.#units[key] ?? unit,
      description,
      source: key,
      axis: false,
    }))
    const stream: Stream = { name, columns }
    this.#streams.set(name, stream)
    return stream
  }

  #flatten(key: string, value: unknown, into: Map<string, Noted>): void {
    if (typeof value !== 'object' || value === null) {
      into.set(key, { value: value ?? null })
      return
    }
    const output = this.#outputs.get(value)
    if (output !== undefined) {
      for (const { path, unit, description } of fieldsOf(output)) {
        const at = path.reduce<unknown>((inner, step) => (inner as Record<string, unknown> | undefined)?.[step], value)
        into.set([key, ...path].join('.'), { value: at ?? null, unit, description })
      }
      return
    }
    if (Array.isArray(value)) throw bad(`${key} is a list, which has no place in a cell`, key)
    for (const [name, inner] of Object.entries(value)) this.#flatten(`${key}.${name}`, inner, into)
  }
}

function cellOf({ name, type }: Column, value: unknown): Cell {
  if (value === undefined || value === null || (typeof value === 'number' && !Number.isFinite(value))) return null
  if (typeOf(value) === type) return value as Cell
  throw bad(`${name} was a ${type} in the first row, and is ${quote(String(value))} now`, name)
}

function bad(message: string, place: string): PiWorkerError {
  return new PiWorkerError('ERR_BAD_OPTION', message, {
    place,
    remedy: 'Record the same columns in every row, or put other rows into another stream: { to: "summary" }.',
  })
}
