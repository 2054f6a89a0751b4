/**
 * What the main thread and a play thread say to each other. Cancelling goes through shared words and not through a
 * message: the thread reads no messages while it plays.
 */

import type { Lateness, Realtime } from './line-handle.js'
import type { PackedSteps } from './play-loop.js'

/** How a play thread reaches its lines. */
export type PlayTarget =
  /** gpio_v2_line_values through ioctl on the descriptor of a line request; values are logical. */
  | { readonly kind: 'ioctl'; readonly fd: number; readonly request: number }
  /** One open `value` file of sysfs for each line; values are levels. */
  | { readonly kind: 'files'; readonly fds: readonly number[] }

/** What a play thread is started with. */
export interface PlayThreadData {
  readonly target: PlayTarget
  /** One counter: how many plays of this process spin. */
  readonly spinners: SharedArrayBuffer
}

/** One play. */
export interface PlayOrder {
  readonly id: number
  readonly control: SharedArrayBuffer
  readonly steps: PackedSteps
  /** Whether somebody wants to be told when it begins. */
  readonly announced: boolean
}

/** A play is about to begin. */
export interface PlayBegun {
  readonly kind: 'begun'
  readonly id: number
  /** When the first step is due, in ns of CLOCK_MONOTONIC. */
  readonly beganKernelNs: bigint
}

/** A play is over. */
export interface PlayReport {
  readonly kind: 'over'
  readonly id: number
  /** Every step was played, and the last one has lasted as long as it should. */
  readonly complete: boolean
  /** The errno of the write that failed and ended it. */
  readonly errno?: string | undefined
  /** When the first step was due, in ns of CLOCK_MONOTONIC; and how long it all took, in ns. */
  readonly beganKernelNs: bigint
  readonly tookNs: number
  readonly lateness: Lateness
  readonly realtime: Realtime
}

const CANCEL = 0
const STATE = 1
const VALUES = 2
const TOUCHED = 3
const WORDS = 4
/** States: nobody plays it yet; it is played; it will never be played (again). */
const ASKED = 0
const PLAYING = 1
const OVER = 2

/** The shared words of one play. Every access is atomic, hence sequentially consistent. */
export class PlayControl {
  readonly buffer: SharedArrayBuffer
  readonly #words: Int32Array

  constructor(buffer = new SharedArrayBuffer(4 * WORDS)) {
    this.buffer = buffer
    this.#words = new Int32Array(buffer)
  }

  /** Thread: takes the play; false when it was cancelled before. */
  begin(): boolean {
    return Atomics.compareExchange(this.#words, STATE, ASKED, PLAYING) === ASKED
  }

  get cancelled(): boolean {
    return Atomics.load(this.#words, CANCEL) !== 0
  }

  /** Thread: sleeps for so many ns, or until the play is cancelled. */
  sleep(ns: number): void {
    Atomics.wait(this.#words, CANCEL, 0, ns / 1e6)
  }

  /** Thread: it will write no more; what it left on the lines that it touched. */
  end(values: number, touched: number): void {
    Atomics.store(this.#words, VALUES, values)
    Atomics.store(this.#words, TOUCHED, touched)
    Atomics.store(this.#words, STATE, OVER)
    Atomics.notify(this.#words, STATE)
  }

  /**
   * Main: cancels, and returns when the thread writes no more, so that nothing of it can come after what is written
   * next. False when it has not answered after `timeoutMs`: then one write may still be under way.
   */
  halt(timeoutMs: number): boolean {
    Atomics.store(this.#words, CANCEL, 1)
    Atomics.notify(this.#words, CANCEL)
    if (Atomics.compareExchange(this.#words, STATE, ASKED, OVER) === ASKED) return true
    if (Atomics.load(this.#words, STATE) === PLAYING) Atomics.wait(this.#words, STATE, PLAYING, timeoutMs)
    return Atomics.load(this.#words, STATE) === OVER
  }

  /** Main: what the thread left on the lines, once it is over. */
  get left(): { readonly values: number; readonly touched: number } {
    return { values: Atomics.load(this.#words, VALUES), touched: Atomics.load(this.#words, TOUCHED) }
  }
}
