/** What a journal tells of the run that wrote it last. Pure: bytes in, facts out. */

import type { Effect } from '../../worker/task-options.js'
import type { Commanded, Commands, IntentRecord, JournalRecord, ParsedJournal, StartRecord } from './format.js'

/** A line and what it was last told to be. */
export interface CommandedLevel {
  /** As `bench.signals` names it. */
  readonly name: string
  /** BCM number; null when the journal does not say it. */
  readonly line: number | null
  readonly level: Commanded
}

/** A task that may have run, in part or as a whole, when its process ended. */
export interface InFlight {
  readonly task: string
  /** `pump.pulse` */
  readonly name: string
  readonly peripheral: string
  readonly action: string
  readonly input: unknown
  readonly effect: Effect
  /** When it was about to begin, as ISO text. */
  readonly intendedAt: string
  readonly state: 'indeterminate'
  /** What the lines of its peripheral were last told to be. */
  readonly levels: readonly CommandedLevel[]
}

/** The run before, when it did not come to its end. */
export interface Recovered {
  /** The journal that tells of it. */
  readonly file: string
  /** The process that ran it. */
  readonly pid: number | null
  /** When it opened the bench, as ISO text. */
  readonly startedAt: string | null
  /** The machine has been started anew since. */
  readonly rebooted: boolean
  /** Oldest first. A task that is not here had not begun, or its end is in the journal. */
  readonly inFlight: readonly InFlight[]
  /** What all lines were last told to be, as far as the journal knows. */
  readonly levels: readonly CommandedLevel[]
}

/** What follows from the records of a journal. */
export interface JournalState {
  /** The last run. */
  readonly start: StartRecord | undefined
  /** It came to its end, with all safe; or there has been none. */
  readonly clean: boolean
  /** Intents without an outcome, in their order. */
  readonly inFlight: readonly IntentRecord[]
  /** Of the last run. */
  readonly levels: Commands
}

export function stateOf(records: readonly JournalRecord[]): JournalState {
  let start: StartRecord | undefined
  let clean = true
  let levels: Record<string, Commanded> = {}
  const inFlight = new Map<string, IntentRecord>()
  let reported: readonly string[] = []
  for (const record of records) {
    // Whoever used or closed the bench had it from openBench, and the report with it. Until then it is told again.
    if (record.type === 'intent' || record.type === 'end') {
      for (const task of reported) inFlight.delete(task)
      reported = []
    } else if (record.type === 'recovered') reported = record.tasks
    // Only an outcome takes an intent away: in doubt, a task may have run.
    if (record.type === 'start') {
      start = record
      levels = {}
    } else if (record.type === 'intent') inFlight.set(record.task, record)
    else if (record.type === 'outcome') inFlight.delete(record.task)
    else if (record.type === 'levels') levels = { ...levels, ...record.levels }
    clean = record.type === 'end' && inFlight.size === 0
  }
  return { start, clean, inFlight: [...inFlight.values()], levels }
}

/**
 * What is to be reported of the run that a journal tells of; undefined when that came to its end.
 * @param boot The id of the machine's start that we are in.
 */
export function recover({ records }: ParsedJournal, file: string, boot: string): Recovered | undefined {
  const { start, clean, inFlight, levels } = stateOf(records)
  if (clean) return undefined
  const commanded = Object.entries(levels).map(([name, level]) => ({ name, line: start?.lines[name] ?? null, level }))
  return {
    file,
    pid: start?.pid ?? null,
    startedAt: start === undefined ? null : isoOf(start.time),
    rebooted: start !== undefined && start.boot !== boot,
    inFlight: inFlight.map(intent => ({
      task: intent.task,
      name: `${intent.peripheral}.${intent.action}`,
      peripheral: intent.peripheral,
      action: intent.action,
      input: intent.input,
      effect: intent.effect,
      intendedAt: isoOf(intent.time),
      state: 'indeterminate',
      levels: commanded.filter(({ name }) => name === intent.peripheral || name.startsWith(`${intent.peripheral}.`)),
    })),
    levels: commanded,
  }
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}
