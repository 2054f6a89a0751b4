/** How a plan comes to its end: the first reason counts, all is made safe at once, and cleanup comes after that. */

import { isPiWorkerError, type PiWorkerError } from '../../errors.js'
import type { Step } from '../plan.js'
import type { PlanBench, PlanOutcome } from '../plan-bench.js'
import type { PlanPause } from '../plan-pause.js'
import { Region } from './region.js'

export class Ending {
  /** The plan itself. */
  readonly root = new Region(undefined, false)
  outcome: PlanOutcome = 'succeeded'
  error: unknown
  failedStep: Step | undefined
  /** What went wrong in the steps under `finally`. */
  cleanup: unknown
  /** Nothing of the plan runs any more. */
  over = false
  /** The bench was stopped, and refuses whatever is asked of it. */
  #emergency = false
  /** The steps under `finally` that run although the plan is stopped. */
  readonly #cleanups = new Set<Region>()
  readonly #bench: PlanBench
  readonly #pausing: PlanPause
  #safety: Promise<unknown> | undefined

  constructor(bench: PlanBench, pausing: PlanPause) {
    this.#bench = bench
    this.#pausing = pausing
  }

  get stopped(): boolean {
    return this.outcome !== 'succeeded'
  }

  /** It has been stopped, and steps under `finally` run. */
  get cleaningUp(): boolean {
    return this.#cleanups.size > 0
  }

  /** Resolves with what could not be made safe, when everything has been that was to be. */
  get safety(): Promise<unknown> {
    return this.#safety ?? Promise.resolve(undefined)
  }

  /** What would go on, if anything could: for a fault that is nobody's own. */
  get atWork(): Region | undefined {
    return this.stopped ? [...this.#cleanups][0] : this.root
  }

  /** Stops the innermost region around that catches failures, or the plan. */
  fail(region: Region, error: unknown, step: Step | undefined): void {
    // What cannot be made safe is nothing that a `catch` could put right.
    const catcher = isPiWorkerError(error, 'ERR_NOT_SAFE') ? region.outermost : region.catcher
    if (catcher.stopped) return
    if (catcher === this.root) this.stop('failed', error, step)
    else if (this.#cleanups.has(catcher)) {
      // That nothing can be done on a bench that is stopped is no second fault.
      if (!this.#emergency) this.cleanup ??= error
      catcher.stop()
    } else {
      catcher.caught = { error, step }
      catcher.stop()
    }
  }

  /** Everything that is under way is asked to end. */
  stop(outcome: 'failed' | 'cancelled', error: unknown, step: Step | undefined): void {
    if (this.stopped || this.over) return
    this.outcome = outcome
    this.error = error
    this.failedStep = step
    this.#pausing.end()
    this.root.stop()
    // Now, not at the end: a relay that is idle must not stay on while a slow neighbour comes to its end.
    this.#safety = this.#makeSafe()
  }

  emergencyStop(error: PiWorkerError): void {
    this.#emergency = true
    this.stop('failed', error, undefined)
    for (const region of [...this.#cleanups]) region.stop()
  }

  /** Runs cleanup after a stop: all is safe before it and after it. On a bench that is stopped nothing is tried. */
  async cleanUp(run: (region: Region) => Promise<unknown>): Promise<void> {
    const notSafe = await this.#safety
    if (this.#emergency) return
    const region = new Region(undefined, false)
    this.#cleanups.add(region)
    await run(region)
    this.#cleanups.delete(region)
    // Another one beside it may still need what it has switched on.
    if (this.#cleanups.size === 0) this.#safety = this.#makeSafe().then(again => again ?? notSafe)
    await this.#safety
  }

  async #makeSafe(): Promise<unknown> {
    try {
      await this.#bench.safe()
      return undefined
    } catch (error) {
      return error
    }
  }
}
