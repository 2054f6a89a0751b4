/** Which peripheral has which lines and addresses: none belongs to two. Pure. */

import { formatLine } from '../../drivers/lines.js'
import { PiWorkerError } from '../errors.js'
import { linesOf } from './check.js'
import type { AnyDefinition, Occupied } from './definition.js'
import type { Path } from './plain-data.js'
import { formatPath } from './problems.js'

/** A peripheral whose configuration has been checked. */
export interface Claimant {
  readonly name: string
  readonly definition: AnyDefinition
  readonly config: unknown
}

/** A line where one configuration names it. */
export interface Claim {
  readonly peripheral: string
  readonly path: Path
}

/** One line, or another thing that only one can have, that is named twice. */
export interface Conflict {
  /** As a person would name it: `GPIO17`, `the line PUMP`, `i2c-1 0x76`. */
  readonly what: string
  readonly first: Claim
  readonly second: Claim
}

/** Everything that is named more than once, each second naming with the first. */
export function findConflicts(claimants: Iterable<Claimant>): Conflict[] {
  const taken = new Map<string, Claim>()
  const conflicts: Conflict[] = []
  for (const claimant of claimants) {
    for (const { what, path } of occupiedBy(claimant)) {
      const claim = { peripheral: claimant.name, path }
      const first = taken.get(what)
      if (first === undefined) taken.set(what, claim)
      else conflicts.push({ what, first, second: claim })
    }
  }
  return conflicts
}

function occupiedBy({ definition, config }: Claimant): Occupied[] {
  const lines = linesOf(definition.config, config).map(({ line, path }) => {
    return { what: typeof line === 'number' ? formatLine(line) : `the line ${line}`, path }
  })
  const occupies = definition.occupies as ((config: unknown) => readonly Occupied[]) | undefined
  return [...lines, ...(occupies?.(config) ?? [])]
}

/** `pump.line and heater.line both want GPIO17`. */
export function describeConflict({ what, first, second }: Conflict): string {
  const at = ({ peripheral, path }: Claim): string => formatPath([peripheral, ...path])
  return `${at(first)} and ${at(second)} both want ${what}`
}

/** @throws ERR_LINE_CLAIMED */
export function checkClaims(claimants: Iterable<Claimant>): void {
  const conflict = findConflicts(claimants)[0]
  if (conflict === undefined) return
  throw new PiWorkerError('ERR_LINE_CLAIMED', describeConflict(conflict), {
    place: conflict.second.peripheral,
    details: { what: conflict.what, peripherals: [conflict.first.peripheral, conflict.second.peripheral] },
  })
}
