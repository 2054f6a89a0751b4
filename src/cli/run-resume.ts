/** Where a run that was interrupted goes on: what its record says of its last row. */

import { PiWorkerError } from '../errors.js'
import type { CheckedPlan } from '../plan/check.js'
import type { ResumeFrom } from '../plan/plan-bench.js'
import { firstRounds } from '../plan/resume.js'
import { type RecordedRun, readRun } from '../records/run/read-run.js'
import { runsFolder } from '../records/run/record-folder.js'
import { findRun, outcomeOf } from '../records/run/runs.js'
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
 * Undefined when nothing is to be resumed.
 * @param text Of the plan, now.
 * @throws ERR_NOT_RESUMABLE, ERR_UNKNOWN_RUN, ERR_RUN_FOLDER, ERR_RUN_VERSION
 */
export async function resumptionOf(
  { io, err }: Session,
  flags: RunFlags,
  plan: CheckedPlan,
  text: string,
): Promise<Resumption | undefined> {
  if (flags.resume === undefined) return undefined
  const run = await readRun(await findRun(runsFolder(io.env, flags.runs) ?? 'runs', flags.resume))
  refuse(run, text)
  const { id, params } = run.json
  let position: readonly number[] | undefined
  const rows: Record<string, number> = {}
  for await (const batch of run.rowBatches()) {
    for (const row of batch) rows[row.stream] = row.seq
    position = batch.at(-1)?.position
  }
  if (position === undefined) {
    err.write(`resume: ${oneLine(id)} had recorded nothing; all of it is done again\n`)
    return { id, from: undefined }
  }
  // Refused now, while nothing has moved, if the plan may not go on there.
  firstRounds(plan, position)
  const values = Object.fromEntries(params.map(({ name, value }) => [name, value]))
  const told = Object.entries(rows).map(([stream, count]) => `${count} of ${oneLine(stream)}`)
  err.write(`resume: goes on with ${oneLine(id)} after its last row (${told.join(', ')})\n`)
  return { id, from: { position, params: values, rows } }
}

/** @throws ERR_NOT_RESUMABLE */
function refuse({ json, folder }: RecordedRun, text: string): void {
  const no = (why: string, remedy: string): PiWorkerError =>
    new PiWorkerError('ERR_NOT_RESUMABLE', `the run ${json.id} cannot be resumed: ${why}`, { place: folder, remedy })
  const outcome = outcomeOf(json)
  if (outcome === 'running') throw no('it is running', 'Wait until it has ended, or stop it: pi-worker stop.')
  if (outcome === 'succeeded') throw no('it came to its end', 'Run the plan from its beginning.')
  if (json.rehearsal) throw no('it was a rehearsal', 'Run the plan from its beginning.')
  if (json.plan.text === text) return
  throw no('the plan is another one now', `Run it with the plan as it was: see plan.text in ${folder}/run.json.`)
}
