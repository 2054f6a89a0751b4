/** What a part of a plan comes to. */

import { either, NONE, ONE, optional, plus, type Span, times } from './span.js'

export class Tally {
  /** How long it takes, in ms. */
  ms: Span = NONE
  tasks: Span = NONE
  /** By stream. */
  readonly rows = new Map<string, Span>()
  /** How long outputs are on, in ms. */
  readonly on = new Map<string, Span>()

  addRows(stream: string, rows: Span): void {
    this.rows.set(stream, plus(this.rows.get(stream) ?? NONE, rows))
  }

  addOn(output: string, ms: Span): void {
    this.on.set(output, plus(this.on.get(output) ?? NONE, ms))
  }

  /** What comes after it, so often. */
  add(other: Tally, count: Span = ONE): void {
    this.ms = plus(this.ms, times(other.ms, count))
    this.addBesideTime(other, count)
  }

  /** The same without its time. */
  addBesideTime(other: Tally, count: Span = ONE): void {
    const tasks = count === ONE ? other.tasks : times(other.tasks, count)
    if (tasks !== NONE) this.tasks = plus(this.tasks, tasks)
    for (const [stream, rows] of other.rows) this.addRows(stream, times(rows, count))
    for (const [output, ms] of other.on) this.addOn(output, times(ms, count))
  }

  /** Either of the two, which nobody knows. */
  addEither(one: Tally, other: Tally): void {
    this.ms = plus(this.ms, either(one.ms, other.ms))
    this.tasks = plus(this.tasks, either(one.tasks, other.tasks))
    for (const stream of new Set([...one.rows.keys(), ...other.rows.keys()])) {
      this.addRows(stream, either(one.rows.get(stream) ?? NONE, other.rows.get(stream) ?? NONE))
    }
    for (const output of new Set([...one.on.keys(), ...other.on.keys()])) {
      this.addOn(output, either(one.on.get(output) ?? NONE, other.on.get(output) ?? NONE))
    }
  }

  /** The same with each of its spans made into another. */
  map(make: (span: Span) => Span): Tally {
    const made = new Tally()
    made.ms = make(this.ms)
    made.tasks = make(this.tasks)
    for (const [stream, rows] of this.rows) made.rows.set(stream, make(rows))
    for (const [output, ms] of this.on) made.on.set(output, make(ms))
    return made
  }

  /** The same, or nothing. */
  optional(): Tally {
    return this.map(optional)
  }

  /** How much is done and recorded is typical. */
  aboutCounts(): void {
    if (this.tasks !== NONE) this.tasks = { ...this.tasks, about: true }
    for (const [stream, rows] of this.rows) this.rows.set(stream, { ...rows, about: true })
  }
}
