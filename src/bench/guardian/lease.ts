/** How long somebody may be silent before it counts as hanging. */

import type { Clock, Timer } from '../../worker/clock.js'

/** When we hear of the end of the lease later than this part of it, we were held up ourselves, and so was everybody. */
const HELD_UP = 1 / 4

export class Lease {
  readonly #clock: Clock
  readonly #ns: number
  readonly #expired: () => void
  #due: number
  #timer: Timer | undefined

  /** Runs from now on. `expired` is called once, when it was not renewed for `ns`. */
  constructor(clock: Clock, ns: number, expired: () => void) {
    this.#clock = clock
    this.#ns = ns
    this.#expired = expired
    this.#due = clock.now() + ns
    this.#wait()
  }

  renew(): void {
    this.#due = this.#clock.now() + this.#ns
  }

  cancel(): void {
    this.#timer?.cancel()
  }

  #wait(): void {
    const left = this.#due - this.#clock.now()
    this.#timer = this.#clock.after(Math.max(left, 0), () => this.#look(), { background: true })
  }

  #look(): void {
    const late = this.#clock.now() - this.#due
    if (late < 0) {
      this.#wait()
      return
    }
    // A machine that stood still for a while wakes us and the other at once: it gets a moment to say so.
    if (late > this.#ns * HELD_UP) {
      this.#due = this.#clock.now() + this.#ns * HELD_UP
      this.#wait()
      return
    }
    // What has arrived is read before the next timer is called.
    const due = this.#due
    this.#timer = this.#clock.after(0, () => (this.#due === due ? this.#expired() : this.#wait()), { background: true })
  }
}
