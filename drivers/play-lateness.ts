/** Keeps how late the steps of a play came: cheap enough to be asked for between two edges, and bounded. */

import type { Lateness } from './line-handle.js'

/** Steps that are kept one by one; beyond them only counts are. */
export const KEPT_STEPS = 131_072
/** Upper bounds of the histogram, in ns: from 1 us to 1 s. */
const BOUNDS_NS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6].map(us => us * 1000)
/** A power of two is cut into so many; what is later than 2 s counts as that. */
const PARTS = 16
const LATEST = 2 ** 31 - 1

export class LatenessLog {
  readonly #first: Float64Array
  /** For the quantile: fine, and as many for a play of any length. */
  readonly #fine = new Float64Array(PARTS * 28)
  readonly #coarse = new Float64Array(BOUNDS_NS.length + 1)
  #steps = 0
  #sum = 0
  #worst = 0

  /** @param steps How many there will be at most. */
  constructor(steps: number) {
    this.#first = new Float64Array(Math.min(steps, KEPT_STEPS))
  }

  /** What `add` writes to most. */
  get memory(): Float64Array {
    return this.#first
  }

  /** One step more came so many ns late. */
  add(lateNs: number): void {
    const ns = Math.max(0, lateNs)
    if (this.#steps < this.#first.length) this.#first[this.#steps] = ns
    this.#steps++
    this.#sum += ns
    if (ns > this.#worst) this.#worst = ns
    this.#fine[cell(ns)]! += 1
    let bound = 0
    while (bound < BOUNDS_NS.length && ns > BOUNDS_NS[bound]!) bound++
    this.#coarse[bound]! += 1
  }

  /** What there is so far. */
  summary(): Lateness {
    return {
      steps: this.#steps,
      worstNs: this.#worst,
      meanNs: this.#steps === 0 ? 0 : this.#sum / this.#steps,
      p99Ns: this.#quantile(0.99),
      firstNs: this.#steps < this.#first.length ? this.#first.slice(0, this.#steps) : this.#first,
      histogram: [...this.#coarse].map((count, index) => ({ upToNs: BOUNDS_NS[index], count })),
    }
  }

  #quantile(part: number): number {
    let left = Math.ceil(this.#steps * part)
    for (let index = 0; index < this.#fine.length; index++) {
      left -= this.#fine[index]!
      if (left <= 0) return Math.min(this.#worst, topOf(index))
    }
    return this.#worst
  }
}

/** The cell of a time: one for each ns below 16, then 16 for each power of two. */
function cell(ns: number): number {
  const whole = Math.min(LATEST, Math.ceil(ns))
  if (whole < PARTS) return whole
  const power = 31 - Math.clz32(whole)
  return PARTS * (power - 3) + ((whole >>> (power - 4)) & (PARTS - 1))
}

/** The latest time that falls into a cell. */
function topOf(index: number): number {
  if (index < PARTS) return index
  const power = Math.floor(index / PARTS) + 3
  return 2 ** (power - 4) * (PARTS + (index % PARTS) + 1) - 1
}
