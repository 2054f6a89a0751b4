/** Checks a plan file from its first line to its last, and makes it into a plan that can be run. Opens nothing. */

import { basename, extname, resolve } from 'node:path'
import { check } from '../bench/check.js'
import type { Definitions, PeripheralSpec } from '../bench/definition.js'
import type { InterlockSpec } from '../bench/guards/interlocks.js'
import { getOwn } from '../bench/plain-data.js'
import { isNode } from '../bench/schema.js'
import type { StopLineConfig } from '../bench/stop/stop-line.js'
import { peripherals } from '../peripherals/index.js'
import { type CheckedBench, checkBench, checkSimulate } from './check-bench.js'
import { faultWarnings } from './check-faults.js'
import { changedIn } from './check-include.js'
import { checkInterlocks } from './check-interlocks.js'
import { StepCheck } from './check-steps.js'
import { checkStop } from './check-stop.js'
import type { Value, Variable } from './expressions/value.js'
import { checkParams, givenParams, type Param } from './params.js'
import type { Plan, Step } from './plan.js'
import { PlanContext, type PlanPrompt, type PlanText, type PlanWarning } from './plan-context.js'
import { ProblemList } from './problem-list.js'
import { nestOf } from './resume.js'
import type { ParamValue, Stream } from './rows.js'
import { PLAN_FILE } from './schema.js'
import { namedActions, type Scope } from './scope.js'
import type { PlanSource } from './source.js'
import { withoutBlocks } from './steps/kind.js'

/** A plan whose peripherals and simulation are ready for `openBench`. */
export type CheckedPlan = Plan<Readonly<Record<string, PeripheralSpec>>, Readonly<Record<string, unknown>>> & {
  /** What must never be on together, ready for `openBench`. */
  readonly interlocks: readonly InterlockSpec[]
  /** The stop line, if there is one, ready for `openBench`. */
  readonly stop?: StopLineConfig | undefined
  /** As the run has them: the plan's own values, and those that were given. */
  readonly params: readonly ParamValue[]
  /** What the slots of parameters, axes and rounds hold at the beginning. */
  readonly slots: readonly Value[]
  /** The files that it includes, each once. */
  readonly included: readonly PlanText[]
  /** Of all rows that it records, in the order in which they are written. */
  readonly streams: readonly Stream[]
  /** What it may ask. */
  readonly prompts: readonly PlanPrompt[]
  /** What is no mistake, and probably not what was meant. */
  readonly warnings: readonly PlanWarning[]
  readonly resumable: boolean
}

const TOP_LEVEL = withoutBlocks(PLAN_FILE)
const NO_BENCH: CheckedBench = { definitions: new Map(), configs: new Map(), specs: {} }

export interface CheckOptions {
  /**
   * Whether the files that `simulate` names must be there. Default: yes; on real lines nobody reads them.
   */
  readonly files?: boolean | undefined
  /** What parameters are to be, as it was typed. */
  readonly params?: Readonly<Record<string, string>> | undefined
}

/**
 * The plan that a file holds. Everything that is wrong is found at once, each with its line and column. Files that it
 * includes are read.
 * @param definitions the types of peripherals that a file may name; the built-in ones when left out
 * @throws one error for all problems, with the code of the first: ERR_PLAN_KEY, ERR_PLAN_VALUE, ERR_BAD_DURATION,
 *   ERR_BAD_NAME, ERR_UNKNOWN_TYPE, ERR_UNKNOWN_LINE, ERR_UNKNOWN_PERIPHERAL, ERR_UNKNOWN_ACTION, ERR_LINE_CLAIMED,
 *   ERR_EXPRESSION, ERR_PARAM, ERR_INCLUDE, ERR_FILE; ERR_PARAM for what is wrong with the given parameters
 */
