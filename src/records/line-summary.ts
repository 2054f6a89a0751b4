/** What one line did within a stretch of time, in a few numbers; told change by change, so that memory stays flat. */

import type { Level } from '../../drivers/driver.js'

/** A line whose rising edges come regularly. */
export interface Period {
  /** Mean, in Hz. */
  readonly frequency: number
  /** Part of the time, in whole periods, that the line was high: 0 to 1. */
  readonly duty: number
}

export interface SummaryFacts {
  /** Level at the start, undefined while it is not known. */
  readonly initial: Level | undefined
  readonly final: Level | undefined
  /** Changes between low and high. */
  readonly edges: number
  /** How long it was high in all, in ns. */
  readonly highNs: number
  /** Shortest time between two edges, in ns. */
  readonly shortestNs: number | undefined
  /** Undefined unless there are two whole periods at least and none differs much from another. */
  readonly period: Period | undefined
}

/** Periods may differ by so much of their mean: clocks and samplers jitter. */
const JITTER = 0.05
const FEWEST_PERIODS = 2

export class LineSummary {
  readonly #from: number
  #initial: Level | undefined
  #level: Level | undefined
  #since: number
  #edges = 0
  #highNs = 0
  #shortestNs = Number.POSITIVE_INFINITY
  #lastEdge: number | undefined
  #firstRise: number | undefined
  #lastRise = 0
  #rises = 0
  #shortestPeriod = Number.POSITIVE_INFINITY
  #longestPeriod = 0
  /** High time up to the last rise: of whole periods only. */
  #highAtFirstRise = 0
  #highAtLastRise = 0

  /** @param from Beginning of the stretch, in ns: what comes before only says with which level it begins. */
  constructor(from: number) {
    this.#from = from
    this.#since = from
  }

  /** The line has this level from `time` (ns) on. */
  change(level: Level | undefined, time: number): void {
    if (time < this.#from || (this.#level === undefined && time === this.#from)) {
      this.#initial = level
      this.#level = level
      return
    }
    if (this.#level === 'high') this.#highNs += time - this.#since
    this.#since = time
    const isEdge = this.#level !== undefined && level !== undefined && this.#level !== level
    this.#level = level
    if (isEdge) this.#edge(level, time)
  }

  /** The facts of the stretch up to `to`, in ns. */
  facts(to: number): SummaryFacts {
    return {
      initial: this.#initial,
      final: this.#level,
      edges: this.#edges,
      highNs: this.#highNs + (this.#level === 'high' ? Math.max(0, to - this.#since) : 0),
      shortestNs: Number.isFinite(this.#shortestNs) ? this.#shortestNs : undefined,
      period: this.#period(),
    }
  }

  #edge(level: Level, time: number): void {
    this.#edges++
    if (this.#lastEdge !== undefined) this.#shortestNs = Math.min(this.#shortestNs, time - this.#lastEdge)
    this.#lastEdge = time
    if (level === 'low') return
    if (this.#firstRise === undefined) {
      this.#firstRise = time
      this.#highAtFirstRise = this.#highNs
    } else {
      const period = time - this.#lastRise
      this.#shortestPeriod = Math.min(this.#shortestPeriod, period)
      this.#longestPeriod = Math.max(this.#longestPeriod, period)
    }
    this.#rises++
    this.#lastRise = time
    this.#highAtLastRise = this.#highNs
  }

  #period(): Period | undefined {
    const periods = this.#rises - 1
    if (this.#firstRise === undefined || periods < FEWEST_PERIODS) return undefined
    const all = this.#lastRise - this.#firstRise
    const mean = all / periods
    if (mean === 0 || this.#longestPeriod - this.#shortestPeriod > JITTER * mean) return undefined
    return { frequency: 1e9 / mean, duty: (this.#highAtLastRise - this.#highAtFirstRise) / all }
  }
}
