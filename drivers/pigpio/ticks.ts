/**
 * The ticks of pigpio: whole µs, modulo 2^32, so they begin anew every 72 minutes. The board's clock says how often they
 * have; it need not be exact for that, and nothing has to look at the ticks in between.
 */

const WRAP = 2 ** 32

export class Ticks {
  readonly #read: () => number
  readonly #clock: () => number
  readonly #openedTick: number
  readonly #openedNs: number

  /** @param read The tick now; `clock`: ns on a clock of this machine. The time begins here. */
  constructor(read: () => number, clock: () => number) {
    this.#read = read
    this.#clock = clock
    this.#openedTick = read() >>> 0
    this.#openedNs = clock()
  }

  /** Whole ns since the beginning. */
  now(): number {
    return this.toNs(this.#read())
  }

  /** The time of a tick that was at most half an hour ago, in ns since the beginning. */
  toNs(tick: number): number {
    const aboutUs = Math.round((this.#clock() - this.#openedNs) / 1000)
    // Signed, because an edge was before now, and because the two clocks differ.
    const apart = (tick - ((this.#openedTick + aboutUs) % WRAP)) | 0
    return Math.max(0, aboutUs + apart) * 1000
  }

  /** The time on the board's clock alone, for when there are no ticks any more. */
  get sinceOpened(): number {
    return this.#clock() - this.#openedNs
  }
}

/** µs from one tick to a later one, less than 72 minutes apart. */
export function ticksBetween(start: number, end: number): number {
  return (end - start) >>> 0
}

/** Whether a tick comes before another, when they are less than half an hour apart. */
export function isBefore(tick: number, other: number): boolean {
  return ((tick - other) | 0) < 0
}
