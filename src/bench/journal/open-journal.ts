/** Opens the journal of a bench: where it is, whose it is, and what the run before has left in it. */

import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { basename, extname, isAbsolute, join, resolve } from 'node:path'
import type { DriverName, Signal } from '../../../drivers/driver.js'
import { isPiWorkerError } from '../../errors.js'
import { callAll } from '../../thrown.js'
import { badOption } from '../../worker/task-options.js'
import type { Worker } from '../../worker/worker.js'
import { BenchJournal } from './bench-journal.js'
import { DiskFolder, type JournalFolder } from './files.js'
import { type Commands, type IntentRecord, type ParsedJournal, parseJournal, type StartRecord } from './format.js'
import { fileNames, Journal } from './journal.js'
import { cannot, ofAnotherBench } from './journal-errors.js'
import { takeLock } from './lock.js'
import { type Processes, thisMachine } from './processes.js'
import { type Recovered, recover, stateOf } from './recover.js'

export interface JournalOptions {
  /** Where the journals are. Default: `$STATE_DIRECTORY`, or `pi-worker` in `$XDG_STATE_HOME` or in `~/.local/state`. */
  readonly folder?: string | JournalFolder | undefined
  /** What the files are called. Default: made of the bench's name, or of the program's path and the peripherals. */
  readonly name?: string | undefined
  /** A file that would become larger is followed by a new one; the one before it is kept. Default 1 MiB. */
  readonly maxBytes?: number | undefined
  /** The processes that may have a journal open. Default: those of this machine. */
  readonly processes?: Processes | undefined
}

/** `true` and `{}` are the same; left out, real drivers have a journal and the mock has none. */
export type JournalChoice = boolean | JournalOptions | undefined

export interface OpenJournalContext {
  /** The bench's own name, if it has one. */
  readonly name: string | undefined
  readonly driver: DriverName
  readonly worker: Worker
  readonly peripherals: readonly string[]
  readonly signals: readonly Signal[]
}

const DEFAULT_MAX_BYTES = 1024 * 1024
/** Less would begin a new file with every few actions. */
const LEAST_MAX_BYTES = 4096
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/**
 * Takes the lock, reads what there is, and begins the journal of this run, unless the run before has to be made safe
 * first. Undefined when there is to be none.
 * @throws ERR_JOURNAL: in use, unreadable, not to be written, damaged, of another version, not ours; ERR_BAD_OPTION
 */
export async function openJournal(
  choice: JournalChoice,
  context: OpenJournalContext,
): Promise<BenchJournal | undefined> {
  if (choice === false || (choice === undefined && context.driver === 'mock')) return undefined
  const { folder: place, name, maxBytes, processes = thisMachine() } = checkOptions(choice)
  const folder = typeof place === 'object' ? place : new DiskFolder(place ?? defaultFolder())
  const bench = name ?? benchName(context)
  const file = join(folder.path, fileNames(bench).current)
  const { worker } = context
  const { clock } = worker
  const opening = { folder, bench, file, maxBytes, processes, context }
  const unlock = await clock.hold(lock(opening))
  try {
    const before = await clock.hold(readBefore(opening))
    const journal = new BenchJournal({
      worker,
      file,
      recovered: before.recovered,
      begin: commands => begin(opening, before, commands),
      names: new Map(context.signals.map(({ line, name }) => [line, name])),
      unlock,
    })
    await journal.beginIfClean()
    return journal
  } catch (error) {
    // What is told is why it cannot be opened, whatever becomes of the lock.
    await callAll([() => Promise.reject(error), () => clock.hold(unlock())])
    throw error
  }
}

/** Where journals are unless somebody says otherwise: where systemd wants the state of a service, or of this user. */
export function defaultFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const [service = ''] = (env.STATE_DIRECTORY ?? '').split(':')
  if (isAbsolute(service)) return service
  const state = env.XDG_STATE_HOME ?? ''
  // The specification: a relative path is none.
  return join(isAbsolute(state) ? state : join(homedir(), '.local', 'state'), 'pi-worker')
}

/** What the journal of a plan file is called: two plans may have one name, but not one path. */
export function planJournalName(plan: string, file: string): string {
  return uniqueName(plan, resolve(file))
}

interface Opening {
  readonly folder: JournalFolder
  readonly bench: string
  readonly file: string
  readonly maxBytes: number
  readonly processes: Processes
  readonly context: OpenJournalContext
}

/** The journal as it was found. */
interface Before {
  readonly recovered: Recovered | undefined
  /** Intents of the run before that are to be reported. */
  readonly inFlight: readonly IntentRecord[]
  /** Where a clean one is written on: how many bytes and lines it has. */
  readonly end: { readonly bytes: number; readonly lines: number } | undefined
}

function checkOptions(choice: JournalChoice): JournalOptions & { readonly maxBytes: number } {
  if (choice === null || !['undefined', 'boolean', 'object'].includes(typeof choice)) {
    throw badOption('journal', choice, 'true, false or an object')
  }
  const options = typeof choice === 'object' ? choice : {}
  const { folder, name, maxBytes = DEFAULT_MAX_BYTES } = options
  if (name !== undefined && (typeof name !== 'string' || !NAME.test(name))) {
    throw badOption('journal.name', name, 'a letter or digit, then letters, digits, ".", "_" or "-", 100 at most')
  }
  if (folder !== undefined && typeof folder !== 'object' && (typeof folder !== 'string' || folder === '')) {
    throw badOption('journal.folder', folder, 'the path of a folder')
  }
  if (!Number.isInteger(maxBytes) || maxBytes < LEAST_MAX_BYTES) {
    throw badOption('journal.maxBytes', maxBytes, `a whole number of ${LEAST_MAX_BYTES} or more`)
  }
  return { ...options, maxBytes }
}

/**
 * Without a name: one that the next start of the same program gives again, and no other program does, so that two
 * scripts on one machine are not in each other's way.
 */
function benchName({ name, peripherals }: OpenJournalContext): string {
  if (name !== undefined) return NAME.test(name) ? name : uniqueName(name, name)
  const program = process.argv[1] ?? ''
  return uniqueName(basename(program, extname(program)), resolve(program), ...[...peripherals].sort())
}

function uniqueName(text: string, ...from: readonly string[]): string {
  const word = text.normalize('NFKD').replace(/[^A-Za-z0-9_-]+/g, '-')
  const short = word.replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '').slice(0, 60)
  return `${short || 'bench'}-${createHash('sha256').update(from.join('\n')).digest('hex').slice(0, 8)}`
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
    if (found === undefined) return { recovered: undefined, inFlight: [], end: undefined }
    const { parsed, bytes, name } = found
    if (parsed.bench !== bench) throw ofAnotherBench(file, parsed.bench, bench)
    // Left by a crash that came before it was ready. Without a current file it says that the old one counts.
    if (name === current) await folder.remove(next)
    const recovered = recover(parsed, file, processes.self.boot)
    const goesOn = recovered === undefined && parsed.complete && name === current
    return {
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
