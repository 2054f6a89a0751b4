/** One execution of a function: what users hold, read and wait for. */

import { messageOf, PiWorkerError } from '../errors.js'
import { type Duration, parseDuration, toNs } from './duration.js'
import { toPlain, writePlain } from './plain.js'
import type { Progress, TaskRecord, TaskState } from './task-record.js'

/** A task as data. `result` and `error` are null when there is none. */
export interface TaskDict<R = unknown> {
  readonly id: string
  readonly startedAt: Date
  readonly finishedAt: Date | null
  readonly result: R | null
  /** The message; the code is on `task.error.code`. */
  readonly error: string | null
}

/** A task as JSON can hold it: dates as ISO text, the result as plain data. */
export interface TaskJson {
  readonly id: string
  readonly startedAt: string
  readonly finishedAt: string | null
  readonly result: unknown
  readonly error: string | null
}

/** A task is not thenable, so that an async function can return one; wait for it with `result()`. */
export class Task<R = unknown> {
  readonly #record: TaskRecord

  /** Made by `worker.run` and `worker.submit`. */
  constructor(record: TaskRecord) {
    this.#record = record
  }

  get id(): string {
    return this.#record.id
  }

  get name(): string {
    return this.#record.name
  }

  get state(): TaskState {
    return this.#record.state
  }

  /** When the task was created. */
  get startedAt(): Date {
    return new Date(this.#record.startedWall)
  }

  /** When its function began, or undefined. */
  get runningAt(): Date | undefined {
    return this.#at(this.#record.runningNs)
  }

  /** When it was over: its function settled and its peripherals safe, or given up. */
  get finishedAt(): Date | undefined {
    return this.#at(this.#record.finishedNs)
  }

  /** Its function has really settled and its peripherals are safe, or they were given up. */
  get finished(): boolean {
    return this.#record.finished
  }

  /** Milliseconds since it was created, up to its end; from the monotonic clock, never negative. */
  get elapsed(): number {
    return this.#ms(this.#record.startedNs, this.#record.finishedNs)
  }

  /** Milliseconds that it has waited for its turn. */
  get waited(): number {
    const { startedNs, runningNs, finishedNs } = this.#record
    return this.#ms(startedNs, runningNs < 0 ? finishedNs : runningNs)
  }

  /** Milliseconds that it has run, stopping included. */
  get ran(): number {
    const { runningNs, finishedNs } = this.#record
    return runningNs < 0 ? 0 : this.#ms(runningNs, finishedNs)
  }

  get progress(): Progress | undefined {
    return this.#record.progress
  }

  /** Why it did not succeed. */
  get error(): Error | undefined {
    return this.#record.error
  }

  /**
   * Waits for the end and gives the function's return value.
   * @throws the task's error; ERR_WAIT_TIMEOUT when `timeout` passes first, which leaves the task alone
   */
  result(options: { readonly timeout?: Duration | undefined } = {}): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#whenOver(options.timeout, over => {
        if (!over) {
          reject(
            new PiWorkerError('ERR_WAIT_TIMEOUT', `task ${this.#label} is still ${this.state}`, { place: this.id }),
          )
        } else if (this.state === 'succeeded') resolve(this.#record.result as R)
        else reject(this.error)
      })
    })
  }

  /**
   * Asks the task to end: at once when it is queued; when it runs, its signal aborts and it ends once its function has
   * settled and its peripherals are safe. Gives false when it was already over or ending.
   */
  cancel(reason?: string): boolean {
    const detail = reason === undefined ? '' : `: ${reason}`
    return this.#record.owner.runner.cancel(
      this.#record,
      new PiWorkerError('ERR_CANCELLED', `task ${this.#label} was cancelled${detail}`, { place: this.id }),
    )
  }

  /** Waits up to `timeout` (default 10 ms) for the end, then gives the task as it is. */
  async toDict(timeout: Duration = 10): Promise<TaskDict<R>> {
    await new Promise(resolve => this.#whenOver(timeout, resolve))
    return {
      id: this.id,
      startedAt: this.startedAt,
      finishedAt: this.finishedAt ?? null,
      result: (this.#record.result ?? null) as R | null,
      error: this.error === undefined ? null : messageOf(this.error),
    }
  }

  /** The task as it is now, for `JSON.stringify`. Never throws, whatever the result. */
  toJSON(): TaskJson {
    return toPlain(this) as TaskJson
  }

  /** How `toPlain` writes a task, one in the result of another too. */
  [writePlain](copy: (value: unknown) => unknown): TaskJson {
    return {
      id: this.id,
      startedAt: this.startedAt.toISOString(),
      finishedAt: this.finishedAt?.toISOString() ?? null,
      result: copy(this.#record.result) ?? null,
      error: this.error === undefined ? null : messageOf(this.error),
    }
  }

  get #label(): string {
    return this.name === '' ? this.id : `${this.name} (${this.id})`
  }

  /** Calls back with true when the task is over, with false when `timeout` passes first. */
  #whenOver(timeout: Duration | undefined, callback: (over: boolean) => void): void {
    const record = this.#record
    const ns = timeout === undefined ? undefined : toNs(parseDuration(timeout, 'timeout'))
    if (record.finished) {
      callback(true)
      return
    }
    record.waiters ??= []
    if (ns === undefined) {
      record.waiters.push(callback)
      return
    }
    const over = (): void => {
      timer.cancel()
      callback(true)
    }
    const timer = record.owner.clock.after(ns, () => {
      record.waiters = record.waiters?.filter(waiter => waiter !== over)
      callback(false)
    })
    record.waiters.push(over)
  }

  #ms(from: number, to: number): number {
    return Math.max(0, (to < 0 ? this.#record.owner.clock.now() : to) - from) / 1e6
  }

  /** Wall times follow from the creation's by the monotonic clock, so that they agree with the durations. */
  #at(ns: number): Date | undefined {
    return ns < 0 ? undefined : new Date(this.#record.startedWall + (ns - this.#record.startedNs) / 1e6)
  }
}
