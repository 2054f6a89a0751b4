/** What the lines of a peripheral are called, in traces and in interlocks. Pure. */

import { linesOf } from './check.js'
import type { Claimant } from './claims.js'
import { formatPath } from './problems.js'

/** A line of a peripheral; while no board is open, its own name may stand for its number. */
export interface NamedLine {
  readonly line: number | string
  /** The peripheral's own name when it has but one line: `pump`, `motor.forward`. */
  readonly name: string
}

/** One for each line, in the order of the configuration. */
export function namedLines({ name, definition, config }: Claimant): NamedLine[] {
  const uses = linesOf(definition.config, config)
  return uses.map(({ line, path }) => ({ line, name: uses.length === 1 ? name : formatPath([name, ...path]) }))
}
