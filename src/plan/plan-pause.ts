/** Holds a plan up between its steps: what is under way ends, and nothing new begins until it is resumed. */

import type { PlanState } from '../bench/stop/running-plans.js'
import { PiWorkerError } from '../errors.js'
import type { Clock } from '../worker/clock.js'

export class PlanPause {
  readonly #clock: Clock
  #state: PlanState = 'running'
  /** Branches that are neither over nor held up. */
  #atWork = 1
  /** Let the branches go on that are held up. */
  #held: (() => void)[] = []
  /** Called when nothing is at work any more, or when nobody is to wait for that. */
  #waiting: (() => void)[] = []
  /** Called when it goes on. */
  #opening: (() => void)[] = []
  /** How long the plan's own time has stood still, in ns; for how many reasons it does, and since when. */
  #stoodNs = 0
  #stops = 0
  #since = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get state(): PlanState {
    return this.#state
  }

  /** Nothing new may begin. */
  get closed(): boolean {
    return this.#state === 'pausing' || this.#state === 'paused'
  }

  /** The plan's own time, in ns, which stands still while it is paused. */
  now(): number {
    return (this.#stops > 0 ? this.#since : this.#clock.now()) - this.#stoodNs
  }

  /**
   * Lets no branch begin a step any more. Resolves when none is at work; earlier when it is resumed or ends meanwhile.
   * @throws ERR_NOT_RUNNING when the plan is over
   */
  async close(name: string): Promise<void> {
    if (this.#state === 'over') {
      throw new PiWorkerError('ERR_NOT_RUNNING', `the plan ${name} is over`, {
        place: name,
        remedy: 'Nothing of it can be paused; to have everything safe, stop the bench or make it safe.',
      })
    }
    if (this.#state === 'running') {
      this.#state = 'pausing'
      this.standStill()
    }
    const paused = new Promise<void>(resolve => this.#waiting.push(resolve))
    this.#look()
    await paused
  }

  resume(): void {
    if (!this.closed) return
    this.goOn()
    this.#open('running')
  }

  /** The plan's own time stands still until `goOn`, though nothing is held up: for a disk that is full. */
  standStill(): void {
    if (this.#stops++ === 0) this.#since = this.#clock.now()
  }

  goOn(): void {
    if (--this.#stops === 0) this.#stoodNs += this.#clock.now() - this.#since
  }

  /** The plan is over, or is to end: nobody is held up any more. */
  end(): void {
    if (this.closed) this.goOn()
    this.#open('over')
  }

  /** Before a step: resolves when it may begin. Only to be called while it is closed. */
  async pass(): Promise<void> {
    while (this.closed) {
      this.#atWork--
      const go = new Promise<void>(resolve => this.#held.push(resolve))
      this.#look()
      await go
    }
  }

  /** Resolves when it is not closed; for whoever only looks on. */
  async opened(): Promise<void> {
    while (this.closed) await new Promise<void>(resolve => this.#opening.push(resolve))
  }

  /** The branch that calls becomes `branches`, at least one; each calls the function that this returns when it is over. */
  fork(branches: number): () => void {
    let left = branches
    this.#atWork += branches - 1
    return () => {
      left--
      if (left === 0) return // goes on as the branch that it was before
      this.#atWork--
      this.#look()
    }
  }

  #look(): void {
    if (this.#atWork > 0 || !this.closed) return
    this.#state = 'paused'
    this.#tell()
  }

  #open(state: 'running' | 'over'): void {
    this.#state = state
    const [held, opening] = [this.#held, this.#opening]
    this.#held = []
    this.#opening = []
    this.#atWork += held.length
    for (const go of [...held, ...opening]) go()
    this.#tell()
  }

  #tell(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const paused of waiting) paused()
  }
}
