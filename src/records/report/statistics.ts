/** What a reading was like in a few numbers, told value by value. */

const ROUNDING = 1e-13

export class Statistics {
  #count = 0
  #missing = 0
  #mean = 0
  /** Sum of the squares of the distances from the mean (Welford). */
  #squares = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY
  #last: number | undefined

  add(value: number | null): void {
    if (value === null) {
      this.#missing++
      return
    }
    this.#count++
    const distance = value - this.#mean
    this.#mean += distance / this.#count
    this.#squares += distance * (value - this.#mean)
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
    this.#last = value
  }

  get count(): number {
    return this.#count
  }

  get missing(): number {
    return this.#missing
  }

  /** These are undefined without a value, the deviation with fewer than two. */
  get min(): number | undefined {
    return this.#count > 0 ? this.#min : undefined
  }

  get max(): number | undefined {
    return this.#count > 0 ? this.#max : undefined
  }

  get mean(): number | undefined {
    if (this.#count === 0) return undefined
    // What is left of values that cancel each other is no mean, but the rounding of the sum.
    return Math.abs(this.#mean) < Math.max(-this.#min, this.#max) * ROUNDING ? 0 : this.#mean
  }

  get deviation(): number | undefined {
    return this.#count > 1 ? Math.sqrt(this.#squares / (this.#count - 1)) : undefined
  }

  get last(): number | undefined {
    return this.#last
  }
}
