/** What a run of a plan is given, tells and comes to. */

import type { CallOptions } from '../bench/peripheral.js'
import type { PausablePlan } from '../bench/stop/running-plans.js'
import type { PiWorkerError } from '../errors.js'
import type { Clock } from '../worker/clock.js'
import type { Task } from '../worker/task.js'
import type { Worker } from '../worker/worker.js'
import type { Value } from './expressions/value.js'
import type { Place } from './place.js'
import type { Step } from './plan.js'
import type { PlanTask } from './plan-task.js'
import type { Cell, Changes, ParamValue, Question, Row } from './rows.js'

/** What a plan needs of a bench: actions by name, a clock, and safe states. */
export interface PlanBench {
  readonly clock: Clock
  /** Starts an action. @throws ERR_BAD_INPUT and others when it cannot be started. */
  call(peripheral: string, action: string, input: unknown, options?: CallOptions): Task
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
  /** Something that the record of the run shall say: by a step `note`, or of what a clock or an operator did. */
  | { readonly type: 'note'; readonly text: string; readonly place: Place }

export interface PlanRunOptions {
  /** Stops the plan when it aborts: outcome `cancelled`. */
  readonly signal?: AbortSignal | undefined
  /** Called for every task when it is created and when it is over. What it throws fails the plan. */
  readonly onEvent?: ((event: PlanEvent) => void) | undefined
  /** Called for every row; the plan goes on when what it returns is resolved. What it throws fails the plan. */
  readonly onRow?: ((row: Row) => void | Promise<void>) | undefined
  /** Called before every step; the plan goes on when what it returns is resolved. */
  readonly beforeStep?: (() => Promise<void> | undefined) | undefined
  /** Asks an operator; rejects when the signal aborts. Without it, a question fails the plan. */
  readonly ask?: ((question: Question, signal: AbortSignal) => Promise<string>) | undefined
  /** Goes on with a run that was interrupted; only plans that are `resumable`. */
  readonly resume?: ResumeFrom | undefined
}

/** Where an interrupted run was. */
export interface ResumeFrom {
  /** Of the last row that was recorded: rounds up to and including it are skipped. */
  readonly position: readonly number[]
  /** What the plan had changed when each of these rounds began, and last, when the row was made. */
  readonly changed?: readonly Changes[] | undefined
  /** That row, whose readings conditions may need. */
  readonly row?: { readonly stream: string; readonly values: readonly Cell[]; readonly wall: number } | undefined
  /** How many rows each stream has already, by name: numbers of rows go on from there. */
  readonly rows?: Readonly<Record<string, number>> | undefined
}

export interface PlanResult {
  readonly name: string
  readonly outcome: PlanOutcome
  /** In the order of their creation; of a long run the first, the last, and of the others those that failed, in part. */
  readonly tasks: readonly PlanTask[]
  /** How many there were. */
  readonly taskCount: number
  /** How many failed, and the plan went on all the same (`onError`, `catch`). */
  readonly passedOver: number
  /** Why the plan did not succeed. */
  readonly error: unknown
  /** The step whose failure ended the plan, when it was one. */
  readonly failedStep: Step | undefined
  /** A peripheral could not be made safe after the plan had been stopped. */
  readonly notSafe: unknown
  /** Steps under `finally` failed after the plan had been stopped. */
  readonly cleanup: unknown
  /** How many rounds started late, because the round before took longer than `every`. */
  readonly overruns: number
  /** How many times of a `cron` had no round of their own: the wall clock jumped, or a round took too long. */
  readonly missed: number
  /** How many rows were recorded. */
  readonly rows: number
}

/** What there is to run: a checked plan. */
export interface Runnable {
  readonly name: string
  readonly steps: readonly Step[]
  /** What parameters, axes and rounds are at the beginning. */
  readonly slots?: readonly Value[] | undefined
  readonly params?: readonly ParamValue[] | undefined
  readonly resumable?: boolean | undefined
}

/** A loop that a plan is in. */
export interface LoopProgress {
  /** The round that is under way, from 1. */
  readonly round: number
  /** How many there will be; undefined when nobody knows. */
  readonly rounds: number | undefined
}

/** A plan that runs, and can be paused at its next steps. */
export interface RunningPlan extends PausablePlan {
  /** The loops that it is in, from the outermost to the innermost. */
  readonly loops: readonly LoopProgress[]
  /** It has been stopped, and steps under `finally` run. */
  readonly cleaningUp: boolean
  /** Never rejects: what went wrong is in it. */
  readonly result: Promise<PlanResult>
}
