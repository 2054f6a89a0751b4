/** Pulses of one line, counted all the time, and what a run of their times says of their frequency. */

import type { EdgeEvent, LineHandle } from '../../drivers/driver.js'

/** What was counted since a moment. */
export interface Tally {
  readonly pulses: number
  /** Edges that are known to be missing, at least. */
  readonly lost: number
  /** When the count began, in ns since the bench was opened. */
  readonly since: number
}

/** Counts from its making on, for as long as the handle is its own. */
export class PulseTally {
  readonly #now: () => number
  #pulses = 0
  #lost = 0
  #since: number
  #failure: Error | undefined

  /** @param handle An input with edges of the direction that counts. */
  constructor(handle: LineHandle, now: () => number) {
    this.#now = now
    this.#since = now()
    handle.edges(event => this.#heard(event))
  }

  /** @throws what the driver failed with: from then on nothing was counted */
  read(): Tally {
    if (this.#failure !== undefined) throw this.#failure
    return { pulses: this.#pulses, lost: this.#lost, since: this.#since }
  }

  /** Begins anew from 0 and gives what had been counted; no pulse is in both counts, and none is in neither. */
  zero(): Tally {
    const before = this.read()
    this.#pulses = 0
    this.#lost = 0
    this.#since = this.#now()
    return before
  }

  #heard(event: EdgeEvent): void {
    if (event.kind === 'failed') this.#failure = event.error
    else if (event.kind === 'lost') this.#lost += event.count
    else this.#pulses++
  }
}

/** Pulses in a row with no known loss between them. */
export class PulseRun {
  first = 0
  last = 0
  /** Periods: one fewer than pulses. */
  periods = -1
  /** The shortest and the longest period, in ns. */
  shortest = Number.POSITIVE_INFINITY
  longest = 0

  add(time: number): void {
    if (this.periods === -1) this.first = time
    else {
      const period = time - this.last
      this.shortest = Math.min(this.shortest, period)
      this.longest = Math.max(this.longest, period)
    }
    this.last = time
    this.periods++
  }

  /** Pulses a second: from the first to the last, so that both ends are edges and no fraction is lost. */
  get frequency(): number {
    return (this.periods * 1e9) / (this.last - this.first)
  }
}
