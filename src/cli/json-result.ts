/** The one JSON object that `run --json` prints, written piece by piece: a long plan has many tasks. */

import type { Place } from '../plan/place.js'
import type { PlanTask } from '../plan/plan-task.js'
import type { PlanOutcome } from '../plan/run.js'
import { errorJson } from './error-block.js'
import { type FaultReport, faultJson } from './fault-counts.js'
import type { Output } from './io.js'

/** Tasks a write. */
const BATCH = 500

export interface JsonResult {
  readonly name: string | null
  readonly outcome: PlanOutcome
  readonly tasks: readonly PlanTask[]
  /** How many there were: of many tasks not all are listed. Left out when nothing ran. */
  readonly counts?: { readonly tasks: number; readonly rows: number } | undefined
  /** The folder of the record; null when there is none. */
  readonly record?: string | null
  /** What the simulation had of faults. */
  readonly faults?: readonly FaultReport[]
  readonly error?: unknown
  readonly place?: Place | undefined
}

export async function writeJsonResult(out: Output, result: JsonResult): Promise<void> {
  const { name, outcome, tasks, counts, record = null, faults = [], error, place } = result
  out.write(`{"name":${JSON.stringify(name)},"outcome":"${outcome}","tasks":[`)
  for (let from = 0; from < tasks.length; from += BATCH) {
    const batch = tasks.slice(from, from + BATCH).map(task => JSON.stringify(task))
    out.write((from === 0 ? '' : ',') + batch.join(','))
    await out.drained()
  }
  out.write(']')
  if (counts !== undefined) out.write(`,"counts":${JSON.stringify(counts)},"record":${JSON.stringify(record)}`)
  if (faults.length > 0) out.write(`,"faults":${JSON.stringify(faults.map(faultJson))}`)
  if (error !== undefined) out.write(`,"error":${JSON.stringify(errorJson(error, place))}`)
  out.write('}\n')
}
