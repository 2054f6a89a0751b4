/**
 * The timer of `maxOn`. A line may be switched a million times a second, and a timer costs as much as the switching: so one
 * that is set stays, and when it fires it looks whether its time has really come.
 */

import type { Clock, Timer } from '../../worker/clock.js'

const NEVER = Number.POSITIVE_INFINITY

export class OnTimer {
  readonly #clock: Clock
  readonly #deadline: () => number
  readonly #trip: () => void
  #timer: Timer | undefined
  /** When that fires. */
  #due = NEVER
  #isLast = false

  /** @param deadline When the line has been on for too long, in ns of the clock; infinite while it is off. */
  constructor(clock: Clock, deadline: () => number, trip: () => void) {
    this.#clock = clock
    this.#deadline = deadline
    this.#trip = trip
  }

  /** The line has gone on. A timer that is set already was set for an earlier time, so it fires early enough. */
  start(): void {
    if (this.#due === NEVER) this.#arm(this.#deadline())
  }

  /** The deadline is another one, which may be earlier. */
  change(): void {
    const deadline = this.#deadline()
    if (deadline === NEVER) this.close()
    else if (this.#due !== deadline) this.#arm(deadline)
  }

  close(): void {
    this.#timer?.cancel()
    this.#due = NEVER
  }

  #arm(due: number): void {
    this.#timer?.cancel()
    this.#due = due
    this.#isLast = false
    // In the background: while no time passes otherwise, the line is not on for longer either.
    this.#timer = this.#clock.after(Math.max(0, due - this.#clock.now()), this.#fired, { background: true })
  }

  readonly #fired = (): void => {
    this.#due = NEVER
    const deadline = this.#deadline()
    if (deadline === NEVER) return
    if (this.#clock.now() < deadline) {
      this.#arm(deadline)
    } else if (!this.#isLast) {
      // Whoever switches it off at this very moment has kept the limit: they go first.
      this.#arm(deadline)
      this.#isLast = true
    } else {
      this.#trip()
    }
  }
}
