/** The mean of rounds that differ, for those that are not gone through. */

import { NONE, type Span } from './span.js'
import { Tally } from './tally.js'

export class RoundMean {
  #sum = new Tally()
  /** From the least to the most that a round came to. */
  #range: Tally | undefined

  add(round: Tally): void {
    this.#sum.add(round)
    const range = new Tally()
    range.addEither(this.#range ?? round, round)
    this.#range = range
  }

  /** From the least to the most that an output was on in a round. */
  rangeOn(output: string): Span {
    return this.#range?.on.get(output) ?? NONE
  }

  /** @param isPlain As much is done and recorded in each of them. */
  tally(rounds: number, isPlain: boolean): Tally {
    const { ms, tasks, rows: recorded, on } = this.#sum
    const mean = new Tally()
    const part = (all: Span, about: boolean): Span => ({
      ...all,
      least: all.least / rounds,
      most: all.most / rounds,
      about: about || all.about,
    })
    mean.ms = part(ms, true)
    mean.tasks = part(tasks, !isPlain)
    for (const [stream, rows] of recorded) mean.rows.set(stream, part(rows, !isPlain))
    for (const [output, time] of on) mean.on.set(output, part(time, true))
    return mean
  }
}
