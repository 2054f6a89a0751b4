/**
 * The copper of a simulated board: the lines with all that is wired to them, the trace of what they did, and who is
 * told. Handles push from the chip's side, outside drivers from the other.
 */

import type { Bit, LevelListener } from '../drivers/driver.js'
import { Listeners } from '../src/listeners.js'
import type { Clock } from '../src/worker/clock.js'
import { LevelFeed } from './level-feed.js'
import { FLOAT, HIGH, LEVEL_CHANGED, LOW, Net, type Push, SHORT_CHANGED } from './net.js'
import { OutsideDriver, type OutsideWires } from './outside.js'
import { Trace } from './trace.js'

/** Somebody drove a line low while somebody else drove it high: a short circuit, which a real chip may not survive. */
export interface Contention {
  /** BCM number; of lines that are wired together, the lowest. */
  readonly line: number
  /** When it began and ended, in ns since the board was opened; `end` is undefined while it lasts. */
  readonly time: number
  readonly end: number | undefined
  /** Who drove which way when it began: consumers of requests and names of outside drivers. */
  readonly low: readonly string[]
  readonly high: readonly string[]
}

/** Contentions kept; a circuit that shorts at every toggle must not fill the memory. */
const MAX_CONTENTIONS = 10_000

export type ContentionListener = (contention: Contention) => void

/** What senses edges on a line: the handle that holds it. `index` is the line's place in the handle. */
export interface EdgeSensor {
  sense(index: number, bit: Bit, time: number): void
}

export interface WiresOptions {
  readonly clock: Clock
  /** The chip's pull of each line at the start. */
  readonly pulls: readonly Push[]
  /** Resistors on the board, by line. */
  readonly resistors: ReadonlyMap<number, Push>
  readonly keepTrace: boolean
  /** Who holds a line, by name, for contentions. */
  readonly holder: (line: number) => string | undefined
}

type OpenContention = { -readonly [key in keyof Contention]: Contention[key] }

export class Wires implements OutsideWires {
  readonly trace: Trace
  readonly contentions: Contention[] = []
  readonly #clock: Clock
  readonly #origin: number
  readonly #keepTrace: boolean
  readonly #holder: (line: number) => string | undefined
  readonly #net: Net
  readonly #feed: LevelFeed
  readonly #sensors: (EdgeSensor | undefined)[]
  readonly #sensorIndexes: Uint8Array
  readonly #outsides = new Map<number, OutsideDriver[]>()
  readonly #shorts = new Map<number, OpenContention>()
  readonly #shortListeners = new Listeners<Contention>()
  #news: Contention[] = []

