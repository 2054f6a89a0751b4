/**
 * Edges that hardware or a thread of its own makes, told as they were ordered: nobody can watch them one by one. Among
 * themselves their times are those of the order; their beginning is known as well as the driver knows it.
 */

import type { Level, LevelListener, LineSettings, PulseSequence, PwmState } from '../../drivers/driver.js'
import type { Clock, Timer } from '../worker/clock.js'
import { levelAt } from './lease.js'

/** At `ns` after the beginning, the line has this level. */
export interface OrderedEdge {
  readonly ns: number
  readonly line: number
  readonly level: Level
}

/** The fastest PWM whose edges are told, in Hz: more of them would fill disks with what one number says. */
export const FASTEST_PWM = 5000
/** They are told in batches, half as long as a recording waits for what comes late (20 ms with DMA). */
const BATCH_NS = 10e6

/** @param tickNs Every step begins at the multiple of so many ns that is next to its own time. */
export function* edgesOfSequence(
  { steps, repeat = 1 }: PulseSequence,
  lines: readonly number[],
  settings: LineSettings,
  tickNs: number,
): Generator<OrderedEdge> {
  let ns = 0
  for (let round = 0; round < repeat; round++) {
    for (const { values, mask = -1, ns: lasts } of steps) {
      const begins = Math.round(ns / tickNs) * tickNs
      for (const [index, line] of lines.entries()) {
        if (((mask >>> index) & 1) === 1) yield { ns: begins, line, level: levelAt(values, index, settings) }
      }
      ns += lasts
    }
  }
}

/** One that is faster than `FASTEST_PWM` has none; a duty of 0 or 1 is one level. */
export function* edgesOfPwm(
  line: number,
  { frequency, duty }: PwmState,
  settings: LineSettings,
): Generator<OrderedEdge> {
  const [active, inactive] = [levelAt(1, 0, settings), levelAt(0, 0, settings)]
  if (duty <= 0 || duty >= 1) {
    yield { ns: 0, line, level: duty >= 1 ? active : inactive }
    return
  }
  if (frequency > FASTEST_PWM) return
  for (let period = 0; ; period++) {
    yield { ns: Math.round((period / frequency) * 1e9), line, level: active }
    yield { ns: Math.round(((period + duty) / frequency) * 1e9), line, level: inactive }
  }
}

export interface OrderedEdgesOptions {
  readonly edges: Iterator<OrderedEdge>
  /** When they begin, in ns of the board. */
  readonly begins: number
  readonly clock: Clock
  /** The time of the board, on whose scale they are told. */
  readonly now: () => number
  readonly tell: LevelListener
}

/** Tells edges when their times have come, until it is ended. */
export class OrderedEdges {
  readonly #edges: Iterator<OrderedEdge>
  readonly #begins: number
  readonly #now: () => number
  readonly #clock: Clock
  readonly #tell: LevelListener
  #next: OrderedEdge | undefined
  #timer: Timer | undefined

  constructor({ edges, begins, clock, now, tell }: OrderedEdgesOptions) {
    this.#edges = edges
    this.#begins = begins
    this.#now = now
    this.#clock = clock
    this.#tell = tell
    this.#advance()
    this.#wait(now())
  }

  /** Tells those whose time has come, or all, if everything was done that was ordered; and no more then. */
  end(complete = false): void {
    this.#tellUntil(complete ? Number.POSITIVE_INFINITY : this.#now())
    this.cancel()
  }

  /** Nothing was done of what was ordered: it is told no more, and has not been told if this comes at once. */
  cancel(): void {
    this.#timer?.cancel()
    this.#next = undefined
  }

  #wait(now: number): void {
    if (this.#next === undefined) return
    const wait = Math.max(BATCH_NS, this.#begins + this.#next.ns - now)
    const run = (): void => {
      const later = this.#now()
      this.#tellUntil(later)
      this.#wait(later)
    }
    // What only watches keeps no process alive.
    this.#timer = this.#clock.after(wait, run, { background: true })
  }

  #tellUntil(end: number): void {
    for (let next = this.#next; next !== undefined && this.#begins + next.ns <= end; next = this.#next) {
      this.#tell(next.line, next.level, this.#begins + next.ns)
      this.#advance()
    }
  }

  #advance(): void {
    const { done, value } = this.#edges.next()
    this.#next = done === true ? undefined : value
  }
}
