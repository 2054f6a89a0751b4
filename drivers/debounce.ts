/**
 * The kernel's software debouncer (debounce_irq_handler and debounce_work_func in drivers/gpio/gpiolib-cdev.c): every
 * change of a line starts its period anew, and when a period ends, the level is compared with the last debounced one.
 *
 * Whether a period has ended is decided by the times alone, not by when the timer gets to run, so a busy event loop
 * moves no edge: a change at or after the end of a period comes after that end.
 */

import type { Clock, Timer } from '../src/worker/clock.js'
import type { Bit } from './driver.js'

export interface DebouncerOptions {
  readonly clock: Clock
  /** ns since the board was opened. */
  readonly now: () => number
  readonly periodNs: number
  /** The levels now, which count as debounced. */
  readonly bits: readonly Bit[]
  /** Called when the debounced level changes; `time` is the end of the period. */
  readonly changed: (index: number, bit: Bit, time: number) => void
}

export class Debouncer {
  readonly #clock: Clock
  readonly #now: () => number
  readonly #changed: (index: number, bit: Bit, time: number) => void
  readonly #bits: Uint8Array
  readonly #raw: Uint8Array
  /** When the period of each line ends; infinite while it has none. */
  readonly #due: Float64Array
  /** Periods that end together end in the order in which they began. */
  readonly #order: Float64Array
  #started = 0
  #periodNs: number
  #timer: Timer | undefined
  #timerDue = Number.POSITIVE_INFINITY

  constructor(options: DebouncerOptions) {
    this.#clock = options.clock
    this.#now = options.now
    this.#changed = options.changed
    this.#periodNs = options.periodNs
    this.#bits = Uint8Array.from(options.bits)
    this.#raw = Uint8Array.from(options.bits)
    this.#due = new Float64Array(options.bits.length).fill(Number.POSITIVE_INFINITY)
    this.#order = new Float64Array(options.bits.length)
  }

  /** For periods that begin from now on; one that is under way ends as it would have. */
  setPeriod(ns: number): void {
    this.#periodNs = ns
  }

  /** The debounced level of a line. */
  bit(index: number): Bit {
    this.settle(this.#now())
    return this.#bits[index] as Bit
  }

  /** A line changed. */
  change(index: number, bit: Bit, time: number): void {
    this.settle(time)
    this.#raw[index] = bit
    this.#due[index] = time + this.#periodNs
    this.#order[index] = this.#started++
    this.#arm()
  }

  /** A level was read: when it is another than the last one, the line changed. */
  observe(index: number, bit: Bit, time: number): void {
    if (this.#raw[index] !== bit) this.change(index, bit, time)
  }

  /** Ends the periods that are over at `time`, in the order of their ends. */
  settle(time: number): void {
    for (let index = this.#next(); index >= 0 && this.#due[index]! <= time; index = this.#next()) {
      const end = this.#due[index]!
      this.#due[index] = Number.POSITIVE_INFINITY
      const bit = this.#raw[index] as Bit
      if (this.#bits[index] === bit) continue
      this.#bits[index] = bit
      this.#changed(index, bit, end)
    }
  }

  /** Forgets what is under way; leaves no timer. */
  cancel(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#timerDue = Number.POSITIVE_INFINITY
    this.#due.fill(Number.POSITIVE_INFINITY)
  }

  /** The line whose period ends first, or -1. */
  #next(): number {
    let first = -1
    for (let index = 0; index < this.#due.length; index++) {
      const due = this.#due[index]!
      if (due === Number.POSITIVE_INFINITY) continue
      const best = first < 0 ? Number.POSITIVE_INFINITY : this.#due[first]!
      if (due < best || (due === best && this.#order[index]! < this.#order[first]!)) first = index
    }
    return first
  }

  /** One timer for all lines, for the first end; a line that bounces does not set it anew each time. */
  #arm(): void {
    const first = this.#next()
    if (first < 0) return
    const due = this.#due[first]!
    if (this.#timer !== undefined && this.#timerDue <= due) return
    this.#timer?.cancel()
    this.#timerDue = due
    this.#timer = this.#clock.after(due - this.#now(), () => {
      this.#timer = undefined
      this.settle(this.#now())
      this.#arm()
    })
  }
}
