/** Opens the journal of a bench: where it is, whose it is, and what the run before has left in it. */

import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { basename, extname, isAbsolute, join, resolve } from 'node:path'
import { callAll } from '../../thrown.js'
import { badOption } from '../../worker/task-options.js'
import { Beginning, type OpenJournalContext } from './beginning.js'
import { BenchJournal } from './bench-journal.js'
import { DiskFolder, type JournalFolder } from './files.js'
import { fileNames } from './journal.js'
import { type Processes, thisMachine } from './processes.js'

export type { OpenJournalContext }

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

const DEFAULT_MAX_BYTES = 1024 * 1024
/** Less would begin a new file with every few actions. */
const LEAST_MAX_BYTES = 4096
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/**
 * Takes the lock, reads what there is, and begins the journal of this run, unless the run before has to be made safe
 * first. One that is there and cannot be written begins with the first action for which it can be. Undefined when there
 * is to be none.
 * @throws ERR_JOURNAL: in use, unreadable, none yet and not to be written, damaged, of another version, not ours;
 *   ERR_BAD_OPTION
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
  const beginning = new Beginning(opening)
  const { recovered, canWait } = await clock.hold(beginning.open())
  const journal = new BenchJournal({
    worker,
    file,
    recovered,
    canWait,
    begin: commands => beginning.begin(commands),
    names: new Map(context.signals.map(({ line, name }) => [line, name])),
    unlock: () => beginning.end(),
  })
  try {
    await journal.beginIfClean()
    return journal
  } catch (error) {
    await callAll([() => Promise.reject(error), () => clock.hold(beginning.end())])
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
