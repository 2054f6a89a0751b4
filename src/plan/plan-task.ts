/** What a run keeps of each of its tasks, however many: the worker forgets them after a while. */

import { codeOf } from '../errors.js'
import type { Task } from '../worker/task.js'
import type { TaskState } from '../worker/task-record.js'

/** A task of a run as JSON holds it. Times in ms; `null` where there is none. */
export interface PlanTaskJson {
  readonly id: string
  /** `<peripheral>.<action>` */
  readonly name: string
  readonly state: TaskState
  /** ISO 8601, when it was created. */
  readonly startedAt: string
  /** ISO 8601, when its function began. */
  readonly runningAt: string | null
  readonly finishedAt: string | null
  readonly elapsed: number
  readonly waited: number
  readonly ran: number
  readonly result: unknown
  /** The message. */
  readonly error: string | null
  /** The code of the error, such as ERR_TIMEOUT. */
  readonly code: string | null
}

/** One task of a run: live until it is over, then a small copy of what came of it. */
export class PlanTask {
  readonly id: string
  readonly name: string
  /** Which of its run it is, from 1. */
  readonly number: number
  readonly #startedWall: number
  /** Undefined once the task is over: then its worker may forget it. */
  #task: Task | undefined
  #state: TaskState = 'queued'
  #waited = 0
  #ran = 0
  #elapsed = 0
  #began = false
  #result: unknown = null
  #error: Error | undefined

  constructor(task: Task, name: string, number = 1) {
    this.id = task.id
    this.name = name
    this.number = number
    this.#startedWall = task.startedAt.getTime()
    this.#task = task
  }

  get state(): TaskState {
    return this.#task?.state ?? this.#state
  }

  get elapsed(): number {
    return this.#task?.elapsed ?? this.#elapsed
  }

  get waited(): number {
    return this.#task?.waited ?? this.#waited
  }

  get ran(): number {
    return this.#task?.ran ?? this.#ran
  }

  /** What the action returned, as plain data; null without a result. */
  get result(): unknown {
    return this.#result
  }

  get error(): Error | undefined {
    return this.#task?.error ?? this.#error
  }

  /** Copies what came of the task and lets go of it. Called once, when it is over. */
  settle(): void {
    const task = this.#task
    if (task === undefined) return
    this.#state = task.state
    this.#waited = task.waited
    this.#ran = task.ran
    this.#elapsed = task.elapsed
    this.#began = task.runningAt !== undefined
    this.#result = task.toJSON().result ?? null
    this.#error = task.error
    this.#task = undefined
  }

  toJSON(): PlanTaskJson {
    const finished = this.#task === undefined
    const began = this.#task === undefined ? this.#began : this.#task.runningAt !== undefined
    const at = (ms: number): string => new Date(this.#startedWall + ms).toISOString()
    return {
      id: this.id,
      name: this.name,
      state: this.state,
      startedAt: at(0),
      runningAt: began ? at(this.waited) : null,
      finishedAt: finished ? at(this.elapsed) : null,
      elapsed: this.elapsed,
      waited: this.waited,
      ran: this.ran,
      result: this.result,
      error: this.error?.message ?? null,
      code: codeOf(this.error) ?? null,
    }
  }
}
