/** Which peripheral has which lines and addresses: none belongs to two. Pure. */

import { formatLine } from '../../drivers/lines.js'
import { PiWorkerError } from '../errors.js'
import { type BusLine, busLines } from './bus-lines.js'
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
  /** The line is not named there, but needed by the bus that is. */
  readonly of?: BusLine
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
    for (const { what, claim } of claimsOf(claimant)) {
      const first = taken.get(what)
      if (first === undefined) taken.set(what, claim)
      else if (
        !isShared(first, claim) &&
        !conflicts.some(known => known.what === what && isShared(known.second, claim))
      ) {
        conflicts.push({ what, first, second: claim })
      }
    }
  }
  return conflicts
}

/** Two devices on one bus have its lines together; a third party is told of one of them. */
function isShared({ of }: Claim, other: Claim): boolean {
  return of !== undefined && of.bus === other.of?.bus
}

function claimsOf({ name: peripheral, definition, config }: Claimant): { what: string; claim: Claim }[] {
  const lines = linesOf(definition.config, config).map(({ line, path }) => {
    return { what: typeof line === 'number' ? formatLine(line) : `the line ${line}`, claim: { peripheral, path } }
  })
  const occupies = definition.occupies as ((config: unknown) => readonly Occupied[]) | undefined
  const others = (occupies?.(config) ?? []).flatMap(({ what, path }) => [
    { what, claim: { peripheral, path } },
    ...busLines(what).map(of => ({ what: formatLine(of.line), claim: { peripheral, path, of } })),
  ])
  return [...lines, ...others]
}

/** `pump.line and heater.line both want GPIO17`; `air.address (SDA1 of i2c-1) and lamp.line both want GPIO2`. */
export function describeConflict({ what, first, second }: Conflict): string {
  const at = (claim: Claim): string =>
    claim.of === undefined ? placeOf(claim) : `${placeOf(claim)} (${claim.of.use} of ${claim.of.bus})`
  return `${at(first)} and ${at(second)} both want ${what}`
}

/** What to do about it, when one side is a bus, which cannot have other lines. */
export function remedyOf({ first, second }: Conflict): string | undefined {
  const [bus, other] = first.of === undefined ? [second.of, first] : [first.of, second]
  if (bus === undefined) return undefined
  const lines = busLines(bus.bus).map(({ line }) => line)
  const named = [...new Set([...lines, bus.line])].sort((a, b) => a - b).map(line => formatLine(line))
  const last = named.pop()
  return `Use another line for ${placeOf(other)}: ${bus.bus} needs ${named.join(', ')} and ${last}.`
}

function placeOf({ peripheral, path }: Claim): string {
  return formatPath([peripheral, ...path])
}

/** @throws ERR_LINE_CLAIMED */
export function checkClaims(claimants: Iterable<Claimant>): void {
  const conflict = findConflicts(claimants)[0]
  if (conflict === undefined) return
  throw new PiWorkerError('ERR_LINE_CLAIMED', describeConflict(conflict), {
    place: conflict.second.peripheral,
    remedy: remedyOf(conflict),
    details: { what: conflict.what, peripherals: [conflict.first.peripheral, conflict.second.peripheral] },
  })
}
