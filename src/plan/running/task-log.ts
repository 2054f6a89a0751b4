/** The tasks of a run, however long: the first and the last of them, and of those between them the ones that failed. */

import type { PlanTask } from '../plan-task.js'

/** Of each: first, last, failed. */
const KEPT = 1000

export class TaskLog {
  #count = 0
  readonly #first: PlanTask[] = []
  /** A ring: the task number n is at n % KEPT. */
  readonly #last: PlanTask[] = []
  /** With their numbers. */
  readonly #failed: { readonly number: number; readonly task: PlanTask }[] = []

  get count(): number {
    return this.#count
  }

  /** Keeps the task; gives its number. */
  add(task: PlanTask): number {
    const number = this.#count++
    if (number < KEPT) this.#first.push(task)
    else this.#last[number % KEPT] = task
    return number
  }

  /** The task did not succeed. */
  failed(number: number, task: PlanTask): void {
    if (number >= KEPT && this.#failed.length < KEPT) this.#failed.push({ number, task })
  }

  /** In the order of their creation. */
  list(): readonly PlanTask[] {
    const oldest = Math.max(KEPT, this.#count - KEPT)
    const failed = this.#failed.filter(({ number }) => number < oldest).sort((a, b) => a.number - b.number)
    const last = Array.from({ length: this.#count - oldest }, (_, index) => this.#last[(oldest + index) % KEPT])
    return [...this.#first, ...failed.map(({ task }) => task), ...last.filter(task => task !== undefined)]
  }
}
