/** A wire that bounces, is shorted, catches interference, falls off, or is slow, when the faults of its part say so. */

import type { Level } from '../../drivers/driver.js'
import { Listeners } from '../../src/listeners.js'
import { toNs } from '../../src/worker/duration.js'
import type { MockBoard } from '../board.js'
import type { OutsideDriver, OutsideLevel } from '../outside.js'
import type { PartWire, WireListener } from '../parts/part-wire.js'
import type { Fault, Faults } from './faults.js'

export interface FaultyWireOptions {
  readonly board: MockBoard
  readonly line: number
  /** Whose wire it is, for contentions. */
  readonly name: string
  /** What the configuration calls the line. */
  readonly path: string
  readonly faults: Faults
}

interface Change {
  readonly level: Level
  readonly time: number
}

/** What the end of a wire that is off has: the inputs of parts have a weak pull to ground. */
const NOTHING: Level = 'low'

export class FaultyWire implements PartWire {
  readonly line: number
  readonly #board: MockBoard
  readonly #driver: OutsideDriver
  readonly #path: string
  readonly #faults: Faults
  readonly #listeners = new Listeners<Change>()
  /** What the part does to its end, and what has come of it through a wire that is late. */
  #wanted: OutsideLevel = 'floating'
  /** It did something: what it does first is how it is found, not a change of a contact. */
  #driven = false
  #dueNs = 0
  /** How many faults take the wire off, and what a short holds it at. */
  #off = 0
  #short: Level | undefined
  /** A glitch is there: the part's end and the line are not what they should be. */
  #inverted = false
  #heard: Level
  #bouncing: (() => void)[] = []

  constructor({ board, line, name, path, faults }: FaultyWireOptions) {
    this.line = line
    this.#board = board
    this.#driver = board.outside(line, name)
    this.#path = path
    this.#faults = faults
    this.#heard = board.level(line)
    board.onLevel((_line, _level, time) => this.#hear(time), line)
    for (const fault of faults.of(['unplugged', 'brown-out'], path)) {
      faults.during(
        fault,
        () => this.#take(1),
        () => this.#take(-1),
      )
    }
    for (const fault of faults.of(['stuck'], path)) {
      faults.during(
        fault,
        () => this.#hold(fault.level),
        () => this.#hold(undefined),
      )
    }
    for (const fault of faults.of(['glitch'], path))
      faults.during(
        fault,
        () => this.#await(fault),
        () => {},
      )
  }

  get level(): Level {
    if (this.#off > 0) return isLevel(this.#wanted) ? this.#wanted : NOTHING
    const level = this.#board.level(this.line)
    return this.#inverted && this.#isOutput() ? opposite(level) : level
  }

  drive(level: OutsideLevel): void {
    const late = this.#faults.strikes('late', this.#path)
    const now = this.#board.now()
    // One change does not overtake another, though the second may be in time.
    const due = Math.max(now + (late === undefined ? 0 : toNs(late.by!)), this.#dueNs)
    this.#dueNs = due
    if (due === now) this.#arrive(level)
    else this.#faults.after(due - now, () => this.#arrive(level))
  }

  onLevel(listener: WireListener): () => void {
    return this.#listeners.add(({ level, time }) => listener(level, time))
  }

  #arrive(level: OutsideLevel): void {
    const before = this.#wanted
    for (const stop of this.#bouncing) stop()
    this.#bouncing = []
    this.#wanted = level
    this.#push()
    const changes = this.#driven && level !== before
    this.#driven = true
    const bounce = changes ? this.#faults.strikes('bounce', this.#path) : undefined
    if (bounce !== undefined) this.#bounce(bounce, before, level)
  }

  /** Back and forth at times of chance, and at the new level in the end. */
  #bounce({ edges = 0, within = 0 }: Fault, before: OutsideLevel, level: OutsideLevel): void {
    const count = edges + (edges % 2)
    const most = toNs(within)
    const times = Array.from({ length: count }, () => this.#faults.random.integer(1, most)).sort((a, b) => a - b)
    this.#bouncing = times.map((ns, index) =>
      this.#faults.after(ns, () => {
        this.#wanted = index % 2 === 0 ? before : level
        this.#push()
      }),
    )
  }

  #await(glitch: Fault): void {
    const every = toNs(glitch.every!)
    const next = this.#faults.random.integer(1, 2 * every - 1)
    this.#faults.after(next, () => {
      if (!this.#faults.isNow(glitch)) return
      this.#faults.count(glitch)
      this.#invert(true)
      this.#faults.after(toNs(glitch.width!), () => {
        this.#invert(false)
        this.#await(glitch)
      })
    })
  }

  #invert(inverted: boolean): void {
    this.#inverted = inverted
    this.#push()
    this.#hear(this.#board.now())
  }

  #take(by: 1 | -1): void {
    this.#off += by
    this.#push()
    this.#hear(this.#board.now())
  }

  #hold(level: Level | undefined): void {
    this.#short = level
    this.#push()
  }

  /** The part's end of the wire, as far as the faults let it through to the line. */
  #push(): void {
    if (this.#short !== undefined) this.#driver.drive(this.#short)
    else if (this.#off > 0) this.#driver.drive('floating')
    else if (this.#inverted && !this.#isOutput()) {
      // Interference is weaker than a chip's output and stronger than all else.
      this.#driver.drive('floating')
      this.#driver.drive(opposite(isLevel(this.#wanted) ? this.#wanted : this.#board.level(this.line)))
    } else this.#driver.drive(this.#wanted)
  }

  #isOutput(): boolean {
    return this.#board.isOutput(this.line)
  }

  #hear(time: number): void {
    const { level } = this
    if (level === this.#heard) return
    this.#heard = level
    this.#listeners.tell({ level, time })
  }
}

function isLevel(level: OutsideLevel): level is Level {
  return level === 'low' || level === 'high'
}

function opposite(level: Level): Level {
  return level === 'low' ? 'high' : 'low'
}
