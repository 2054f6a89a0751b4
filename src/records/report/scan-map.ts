/** A reading over two axes of a scan, as cells with the smallest and the largest value in each. */

import { samePlace } from './scan-curve.js'

interface Cell {
  min: number
  max: number
}

export interface MapCells {
  /** The middles of the columns and of the rows, in ascending order. */
  readonly x: readonly number[]
  readonly y: readonly number[]
  /** Column, row, smallest, largest, again and again. */
  readonly cells: readonly number[]
}

/** However wide cells become, those on either side of zero stay apart. */
const FEWEST = 4

/** The places of one axis: exact until there are too many, then as wide as they have to be. */
class Axis {
  #places = new Map<number, number>()
  #width = 0

  /** The key of the column or row of a place. */
  key(at: number): number {
    const key = this.#width === 0 ? samePlace(at) : (Math.floor(at / this.#width) + 0.5) * this.#width
    if (!this.#places.has(key)) this.#places.set(key, this.#places.size)
    return key
  }

  get size(): number {
    return this.#places.size
  }

  /** Half as many at most, or the half of that: what the keys became, by what they were. */
  halve(): Map<number, number> {
    const keys = this.keys()
    const span = (keys.at(-1) ?? 0) - (keys[0] ?? 0)
    this.#width = this.#width === 0 ? (span * 2) / keys.length || 1 : this.#width * 2
    this.#places = new Map()
    return new Map(keys.map(key => [key, this.key(key)]))
  }

  /** In ascending order. */
  keys(): number[] {
    return [...this.#places.keys()].sort((a, b) => a - b)
  }
}

export class ScanMap {
  readonly #limit: number
  readonly #x = new Axis()
  readonly #y = new Axis()
  /** By column, then by row. */
  #columns = new Map<number, Map<number, Cell>>()
  #count = 0
  #thinned = false

  /** @param limit How many cells it may give. */
  constructor(limit: number) {
    this.#limit = Math.max(FEWEST, limit)
  }

  get thinned(): boolean {
    return this.#thinned
  }

  add(x: number, y: number, value: number): void {
    this.#put(this.#x.key(x), this.#y.key(y), value, value)
    while (this.#count > this.#limit) this.#thin()
  }

  cells(): MapCells {
    const [x, y] = [this.#x.keys(), this.#y.keys()]
    const rows = new Map(y.map((key, place) => [key, place]))
    const cells: number[] = []
    for (const [column, key] of x.entries()) {
      for (const [row, { min, max }] of this.#columns.get(key) ?? []) cells.push(column, rows.get(row) ?? 0, min, max)
    }
    return { x, y, cells }
  }

  #put(x: number, y: number, min: number, max: number): void {
    let column = this.#columns.get(x)
    if (column === undefined) {
      column = new Map()
      this.#columns.set(x, column)
    }
    const cell = column.get(y)
    if (cell === undefined) {
      column.set(y, { min, max })
      this.#count++
    } else {
      if (min < cell.min) cell.min = min
      if (max > cell.max) cell.max = max
    }
  }

  /** Along the axis that has more places. */
  #thin(): void {
    this.#thinned = true
    const alongX = this.#x.size >= this.#y.size
    const keys = (alongX ? this.#x : this.#y).halve()
    const columns = this.#columns
    this.#columns = new Map()
    this.#count = 0
    for (const [x, column] of columns) {
      for (const [y, { min, max }] of column) {
        const [toX, toY] = alongX ? [keys.get(x) ?? x, y] : [x, keys.get(y) ?? y]
        this.#put(toX, toY, min, max)
      }
    }
  }
}
