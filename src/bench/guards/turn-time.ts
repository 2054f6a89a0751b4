/**
 * The time for `maxOn`. To ask a clock costs half as much as to set a line, so it is asked once for all that is done in
 * one go: what is switched on later in it counts as on a little longer, which is the safe side.
 */

import type { Clock } from '../../worker/clock.js'

export class TurnTime {
  readonly #clock: Clock
  #isKnown = false
  #time = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** In ns of the clock: now, or when this was asked first in this turn. */
  get now(): number {
    if (this.#isKnown) return this.#time
    this.#isKnown = true
    this.#time = this.#clock.now()
    queueMicrotask(this.#forget)
    return this.#time
  }

  readonly #forget = (): void => {
    this.#isKnown = false
  }
}
