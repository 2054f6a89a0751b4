/** What a submitted function is given: one context for each attempt, which stays stopped once it has been stopped. */

import type { PiWorkerError } from '../errors.js'
import { type Clock, checkNs } from './clock.js'
import { type Duration, parseDuration, toNs } from './duration.js'
import type { Task } from './task.js'
import type { Progress } from './task-record.js'

/** Its functions may be taken out of it: `({ sleep }) => sleep('2s')`. */
export interface TaskContext {
  /** Aborts when the task is cancelled or times out; its reason is the error. Made only when it is asked for. */
  readonly signal: AbortSignal
  readonly task: Task
  readonly clock: Clock
  /** Waits; rejects with ERR_CANCELLED or ERR_TIMEOUT as soon as the task is stopped. */
  readonly sleep: (duration: Duration) => Promise<void>
  /** Waits for a time of the clock (ns), as exactly as the clock can; rejects as `sleep` does. */
  readonly until: (time: number) => Promise<void>
  /** Says how far the task is; `total` in the same unit as `done`. */
  readonly progress: (done: number, total?: number, note?: string) => void
}

/** Before this much (ns) of an exact wait is left, it can be stopped at once. */
const EXACT_NS = 10e6

export class AttemptContext implements TaskContext {
  readonly task: Task
  readonly clock: Clock
  readonly #onProgress: (progress: Progress) => void
  #reason: PiWorkerError | undefined
  #controller: AbortController | undefined
  #sleepers: Set<(reason: PiWorkerError) => void> | undefined

  constructor(task: Task, clock: Clock, onProgress: (progress: Progress) => void) {
    this.task = task
    this.clock = clock
    this.#onProgress = onProgress
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  // Bound functions are made only when they are asked for: most tasks use one of them, or none.
  get sleep(): TaskContext['sleep'] {
    return duration => waiting(() => this.#sleepNs(toNs(parseDuration(duration))))
  }

  get until(): TaskContext['until'] {
    return time => waiting(() => this.#until(checkNs(time)))
  }

  get progress(): TaskContext['progress'] {
    return (done, total, note) => {
      if (this.#reason === undefined) this.#onProgress({ done, total, note })
    }
  }

  /** Called by the worker: the task is to stop, for `reason`. */
  stop(reason: PiWorkerError): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    const sleepers = this.#sleepers
    this.#sleepers = undefined
    if (sleepers !== undefined) for (const wake of sleepers) wake(reason)
    this.#controller?.abort(reason)
  }

  async #until(time: number): Promise<void> {
    const left = time - this.clock.now()
    if (this.clock.kind === 'virtual') return this.#sleepNs(left)
    if (left > EXACT_NS) await this.#sleepNs(left - EXACT_NS)
    this.throwIfStopped()
    await this.clock.reach(time)
    this.throwIfStopped()
  }

  #sleepNs(ns: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#reason !== undefined) return reject(this.#reason)
      const stop = (reason: PiWorkerError): void => {
        timer.cancel()
        reject(reason)
      }
      const timer = this.clock.after(Math.max(0, ns), () => {
        this.#sleepers?.delete(stop)
        resolve()
      })
      this.#sleepers ??= new Set()
      this.#sleepers.add(stop)
    })
  }

  /** Throws why the attempt was stopped, if it was: without a signal, which would have to be made for it. */
  throwIfStopped(): void {
    if (this.#reason !== undefined) throw this.#reason
  }
}

/** Throws why the attempt of a task was stopped, if it was: whoever did something else first, looks before it acts. */
export function throwIfStopped(context: TaskContext): void {
  if (context instanceof AttemptContext) context.throwIfStopped()
}

/**
 * A wait that, once begun, only a stop can reject. Nobody may be awaiting it by then: that is no unhandled rejection,
 * since the task itself tells of the stop.
 */
function waiting(begin: () => Promise<void>): Promise<void> {
  let wait: Promise<void>
  try {
    wait = begin()
  } catch (error) {
    return Promise.reject(error)
  }
  wait.catch(() => undefined)
  return wait
}
