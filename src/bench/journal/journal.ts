/**
 * Writes the journal of a running bench. What happens in one turn is written together and synced once; the file is
 * bounded by beginning a new one that takes over what is unfinished. A write that fails is never repeated in the same
 * file: its end may be torn, and after a failed sync nobody knows what of it is on the disk. The next try begins a new one.
 */

import { isPiWorkerError, PiWorkerError } from '../../errors.js'
import type { Clock, Timer } from '../../worker/clock.js'
import { Backlog, type Entry } from './backlog.js'
import { type JournalFile, type JournalFolder, letGo, writeAll } from './files.js'
import {
  type Commands,
  headerLine,
  type IntentRecord,
  type JournalRecord,
  recordLine,
  type StartRecord,
} from './format.js'
import { cannot } from './journal-errors.js'

/** The files of one journal. A current file that is missing beside a `next` one was renamed when a crash came. */
export function fileNames(bench: string): { readonly current: string; readonly old: string; readonly next: string } {
  return { current: `${bench}.journal`, old: `${bench}.journal.old`, next: `${bench}.journal.new` }
}

export interface JournalParts {
  readonly folder: JournalFolder
  readonly bench: string
  readonly clock: Clock
  /** A file that would become larger is followed by a new one. */
  readonly maxBytes: number
  readonly start: StartRecord
  /** What all lines were last told to be. */
  readonly commands: () => Commands
}

/** Levels that change all the time are written so often: what was told is known to within that time. */
const COMMANDS_NS = 100e6
const SETTLED = Promise.resolve()

export class Journal {
  readonly #parts: JournalParts
  readonly #names: ReturnType<typeof fileNames>
  #file: JournalFile | undefined
  #size = 0
  #limit: number
  /** Of the last line in the file. */
  #number = 0
  readonly #backlog = new Backlog()
  #busy = false
  /** Intents in the file that have no outcome there. */
  readonly #unfinished = new Map<string, IntentRecord>()
  /** As the file has them. */
  #commands: Commands = {}
  #commandsTime = Number.NEGATIVE_INFINITY
  #commandsTimer: Timer | undefined
  #closed = false

  private constructor(parts: JournalParts) {
    this.#parts = parts
    this.#names = fileNames(parts.bench)
    this.#limit = parts.maxBytes
  }

  /** Begins a new file, whatever there is; `first` is what is to be known of the run before. @throws ERR_JOURNAL */
  static async create(parts: JournalParts, first: readonly JournalRecord[]): Promise<Journal> {
    const journal = new Journal(parts)
    for (const record of first) journal.note(record)
    await journal.#begun(undefined)
    return journal
  }

  /** Writes on in a file that ends with the clean end of a run. @throws ERR_JOURNAL */
  static async continue(parts: JournalParts, size: number, lastNumber: number): Promise<Journal> {
    const journal = new Journal(parts)
    try {
      journal.#file = await parts.folder.append(journal.#names.current)
    } catch (cause) {
      throw journal.#failure(cause)
    }
    journal.#size = size
    journal.#number = lastNumber
    await journal.#begun(parts.start)
    return journal
  }

  /** Resolves when the intent is on the disk. Rejects with what the system said, and then it is not. */
  intend(intent: IntentRecord): Promise<void> {
    return this.#written(intent)
  }

  /** Writes something that nobody waits for, as soon as it can be; with `sync` it is synced at once too. */
  note(record: JournalRecord, sync = false): void {
    if (this.#closed) return
    this.#backlog.add({ record, sync })
    this.#schedule()
  }

  /** Lines were told something new. */
  commanded(): void {
    if (this.#commandsTimer !== undefined || this.#closed) return
    const wait = this.#commandsWait
    if (wait <= 0) {
      this.#schedule()
      return
    }
    const due = (): void => {
      this.#commandsTimer = undefined
      this.#schedule()
    }
    this.#commandsTimer = this.#parts.clock.after(wait, due, { background: true })
  }

  /** Writes all that is left, and `end` when it is given, and lets the file go. @throws ERR_JOURNAL */
  async close(end: JournalRecord | undefined): Promise<void> {
    this.#commandsTimer?.cancel()
    const written = this.#written(end)
    this.#closed = true
    try {
      await written
    } catch (cause) {
      throw this.#failure(cause)
    } finally {
      await letGo(this.#file)
    }
  }

  /** The first write of this run. */
  async #begun(record: JournalRecord | undefined): Promise<void> {
    try {
      await this.#written(record)
    } catch (cause) {
      await letGo(this.#file)
      throw this.#failure(cause)
    }
  }

  #written(record: JournalRecord | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#backlog.add({ record, sync: true, waiter: { resolve, reject } })
      this.#schedule()
    })
  }

  #schedule(): void {
    if (this.#busy) return
    this.#busy = true
    void this.#work()
  }