  constructor(options: WiresOptions) {
    this.#clock = options.clock
    this.#origin = options.clock.now()
    this.#keepTrace = options.keepTrace
    this.#holder = options.holder
    this.#net = new Net(options.pulls)
    for (const [line, to] of options.resistors) this.#net.resistor(line, FLOAT, to)
    this.trace = new Trace(this.#net.levels)
    this.#feed = new LevelFeed(options.pulls.length)
    this.#sensors = options.pulls.map(() => undefined)
    this.#sensorIndexes = new Uint8Array(options.pulls.length)
  }

  /** Whole ns since the board was opened. */
  now(): number {
    return this.#clock.now() - this.#origin
  }

  bit(line: number): Bit {
    return this.#net.levels[line] as Bit
  }

  /** The chip's output pushes; `flush` must follow. */
  own(line: number, push: Push, time: number): void {
    const outcome = this.#net.own(line, push)
    if (outcome !== 0) this.#changed(line, outcome, time)
  }

  /** The chip's output and pull together (undefined keeps the pull); `flush` must follow. */
  configure(line: number, push: Push, pull: Push | undefined, time: number): void {
    const outcome = this.#net.configure(line, push, pull)
    if (outcome !== 0) this.#changed(line, outcome, time)
  }

  outside(line: number, from: Push, to: Push): void {
    // First: what was due before happens before.
    const time = this.now()
    const outcome = this.#net.outside(line, from, to)
    if (outcome !== 0) this.#changed(line, outcome, time)
    this.flush()
  }

  resistor(line: number, from: Push, to: Push): void {
    const time = this.now()
    const outcome = this.#net.resistor(line, from, to)
    if (outcome !== 0) this.#changed(line, outcome, time)
    this.flush()
  }

  /** Joins two lines by a wire; returns what takes it off. */
  join(a: number, b: number): () => void {
    let cut = (): void => {}
    this.#rewire(() => {
      cut = this.#net.join(a, b)
    })
    return () => this.#rewire(cut)
  }

  attach(line: number, name: string): OutsideDriver {
    const driver = new OutsideDriver(this, line, name)
    this.#outsides.set(line, [...(this.#outsides.get(line) ?? []), driver])
    return driver
  }

  detach(driver: OutsideDriver): void {
    const others = (this.#outsides.get(driver.line) ?? []).filter(other => other !== driver)
    this.#outsides.set(driver.line, others)
  }

  /** The one sensor of a line; undefined takes it away. */
  setSensor(line: number, sensor: EdgeSensor | undefined, index: number): void {
    this.#sensors[line] = sensor
    this.#sensorIndexes[line] = index
  }

  onLevel(listener: LevelListener, line?: number): () => void {
    return this.#feed.listen(listener, line)
  }

  onContention(listener: ContentionListener): () => void {
    return this.#shortListeners.add(listener)
  }

  /** Tells everybody of what changed; once after each operation, so that lines changed together are seen together. */
  flush(): void {
    this.#feed.flush()
    if (this.#news.length !== 0) this.#tellContentions()
  }

  #changed(line: number, outcome: number, time: number): void {
    const net = this.#net.netOf(line)
    if ((outcome & LEVEL_CHANGED) !== 0) {
      if (net === undefined) this.#levelChanged(line, time)
      else for (const joined of net) this.#levelChanged(joined, time)
    }
    if ((outcome & SHORT_CHANGED) !== 0) this.#shortChanged(net?.[0] ?? line, time)
  }

  /** Does what may change any line and short, and tells of what it changed. */
  #rewire(change: () => void): void {
    const time = this.now()
    const levels = this.#net.levels.slice()
    change()
    for (const [line, level] of levels.entries()) {
      if (this.#net.levels[line] !== level) this.#levelChanged(line, time)
    }
    // A short of a net that is no more is over; that of the new one begins.
    const shorted = [...this.#net.shorted.keys()].filter(
      line => this.#net.shorted[line] === 1 && (this.#net.netOf(line)?.[0] ?? line) === line,
    )
    for (const line of [...this.#shorts.keys()]) if (!shorted.includes(line)) this.#shortChanged(line, time)
    for (const line of shorted) if (!this.#shorts.has(line)) this.#shortChanged(line, time)
    this.flush()
  }

  #levelChanged(line: number, time: number): void {
    const bit = this.#net.levels[line] as Bit
    if (this.#keepTrace) this.trace.push(line, bit, time)
    const sensor = this.#sensors[line]
    if (sensor !== undefined) sensor.sense(this.#sensorIndexes[line]!, bit, time)
    if (this.#feed.wants(line)) this.#feed.push(line, bit, time)
  }

  #shortChanged(line: number, time: number): void {
    const open = this.#shorts.get(line)
    if (open !== undefined) {
      open.end = time
      this.#shorts.delete(line)
      return
    }
    const contention: OpenContention = {
      line,
      time,
      end: undefined,
      low: this.#drivers(line, LOW),
      high: this.#drivers(line, HIGH),
    }
    this.#shorts.set(line, contention)
    if (this.contentions.length < MAX_CONTENTIONS) this.contentions.push(contention)
    this.#news.push(contention)
  }

  /** Who drives the line, or the net that it is of, that way. */
  #drivers(line: number, push: Push): string[] {
    const level = push === LOW ? 'low' : 'high'
    return (this.#net.netOf(line) ?? [line]).flatMap(joined => {
      const names = (this.#outsides.get(joined) ?? []).flatMap(driver => (driver.level === level ? driver.name : []))
      return this.#net.pushOf(joined) === push ? [this.#holder(joined) ?? 'the chip', ...names] : names
    })
  }

  #tellContentions(): void {
    const news = this.#news
    this.#news = []
    for (const contention of news) this.#shortListeners.tell(contention)
  }
}
