/** The plans that run on a bench, so that whoever has the bench can pause them. */

import { PiWorkerError } from '../../errors.js'

/** `pausing`: steps that were under way have not ended yet. */
export type PlanState = 'running' | 'pausing' | 'paused' | 'over'

export interface PauseOptions {
  /** What becomes of what the plan has switched on: it stays so (the default), or everything is made safe. */
  readonly outputs?: 'keep' | 'safe' | undefined
}

/** A plan that is running, as far as it can be held up. */
export interface PausablePlan {
  readonly name: string
  readonly state: PlanState
  /** Resolves when nothing of the plan runs any more, and all is safe if that was asked for. */
  pause(options?: PauseOptions): Promise<void>
  resume(): void
}

export class RunningPlans {
  readonly #plans = new Set<PausablePlan>()

  /** Adds a plan, until the function that it returns is called. */
  add(plan: PausablePlan): () => void {
    this.#plans.add(plan)
    return () => void this.#plans.delete(plan)
  }

  get list(): readonly PausablePlan[] {
    return [...this.#plans]
  }

  /** @throws ERR_NOT_RUNNING, and what pausing one of them throws, when all have been told */
  async pause(options?: PauseOptions): Promise<void> {
    const outcomes = await Promise.allSettled(this.#some().map(plan => plan.pause(options)))
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }

  /** @throws ERR_NOT_RUNNING */
  resume(): void {
    for (const plan of this.#some()) plan.resume()
  }

  #some(): readonly PausablePlan[] {
    if (this.#plans.size > 0) return this.list
    throw new PiWorkerError('ERR_NOT_RUNNING', 'no plan runs on the bench', {
      place: 'the bench',
      remedy: 'Only a plan can be paused; to end what runs on the bench now, stop it.',
    })
  }
}
