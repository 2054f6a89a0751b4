/**
 * How the journal of a run begins: the lock, what the run before has left, and the first write. On a disk that takes
 * nothing, the first two are no reason to leave hardware as a crash left it: what can be read is known, and the rest is
 * tried again with every action.
 */

import { join } from 'node:path'
import type { DriverName, Signal } from '../../../drivers/driver.js'
import { isPiWorkerError } from '../../errors.js'
import { callAll } from '../../thrown.js'
import type { Worker } from '../../worker/worker.js'
import type { JournalFolder } from './files.js'
import { type Commands, type IntentRecord, type ParsedJournal, parseJournal, type StartRecord } from './format.js'
import { fileNames, Journal } from './journal.js'
import { cannot, inUse, isInUse, ofAnotherBench } from './journal-errors.js'
import { lockedBy, takeLock } from './lock.js'
import type { Processes } from './processes.js'
import { type Recovered, recover, stateOf } from './recover.js'

export interface OpenJournalContext {
  /** The bench's own name, if it has one. */
  readonly name: string | undefined
  readonly driver: DriverName
  readonly worker: Worker
  readonly peripherals: readonly string[]
  readonly signals: readonly Signal[]
}

export interface Opening {
  readonly folder: JournalFolder
  readonly bench: string
  readonly file: string
  readonly maxBytes: number
  readonly processes: Processes
  readonly context: OpenJournalContext
}

/** The journal as it was found. */
interface Before {
  readonly found: boolean
  readonly recovered: Recovered | undefined
  /** Intents of the run before that are to be reported. */
  readonly inFlight: readonly IntentRecord[]
  /** Where a clean one is written on: how many bytes and lines it has. */
  readonly end: { readonly bytes: number; readonly lines: number } | undefined
}

export class Beginning {
  readonly #opening: Opening
  #unlock: (() => Promise<void>) | undefined
  /** Undefined when it has to be read anew: without the lock, or after a try, it may be another one by now. */
  #before: Before | undefined

  constructor(opening: Opening) {
    this.#opening = opening
  }

  /**
   * Takes the lock, if it can be written down, and reads what there is.
   * @throws ERR_JOURNAL: in use; unreadable; not to be written, and there is none yet
   */
  async open(): Promise<{ readonly recovered: Recovered | undefined; readonly canWait: boolean }> {
    let trouble: unknown
    try {
      this.#unlock = await lock(this.#opening)
    } catch (error) {
      if (isInUse(error)) throw error
      await this.#refuseHeld()
      trouble = error
    }
    try {
      const before = await readBefore(this.#opening)
      if (!before.found && trouble !== undefined) throw trouble
      if (trouble === undefined) this.#before = before
      return { recovered: before.recovered, canWait: before.found }
    } catch (error) {
      // What is told is why it cannot be opened, whatever becomes of the lock.
      await callAll([() => Promise.reject(trouble ?? error), () => this.end()])
      throw error
    }
  }

  /** The first write of this run; may be tried again. @throws ERR_JOURNAL */
  async begin(commands: () => Commands): Promise<Journal> {
    this.#unlock ??= await lock(this.#opening)
    const before = this.#before ?? (await readBefore(this.#opening))
    this.#before = undefined
    return await begin(this.#opening, before, commands)
  }

  /** Lets the lock go. @throws ERR_JOURNAL */
  async end(): Promise<void> {
    await this.#unlock?.()
  }

  /** It could not be locked, but the locks of others can be seen. @throws ERR_JOURNAL */
  async #refuseHeld(): Promise<void> {
    const { folder, bench, processes } = this.#opening
    const holder = await lockedBy(folder, bench, processes).catch(() => undefined)
    if (holder !== undefined) throw inUse(bench, holder.pid, folder.path)
  }
}

async function lock({ folder, bench, processes, file }: Opening): Promise<() => Promise<void>> {
  const unlock = await explained('be written', file, async () => {
    await folder.make()
    return await takeLock(folder, bench, processes)
  })
  return () => explained('be written', file, unlock)
}

async function readBefore({ folder, bench, file, processes }: Opening): Promise<Before> {
  return await explained('be read', file, async () => {
    const { current, next } = fileNames(bench)
    const found = await readJournal(folder, bench)
    if (found === undefined) return { found: false, recovered: undefined, inFlight: [], end: undefined }
    const { parsed, bytes, name } = found
    if (parsed.bench !== bench) throw ofAnotherBench(file, parsed.bench, bench)
    // Left by a crash that came before it was ready. Without a current file it says that the old one counts.
    // On a disk that takes nothing it stays, and the first write that can be made replaces it.
    if (name === current) await folder.remove(next).catch(() => undefined)
    const recovered = recover(parsed, file, processes.self.boot)
    const goesOn = recovered === undefined && parsed.complete && name === current
    return {
      found: true,
      recovered,
      inFlight: stateOf(parsed.records).inFlight,
      end: goesOn ? { bytes, lines: parsed.records.length } : undefined,
    }
  })
}

/** Does something with the files of a journal. @throws ERR_JOURNAL, whatever the system says */
async function explained<T>(what: string, file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw isPiWorkerError(cause, 'ERR_JOURNAL') ? cause : cannot(what, file, cause)
  }
}

export interface FoundJournal {
  /** Of the file. */
  readonly name: string
  readonly bytes: number
  readonly parsed: ParsedJournal
}

/**
 * The journal of a bench as it is on the disk. A crash between two renamings leaves no current file, but an old one that
 * was current until then, and a new one.
 * @throws ERR_JOURNAL, and what the folder throws
 */
export async function readJournal(folder: JournalFolder, bench: string): Promise<FoundJournal | undefined> {
  const { current, old, next } = fileNames(bench)
  for (const name of [current, old]) {
    if (name === old && !(await folder.list()).includes(next)) return undefined
    const bytes = await folder.read(name)
    if (bytes !== undefined) return { name, bytes: bytes.length, parsed: parseJournal(bytes, join(folder.path, name)) }
  }
  return undefined
}

async function begin(opening: Opening, before: Before, commands: () => Commands): Promise<Journal> {
  const { folder, bench, maxBytes, processes, context } = opening
  const { worker, driver, signals } = context
  const { clock } = worker
  const now = { time: clock.wall(), at: clock.now() }
  const lines = Object.fromEntries(signals.map(({ name, line }) => [name, line]))
  const { pid, boot } = processes.self
  const start: StartRecord = { type: 'start', pid, boot, driver, lines, ...now }
  const parts = { folder, bench, clock, maxBytes, start, commands }
  if (before.end !== undefined) return await Journal.continue(parts, before.end.bytes, before.end.lines)
  if (before.recovered === undefined) return await Journal.create(parts, [])
  const { levels } = before.recovered
  const commanded = Object.fromEntries(levels.map(({ name, level }) => [name, level]))
  const tasks = before.inFlight.map(({ task }) => task)
  return await Journal.create(parts, [
    ...before.inFlight,
    { type: 'recovered', pid: before.recovered.pid, tasks, levels: commanded, ...now },
  ])
}
