/** Finished tasks, kept for a while so that they can be found by id, oldest end first. */

import type { Clock, Timer } from './clock.js'
import type { TaskRecord } from './task-record.js'

export class Retention {
  readonly #clock: Clock
  readonly #ns: number
  readonly #count: number
  readonly #forget: (record: TaskRecord) => void
  #oldest: TaskRecord | undefined
  #newest: TaskRecord | undefined
  /** How many tasks are kept. */
  size = 0
  #timer: Timer | undefined

  /** Calls `forget` for each task that has been kept for `ns`, or is one too many over `count`. */
  constructor(clock: Clock, ns: number, count: number, forget: (record: TaskRecord) => void) {
    this.#clock = clock
    this.#ns = ns
    this.#count = count
    this.#forget = forget
  }

  /** Takes a task that has just finished. */
  add(record: TaskRecord): void {
    if (this.#newest === undefined) this.#oldest = record
    else this.#newest.newer = record
    this.#newest = record
    this.size++
    while (this.size > this.#count) this.#drop()
    if (this.#timer === undefined && this.#oldest !== undefined) this.#arm(this.#oldest)
  }

  #drop(): void {
    const record = this.#oldest as TaskRecord
    this.#oldest = record.newer
    if (this.#oldest === undefined) this.#newest = undefined
    record.newer = undefined
    this.size--
    this.#forget(record)
  }

  /** One timer for all, set for the oldest; in the background, so that it keeps no process alive. */
  #arm(oldest: TaskRecord): void {
    const due = oldest.finishedNs + this.#ns
    this.#timer = this.#clock.after(
      due - this.#clock.now(),
      () => {
        this.#timer = undefined
        const now = this.#clock.now()
        while (this.#oldest !== undefined && this.#oldest.finishedNs + this.#ns <= now) this.#drop()
        if (this.#oldest !== undefined) this.#arm(this.#oldest)
      },
      { background: true },
    )
  }
}
