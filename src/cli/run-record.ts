/** The record that `run` and `rehearse` keep: where it is, what it says of the run, and how its end is told. */

import { join, relative } from 'node:path'
import { getOwn } from '../bench/plain-data.js'
import { isNode } from '../bench/schema.js'
import { messageOf } from '../errors.js'
import type { CheckedPlan } from '../plan/check.js'
import { formatPlace } from '../plan/place.js'
import type { PlanSource } from '../plan/source.js'
import type { RecordOptions } from '../records/record-trace.js'
import { RUN_FILES, type RunSync } from '../records/run/format.js'
import { gitOf, machineFacts } from '../records/run/provenance.js'
import { makeNamedFolder, makeRecordFolder, runsFolder } from '../records/run/record-folder.js'
import { RunRecorder } from '../records/run/recorder.js'
import { runError } from '../records/run/run-text.js'
import { markInterrupted } from '../records/run/runs.js'
import { type Clock, SystemClock } from '../worker/clock.js'
import { toPlain } from '../worker/plain.js'
import { oneLine } from './format.js'
import type { Session } from './program.js'
import type { RunFlags } from './run-flags.js'
import type { Resumption } from './run-resume.js'
import type { RunEnd, Verdict } from './verdict.js'

export interface RecordedRunFacts {
  readonly source: PlanSource
  readonly plan: CheckedPlan
  readonly flags: RunFlags
  readonly clock: Clock
  readonly seed: number | undefined
  readonly resumed: Resumption | undefined
}

/**
 * Makes the folder and writes down what is to be run; undefined when nothing is to be recorded.
 * @throws ERR_RUN_FOLDER
 */
export async function startRecord(session: Session, run: RecordedRunFacts): Promise<RunRecorder | undefined> {
  const { source, plan, flags, clock, seed, resumed } = run
  const runs = runsFolder(session.io.env, flags.runs)
  if (flags.record === false || (runs === undefined && flags.out === undefined)) return undefined
  const world = session.io.clock ?? new SystemClock()
  // Where this run's record is to stand, those of earlier ones may tell of an end that nobody wrote down.
  if (runs !== undefined && flags.out === undefined) await clock.hold(tellInterrupted(session, runs))
  const recordedAt = world.wall()
  const folder = await clock.hold(
    flags.out === undefined ? makeRecordFolder(runs as string, plan.name, recordedAt) : makeNamedFolder(flags.out),
  )
  return await RunRecorder.create({
    folder,
    clock,
    // While a row waits for room on the disk, virtual time stands still.
    ...(clock.kind === 'virtual' && { waitClock: new SystemClock() }),
    recordedAt,
    sync: syncOf(flags, clock),
    onDisk: message => session.err.write(`record: ${oneLine(message)}\n`),
    facts: {
      name: plan.name,
      plan: { file: source.file, text: source.text, ...(plan.included.length > 0 && { included: plan.included }) },
      bench: benchOf(source, plan),
      params: plan.params,
      ...machineFacts(),
      git: await clock.hold(gitOf(source.file, flags.out ?? runs)),
      seed: flags.driver === 'mock' ? (seed ?? 1) : null,
      rehearsal: flags.rehearsal === true,
      resumes: resumed?.id ?? null,
    },
  })
}

/** In virtual time nothing is lost by a power cut that could not be had again. */
function syncOf({ sync }: RunFlags, clock: Clock): RunSync {
  return sync ?? (clock.kind === 'virtual' ? 'off' : 'second')
}

/** What the plan file says of the bench, with everything that is told to the simulation. */
function benchOf(source: PlanSource, { bench, interlocks, stop, simulate }: CheckedPlan): unknown {
  const peripherals = Object.fromEntries(
    Object.entries(bench).map(([name, { definition, config }]) => {
      return [name, { type: definition.type, ...(toPlain(config) as object) }]
    }),
  )
  const more = {
    interlocks: (isNode(source.value) ? getOwn(source.value, 'interlocks') : undefined) ?? interlocks,
    stop,
    simulate,
  }
  return { peripherals, ...(toPlain(more) as object) }
}

async function tellInterrupted({ err }: Session, runs: string): Promise<void> {
  for (const id of await markInterrupted(runs)) {
    err.write(`record: the run ${oneLine(id)} was interrupted; what it recorded is there\n`)
  }
}

/** The traces that are to be kept: in the record, and where somebody asked for one. */
export function tracesOf(
  { trace }: RunFlags,
  recorder: RunRecorder | undefined,
): readonly Pick<RecordOptions, 'path' | 'sink'>[] {
  if (trace === false) return []
  const own = recorder === undefined ? [] : [{ path: join(recorder.folder, RUN_FILES.trace), sink: recorder.trace }]
  return trace === undefined ? own : [...own, { path: trace }]
}

/**
 * Ends the record with what the run came to.
 * @param giveUp A full disk is waited for until it aborts.
 * @returns why that could not be written, if it could not
 */
export async function endRecord(
  recorder: RunRecorder,
  { result }: RunEnd,
  { outcome, error, failures }: Verdict,
  giveUp: AbortSignal,
): Promise<unknown> {
  const place = failures[0]?.place
  try {
    await recorder.close({
      outcome,
      error: runError(error, place === undefined ? null : formatPlace(place)),
      overruns: result?.overruns ?? 0,
      missed: result?.missed ?? 0,
      giveUp,
    })
    return undefined
  } catch (failure) {
    return failure
  }
}

/** Writes the page of a record that has come to its end; a run has not failed because of it. */
export async function reportRecord({ err }: Session, folder: string): Promise<void> {
  try {
    const { writeReport } = await import('../records/report/write-report.js')
    await writeReport(folder)
  } catch (error) {
    err.write(`report: ${oneLine(messageOf(error))}\n`)
  }
}

/** Takes the record of a run away that never began; what is left of it is told, for another error counts. */
export async function discardRecord({ err }: Session, recorder: RunRecorder | undefined): Promise<void> {
  try {
    await recorder?.discard()
  } catch (error) {
    err.write(`record: ${oneLine(messageOf(error))}\n`)
  }
}

/** The path of a record as a person would type it. */
export function shownFolder(folder: string): string {
  const near = relative('', folder)
  return oneLine(near === '' || near.startsWith('..') ? folder : near)
}
