/** What a run of a plan is given, tells and comes to. */

import type { PausablePlan } from '../bench/stop/running-plans.js'
import type { PiWorkerError } from '../errors.js'
import type { Clock } from '../worker/clock.js'
import type { Task } from '../worker/task.js'
import type { Worker } from '../worker/worker.js'
import type { Step } from './plan.js'
import type { PlanTask } from './plan-task.js'
import type { Question, Row } from './rows.js'

/** What a plan needs of a bench: actions by name, a clock, and safe states. */
export interface PlanBench {
  readonly clock: Clock
  /** Starts an action. @throws ERR_BAD_INPUT and others when it cannot be started. */
  call(peripheral: string, action: string, input: unknown): Task
  /** Puts every peripheral into its safe state. @throws ERR_NOT_SAFE */
  safe(): Promise<void>
  /** Tells of an emergency stop, which ends the plan. */
  onStop?(listener: (error: PiWorkerError) => void): () => void
  /** Is told of the plan while it runs, so that whoever has the bench can pause it. */
  attach?(plan: PausablePlan): () => void
  /** Is told of pauses. */
  readonly worker?: Pick<Worker, 'tell'> | undefined
}

export type PlanOutcome = 'succeeded' | 'failed' | 'cancelled'

export type PlanEvent =
  | { readonly type: 'created'; readonly task: PlanTask }
  | { readonly type: 'finished'; readonly task: PlanTask }

export interface PlanRunOptions {
  /** Stops the plan when it aborts: outcome `cancelled`. */
  readonly signal?: AbortSignal | undefined
  /** Called for every task when it is created and when it is over. What it throws fails the plan. */
  readonly onEvent?: ((event: PlanEvent) => void) | undefined
  /** Called for every row; the plan goes on when what it returns is resolved. What it throws fails the plan. */
  readonly onRow?: ((row: Row) => void | Promise<void>) | undefined
  /** Asks an operator; rejects when the signal aborts. Without it, a question fails the plan. */
  readonly ask?: ((question: Question, signal: AbortSignal) => Promise<string>) | undefined
}

export interface PlanResult {
  readonly name: string
  readonly outcome: PlanOutcome
  /** In the order of their creation. */
  readonly tasks: readonly PlanTask[]
  /** Why the plan did not succeed. */
  readonly error: unknown
  /** The step whose failure ended the plan, when it was one. */
  readonly failedStep: Step | undefined
  /** A peripheral could not be made safe after the plan had been stopped. */
  readonly notSafe: unknown
  /** How many rounds of a `repeat` with `every` started late, because the round before took longer than `every`. */
  readonly overruns: number
}

/** What there is to run: a checked plan. */
export type Runnable = { readonly name: string; readonly steps: readonly Step[] }

/** A plan that runs, and can be paused at its next steps. */
export interface RunningPlan extends PausablePlan {
  /** Never rejects: what went wrong is in it. */
  readonly result: Promise<PlanResult>
}
