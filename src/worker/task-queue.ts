/** A p-queue whose waiting tasks are a `TaskLine`: the tasks of one peripheral, or those that name none. */

import PQueue, { type QueueAddOptions } from 'p-queue'
import { TaskLine } from './task-line.js'
import type { TaskRecord } from './task-record.js'

export class TaskQueue {
  readonly line: TaskLine
  /** Tasks of this very turn are still coming in or leaving; nothing starts before all have been ordered. */
  #settling = false
  #holds = 0
  readonly #pqueue: PQueue<TaskLine, QueueAddOptions>

  /**
   * `job` is called with each task when it has its slot, and holds the slot until what it returns has settled; it must
   * not throw or reject.
   */
  constructor(concurrency: number, job: (record: TaskRecord, queue: TaskQueue) => void | Promise<void>) {
    const line = new TaskLine(this)
    this.line = line
    // p-queue makes its own line with `new`; ours must be known here, so the constructor hands over the one that is.
    const queueClass = class {
      constructor() {
        // biome-ignore lint/correctness/noConstructorReturn: the only way to give p-queue an existing line
        return line
      }
    } as unknown as new () => TaskLine
    this.#pqueue = new PQueue<TaskLine, QueueAddOptions>({ concurrency, queueClass })
    // One add for all tasks: it hands our line the runner that p-queue has wrapped around the job, and the line gives
    // that same runner back for every task that p-queue takes. Making a new one for each would double a task's cost.
    void this.#pqueue.add(() => {
      const record = line.taken as TaskRecord
      line.taken = undefined // or the line would keep the task, and its result, until the next one comes
      return job(record, this)
    })
  }

  /** How many tasks wait. */
  get waiting(): number {
    return this.line.count
  }

  /** Nothing may start now. */
  get corked(): boolean {
    return this.#settling || this.#holds > 0
  }

  /** How many slots are taken, in p-queue's own count. */
  get taken(): number {
    return this.#pqueue.pending
  }

  /**
   * Lines the task up. Neither `timeout` nor `signal` is given to p-queue: both free the slot of a function that is
   * still running.
   */
  add(record: TaskRecord): void {
    this.line.add(record)
    this.cork()
  }

  /** Lets nothing start before the end of this turn: what else is added or cancelled in it counts too. */
  cork(): void {
    if (this.#settling) return
    this.#settling = true
    queueMicrotask(this.#uncork)
  }

  /** Lets nothing start until the function that it returns is called. */
  hold(): () => void {
    this.#holds++
    return () => {
      this.#holds--
      this.cork() // p-queue looks again at the end of this turn
    }
  }

  /** Lets p-queue look for a task that can start: it does so by itself only after an add and after an end. */
  poke(): void {
    // Setting the concurrency is p-queue's public way to make it look.
    this.#pqueue.concurrency = this.#pqueue.concurrency
  }

  readonly #uncork = (): void => {
    this.#settling = false
    this.poke()
  }
}
