/** Where a run that was interrupted goes on: what its record says of its last row. */

import { dirname, resolve } from 'node:path'
import { PiWorkerError } from '../errors.js'
import type { CheckedPlan } from '../plan/check.js'
import type { ResumeFrom } from '../plan/plan-bench.js'
import { resumesOf } from '../plan/resume.js'
import { chainOf } from '../records/run/chain.js'
import type { RecordedRow } from '../records/run/format.js'
import { type RecordedRun, readRun } from '../records/run/read-run.js'
import { runsFolder } from '../records/run/record-folder.js'
import { findRun, listRuns, outcomeOf } from '../records/run/runs.js'
import { oneLine } from './format.js'
import type { Session } from './program.js'
import type { RunFlags } from './run-flags.js'

/** The run that this one goes on with. */
export interface Resumption {
  readonly id: string
  /** Undefined when it had recorded nothing: then all of it is done again. */
  readonly from: ResumeFrom | undefined
}

/**
 * The run that is to go on; undefined when none is.
 * @param text Of the plan, now.
 * @throws ERR_NOT_RESUMABLE, ERR_UNKNOWN_RUN, ERR_RUN_FOLDER, ERR_RUN_VERSION
 */
export async function interruptedRun({ io }: Session, flags: RunFlags, text: string): Promise<RecordedRun | undefined> {
  if (flags.resume === undefined) return undefined
  const run = await readRun(await findRun(runsFolder(io.env, flags.runs) ?? 'runs', flags.resume))
  refuse(run, text)
  const folder = dirname(resolve(run.folder))
  const later = (await listRuns(folder)).find(({ json }) => json?.resumes === run.json.id)
  if (later === undefined) return run
  throw refusal(run, `${later.id} went on with it`, `Resume that one: --resume ${later.id}.`)
}

/** The parameters that it was started with, as they would be typed. */
export function paramsOf({ json: { params } }: RecordedRun): Record<string, string> {
  return Object.fromEntries(
    params.filter(({ from }) => from === 'option').map(({ name, value }) => [name, String(value)]),
  )
}

/**
 * Where it goes on.
 * @param plan Checked with the parameters of that run.
 * @throws ERR_NOT_RESUMABLE
 */
export async function resumptionOf(
  { err }: Session,
  run: RecordedRun | undefined,
  plan: CheckedPlan,
): Promise<Resumption | undefined> {
  if (run === undefined) return undefined
  refuseIncluded(run, plan)
  const { id } = run.json
  const { last, rows } = await recordedBefore(run)
  if (last === undefined) {
    err.write(`resume: ${oneLine(id)} had recorded nothing; all of it is done again\n`)
    return { id, from: undefined }
  }
  const { position, changed, stream, values, wall } = last
  const from = { position, changed, row: { stream, values, wall }, rows }
  // Refused now, while nothing has moved, if the plan may not go on there.
  resumesOf(plan, from)
  const told = Object.entries(rows).map(([stream, count]) => `${count} of ${oneLine(stream)}`)
  err.write(
    `resume: goes on with ${oneLine(id)} after its last row (${told.join(', ')}); what it began after that may be done twice\n`,
  )
  return { id, from }
}

interface Recorded {
  readonly last: RecordedRow | undefined
  /** The number of the last row of each stream. */
  readonly rows: Readonly<Record<string, number>>
}

/** What a run recorded, and what those had that it went on with: the last row is that of the latest that has one. */
async function recordedBefore(run: RecordedRun): Promise<Recorded> {
  let last: RecordedRow | undefined
  let rows: Record<string, number> = {}
  const { runs, missing } = await chainOf(run)
  for (const each of runs) {
    const own: Record<string, number> = {}
    let ownLast: RecordedRow | undefined
    for await (const batch of each.rowBatches()) {
      for (const row of batch) own[row.stream] = row.seq
      ownLast = batch.at(-1)
    }
    last ??= ownLast
    rows = { ...own, ...rows }
  }
  if (last === undefined && missing !== undefined) {
    const why = `it had recorded nothing, and ${missing.id}, with which it went on, is not there`
    throw refusal(run, why, 'Run the plan from its beginning.')
  }
  return { last, rows }
}

/** @throws ERR_NOT_RESUMABLE */
function refuse(run: RecordedRun, text: string): void {
  const { json } = run
  const outcome = outcomeOf(json)
  if (outcome === 'running') {
    throw refusal(run, 'it is running', 'Wait until it has ended, or stop it: pi-worker stop.')
  }
  if (outcome === 'succeeded') throw refusal(run, 'it came to its end', 'Run the plan from its beginning.')
  if (json.rehearsal) throw refusal(run, 'it was a rehearsal', 'Run the plan from its beginning.')
  if (json.plan.text !== text) throw refusal(run, 'the plan is another one now', asItWas(run))
}

/** @throws ERR_NOT_RESUMABLE */
function refuseIncluded(run: RecordedRun, { included }: CheckedPlan): void {
  const before = new Map(run.json.plan.included?.map(one => [one.file, one.text]))
  const other = included.find(one => before.has(one.file) && before.get(one.file) !== one.text)
  if (other !== undefined) throw refusal(run, `the file ${oneLine(other.file)} is another one now`, asItWas(run))
}

function asItWas({ folder }: RecordedRun): string {
  return `Run it with the plan as it was: see plan in ${folder}/run.json.`
}

function refusal({ json, folder }: RecordedRun, why: string, remedy: string): PiWorkerError {
  return new PiWorkerError('ERR_NOT_RESUMABLE', `the run ${json.id} cannot be resumed: ${why}`, {
    place: folder,
    remedy,
  })
}
