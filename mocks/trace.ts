/**
 * Every level change on every line, with its time: 10 bytes a change in chunks of typed arrays, so that keeping a
 * trace costs a few nanoseconds a change and never copies what is there.
 */

import type { Bit, Level } from '../drivers/driver.js'

/** One physical change of one line. */
export interface LevelChange {
  /** BCM number. */
  readonly line: number
  /** The level that the line has from then on. */
  readonly level: Level
  /** Whole ns since the board was opened. */
  readonly time: number
}

const SHIFT = 12
const CHUNK = 1 << SHIFT
const BYTES_PER_CHANGE = 10

/** The words for bits, by bit. */
export const LEVELS = ['low', 'high'] as const satisfies readonly Level[]

export class Trace implements Iterable<LevelChange> {
  readonly #initial: Uint8Array
  #times: Float64Array[] = []
  #codes: Uint16Array[] = []
  #time = new Float64Array(0)
  #code = new Uint16Array(0)
  /** Next free place in the last chunk. */
  #next = CHUNK

  /** `initial`: the bit of every line at the start. Lines are at most 32,768. */
  constructor(initial: Uint8Array) {
    this.#initial = initial.slice()
  }

  /** How many changes there are. */
  get length(): number {
    return this.#times.length * CHUNK - CHUNK + this.#next
  }

  /** The level of a line at time 0, before the first change. */
  initial(line: number): Level {
    return LEVELS[this.#initial[line] as Bit]
  }

  /** The change at `index` (0 is the first), or undefined when there is none. */
  at(index: number): LevelChange | undefined {
    if (!(Number.isInteger(index) && index >= 0 && index < this.length)) return undefined
    const chunk = index >>> SHIFT
    const place = index & (CHUNK - 1)
    const code = this.#codes[chunk]![place]!
    return { line: code >>> 1, level: LEVELS[(code & 1) as Bit], time: this.#times[chunk]![place]! }
  }

  *[Symbol.iterator](): Iterator<LevelChange> {
    // The length is asked again each time: a change made while iterating is seen.
    for (let index = 0; index < this.length; index++) yield this.at(index)!
  }

  /** The changes of one line. */
  *of(line: number): Iterable<LevelChange> {
    for (const change of this) if (change.line === line) yield change
  }

  /**
   * The whole trace as bytes, equal exactly when the traces are: number of lines (u32), level of each line at time 0
   * (a byte each), then for each change its time (f64, ns) and line * 2 + level (u16); little-endian.
   */
  toBuffer(): Buffer {
    const start = 4 + this.#initial.length
    const buffer = Buffer.alloc(start + this.length * BYTES_PER_CHANGE)
    buffer.writeUInt32LE(this.#initial.length)
    buffer.set(this.#initial, 4)
    let at = start
    for (let index = 0; index < this.length; index++, at += BYTES_PER_CHANGE) {
      const chunk = index >>> SHIFT
      const place = index & (CHUNK - 1)
      buffer.writeDoubleLE(this.#times[chunk]![place]!, at)
      buffer.writeUInt16LE(this.#codes[chunk]![place]!, at + 8)
    }
    return buffer
  }

  /** Forgets every change so far; the levels at time 0 stay. */
  clear(): void {
    this.#times = []
    this.#codes = []
    this.#next = CHUNK
  }

  /** Adds a change; only the board does. */
  push(line: number, bit: number, time: number): void {
    if (this.#next === CHUNK) this.#addChunk()
    this.#time[this.#next] = time
    this.#code[this.#next++] = (line << 1) | bit
  }

  #addChunk(): void {
    this.#time = new Float64Array(CHUNK)
    this.#code = new Uint16Array(CHUNK)
    this.#times.push(this.#time)
    this.#codes.push(this.#code)
    this.#next = 0
  }
}
