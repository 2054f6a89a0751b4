/** Which journals a folder has, and what each of them says. Only reads. */

import { join } from 'node:path'
import type { PiWorkerError } from '../../errors.js'
import { isPiWorkerError } from '../../errors.js'
import { readJournal } from './beginning.js'
import type { JournalFolder } from './files.js'
import type { JournalRecord } from './format.js'
import { fileNames } from './journal.js'
import { cannot } from './journal-errors.js'
import { lockedBy } from './lock.js'
import type { Processes } from './processes.js'
import { type Recovered, recover } from './recover.js'

/** A journal as it is on the disk. */
export interface JournalView {
  /** Of the bench. */
  readonly name: string
  readonly file: string
  /**
   * `running`: a process has it open; `ended`: the last run came to its end; `unfinished`: it did not; `unreadable`: see
   * `error`.
   */
  readonly state: 'running' | 'ended' | 'unfinished' | 'unreadable'
  /** The process that has it open, or had it last. */
  readonly pid: number | undefined
  readonly records: readonly JournalRecord[]
  /** What is in flight, or was when the last run ended without coming to its end. */
  readonly inFlight: Recovered | undefined
  readonly error: PiWorkerError | undefined
}

/** The names of the benches that have a journal in the folder, in alphabetical order. @throws ERR_JOURNAL */
export async function journalNames(folder: JournalFolder): Promise<readonly string[]> {
  const names = new Set<string>()
  try {
    for (const file of await folder.list()) {
      const name = /^(.+)\.journal(\.old|\.new)?$/.exec(file)?.[1]
      if (name !== undefined) names.add(name)
    }
  } catch (cause) {
    throw cannot('be read', folder.path, cause)
  }
  return [...names].sort()
}

/** Never rejects for what is in the file. */
export async function viewJournal(folder: JournalFolder, name: string, processes: Processes): Promise<JournalView> {
  const file = join(folder.path, fileNames(name).current)
  const nothing = { name, file, pid: undefined, records: [], inFlight: undefined, error: undefined }
  try {
    const owner = await lockedBy(folder, name, processes)
    const found = await readJournal(folder, name)
    const records = found?.parsed.records ?? []
    const inFlight = found === undefined ? undefined : recover(found.parsed, file, processes.self.boot)
    const pid = owner?.pid ?? records.findLast(record => record.type === 'start')?.pid
    const state = owner !== undefined ? 'running' : inFlight === undefined ? 'ended' : 'unfinished'
    return { ...nothing, state, pid, records, inFlight }
  } catch (cause) {
    const error = isPiWorkerError(cause, 'ERR_JOURNAL') ? cause : cannot('be read', file, cause)
    return { ...nothing, state: 'unreadable', error }
  }
}