export function checkPlan(
  source: PlanSource,
  definitions: Definitions = peripherals,
  { files = true, params: given = {} }: CheckOptions = {},
): CheckedPlan {
  const problems = new ProblemList(source)
  const part = (key: string): unknown => (isNode(source.value) ? getOwn(source.value, key) : undefined)
  const name = part('name') ?? basename(source.file, extname(source.file))
  for (const problem of check(TOP_LEVEL, topOf(source.value)).problems ?? []) {
    problems.addAll([problem], [], problem.path.length === 0 ? ['the file'] : [])
  }
  const { stop, ...checkedStop } = checkStop(part('stop'), problems)
  const bench =
    part('bench') === undefined
      ? NO_BENCH
      : checkBench(source, part('bench'), definitions, problems, checkedStop.claimants)
  const interlocks = checkInterlocks(part('interlocks'), bench, problems)
  const context = new PlanContext(bench)
  const declared = checkParams(part('params'), problems, context.newSlot, key => bench.definitions.has(key))
  const params = takeParams(declared, given, context)
  const resumable = part('resumable') === true
  const checker = new StepCheck({
    context,
    source,
    problems,
    chain: [resolve(source.file)],
    done: namedActions(part('plan')),
  })
  const scope = scopeOf(declared, params, changedIn(source, part('plan')))
  const steps = part('plan') === undefined ? [] : checker.steps(part('plan'), ['plan'], scope)
  context.end()
  const simulated = new Map([...bench.definitions, ...checkedStop.definitions])
  const simulate = checkSimulate(part('simulate'), simulated, { plan: source.file, files }, problems)
  if (resumable && problems.length === 0) checkResumable(steps, problems)
  problems.throwIfAny()
  return {
    name: name as string,
    bench: bench.specs,
    interlocks,
    ...(stop !== undefined && { stop }),
    simulate,
    steps,
    // Only now is said what is wrong with them: what is wrong with the file comes first.
    params: params ?? givenParams(declared, given),
    slots: context.slots,
    included: [...context.included.values()],
    streams: [...context.streams.values()].map(({ stream }) => stream),
    prompts: context.prompts,
    warnings: [...context.warnings, ...faultWarnings(source, bench, simulate)],
    resumable,
  }
}

/** The streams of the rows that a plan records, with their columns. */
export function streamsOf({ streams }: Pick<CheckedPlan, 'streams'>): readonly Stream[] {
  return streams
}

/** Puts the parameters into their slots; undefined when those that were given are wrong. */
function takeParams(
  declared: ReadonlyMap<string, Param>,
  given: Readonly<Record<string, string>>,
  { slots }: PlanContext,
): readonly ParamValue[] | undefined {
  let params: readonly ParamValue[]
  try {
    params = givenParams(declared, given)
  } catch {
    return undefined
  }
  for (const { name, value } of params) slots[(declared.get(name) as Param).slot] = value
  return params
}

function scopeOf(
  declared: ReadonlyMap<string, Param>,
  values: readonly ParamValue[] | undefined,
  changed: ReadonlySet<string>,
): Scope {
  const variables = new Map<string, Variable>()
  const params = new Map<string, Param>()
  for (const [name, param] of declared) {
    const { slot, type, unit, description } = param
    const value = values?.find(other => other.name === name)
    const samples = changed.has(name) ? [] : [value?.value ?? param.default]
    variables.set(name, { name, kind: 'param', slot, type, unit, description, samples })
    params.set(name, { ...param, given: value?.from === 'option' })
  }
  return { variables, params, axes: [], inLoop: false, certain: true, group: undefined }
}

function checkResumable(steps: readonly Step[], problems: ProblemList): void {
  const nest = nestOf(steps)
  if (!('fault' in nest)) return
  const at = nest.place === undefined ? '' : ` (line ${nest.place.line})`
  problems.add(['resumable'], 'value', () => ({
    code: 'ERR_PLAN_VALUE',
    message: `the plan cannot be resumed: ${nest.fault}${at}`,
    remedy: nest.remedy ?? 'Put all records into one loop, outside of parallel, or leave out resumable.',
  }))
}

/** The keys of a file without what stands under them, which has checks of its own; but for the name. */
function topOf(value: unknown): unknown {
  if (!isNode(value)) return value
  const own = ['name', 'resumable']
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, own.includes(key) ? item : null]))
}
