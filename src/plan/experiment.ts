/**
 * A plan as a function: the same run, with the same events, rows and result, of work that is written in TypeScript.
 *
 *     await runFunction(bench, { name: 'Titration', params: { dose: 5 } }, async run => {
 *       for await (const round of run.every('10s', { times: 6 })) {
 *         await run.bench.pump.pulse({ width: run.params.dose * 10 }).result()
 *         await run.record({ round, air: await run.bench.air.read().result() })
 *       }
 *     })
 */

import type { Bench } from '../bench/bench.js'
import { checkParams, givenParams } from './params.js'
import { makePlace } from './place.js'
import type { WorkStep } from './plan.js'
import type { PlanResult, PlanRunOptions, RunningPlan } from './plan-bench.js'
import { ProblemList } from './problem-list.js'
import type { ParamValue } from './rows.js'
import { startPlan } from './run.js'
import type { Frame } from './running/execution.js'
import { FunctionRun } from './running/function-run.js'
import type { Experiment, ExperimentParam, ParamsOf } from './running/function-types.js'
import type { PlanExecution } from './running/plan-execution.js'
import { PlanSource } from './source.js'

export type { Experiment, ExperimentParam, ParamsOf, Recordable } from './running/function-types.js'

export interface ExperimentOptions<P extends Readonly<Record<string, ExperimentParam>>>
  extends Omit<PlanRunOptions, 'resume'> {
  readonly name: string
  readonly params?: P | undefined
  /** What parameters are to be, as it was typed on a command line. */
  readonly given?: Readonly<Record<string, string>> | undefined
  /** Units of columns, by their names. Those of results of actions are known. */
  readonly units?: Readonly<Record<string, string>> | undefined
}

/** A run of a function, and its parameters. */
export interface RunningExperiment extends RunningPlan {
  readonly params: readonly ParamValue[]
}

/**
 * Runs a function as a plan. Never rejects: what went wrong, and what the function threw, is in the result.
 * @throws as `startFunction`, as a rejection
 */
export async function runFunction<B extends Bench, const P extends Readonly<Record<string, ExperimentParam>>>(
  bench: B,
  options: ExperimentOptions<P>,
  work: (run: Experiment<B, P>) => void | Promise<void>,
): Promise<PlanResult> {
  return await startFunction(bench, options, work).result
}

/**
 * The same, for those who want to pause it.
 * @throws ERR_PARAM, ERR_PLAN_VALUE, ERR_BAD_NAME for what is wrong with the parameters
 */
export function startFunction<B extends Bench, const P extends Readonly<Record<string, ExperimentParam>>>(
  bench: B,
  { name, params: declared, given = {}, units = {}, ...options }: ExperimentOptions<P>,
  work: (run: Experiment<B, P>) => void | Promise<void>,
): RunningExperiment {
  const params = experimentParams(name, declared ?? {}, given, bench.names)
  const values = Object.fromEntries(params.map(param => [param.name, param.value])) as ParamsOf<P>
  const step: WorkStep = {
    kind: 'work',
    place: makePlace(name, 1, 1, ''),
    work: async (execution: PlanExecution, frame: Frame) => {
      const run = new FunctionRun(bench, values, { execution, frame, units, place: step.place })
      await run.complete(() => work(run))
    },
  }
  const running = startPlan(bench, { name, steps: [step], params }, options)
  return Object.assign(running, { params })
}

/**
 * What the parameters of an experiment are.
 * @throws ERR_PARAM, ERR_PLAN_VALUE, ERR_BAD_NAME
 */
export function experimentParams(
  name: string,
  declared: Readonly<Record<string, ExperimentParam>>,
  given: Readonly<Record<string, string>>,
  peripherals: readonly string[],
): ParamValue[] {
  const problems = new ProblemList(new PlanSource(JSON.stringify({ params: declared }), name))
  let slots = 0
  const params = checkParams(
    declared,
    problems,
    () => slots++,
    other => peripherals.includes(other),
  )
  problems.throwIfAny()
  return givenParams(params, given)
}
