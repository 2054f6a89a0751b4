/** `pi-worker runs delete`: takes records away, and never anything else. */

import { rm } from 'node:fs/promises'
import { PiWorkerError } from '../errors.js'
import { readRunJson } from '../records/run/read-run.js'
import { folderError } from '../records/run/record-folder.js'
import { findRun, listRuns, outcomeOf } from '../records/run/runs.js'
import { SystemClock } from '../worker/clock.js'
import { parseDuration } from '../worker/duration.js'
import { exit } from './exit.js'
import { oneLine } from './format.js'
import type { Session } from './program.js'
import { confirmOrRefuse } from './run-ask.js'
import { folderOf } from './runs.js'
import type { DeleteFlags } from './runs-command.js'

const DAY_MS = 24 * 3600e3
/** More are counted, not named. */
const MOST_NAMED = 10

/** @throws ERR_USAGE, ERR_UNKNOWN_RUN, ERR_RUN_FOLDER, ERR_RUN_VERSION, ERR_BAD_DURATION */
export async function deleteCommand(session: Session, ids: readonly string[], flags: DeleteFlags): Promise<number> {
  const { io, out, err } = session
  const runs = folderOf(io.env, flags)
  if (ids.length === 0 && flags.olderThan === undefined) {
    throw new PiWorkerError('ERR_USAGE', 'nothing was named that is to be deleted', {
      remedy: 'Name a run, or write --older-than 30d.',
    })
  }
  const folders = new Set<string>()
  for (const id of ids) folders.add(await checked(withoutSlash(await findRun(runs, id))))
  if (flags.olderThan !== undefined) {
    const before = (io.clock ?? new SystemClock()).wall() - ageOf(flags.olderThan)
    for (const folder of await olderThan(runs, before)) folders.add(folder)
  }
  if (folders.size === 0) {
    err.write(`no run in ${oneLine(runs)} is older than ${oneLine(flags.olderThan ?? '')}\n`)
    return exit.succeeded
  }
  const what = folders.size === 1 ? 'this run' : `these ${folders.size} runs`
  err.write(namesOf([...folders]))
  if (!flags.yes && !(await confirmOrRefuse(session, `delete ${what}?`))) {
    err.write('nothing was deleted\n')
    return exit.succeeded
  }
  for (const folder of folders) await remove(folder)
  out.write(`deleted ${folders.size} ${folders.size === 1 ? 'run' : 'runs'}\n`)
  return exit.succeeded
}

/** Of a link with a slash behind it, what it leads to would be meant. */
function withoutSlash(folder: string): string {
  return folder.replace(/[/\\]+$/, '')
}

/** @throws ERR_RUN_FOLDER when it is no record, or is one that is being written */
async function checked(folder: string): Promise<string> {
  if (outcomeOf(await readRunJson(folder)) !== 'running') return folder
  throw new PiWorkerError('ERR_RUN_FOLDER', `the run in ${folder} is running`, {
    place: folder,
    remedy: 'Wait until it has ended, or stop it: pi-worker stop.',
  })
}

/** Those that run are left alone, and those of other versions, of which nobody knows how old they are. */
async function olderThan(runs: string, wall: number): Promise<readonly string[]> {
  const listed = await listRuns(runs)
  return listed.flatMap(({ folder, json }) => {
    if (json === undefined || outcomeOf(json) === 'running') return []
    return Date.parse(json.recordedAt) < wall ? [folder] : []
  })
}

/** @throws ERR_BAD_DURATION */
function ageOf(text: string): number {
  const days = /^(\d+(?:\.\d+)?)d$/.exec(text)?.[1]
  return days === undefined ? parseDuration(text, '--older-than') : Number(days) * DAY_MS
}

/** Looked at once more: a person may have taken a long time to answer. */
async function remove(folder: string): Promise<void> {
  await checked(folder)
  try {
    // What is a link is unlinked, and not followed.
    await rm(folder, { recursive: true })
  } catch (cause) {
    throw folderError(folder, cause, 'cannot be deleted')
  }
}

function namesOf(folders: readonly string[]): string {
  const named = folders.slice(0, MOST_NAMED).map(folder => `  ${oneLine(folder)}\n`)
  const more = folders.length - named.length
  return named.join('') + (more > 0 ? `  and ${more} more\n` : '')
}
