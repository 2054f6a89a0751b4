/**
 * The lines of a journal, and nothing of files: each is a JSON object with its number in the file and a checksum, so
 * that a line that was torn or damaged is never taken for one that was written. The first line says whose journal it is.
 */

import { hash } from 'node:crypto'
import type { Level } from '../../../drivers/driver.js'
import type { Effect } from '../../worker/task-options.js'
import type { TaskState } from '../../worker/task-record.js'
import { anotherVersion, damaged, notOurs, tornHeader } from './journal-errors.js'

export const VERSION = 1
const MAGIC = 'pi-worker'

/** What a line was last told to be: a level, or to change by itself. */
export type Commanded = Level | 'pwm' | 'pulses' | 'released'

/** Commanded levels by the names that `bench.signals` gives the lines. */
export type Commands = Readonly<Record<string, Commanded>>

/** When something happened. */
interface Timed {
  /** Wall time, ms since the Unix epoch. */
  readonly time: number
  /** Whole ns of the clock of the run. */
  readonly at: number
}

/** A process opened the bench; every file of that run has it. */
export interface StartRecord extends Timed {
  readonly type: 'start'
  readonly pid: number
  readonly boot: string
  readonly driver: string
  /** BCM numbers by the names of the lines. */
  readonly lines: Readonly<Record<string, number>>
}

/** An action that does more than read is about to run. */
export interface IntentRecord extends Timed {
  readonly type: 'intent'
  readonly task: string
  readonly peripheral: string
  readonly action: string
  readonly input: unknown
  readonly effect: Effect
}

/** The task of an intent is over. */
export interface OutcomeRecord extends Timed {
  readonly type: 'outcome'
  readonly task: string
  readonly state: TaskState
  readonly error: string | null
}

/** Lines were told something else than before. */
export interface LevelsRecord extends Timed {
  readonly type: 'levels'
  readonly levels: Commands
}

/** A peripheral was put into its safe state, and that was confirmed. */
export interface SafeRecord extends Timed {
  readonly type: 'safe'
  readonly peripheral: string
}

/** Something of the worker that is to be known later: a stop, a reset, a quarantine. */
export interface EventRecord extends Timed {
  readonly type: 'event'
  /** A `WorkerEvent`; a text when it was too long. */
  readonly event: unknown
}

/** The run before had not come to its end. All was made safe, and `tasks`, whose intents stand before, are reported. */
export interface RecoveredRecord extends Timed {
  readonly type: 'recovered'
  readonly pid: number | null
  readonly tasks: readonly string[]
  readonly levels: Commands
}

/** The journal could not be written for a while. */
export interface TroubleRecord extends Timed {
  readonly type: 'trouble'
  readonly error: string
  /** Wall time at which it began. */
  readonly since: number
  /** Actions that were refused. */
  readonly refused: number
  /** Events that were too many to be kept until now. */
  readonly lost: number
}

/** The bench was closed: nothing was in flight, and all was safe. */
export interface EndRecord extends Timed {
  readonly type: 'end'
}

export type JournalRecord =
  | StartRecord
  | IntentRecord
  | OutcomeRecord
  | LevelsRecord
  | SafeRecord
  | EventRecord
  | RecoveredRecord
  | TroubleRecord
  | EndRecord

/** What a journal's bytes say. */
export interface ParsedJournal {
  readonly bench: string
  readonly records: readonly JournalRecord[]
  /** How many bytes at the end were never completely written. */
  readonly tornBytes: number
  /** The last line has its line feed, so that another may follow. */
  readonly complete: boolean
}

/** Line 0 of every file. */
export function headerLine(bench: string): string {
  return sealed({ journal: MAGIC, version: VERSION, bench, n: 0 })
}

/** Line `n` of a file, 1 or more. */
export function recordLine(n: number, record: JournalRecord): string {
  return sealed({ n, ...record })
}

/**
 * Reads a journal. What was not completely written at its end is no error: whoever wrote it was not told that it is on
 * the disk, and had not begun what it announces.
 * @param file Its path, for messages.
 * @throws ERR_JOURNAL when it is not ours, of another version, breaks off in its first line, or is damaged before its end
 */
export function parseJournal(bytes: Buffer, file: string): ParsedJournal {
  const lines = linesOf(bytes)
  const bench = parseHeader(lines[0]?.text ?? '', file)
  const records: JournalRecord[] = []
  for (let index = 1; index < lines.length; index++) {
    const { text, start } = lines[index] as Line
    const { n, ...record } = unseal(text) ?? {}
    if (n === index) {
      records.push(record as unknown as JournalRecord)
      continue
    }
    if (n !== undefined || !isTorn(lines.slice(index))) throw damaged(file, index + 1)
    return { bench, records, tornBytes: bytes.length - start, complete: false }
  }
  return { bench, records, tornBytes: 0, complete: bytes.at(-1) === LINE_FEED }
}

const LINE_FEED = 10
const SUM_DIGITS = 16
const SEAL = /,"sum":"([0-9a-f]{16})"}$/
const SEAL_LENGTH = ',"sum":""}'.length + SUM_DIGITS

interface Line {
  readonly text: string
  /** Of its first byte. */
  readonly start: number
  /** It has its line feed. */
  readonly ended: boolean
}

function linesOf(bytes: Buffer): Line[] {
  const lines: Line[] = []
  for (let start = 0; start < bytes.length; ) {
    const feed = bytes.indexOf(LINE_FEED, start)
    const end = feed < 0 ? bytes.length : feed
    lines.push({ text: bytes.toString('utf8', start, end), start, ended: feed >= 0 })
    start = end + 1
  }
  return lines
}

/**
 * Whether lines that cannot be read are an end that was not completely written: the last one breaks off, or blocks that
 * the disk never got read as zeros; and no good line follows, which would have been written after all of them.
 */
function isTorn(rest: readonly Line[]): boolean {
  if (rest.some(({ text }) => unseal(text) !== undefined)) return false
  const [first] = rest
  return first?.ended === false || rest.some(({ text }) => text.includes('\0'))
}

function parseHeader(text: string, file: string): string {
  const content = unseal(text)
  // A journal of another version may seal its lines in another way.
  const header = content ?? plainObject(text)
  if (header?.journal === MAGIC && header.version !== VERSION) throw anotherVersion(file, header.version)
  if (content?.journal === MAGIC && typeof content.bench === 'string') return content.bench
  if (header?.journal === MAGIC) throw damaged(file, 1)
  throw beginsLikeHeader(text) ? tornHeader(file) : notOurs(file)
}

/** An empty line too. */
function beginsLikeHeader(text: string): boolean {
  const begin = `{"journal":"${MAGIC}"`
  return text.startsWith(begin) || begin.startsWith(text)
}

/** The object as one line, its checksum as its last key: JSON readers can do without knowing of it. */
function sealed(content: object): string {
  const text = JSON.stringify(content)
  return `${text.slice(0, -1)},"sum":"${sumOf(text)}"}\n`
}

function unseal(line: string): Record<string, unknown> | undefined {
  const sum = SEAL.exec(line)?.[1]
  if (sum === undefined) return undefined
  const text = `${line.slice(0, -SEAL_LENGTH)}}`
  return sumOf(text) === sum ? plainObject(text) : undefined
}

function sumOf(text: string): string {
  return hash('sha256', text).slice(0, SUM_DIGITS)
}

function plainObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined // not JSON, which is all that is asked
  }
}
