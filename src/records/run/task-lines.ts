/** The lines of `tasks.jsonl`, and what they come to: how many tasks, how many that failed, how late they were. */

import type { PlanTask } from '../../plan/plan-task.js'
import { type RecordedTask, type RunTiming, toSeconds } from './format.js'
import { TimingTally } from './timing.js'

export class TaskLines {
  /** When tasks that are not over were created, in ns. */
  readonly #created = new Map<PlanTask, number>()
  readonly #timing = new TimingTally()
  #count = 0
  #failed = 0

  get counts(): { readonly count: number; readonly failed: number } {
    return { count: this.#count, failed: this.#failed }
  }

  /** Those that are not over. */
  get open(): readonly PlanTask[] {
    return [...this.#created.keys()]
  }

  created(task: PlanTask, now: number): void {
    this.#created.set(task, now)
  }

  /** The line of a task that is over. @param began When the plan began; all in ns of one clock. */
  line(task: PlanTask, now: number, began: number): string {
    const json = task.toJSON()
    const created = toSeconds((this.#created.get(task) ?? now) - began)
    this.#created.delete(task)
    this.#count++
    if (json.state !== 'succeeded') this.#failed++
    this.#timing.add(json.result)
    const line: RecordedTask = {
      ...json,
      created,
      began: json.runningAt === null ? null : rounded(created + json.waited / 1000),
      ended: json.finishedAt === null ? null : rounded(created + json.elapsed / 1000),
    }
    return `${JSON.stringify(line)}\n`
  }

  timing(overruns: number, missed: number): RunTiming | null {
    return this.#timing.facts(overruns, missed)
  }
}

/** Sums of seconds to the ns: adding must not show in the last digits. */
function rounded(seconds: number): number {
  return Number(seconds.toFixed(9))
}
