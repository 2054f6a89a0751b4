/** The last values of one peripheral: a ring that is written a million times as cheaply as once. */

import type { Reading } from './measure.js'

/** As many as the widest sparkline has. */
const KEPT = 64

export class History {
  readonly #values = new Float64Array(KEPT)
  #count = 0
  #last: Reading | undefined

  add(reading: Reading): void {
    // Other values than before, in another unit: they make no line together.
    if (this.#last !== undefined && (this.#last.unit !== reading.unit || this.#last.words !== reading.words)) {
      this.#count = 0
    }
    this.#last = reading
    this.#values[this.#count++ % KEPT] = reading.value
  }

  get last(): Reading | undefined {
    return this.#last
  }

  /** From the oldest to the newest. */
  get values(): number[] {
    if (this.#count <= KEPT) return [...this.#values.subarray(0, this.#count)]
    const start = this.#count % KEPT
    return [...this.#values.subarray(start), ...this.#values.subarray(0, start)]
  }
}
