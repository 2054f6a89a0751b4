/** Runs a checked plan on an open bench. */

import type {
  PlanBench,
  PlanEvent,
  PlanOutcome,
  PlanResult,
  PlanRunOptions,
  ResumeFrom,
  Runnable,
  RunningPlan,
} from './plan-bench.js'
import { PlanRun } from './running/plan-run.js'

export type { PlanBench, PlanEvent, PlanOutcome, PlanResult, PlanRunOptions, ResumeFrom, Runnable, RunningPlan }

/** Runs every step of `plan` on `bench`. Never rejects: what went wrong is in the result. */
export async function runPlan(bench: PlanBench, plan: Runnable, options: PlanRunOptions = {}): Promise<PlanResult> {
  return await startPlan(bench, plan, options).result
}

/** The same, for those who want to pause it. */
export function startPlan(bench: PlanBench, plan: Runnable, options: PlanRunOptions = {}): RunningPlan {
  return new PlanRun(bench, plan, options)
}
