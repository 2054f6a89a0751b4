/** A part of a plan that runs and is stopped as a whole: the plan itself, a `try`, a cleanup. */

import type { Task } from '../../worker/task.js'
import type { Step } from '../plan.js'

export class Region {
  readonly parent: Region | undefined
  /** Where failures of this region and of those in it end. */
  readonly catches: boolean
  /** Nothing new begins in it. */
  stopped = false
  /** Why, when it was a failure that its `catch` is for. */
  caught: { readonly error: unknown; readonly step: Step | undefined } | undefined
  readonly #inner = new Set<Region>()
  readonly #running = new Map<Task, Step>()
  /** End what waits in it. */
  readonly #waits = new Set<() => void>()

  constructor(parent: Region | undefined, catches: boolean) {
    this.parent = parent
    this.catches = catches
    if (parent === undefined) return
    parent.#inner.add(this)
    this.stopped = parent.stopped
  }

  /** It is over, and nothing of it runs any more. */
  leave(): void {
    if (this.parent !== undefined) this.parent.#inner.delete(this)
  }

  add(task: Task, step: Step): () => void {
    this.#running.set(task, step)
    return () => this.#running.delete(task)
  }

  /** Calls `end` when the region is stopped, until the function that it returns is called. */
  onStop(end: () => void): () => void {
    this.#waits.add(end)
    return () => this.#waits.delete(end)
  }

  /** The region that a failure in this one stops: the innermost around it that catches, or the outermost. */
  get catcher(): Region {
    let region: Region = this
    while (!region.catches && region.parent !== undefined) region = region.parent
    return region
  }

  /** What `work` gives, or undefined as soon as the region is stopped; what becomes of it then is nobody's concern. */
  async unlessStopped<T>(work: Promise<T>): Promise<T | undefined> {
    work.catch(() => undefined)
    if (this.stopped) return undefined
    let forget = (): void => {}
    const stopped = new Promise<undefined>(resolve => {
      forget = this.onStop(() => resolve(undefined))
    })
    try {
      return await Promise.race([work, stopped])
    } finally {
      forget()
    }
  }

  get outermost(): Region {
    return this.parent === undefined ? this : this.parent.outermost
  }

  /** The innermost of it and those around it that goes on. */
  get live(): Region | undefined {
    return this.stopped ? this.parent?.live : this
  }

  /** Asks everything that is under way in it to end. */
  stop(): void {
    if (this.stopped) return
    this.stopped = true
    for (const region of [...this.#inner]) region.stop()
    for (const end of [...this.#waits]) end()
    for (const task of [...this.#running.keys()]) task.cancel('the plan was stopped')
  }

  /** Every task that runs in it and in those within, with its step. */
  *running(): Generator<readonly [Task, Step]> {
    yield* this.#running
    for (const region of this.#inner) yield* region.running()
  }
}
