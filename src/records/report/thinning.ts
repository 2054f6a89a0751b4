/**
 * Keeps what is told in any number of entries as a limited number of bins. A bin is as wide as all others; when there are
 * too many, all become twice as wide, and two become one. Bins without entries take no room: what happens rarely stays as
 * exact as it is, and what happens often is thinned.
 */

export interface BinKind<Bin, Entry> {
  /** A bin with its first entry. */
  readonly begin: (entry: Entry) => Bin
  readonly add: (bin: Bin, entry: Entry) => void
  /** Puts all of `other` into `bin`. */
  readonly merge: (bin: Bin, other: Bin) => void
}

export class Bins<Bin, Entry> {
  readonly #kind: BinKind<Bin, Entry>
  readonly #limit: number
  #width: number
  #bins = new Map<number, Bin>()
  #lastKey: number | undefined
  #last: Bin | undefined

  /**
   * @param limit How many bins there may be.
   * @param width Of the bins at first. Two entries less than that apart may share a bin.
   */
  constructor(kind: BinKind<Bin, Entry>, limit: number, width: number) {
    this.#kind = kind
    this.#limit = limit
    this.#width = width
  }

  add(at: number, entry: Entry): void {
    let key = Math.floor(at / this.#width)
    while (!Number.isSafeInteger(key)) {
      this.#widen()
      key = Math.floor(at / this.#width)
    }
    // What comes in order comes into the same bin mostly.
    let bin = key === this.#lastKey ? this.#last : this.#bins.get(key)
    if (bin === undefined) {
      bin = this.#kind.begin(entry)
      this.#bins.set(key, bin)
      this.#lastKey = key
      this.#last = bin
      this.shrink(this.#limit)
    } else {
      this.#kind.add(bin, entry)
      this.#lastKey = key
      this.#last = bin
    }
  }

  get size(): number {
    return this.#bins.size
  }

  /** Makes them so few, but no fewer than two: one on either side of zero. */
  shrink(limit: number): void {
    while (this.#bins.size > Math.max(2, limit)) this.#widen()
  }

  /** In the order of their places. */
  list(): Bin[] {
    return [...this.#bins].sort(([a], [b]) => a - b).map(([, bin]) => bin)
  }

  #widen(): void {
    this.#width *= 2
    const bins = new Map<number, Bin>()
    for (const [key, bin] of this.#bins) {
      const wide = Math.floor(key / 2)
      const other = bins.get(wide)
      if (other === undefined) bins.set(wide, bin)
      else this.#kind.merge(other, bin)
    }
    this.#bins = bins
    this.#lastKey = undefined
    this.#last = undefined
  }
}
