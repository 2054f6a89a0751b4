/** Which peripheral has which lines: no line belongs to two. Pure. */

import { formatLine } from '../../drivers/lines.js'
import { PiWorkerError } from '../errors.js'
import { linesOf } from './check.js'
import type { AnyDefinition } from './definition.js'
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

/** One line that is named twice. */
export interface Conflict {
  /** BCM number, or a line's own name. */
  readonly line: number | string
  readonly first: Claim
  readonly second: Claim
}

/** Every line that is named more than once, each second naming with the first. */
export function findConflicts(claimants: Iterable<Claimant>): Conflict[] {
  const taken = new Map<number | string, Claim>()
  const conflicts: Conflict[] = []
  for (const { name, definition, config } of claimants) {
    for (const { line, path } of linesOf(definition.config, config)) {
      const claim = { peripheral: name, path }
      const first = taken.get(line)
      if (first === undefined) taken.set(line, claim)
      else conflicts.push({ line, first, second: claim })
    }
  }
  return conflicts
}

/** `pump.line and heater.line both want GPIO17`. */
export function describeConflict({ line, first, second }: Conflict): string {
  const at = ({ peripheral, path }: Claim): string => formatPath([peripheral, ...path])
  return `${at(first)} and ${at(second)} both want ${typeof line === 'number' ? formatLine(line) : `the line ${line}`}`
}

/** @throws ERR_LINE_CLAIMED */
export function checkClaims(claimants: Iterable<Claimant>): void {
  const conflict = findConflicts(claimants)[0]
  if (conflict === undefined) return
  throw new PiWorkerError('ERR_LINE_CLAIMED', describeConflict(conflict), {
    place: conflict.second.peripheral,
    details: { line: conflict.line, peripherals: [conflict.first.peripheral, conflict.second.peripheral] },
  })
}
