/** All runs below a folder: which there are, what became of each, and those whose end nobody could write down. */

import { readdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type Processes, thisMachine } from '../../bench/journal/processes.js'
import { listNames } from '../../bench/wording.js'
import { codeOf, isPiWorkerError, PiWorkerError } from '../../errors.js'
import { nearest } from '../../nearest.js'
import { RealDisk } from './disk.js'
import { isoOf, RUN_FILES, type RunJson, type RunOutcome } from './format.js'
import { RecordedRun, readRunJson } from './read-run.js'
import { folderError } from './record-folder.js'

/** A run as it is listed. */
export interface ListedRun {
  /** The name of its folder. */
  readonly id: string
  readonly folder: string
  /** Undefined when it cannot be read: see `error`. */
  readonly json: RunJson | undefined
  readonly error: PiWorkerError | undefined
}

/** The runs in a folder, the oldest first; none when there is no such folder. @throws ERR_RUN_FOLDER */
export async function listRuns(runs: string): Promise<readonly ListedRun[]> {
  const listed: ListedRun[] = []
  for (const id of await foldersIn(runs)) {
    const folder = join(runs, id)
    try {
      listed.push({ id, folder, json: await readRunJson(folder), error: undefined })
    } catch (error) {
      if (isPiWorkerError(error, 'ERR_RUN_VERSION')) listed.push({ id, folder, json: undefined, error })
      // Anything may stand in a folder; what is no record is none of our business.
      else if (!isPiWorkerError(error, 'ERR_RUN_FOLDER')) throw error
    }
  }
  return listed.sort(byAge)
}

/** Two runs of one second are told apart by the number that ends their names. */
function byAge(a: ListedRun, b: ListedRun): number {
  const [one, other] = [a.json?.recordedAt ?? '', b.json?.recordedAt ?? '']
  if (one !== other && one !== '' && other !== '') return one < other ? -1 : 1
  return a.id.localeCompare(b.id, 'en', { numeric: true })
}

/**
 * The run that is called or begins so, or the `last` one.
 * @throws ERR_UNKNOWN_RUN, ERR_RUN_FOLDER
 */
export async function findRun(runs: string, name: string): Promise<string> {
  // A record may stand anywhere: --out.
  if (/[/\\]/.test(name)) return name
  const listed = await listRuns(runs)
  const ids = listed.map(({ id }) => id)
  if (name === 'last' && ids.length > 0) return join(runs, ids.at(-1) as string)
  if (ids.includes(name)) return join(runs, name)
  const alike = ids.filter(id => id.startsWith(name))
  const [found, another] = alike
  if (found !== undefined && another === undefined) return join(runs, found)
  const hint = nearest(name, ids)
  throw new PiWorkerError(
    'ERR_UNKNOWN_RUN',
    found !== undefined
      ? `${alike.length} runs begin with ${name}: ${listNames(alike)}`
      : ids.length === 0
        ? `there are no runs in ${runs}`
        : `no run is called ${name}`,
    { place: runs, remedy: hint === undefined ? undefined : `Write ${hint}, if that was meant.` },
  )
}

/** What became of a run: one that still says that it runs was interrupted, when its process is gone. */
export function outcomeOf({ outcome, process }: RunJson, processes: Processes = thisMachine()): RunOutcome {
  if (outcome !== 'running') return outcome
  // Of another machine's processes nothing is known here.
  return process.host !== hostname() || processes.lives(process) ? 'running' : 'interrupted'
}

/**
 * Writes down that runs were interrupted whose process is gone, and how far they came.
 * @returns their ids
 * @throws ERR_RUN_FOLDER
 */
export async function markInterrupted(runs: string, processes: Processes = thisMachine()): Promise<readonly string[]> {
  const marked: string[] = []
  for (const { id, folder, json } of await listRuns(runs)) {
    if (json?.outcome !== 'running' || outcomeOf(json, processes) === 'running') continue
    try {
      const text = `${JSON.stringify(await asInterrupted(folder, json), null, 2)}\n`
      await new RealDisk(folder).replace(RUN_FILES.run, text, true)
      marked.push(id)
    } catch (cause) {
      // Another user's, or on a disk that is read only: it is shown as interrupted all the same.
      if (!['EACCES', 'EPERM', 'EROFS', 'ENOENT'].includes(codeOf(cause) ?? '')) throw folderError(folder, cause)
    }
  }
  return marked
}

/** The same with what became of it, which nobody wrote down when its process was gone. */
export async function upToDate(folder: string, json: RunJson): Promise<RunJson> {
  return json.outcome === 'running' && outcomeOf(json) === 'interrupted' ? await asInterrupted(folder, json) : json
}

async function asInterrupted(folder: string, json: RunJson): Promise<RunJson> {
  return { ...json, outcome: 'interrupted', ...(await lastKnown(new RecordedRun(folder, json))) }
}

/** What the files say of the last moments of a run. */
async function lastKnown(run: RecordedRun): Promise<Partial<RunJson>> {
  const rows: Record<string, number> = {}
  let elapsed = 0
  for await (const batch of run.rowBatches()) {
    for (const { stream } of batch) rows[stream] = (rows[stream] ?? 0) + 1
    elapsed = later(elapsed, batch.at(-1)?.elapsed)
  }
  let [count, failed] = [0, 0]
  for await (const { state, ended } of run.tasks()) {
    count++
    if (state !== 'succeeded') failed++
    elapsed = later(elapsed, ended)
  }
  for await (const line of run.log()) elapsed = later(elapsed, line.elapsed)
  const end = Date.parse(run.json.startedAt) + elapsed * 1000
  const endedAt = Number.isFinite(end) ? isoOf(end) : null
  return { rows, tasks: { count, failed }, elapsed, endedAt, streams: run.streams }
}

/** What is no time changes nothing: a line may be torn, or somebody else's. */
function later(before: number, time: number | null | undefined): number {
  return typeof time === 'number' && time > before ? time : before
}

async function foldersIn(runs: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(runs, { withFileTypes: true })
    return entries.filter(entry => entry.isDirectory()).map(({ name }) => name)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return []
    throw folderError(runs, cause, 'cannot be read')
  }
}
