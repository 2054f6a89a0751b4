/** Whether the faults of a simulation struck: a fault that never did has tested nothing. */

import type { Board } from '../../drivers/driver.js'
import { getOwn } from '../bench/plain-data.js'
import { isNode } from '../bench/schema.js'

/** A fault that a plan has under `simulate`. */
export interface FaultReport {
  readonly peripheral: string
  /** Where in its list. */
  readonly index: number
  readonly kind: string
  /** As the configuration calls it, when the fault is not for all of them. */
  readonly line: string | null
  /** How often; one that lasts strikes once. */
  readonly struck: number
}

/** What a simulated board knows of the faults of one peripheral. */
interface Counted {
  readonly counts: readonly { readonly kind: string; readonly line: string | undefined; readonly struck: number }[]
}

/** The faults of a plan in its order, with what the board that it ran on has counted. */
export function faultReports(board: Board, simulate: Readonly<Record<string, unknown>>): FaultReport[] {
  return Object.entries(simulate).flatMap(([peripheral, said]) => {
    const faults = isNode(said) ? getOwn(said, 'faults') : undefined
    if (!Array.isArray(faults) || faults.length === 0) return []
    const counts = countedOn(board, peripheral)?.counts ?? []
    return counts.map(({ kind, line, struck }, index) => ({ peripheral, index, kind, line: line ?? null, struck }))
  })
}

/** `fault bounce of button: struck 3 times`, one a line. */
export function faultLines(reports: readonly FaultReport[]): string {
  return reports.map(report => `fault ${nameOf(report, reports)}: ${howOften(report.struck)}\n`).join('')
}

/** What programs are told. */
export function faultJson({ peripheral, kind, line, struck }: FaultReport): Omit<FaultReport, 'index'> {
  return { peripheral, kind, line, struck }
}

function nameOf({ peripheral, index, kind, line }: FaultReport, all: readonly FaultReport[]): string {
  const alike = all.filter(other => other.peripheral === peripheral && other.kind === kind && other.line === line)
  const which = alike.length > 1 ? ` (faults[${index}])` : line === null ? '' : ` (${line})`
  return `${kind} of ${peripheral}${which}`
}

function howOften(times: number): string {
  if (times === 0) return 'never struck'
  return times === 1 ? 'struck once' : `struck ${times} times`
}

/** Only the simulated board has parts; it keeps the faults of one beside it, under a name that no peripheral can have. */
function countedOn(board: Board, peripheral: string): Counted | undefined {
  if (!('part' in board) || typeof board.part !== 'function') return undefined
  return board.part(`${peripheral} faults`) as Counted | undefined
}
