/** Checks a plan file from its first line to its last, and makes it into a plan that can be run. Opens nothing. */

import { basename, extname } from 'node:path'
import { check } from '../bench/check.js'
import type { Definitions, PeripheralSpec } from '../bench/definition.js'
import type { InterlockSpec } from '../bench/guards/interlocks.js'
import { getOwn } from '../bench/plain-data.js'
import { isNode } from '../bench/schema.js'
import type { StopLineConfig } from '../bench/stop/stop-line.js'
import { peripherals } from '../peripherals/index.js'
import { type CheckedBench, checkBench, checkSimulate } from './check-bench.js'
import { checkInterlocks } from './check-interlocks.js'
import { StepCheck } from './check-steps.js'
import { checkStop } from './check-stop.js'
import type { Plan } from './plan.js'
import { ProblemList } from './problem-list.js'
import { PLAN_FILE } from './schema.js'
import type { PlanSource } from './source.js'
import { withoutBlocks } from './step-kinds.js'

/** A plan whose peripherals and simulation are ready for `openBench`. */
export type CheckedPlan = Plan<Readonly<Record<string, PeripheralSpec>>, Readonly<Record<string, unknown>>> & {
  /** What must never be on together, ready for `openBench`. */
  readonly interlocks: readonly InterlockSpec[]
  /** The stop line, if there is one, ready for `openBench`. */
  readonly stop?: StopLineConfig | undefined
}

const TOP_LEVEL = withoutBlocks(PLAN_FILE)
const NO_BENCH: CheckedBench = { definitions: new Map(), configs: new Map(), specs: {} }

export interface CheckOptions {
  /**
   * Whether the files that `simulate` names must be there. Default: yes; on real lines nobody reads them.
   */
  readonly files?: boolean | undefined
}

/**
 * The plan that a file holds. Everything that is wrong is found at once, each with its line and column.
 * @param definitions the types of peripherals that a file may name; the built-in ones when left out
 * @throws one error for all problems, with the code of the first: ERR_PLAN_KEY, ERR_PLAN_VALUE, ERR_BAD_DURATION,
 *   ERR_BAD_NAME, ERR_UNKNOWN_TYPE, ERR_UNKNOWN_LINE, ERR_UNKNOWN_PERIPHERAL, ERR_UNKNOWN_ACTION, ERR_LINE_CLAIMED, ERR_FILE
 */
export function checkPlan(
  source: PlanSource,
  definitions: Definitions = peripherals,
  { files = true }: CheckOptions = {},
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
  const checker = new StepCheck(source, bench, problems)
  const steps = part('plan') === undefined ? [] : checker.steps(part('plan'), ['plan'])
  const simulated = new Map([...bench.definitions, ...checkedStop.definitions])
  const simulate = checkSimulate(part('simulate'), simulated, { plan: source.file, files }, problems)
  problems.throwIfAny()
  return { name: name as string, bench: bench.specs, interlocks, ...(stop !== undefined && { stop }), simulate, steps }
}

/** The keys of a file without what stands under them, which has checks of its own; but for the name. */
function topOf(value: unknown): unknown {
  if (!isNode(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, key === 'name' ? item : null]))
}
