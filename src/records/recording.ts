/** A recording in memory: the signals of a VCD file with their changes, nine bytes each. */

import type { Level } from '../../drivers/driver.js'
import { PiWorkerError } from '../errors.js'
import { findSignal } from './vcd-names.js'
import { scanVcd, scanVcdText, type VcdVisitor } from './vcd-reader.js'

/** A level from a time on, in ns since the start of the recording; undefined while it is not known (x, z). */
export interface RecordedChange {
  readonly time: number
  readonly level: Level | undefined
}

/** More changes are refused: they would be 180 MB in memory. */
const MOST_CHANGES = 20_000_000
const LEVELS = [undefined, 'low', 'high'] as const
const FIRST_SIZE = 64

/** One signal's changes in their order; a value that repeats the one before it is none. */
export class RecordedSignal implements Iterable<RecordedChange> {
  readonly name: string
  #times = new Float64Array(FIRST_SIZE)
  #levels = new Uint8Array(FIRST_SIZE)
  #length = 0

  constructor(name: string) {
    this.name = name
  }

  /** How many changes there are, the value at the start included. */
  get length(): number {
    return this.#length
  }

  /** The change at `index` (0 is the first), or undefined when there is none. */
  at(index: number): RecordedChange | undefined {
    if (!(Number.isInteger(index) && index >= 0 && index < this.#length)) return undefined
    return { time: this.#times[index]!, level: LEVELS[this.#levels[index]!] }
  }

  *[Symbol.iterator](): Iterator<RecordedChange> {
    for (let index = 0; index < this.#length; index++) yield this.at(index)!
  }

  /** Adds a change at the end; only who reads or makes the recording does. Says whether it was one. */
  push(level: Level | undefined, time: number): boolean {
    const code = level === undefined ? 0 : level === 'low' ? 1 : 2
    if (this.#length > 0 && this.#levels[this.#length - 1] === code) return false
    if (this.#length === this.#times.length) this.#grow()
    this.#times[this.#length] = time
    this.#levels[this.#length++] = code
    return true
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2)
    const levels = new Uint8Array(times.length)
    times.set(this.#times)
    levels.set(this.#levels)
    this.#times = times
    this.#levels = levels
  }
}

/** All signals of one bit of a recording, and how long it is. */
export class Recording {
  /** What it is called in errors: its path. */
  readonly place: string
  /** By name. */
  readonly signals: ReadonlyMap<string, RecordedSignal>
  /** Its last time, in ns since its start. */
  readonly end: number

  constructor(place: string, signals: Iterable<RecordedSignal>, end: number) {
    this.place = place
    this.signals = new Map([...signals].map(signal => [signal.name, signal]))
    this.end = end
  }

  /** The signal that is meant by a name (see `findSignal`). @throws ERR_BAD_RECORDING with the nearest name */
  signal(name: string): RecordedSignal {
    return this.signals.get(findSignal(name, [...this.signals.keys()], this.place)) as RecordedSignal
  }
}

/**
 * Reads a VCD file into memory.
 * @throws ERR_FILE, ERR_BAD_RECORDING (with `file:line`); more than 20 million changes are one too
 */
export function readRecording(path: string): Recording {
  return collect(path, visitor => scanVcd(path, visitor))
}

/** The same of a text. @param place What it is called in errors. @throws ERR_BAD_RECORDING */
export function parseRecording(text: string, place: string): Recording {
  return collect(place, visitor => scanVcdText(text, place, visitor))
}

function collect(place: string, scan: (visitor: VcdVisitor) => void): Recording {
  let signals: RecordedSignal[] = []
  let changes = 0
  let last = 0
  scan({
    signals: names => {
      signals = names.map(({ name }) => new RecordedSignal(name))
    },
    change: (signal, level, time) => {
      if (!signals[signal]!.push(level, time)) return
      if (++changes <= MOST_CHANGES) return
      throw new PiWorkerError('ERR_BAD_RECORDING', `${place} has more than ${MOST_CHANGES} changes`, {
        place,
        remedy: 'Cut it: a part of it, or fewer signals, must do.',
      })
    },
    end: time => {
      last = time
    },
  })
  return new Recording(place, signals, last)
}
