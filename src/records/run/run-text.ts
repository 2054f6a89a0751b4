/** What `run.json` says of a run, at any time of it. */

import { codeOf, messageOf, PiWorkerError } from '../../errors.js'
import type { Clock } from '../../worker/clock.js'
import { isoOf, RUN_FORMAT, RUN_VERSION, type RunError, type RunFacts, type RunJson, type RunSync } from './format.js'
import { idOf } from './record-folder.js'

export interface RunTextParts extends Pick<RunJson, 'board' | 'rows' | 'tasks' | 'timing' | 'process' | 'streams'> {
  readonly folder: string
  readonly facts: RunFacts
  readonly clock: Clock
  readonly sync: RunSync
  /** The world's time when the folder was made, in ms since the Unix epoch. */
  readonly recordedAt: number
  /** When the plan began, in ms since the Unix epoch, and in ns of the clock. */
  readonly startedAt: number
  readonly began: number
  /** Undefined while it runs. */
  readonly ending:
    | (Pick<RunJson, 'outcome' | 'error'> & { readonly wall: number; readonly elapsed: number })
    | undefined
}

export function runText(parts: RunTextParts): string {
  const { folder, facts, clock, ending, startedAt } = parts
  const json: RunJson = {
    format: RUN_FORMAT,
    version: RUN_VERSION,
    id: idOf(folder),
    name: facts.name,
    outcome: ending?.outcome ?? 'running',
    recordedAt: isoOf(parts.recordedAt),
    startedAt: isoOf(startedAt),
    endedAt: ending === undefined ? null : isoOf(ending.wall),
    elapsed: ending?.elapsed ?? null,
    rehearsal: facts.rehearsal,
    resumes: facts.resumes,
    rows: parts.rows,
    tasks: parts.tasks,
    error: ending?.error ?? null,
    timing: parts.timing,
    params: facts.params,
    seed: facts.seed,
    board: parts.board,
    clock: { kind: clock.kind, epoch: isoOf(startedAt - parts.began / 1e6) },
    versions: facts.versions,
    kernel: facts.kernel,
    git: facts.git,
    sync: parts.sync,
    process: parts.process,
    streams: parts.streams,
    bench: facts.bench,
    plan: facts.plan,
  }
  return `${JSON.stringify(json, null, 2)}\n`
}

/** What of an error `run.json` keeps. @param place `file:line:column`, when the error itself does not know. */
export function runError(error: unknown, place: string | null = null): RunError | null {
  if (error === undefined) return null
  const own = error instanceof PiWorkerError ? (error.place ?? null) : null
  return { code: codeOf(error) ?? 'ERR_UNEXPECTED', message: messageOf(error), place: place ?? own }
}