  async #work(): Promise<void> {
    for (;;) {
      await endOfTurn()
      const batch = this.#take()
      if (batch === undefined) break
      await this.#commit(batch)
    }
    this.#busy = false
  }

  #take(): Entry[] | undefined {
    const entries = this.#backlog.take()
    if (entries === undefined) return undefined
    // Alone they wait for their time; with something else they cost next to nothing.
    const commands = entries.length > 0 || this.#commandsWait <= 0 ? this.#newCommands() : undefined
    if (commands !== undefined) {
      this.#commandsTime = this.#parts.clock.now()
      // They are as of now, after all that waits; only the end is the last.
      const place = entries.at(-1)?.record?.type === 'end' ? entries.length - 1 : entries.length
      entries.splice(place, 0, { record: { type: 'levels', levels: commands, ...this.#now() }, sync: false })
    }
    return entries.length === 0 ? undefined : entries
  }

  async #commit(entries: readonly Entry[]): Promise<void> {
    const records = entries.flatMap(({ record }) => record ?? [])
    const trouble = this.#backlog.trouble(this.#now())
    try {
      const bytes = Buffer.from(records.map((record, index) => recordLine(this.#number + 1 + index, record)).join(''))
      if (trouble !== undefined) await this.#beginFile([trouble, ...records])
      else if (this.#file === undefined || this.#size + bytes.length > this.#limit) await this.#beginFile(records)
      else {
        await writeAll(this.#file, bytes)
        if (entries.some(({ sync }) => sync)) await this.#file.sync()
        this.#size += bytes.length
        this.#number += records.length
      }
    } catch (cause) {
      this.#backlog.failed(entries, cause, this.#failure(cause).message, this.#parts.clock.wall())
      return
    }
    this.#remember(records)
    this.#backlog.written(entries)
  }

  /** Takes over what is unfinished. The file before it stays, as the old one. */
  async #beginFile(records: readonly JournalRecord[]): Promise<void> {
    const { folder, bench, start, maxBytes } = this.#parts
    const { current, old, next } = this.#names
    const levels = this.#parts.commands()
    const told: JournalRecord[] = [{ type: 'levels', levels, ...this.#now() }]
    const all: JournalRecord[] = [
      start,
      ...(Object.keys(levels).length > 0 ? told : []),
      ...this.#unfinished.values(),
      ...records.filter(({ type }) => type !== 'levels'),
    ]
    const bytes = Buffer.from(headerLine(bench) + all.map((record, index) => recordLine(index + 1, record)).join(''))
    const file = await folder.create(next)
    try {
      await writeAll(file, bytes)
      await file.sync()
      // Its name must be there before the current one is not.
      await folder.sync()
      await folder.rename(current, old)
      if (!(await folder.rename(next, current))) throw new PiWorkerError('ERR_FILE', `${next} has gone`)
      await folder.sync()
    } catch (error) {
      await letGo(file)
      throw error
    }
    await letGo(this.#file)
    this.#file = file
    this.#size = bytes.length
    this.#number = all.length
    // What is unfinished must not make every write begin a new file.
    this.#limit = Math.max(maxBytes, 2 * bytes.length)
  }

  /** How long (ns) until commanded levels are worth a write of their own; less than 0 when they are. */
  get #commandsWait(): number {
    return this.#commandsTime + COMMANDS_NS - this.#parts.clock.now()
  }

  /** What lines were told and the file does not say. */
  #newCommands(): Commands | undefined {
    const commands = Object.entries(this.#parts.commands())
    const changed = commands.filter(([name, told]) => this.#commands[name] !== told)
    return changed.length === 0 ? undefined : Object.fromEntries(changed)
  }

  #remember(records: readonly JournalRecord[]): void {
    for (const record of records) {
      if (record.type === 'intent') this.#unfinished.set(record.task, record)
      else if (record.type === 'outcome') this.#unfinished.delete(record.task)
      else if (record.type === 'recovered')
        this.#unfinished.clear() // they have been reported
      else if (record.type === 'levels') this.#commands = { ...this.#commands, ...record.levels }
    }
  }

  #now(): { time: number; at: number } {
    const { clock } = this.#parts
    return { time: clock.wall(), at: clock.now() }
  }

  #failure(cause: unknown): PiWorkerError {
    if (isPiWorkerError(cause, 'ERR_JOURNAL')) return cause
    return cannot('be written', `${this.#parts.folder.path}/${this.#names.current}`, cause)
  }
}

/**
 * When no microtask is left: what ends and what begins in one turn is written together, and in a virtual time what
 * is together does not depend on how fast the disk is.
 */
function endOfTurn(): Promise<void> {
  return new Promise(resolve => void SETTLED.then(() => process.nextTick(resolve)))
}
