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
  /** A line came to break a rule, and was switched off. */
  | {
      readonly type: 'limit'
      readonly queue: string
      readonly line: string
      readonly rule: string
      readonly error: string
    }
  /** The emergency stop of a whole bench: `by` is who or what asked for it. */
  | { readonly type: 'stop'; readonly reason: string; readonly by: string }
  /** The stopped bench goes on: `acknowledge` is what was said for it. */
  | { readonly type: 'stopReset'; readonly acknowledge: string; readonly by: string }
  /** The process that makes outputs safe when this one cannot: it is gone, or was and there is another one. */
  | {
      readonly type: 'guardian'
      readonly state: 'gone' | 'restarted'
      readonly pid: number | null
      readonly error: string | null
    }
  /** A plan starts no more steps; with `safe`, what it drives was made safe. */
  | { readonly type: 'paused'; readonly plan: string; readonly outputs: 'keep' | 'safe' }
  | { readonly type: 'resumed'; readonly plan: string }
  /** The run before, in process `pid`, did not come to its end; what was in flight then is indeterminate. */
  | {
      readonly type: 'recovered'
      readonly pid: number | null
      readonly inFlight: readonly { readonly task: string; readonly name: string }[]
    }

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
