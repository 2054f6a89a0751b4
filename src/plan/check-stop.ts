/** The check of what a plan file says of its stop line. */

import { checkConfig } from '../bench/check.js'
import type { Claimant } from '../bench/claims.js'
import type { AnyDefinition } from '../bench/definition.js'
import { isNode } from '../bench/schema.js'
import { STOP_LINE_NAME, type StopLineConfig, stopLine } from '../bench/stop/stop-line.js'
import type { ProblemList } from './problem-list.js'

/** The stop line of a file, if it has one, as far as it is right. */
export interface CheckedStop {
  /** As it is written, ready for `openBench`. */
  readonly stop: StopLineConfig | undefined
  /** It wants its line like a peripheral. */
  readonly claimants: readonly Claimant[]
  /** What `simulate` may speak of besides the peripherals. */
  readonly definitions: readonly (readonly [string, AnyDefinition])[]
}

const NONE: CheckedStop = { stop: undefined, claimants: [], definitions: [] }

export function checkStop(written: unknown, problems: ProblemList): CheckedStop {
  const name = STOP_LINE_NAME
  if (written === undefined) return NONE
  if (!isNode(written)) {
    problems.add([name], 'value', () => ({
      code: 'ERR_PLAN_VALUE',
      message: 'stop must be an object with a line',
      remedy: 'Write stop: { line: GPIO5 }.',
    }))
    return NONE
  }
  const checked = checkConfig(stopLine, written)
  const definitions = [[name, stopLine]] as const
  if (checked.problems === undefined) {
    const claimants = [{ name, definition: stopLine, config: checked.value }]
    return { stop: written as unknown as StopLineConfig, claimants, definitions }
  }
  problems.addAll(checked.problems, [name], [name])
  return { ...NONE, definitions }
}
