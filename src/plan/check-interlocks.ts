/** The check of what a plan file says of limits and interlocks between its peripherals. */

import { check } from '../bench/check.js'
import type { AnyDefinition } from '../bench/definition.js'
import { type InterlockSpec, Interlocks, rulesOf } from '../bench/guards/interlocks.js'
import type { CheckedBench } from './check-bench.js'
import type { ProblemList } from './problem-list.js'

/** The interlocks of a file, ready for `openBench`; none where they are wrong, which is said. */
export function checkInterlocks(
  written: unknown,
  { definitions, configs }: CheckedBench,
  problems: ProblemList,
): readonly InterlockSpec[] {
  const checked = check(Interlocks, written ?? [])
  if (checked.problems !== undefined) {
    problems.addAll(checked.problems, ['interlocks'], ['interlocks'])
    return []
  }
  // A name may be of a peripheral that is wrong itself, which is said already.
  if (configs.size < definitions.size) return checked.value
  const claimants = [...configs].map(([name, config]) => ({
    name,
    definition: definitions.get(name) as AnyDefinition,
    config,
  }))
  for (const { path, at, ...finding } of rulesOf(claimants, checked.value).problems) {
    problems.add(path, at, () => finding)
  }
  return checked.value
}
