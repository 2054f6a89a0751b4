/** What the tests of the worker share: a stage in virtual time that notes what happens when, and what to run on it. */

import type { TaskContext } from '../../src/worker/attempt-context.js'
import type { WorkerEvent } from '../../src/worker/events.js'
import type { QueueOptions } from '../../src/worker/peripheral-queue.js'
import type { TaskOptions } from '../../src/worker/task-options.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { Worker, type WorkerOptions } from '../../src/worker/worker.js'

/** A worker in virtual time. Times in the log are virtual ms. */
export class Stage {
  readonly clock = new VirtualClock()
  readonly worker: Worker
  readonly events: WorkerEvent[] = []
  readonly log: string[] = []

  constructor(options: Omit<WorkerOptions, 'clock'> = {}) {
    this.worker = new Worker({ ...options, clock: this.clock })
    this.worker.listen(event => this.events.push(event))
  }

  /** Virtual ms since the start. */
  get now(): number {
    return this.clock.now() / 1e6
  }

  /** Notes `what` with its time: `10 safe`. */
  note(what: string): void {
    this.log.push(`${this.now} ${what}`)
  }

  /** Does `action` at `ms` of virtual time from now. */
  at(ms: number, action: () => void): void {
    this.clock.after(ms * 1e6, action)
  }

  /** Waits `ms` of virtual time. */
  wait(ms: number): Promise<void> {
    return new Promise(resolve => this.at(ms, resolve))
  }

  /** Waits until nothing is left that could happen. */
  idle(): Promise<void> {
    return this.clock.idle()
  }

  /** A function that takes `ms` and stops as soon as it is asked to. */
  heeding(name: string, ms: number): (context: TaskContext) => Promise<string> {
    return async context => {
      this.note(`${name} begins`)
      try {
        await context.sleep(ms)
      } finally {
        this.note(`${name} ends`)
      }
      return name
    }
  }

  /** A function that takes `ms`, whatever it is asked. */
  stubborn(name: string, ms: number): () => Promise<string> {
    return async () => {
      this.note(`${name} begins`)
      await this.wait(ms)
      this.note(`${name} ends`)
      return name
    }
  }

  /** The events of one type, as far as a test wants to know. */
  seen<T extends WorkerEvent['type']>(type: T): Extract<WorkerEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<WorkerEvent, { type: T }> => event.type === type)
  }
}

/** A stage on which a function on `pump` ignores its timeout at 10 ms and is given up at 20 ms. */
export function abandoned(queue: QueueOptions = {}, task: TaskOptions = {}) {
  const stage = new Stage()
  const end = deferred()
  const pump = stage.worker.queue('pump', queue)
  const stuck = stage.worker.submit(() => end.promise, { name: 'pour', on: pump, timeout: 10, grace: 10, ...task })
  return { stage, pump, stuck, end }
}

/** A promise that the test settles. */
export function deferred<T = void>(): {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (reason: unknown) => void
} {
  let settle: { resolve: (value: T) => void; reject: (reason: unknown) => void } | undefined
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return { promise, ...(settle as NonNullable<typeof settle>) }
}

/** What a promise rejects with; undefined when it does not. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
    return undefined
  } catch (error) {
    return error
  }
}
