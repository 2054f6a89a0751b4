/** What happens in a worker, as one stream of events that JSON can hold, numbered from 1. */

import type { Clock } from './clock.js'
import type { Progress, TaskState } from './task-record.js'

export type WorkerEventBody =
  | { readonly type: 'queued'; readonly task: string; readonly name: string; readonly queues: readonly string[] }
  | { readonly type: 'running'; readonly task: string; readonly name: string; readonly queues: readonly string[] }
  | { readonly type: 'progress'; readonly task: string; readonly name: string; readonly progress: Progress }
  | { readonly type: 'stopping'; readonly task: string; readonly name: string; readonly error: string }
  | {
      readonly type: 'finished'
      readonly task: string
      readonly name: string
      readonly state: TaskState
      readonly error: string | null
    }
  /** A function that had been given up has settled; its task does not change. */
  | { readonly type: 'settledLate'; readonly task: string; readonly name: string; readonly error: string | null }
  | { readonly type: 'quarantined'; readonly queue: string; readonly error: string }
  | { readonly type: 'notSafe'; readonly queue: string; readonly error: string }
  | { readonly type: 'reset'; readonly queue: string }

export type WorkerEvent = WorkerEventBody & {
  /** 1 for the first event of the worker, then one more for each. */
  readonly sequence: number
  /** Wall time, ms since the Unix epoch. */
  readonly time: number
}

export class WorkerEvents {
  readonly #clock: Clock
  /** Replaced, never changed: a delivery that is under way goes on with the listeners that it began with. */
  #listeners: readonly Listening[] = []
  /** Events that happen while another is delivered wait here, so that everybody sees them in order. */
  readonly #undelivered: WorkerEvent[] = []
  #delivering = false
  #sequence = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Nobody listens: callers may spare themselves the making of an event. */
  get silent(): boolean {
    return this.#listeners.length === 0
  }

  listen(listener: (event: WorkerEvent) => void): () => void {
    const listening: Listening = { listener, after: this.#sequence, over: false }
    this.#listeners = [...this.#listeners, listening]
    return () => {
      listening.over = true
      this.#listeners = this.#listeners.filter(other => other !== listening)
    }
  }

  emit(body: WorkerEventBody): void {
    this.#sequence++
    this.#undelivered.push({ ...body, sequence: this.#sequence, time: this.#clock.wall() })
    if (this.#delivering) return
    this.#delivering = true
    for (const event of this.#undelivered) this.#deliver(event)
    this.#undelivered.length = 0
    this.#delivering = false
  }

  #deliver(event: WorkerEvent): void {
    for (const { listener, after, over } of this.#listeners) {
      if (over || event.sequence <= after) continue
      try {
        listener(event)
      } catch (error) {
        // A listener's fault must not stop the hardware's work, nor vanish: it surfaces as an uncaught exception.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}

interface Listening {
  readonly listener: (event: WorkerEvent) => void
  /** The sequence number of the last event before it was added. */
  readonly after: number
  over: boolean
}
