/** What came of a run: its outcome, what went wrong, and the exit code that follows. */

import { isPiWorkerError, messageOf } from '../errors.js'
import type { Place } from '../plan/place.js'
import type { PlanTask } from '../plan/plan-task.js'
import type { PlanOutcome, PlanResult } from '../plan/run.js'
import { type StopSignal, signalExit } from '../stop-signals.js'
import { exit, exitOf } from './exit.js'
import { formatMs } from './format.js'
import { describe, type StopReason } from './stop.js'

/** How a run ended. */
export interface RunEnd {
  /** Undefined when the plan was not even begun. */
  readonly result: PlanResult | undefined
  /** What went wrong around the plan: its trace, the closing of the bench. */
  readonly errors: readonly unknown[]
  /** Why the run was stopped from outside, if it was. */
  readonly stop: StopReason | undefined
  /** How long the plan took, in ms. */
  readonly elapsed: number
}

/** One thing that went wrong, and where in the plan. */
export interface Failure {
  readonly error: unknown
  readonly place: Place | undefined
}

export interface Verdict {
  readonly outcome: PlanOutcome
  readonly tasks: readonly PlanTask[]
  /** The gravest first; what only says that the plan was stopped by a signal is not among them. */
  readonly failures: readonly Failure[]
  /** The error for programs: the gravest failure, or that the plan was stopped. */
  readonly error: unknown
  /** A predicate, to be read after the plan's name: `succeeded: 4 tasks in 7.01 s`. */
  readonly summary: string
  readonly exit: number
}

export function judge(end: RunEnd): Verdict {
  const { result, stop } = end
  const failures = failuresOf(end)
  const cancelled = result?.outcome === 'cancelled' && stop !== undefined && stop.kind !== 'crash'
  const signal = cancelled && stop.kind === 'signal' ? stop.signal : undefined
  const outcome = cancelled ? 'cancelled' : failures.length > 0 ? 'failed' : 'succeeded'
  const isOver = cancelled && stop.kind === 'time'
  // That its time is over is what was asked for.
  const error = failures[0]?.error ?? (isOver ? undefined : result?.error)
  return {
    outcome,
    tasks: result?.tasks ?? [],
    failures,
    error,
    summary: summaryOf(end, cancelled ? `was stopped by ${describe(stop)}` : outcome),
    exit: exitOfRun(error, signal),
  }
}

/** Not safe goes before everything else; a signal before what went wrong while it was obeyed. */
function exitOfRun(error: unknown, signal: StopSignal | undefined): number {
  if (isPiWorkerError(error, 'ERR_NOT_SAFE')) return exit.notSafe
  if (signal !== undefined) return signalExit[signal]
  return error === undefined ? exit.succeeded : exitOf(error)
}

function summaryOf({ result, elapsed }: RunEnd, verb: string): string {
  const { taskCount = 0, rows = 0, passedOver = 0, overruns = 0, missed = 0 } = result ?? {}
  const many = (count: number, one: string, verb = ''): string => `${count} ${one}${count === 1 ? '' : 's'}${verb}`
  const besides = [
    [passedOver, many(passedOver, 'step', ' failed and the plan went on')],
    [overruns, many(overruns, 'round', ' started late')],
    [missed, many(missed, 'time', ' of cron passed without a round')],
  ] as const
  const told = besides.flatMap(([count, text]) => (count === 0 ? [] : [`; ${text}`])).join('')
  const recorded = rows === 0 ? '' : ` and ${many(rows, 'row')}`
  return `${verb}: ${many(taskCount, 'task')}${recorded} in ${formatMs(elapsed)}${told}`
}

function failuresOf({ result, errors, stop }: RunEnd): Failure[] {
  const failures: Failure[] = []
  const add = (error: unknown, place?: Place): void => {
    // One fault is met again and again: by the task, when the plan is stopped, and when the bench is closed.
    const text = messageOf(error)
    if (error !== undefined && !failures.some(failure => messageOf(failure.error) === text)) {
      failures.push({ error, place })
    }
  }
  if (result?.outcome === 'failed') add(result.error, result.failedStep?.place)
  if (stop?.kind === 'crash') add(stop.error)
  // A task may have left its peripheral unsafe while another one failed first; later attempts may have gone well.
  add(result?.tasks.find(task => isPiWorkerError(task.error, 'ERR_NOT_SAFE'))?.error)
  add(result?.notSafe)
  add(result?.cleanup)
  for (const error of errors) add(error)
  return failures.sort((a, b) => gravity(b.error) - gravity(a.error))
}

function gravity(error: unknown): number {
  return isPiWorkerError(error, 'ERR_NOT_SAFE') ? 1 : 0
}
