/** The stop of a whole worker: nothing runs from one moment on, until it is told to go on. */

import type { PiWorkerError } from '../errors.js'
import type { TaskQueue } from './task-queue.js'
import type { TaskRecord } from './task-record.js'
import type { TaskRunner } from './task-runner.js'

export interface StopOptions {
  /** Makes the error of one task that is ended or refused. */
  readonly error: () => PiWorkerError
  /** What happens to the tasks that wait. */
  readonly waiting: 'fail' | 'keep'
}

export class WorkerStop {
  readonly #runner: TaskRunner
  readonly #queues: () => Iterable<TaskQueue>
  #error: StopOptions['error'] | undefined
  /** Take the holds of the queues off. */
  #holds: readonly (() => void)[] = []

  /** `queues` gives all queues of the worker, those of tasks that name no peripheral too. */
  constructor(runner: TaskRunner, queues: () => Iterable<TaskQueue>) {
    this.#runner = runner
    this.#queues = queues
  }

  /** Begins the stop: `running` are the tasks that run now. */
  begin({ error, waiting }: StopOptions, running: Iterable<TaskRecord>): void {
    if (this.#error === undefined) this.#holds = [...this.#queues()].map(queue => queue.hold())
    this.#error = error
    for (const record of [...running]) this.#runner.interrupt(record, error())
    if (waiting === 'fail') this.failWaiting()
  }

  end(): void {
    const holds = this.#holds
    this.#error = undefined
    this.#holds = []
    for (const release of holds) release()
  }

  /** Ends a task that is new, or was just begun, if the worker is stopped. */
  refuse(record: TaskRecord): void {
    if (this.#error !== undefined && !record.finished) this.#runner.interrupt(record, this.#error())
  }

  /** Ends what waits, if the worker is stopped. */
  failWaiting(): void {
    if (this.#error === undefined) return
    for (const { line } of this.#queues()) for (const record of [...line.records()]) this.refuse(record)
  }
}
