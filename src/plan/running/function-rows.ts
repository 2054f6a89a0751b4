/** The rows of a function: their columns follow from the first row of each stream. */

import type { TSchema } from 'typebox'
import { listNames } from '../../bench/wording.js'
import { PiWorkerError } from '../../errors.js'
import { fieldsOf } from '../expressions/names.js'
import { nameOfValueType, typeOf, type ValueType } from '../expressions/value.js'
import { type Cell, type Column, ROW_NAMES, type Stream } from '../rows.js'

/** What is known of a value besides it. */
interface Noted {
  readonly value: unknown
  readonly unit?: string | undefined
  readonly description?: string | undefined
  /** When it was measured, in ms since the Unix epoch; undefined for what the function made. */
  readonly wall?: number | undefined
}

/** The result of an action. */
interface Known {
  readonly output: TSchema
  readonly wall: number
}

export interface FunctionRow {
  readonly stream: Stream
  readonly cells: readonly Cell[]
  /** When each of them was measured; undefined for those that the function made. */
  readonly measured: readonly (number | undefined)[]
}

export class FunctionRows {
  readonly #units: Readonly<Record<string, string>>
  readonly #streams = new Map<string, Stream>()
  /** The schemas of the results of actions. */
  readonly #outputs = new WeakMap<object, Known>()
  /** Columns whose first row had no value. */
  readonly #unknown = new Set<Column>()

  constructor(units: Readonly<Record<string, string>>) {
    this.#units = units
  }

  /** What a value that an action gave is: its fields have units. */
  know(result: unknown, output: TSchema | undefined, wall: number): void {
    if (typeof result === 'object' && result !== null && output !== undefined)
      this.#outputs.set(result, { output, wall })
  }

  /** @throws ERR_BAD_OPTION when the row has other columns than the first of its stream, or values that are none */
  row(name: string, values: Readonly<Record<string, unknown>>): FunctionRow {
    const noted = new Map<string, Noted>()
    for (const [key, value] of Object.entries(values)) this.#flatten(key, value, noted)
    const stream = this.#withTypes(this.#streams.get(name) ?? this.#newStream(name, noted), noted)
    const strange = [...noted.keys()].filter(key => !stream.columns.some(column => column.name === key))
    if (strange.length > 0) {
      throw bad(`the rows of ${name} have no column ${listNames(strange)}: those of the first row stay`, name)
    }
    const found = stream.columns.map(column => noted.get(column.name))
    const cells = stream.columns.map((column, index) => this.#cellOf(column, found[index]?.value))
    return { stream, cells, measured: found.map(one => one?.wall) }
  }

  #cellOf(column: Column, value: unknown): Cell {
    const { name, type } = column
    if (value === undefined || value === null || (typeof value === 'number' && !Number.isFinite(value))) return null
    if (typeOf(value) === type) return value as Cell
    const found = typeOf(value) === undefined ? `a ${typeof value}` : nameOfValueType(typeOf(value) as ValueType)
    throw bad(`${name} was ${nameOfValueType(type)} before, and is ${found} now`, name)
  }

  /** What a column holds that began without a value is known from its first one on. */
  #withTypes(stream: Stream, noted: ReadonlyMap<string, Noted>): Stream {
    if (!stream.columns.some(column => this.#unknown.has(column))) return stream
    const columns = stream.columns.map(column => {
      const type = typeOf(noted.get(column.name)?.value)
      if (type === undefined || !this.#unknown.delete(column)) return column
      return type === column.type ? column : { ...column, type }
    })
    if (columns.every((column, index) => column === stream.columns[index])) return stream
    const known = { ...stream, columns }
    this.#streams.set(stream.name, known)
    return known
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
    for (const column of columns) {
      const value = noted.get(column.name)?.value
      if (ROW_NAMES.includes(column.name)) {
        throw bad(`a column cannot be called ${column.name}: every row has that beside its columns`, column.name)
      }
      if (value === null) this.#unknown.add(column)
      else if (typeOf(value) === undefined) throw bad(`${column.name} is a ${typeof value}, which no cell takes`, name)
    }
    const stream: Stream = { name, columns }
    this.#streams.set(name, stream)
    return stream
  }

  #flatten(key: string, value: unknown, into: Map<string, Noted>): void {
    if (typeof value !== 'object' || value === null) {
      into.set(key, { value: value ?? null })
      return
    }
    const known = this.#outputs.get(value)
    if (known !== undefined) {
      const { output, wall } = known
      for (const { path, unit, description } of fieldsOf(output)) {
        const at = path.reduce<unknown>((inner, step) => (inner as Record<string, unknown> | undefined)?.[step], value)
        into.set([key, ...path].join('.'), { value: at ?? null, unit, description, wall })
      }
      return
    }
    if (Array.isArray(value)) throw bad(`${key} is a list, which has no place in a cell`, key)
    for (const [name, inner] of Object.entries(value)) this.#flatten(`${key}.${name}`, inner, into)
  }
}

function bad(message: string, place: string): PiWorkerError {
  return new PiWorkerError('ERR_BAD_OPTION', message, {
    place,
    remedy: 'Record the same columns in every row, or put other rows into another stream: { to: "summary" }.',
  })
}
