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

/** Ends the stop that gave it, and no other: what was kept waiting gets its turn, or fails. A second call does nothing. */
export type GoOn = (waiting?: StopOptions['waiting']) => void

export class WorkerStop {
  readonly #runner: TaskRunner
  readonly #queues: () => Iterable<TaskQueue>
  /** Those that have not ended, in their order. */
  readonly #stops = new Set<StopOptions>()
  /** Take the holds of the queues off. */
  #holds: readonly (() => void)[] = []

  /** `queues` gives all queues of the worker, those of tasks that name no peripheral too. */
  constructor(runner: TaskRunner, queues: () => Iterable<TaskQueue>) {
    this.#runner = runner
    this.#queues = queues
  }

  /** Begins the stop: `running` are the tasks that run now. */
  begin({ error, waiting }: StopOptions, running: Iterable<TaskRecord>): GoOn {
    const stop = { error, waiting }
    if (this.#stops.size === 0) this.#holds = [...this.#queues()].map(queue => queue.hold())
    this.#stops.add(stop)
    for (const record of [...running]) this.#runner.interrupt(record, error())
    if (waiting === 'fail') this.failWaiting()
    return (kept = 'keep') => this.#end(stop, kept)
  }

  /** Ends a task that is new, or was just begun, if the worker is stopped. */
  refuse(record: TaskRecord): void {
    const [first] = this.#stops
    if (first !== undefined && !record.finished) this.#runner.interrupt(record, first.error())
  }

  /** Ends what waits, if the worker is stopped. */
  failWaiting(): void {
    if (this.#stops.size === 0) return
    for (const { line } of this.#queues()) for (const record of [...line.records()]) this.refuse(record)
  }

  #end(stop: StopOptions, waiting: StopOptions['waiting']): void {
    if (!this.#stops.has(stop)) return
    if (waiting === 'fail') this.failWaiting()
    this.#stops.delete(stop)
    if (this.#stops.size > 0) return
    const holds = this.#holds
    this.#holds = []
    for (const release of holds) release()
  }
}
