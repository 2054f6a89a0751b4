/** What the columns of a run hold, in numbers, so that two runs can be laid side by side. */

import type { Cell } from '../../plan/rows.js'
import type { RecordedRun } from './read-run.js'
import { titleOf } from './table.js'

/**
 * One column of a run. Mean, least and most are those of its numbers, `yes` how often it is true, and `values` how many
 * different texts it has; null when it has none of that kind.
 */
export interface ColumnSummary {
  readonly stream: string
  /** `air.temperature (°C)` */
  readonly title: string
  /** Rows that have a value there. */
  readonly count: number
  readonly mean: number | null
  readonly min: number | null
  readonly max: number | null
  readonly yes: number | null
  /** More than a thousand are not told apart. */
  readonly values: number | null
  readonly last: string | null
}

const MOST_TEXTS = 1000

class Tally {
  #count = 0
  #numbers = 0
  #mean = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY
  #truths = 0
  #yes = 0
  readonly #texts = new Set<string>()
  #last: string | null = null

  add(value: Cell): void {
    if (value === null) return
    this.#count++
    if (typeof value === 'boolean') {
      this.#truths++
      if (value) this.#yes++
      return
    }
    if (typeof value === 'string') {
      this.#last = value
      if (this.#texts.size < MOST_TEXTS) this.#texts.add(value)
      return
    }
    this.#numbers++
    // Not a sum: it would lose the small values of a long run.
    this.#mean += (value - this.#mean) / this.#numbers
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
  }

  get facts(): Omit<ColumnSummary, 'stream' | 'title'> {
    const known = this.#numbers > 0
    return {
      count: this.#count,
      mean: known ? this.#mean : null,
      min: known ? this.#min : null,
      max: known ? this.#max : null,
      yes: this.#truths > 0 ? this.#yes : null,
      values: this.#last === null ? null : this.#texts.size,
      last: this.#last,
    }
  }
}

/** All columns of all streams, in their order. */
export async function summarize(run: RecordedRun): Promise<readonly ColumnSummary[]> {
  const tallies = new Map<string, Tally[]>()
  for await (const batch of run.rowBatches()) {
    for (const { stream, values } of batch) {
      let tally = tallies.get(stream)
      if (tally === undefined) {
        tally = values.map(() => new Tally())
        tallies.set(stream, tally)
      }
      for (const [index, value] of values.entries()) tally[index]?.add(value)
    }
  }
  return run.streams.flatMap(({ name: stream, columns }) =>
    columns.map((column, index) => {
      const facts = tallies.get(stream)?.[index]?.facts ?? new Tally().facts
      return { stream, title: titleOf(column), ...facts }
    }),
  )
}
