/** How often guardians die: one that dies again and again guards nothing, however often it is started. */

/** Another one is started after so many. */
const MOST = 5
const WITHIN_NS = 60e9

export class Deaths {
  #times: number[] = []

  /** Counts one more, at that time in ns. Gives why there were too many of them lately, if there were. */
  add(now: number): string | undefined {
    this.#times = [...this.#times.filter(time => now - time < WITHIN_NS), now]
    const { length } = this.#times
    return length > MOST ? `${length} of them died within ${WITHIN_NS / 1e9} s` : undefined
  }
}
