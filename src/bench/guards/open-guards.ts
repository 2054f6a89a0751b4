/** From the rules of a bench to the guards that keep them. */

import { PiWorkerError } from '../../errors.js'
import type { Worker } from '../../worker/worker.js'
import { check } from '../check.js'
import type { Claimant } from '../claims.js'
import type { LineSource } from '../lease.js'
import { problemError } from '../peripheral-errors.js'
import { formatPath } from '../problems.js'
import { Guards } from './guards.js'
import { type InterlockSpec, Interlocks, type Rules, rulesOf } from './interlocks.js'

/**
 * Looks for what is wrong with the rules, before anything is opened.
 * @throws ERR_BAD_CONFIG, ERR_UNKNOWN_PERIPHERAL
 */
export function checkRules(
  claimants: readonly Claimant[],
  interlocks: readonly InterlockSpec[],
): readonly InterlockSpec[] {
  const checked = check(Interlocks, interlocks)
  if (checked.problems !== undefined) throw problemError('ERR_BAD_CONFIG', 'interlocks', checked.problems)
  const [problem] = rulesOf(claimants, checked.value).problems
  if (problem === undefined) return checked.value
  const { path, message, remedy } = problem
  const code = problem.code === 'ERR_PLAN_VALUE' ? 'ERR_BAD_CONFIG' : problem.code
  const place = formatPath(path[0] === 'bench' ? path.slice(1) : path)
  throw new PiWorkerError(code, message, { place, remedy })
}

/**
 * What the lines are requested from: the source itself when there is no rule.
 * @param claimants With the numbers of their lines; their rules have been checked.
 */
export function guardedSource(
  claimants: readonly Claimant[],
  interlocks: readonly InterlockSpec[],
  source: LineSource,
  worker: Worker,
): LineSource {
  const rules = rulesOf(claimants, interlocks) as Rules<number>
  return rules.lines.length === 0 ? source : new Guards(rules, source, worker).source
}
