/** What the files of a run's record hold. Readers of other versions are told so; a later version may add, not change. */

import type { ProcessId } from '../../bench/journal/processes.js'
import type { PlanText } from '../../plan/plan-context.js'
import type { PlanTaskJson } from '../../plan/plan-task.js'
import type { Cell, Changes, ParamValue, Stream } from '../../plan/rows.js'

export const RUN_FORMAT = 'pi-worker-run'
export const RUN_VERSION = 1

/** The files of a record, but for those of the streams. */
export const RUN_FILES = {
  run: 'run.json',
  documents: 'documents.jsonl',
  tasks: 'tasks.jsonl',
  log: 'log.jsonl',
  trace: 'trace.vcd',
  report: 'report.html',
} as const

/** `interrupted`: its process was gone before it could say how it ended. */
export type RunOutcome = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted'

/** How soon what is written is on the disk: at every row, at most a second later, or when the system likes. */
export type RunSync = 'row' | 'second' | 'off'

/** A stream of rows, and the table that it is written to. */
export interface RecordedStream extends Stream {
  /** `data.csv`, or `data-<stream>.csv`. */
  readonly file: string
}

/** The version of a plan that is kept in git. */
export interface GitFacts {
  readonly commit: string
  /** Something in the plan's folder is not as the commit has it. */
  readonly dirty: boolean
}

/** How late pulses came, of all plays that measured it. Times in ms. */
export interface RunTiming {
  /** How many plays gave evidence. */
  readonly plays: number
  /** The latest step of all. Null when no play knows. */
  readonly worst: number | null
  /** In no play were more than 1 of 100 steps later. */
  readonly p99: number | null
  /** Rounds of loops that started late. */
  readonly overruns: number
  /** Times of a `cron` that had no round of their own. */
  readonly missed: number
}

/** What is known of a run before anything moves. */
export interface RunFacts {
  /** Of the plan. */
  readonly name: string
  readonly plan: PlanText & {
    /** The files that it includes. */
    readonly included?: readonly PlanText[]
  }
  /** What the plan runs on, as it is given to `openBench`. */
  readonly bench: unknown
  readonly params: readonly ParamValue[]
  readonly versions: { readonly piWorker: string; readonly node: string }
  /** Of the operating system. */
  readonly kernel: string
  readonly git: GitFacts | null
  readonly seed: number | null
  readonly rehearsal: boolean
  /** The id of the interrupted run that this one goes on with. */
  readonly resumes: string | null
}

/** `run.json`: the run as a whole. */
export interface RunJson extends RunFacts {
  readonly format: typeof RUN_FORMAT
  readonly version: typeof RUN_VERSION
  /** The name of the folder. */
  readonly id: string
  readonly outcome: RunOutcome
  /** When the folder was made, in the world's time. ISO 8601. */
  readonly recordedAt: string
  /** When the plan began, by the clock of the run: a virtual one begins where it likes. ISO 8601. */
  readonly startedAt: string
  /** Null while it runs. */
  readonly endedAt: string | null
  /** Seconds. */
  readonly elapsed: number | null
  /** Who runs it, or ran it, and on which machine. */
  readonly process: ProcessId & { readonly host: string }
  /** Null until the bench is open. */
  readonly board: { readonly driver: string; readonly description: string } | null
  readonly clock: {
    readonly kind: 'system' | 'virtual'
    /** When its 0 was. ISO 8601. */
    readonly epoch: string
  }
  readonly sync: RunSync
  readonly streams: readonly RecordedStream[]
  /** How many there are, by stream; of a run that runs or was interrupted, as many as were known when this was written. */
  readonly rows: Readonly<Record<string, number>>
  readonly tasks: { readonly count: number; readonly failed: number }
  readonly error: RunError | null
  /** Null when no task gave evidence and no round was late. */
  readonly timing: RunTiming | null
}

export interface RunError {
  readonly code: string
  readonly message: string
  /** `file:line:column`, or what it is about. */
  readonly place: string | null
}

/** A line of `tasks.jsonl`: a task that is over. Seconds since the plan began; null where it did not come to that. */
export interface RecordedTask extends PlanTaskJson {
  /** When it was created. */
  readonly created: number
  /** When its function began. */
  readonly began: number | null
  readonly ended: number | null
}

export type LogLevel = 'info' | 'warning' | 'error'

/** A line of `log.jsonl`. More fields hang on its type. */
export interface LogLine {
  /** ISO 8601. */
  readonly time: string
  /** Seconds since the plan began. */
  readonly elapsed: number
  readonly level: LogLevel
  readonly type: string
  readonly message: string
}

/** A row as it is read back. */
export interface RecordedRow {
  /** The name of its stream. */
  readonly stream: string
  /** 1, 2, 3… within its stream. */
  readonly seq: number
  /** Seconds since the plan began. */
  readonly elapsed: number
  /** ms since the Unix epoch. */
  readonly wall: number
  /** In the order of the stream's columns. */
  readonly values: readonly Cell[]
  /** When each of them was measured or made, in ms since the Unix epoch. */
  readonly measured: readonly number[]
  /** The rounds of the loops around it, from the outermost, each counted from 0. */
  readonly position: readonly number[]
  /** What the plan had changed when each of these rounds began, and last, when the row was made. */
  readonly changed?: readonly Changes[] | undefined
}

/** ns as seconds. */
export function toSeconds(ns: number): number {
  return ns / 1e9
}

export function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}
