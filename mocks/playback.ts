/** Plays a stretch of a recorded signal: does each change at its time. */

import type { RecordedChange, RecordedSignal } from '../src/records/recording.js'
import type { Clock, Timer } from '../src/worker/clock.js'

export interface PlaybackOptions {
  readonly clock: Clock
  /** Whole ns since the board was opened. */
  readonly now: () => number
  readonly signal: RecordedSignal
  /** First change that is played, and the first that is not; all when left out. */
  readonly from?: number | undefined
  readonly until?: number | undefined
  /** What is added to a time of the recording to get one of the board, in ns. */
  readonly shift: number
  /** Does a change to the line. */
  readonly apply: (change: RecordedChange) => void
  /** Called after the last change, unless it was cancelled. */
  readonly over?: (() => void) | undefined
}

/** What is due is done at once, before the constructor returns. */
export class Playback {
  readonly #options: PlaybackOptions
  readonly #until: number
  #next: number
  #timer: Timer | undefined
  #cancelled = false

  constructor(options: PlaybackOptions) {
    this.#options = options
    this.#next = options.from ?? 0
    this.#until = options.until ?? options.signal.length
    this.#follow()
  }

  /** Plays nothing more. */
  cancel(): void {
    this.#cancelled = true
    this.#timer?.cancel()
  }

  #follow(): void {
    const { clock, now, signal, shift, apply, over } = this.#options
    while (this.#next < this.#until && !this.#cancelled) {
      const change = signal.at(this.#next) as RecordedChange
      const wait = shift + change.time - now()
      if (wait > 0) {
        this.#timer = clock.after(wait, () => this.#follow())
        return
      }
      this.#next++
      apply(change)
    }
    if (!this.#cancelled) over?.()
  }
}
