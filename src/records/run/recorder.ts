/** Keeps the record of one run: told of rows, tasks and events as they come, it leaves a folder that says it all. */

import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { thisMachine } from '../../bench/journal/processes.js'
import { codeOf } from '../../errors.js'
import { formatPlace } from '../../plan/place.js'
import type { PlanEvent } from '../../plan/plan-bench.js'
import type { PlanTask } from '../../plan/plan-task.js'
import type { Row, Stream } from '../../plan/rows.js'
import type { Clock } from '../../worker/clock.js'
import type { WorkerEvent } from '../../worker/events.js'
import { toPlain } from '../../worker/plain.js'
import { RealDisk, type RunDisk } from './disk.js'
import { DocumentLines } from './documents.js'
import {
  isoOf,
  type LogLevel,
  type RecordedStream,
  RUN_FILES,
  type RunError,
  type RunFacts,
  type RunJson,
  type RunOutcome,
  type RunSync,
  toSeconds,
} from './format.js'
import { logEntry } from './log-lines.js'
import { discardFolder, folderError } from './record-folder.js'
import { runError, runText } from './run-text.js'
import { headerLine, jsonText, TableNames, tableLine } from './table.js'
import { TaskLines } from './task-lines.js'
import { Uids } from './uids.js'
import { RecordWriter } from './writer.js'

export interface RecorderOptions {
  /** Empty. */
  readonly folder: string
  readonly facts: RunFacts
  /** Of the bench. */
  readonly clock: Clock
  readonly sync: RunSync
  /** The world's time now, in ms since the Unix epoch: a virtual clock does not know it. */
  readonly recordedAt: number
  readonly disk?: RunDisk | undefined
  /** On which a full disk is waited for; `clock` when left out. */
  readonly waitClock?: Clock | undefined
  /** Is told, as a sentence, that the disk is full, and that there is room again. */
  readonly onDisk?: ((message: string) => void) | undefined
}

/** How a run ended. */
export interface RunEnding {
  readonly outcome: Exclude<RunOutcome, 'running'>
  readonly error: RunError | null
  /** Rounds of loops that started late. */
  readonly overruns: number
  /** Times of a `cron` that had no round of their own. */
  readonly missed?: number | undefined
  /** A disk that is full is waited for until it aborts. */
  readonly giveUp?: AbortSignal | undefined
}

const EXIT_STATUS = { succeeded: 'success', failed: 'fail', cancelled: 'abort', interrupted: 'abort' } as const

/** A stream, and how many rows it has. */
interface Recorded {
  readonly stream: RecordedStream
  rows: number
}

export class RunRecorder {
  readonly folder: string
  readonly #options: RecorderOptions
  readonly #writer: RecordWriter
  readonly #process: RunJson['process'] = { ...thisMachine().self, host: hostname() }
  readonly #names = new TableNames()
  readonly #streams = new Map<string, Recorded>()
  readonly #tasks = new TaskLines()
  #began: number
  #startedAt: number
  #documents: DocumentLines
  #board: RunJson['board'] = null
  /** The time of the last row, and how it is spelt. */
  #wall = Number.NaN
  #iso = ''
  #ending: (RunEnding & { readonly wall: number; readonly elapsed: number }) | undefined

  /** Writes what is known before anything moves. @throws ERR_RUN_FOLDER */
  static async create(options: RecorderOptions): Promise<RunRecorder> {
    const disk = options.disk ?? new RealDisk(options.folder)
    const recorder = new RunRecorder(options, disk)
    try {
      await options.clock.hold(disk.replace(RUN_FILES.run, recorder.#json(), options.sync !== 'off'))
      // The folder itself is new, too.
      if (options.sync !== 'off') await options.clock.hold(new RealDisk(dirname(disk.path)).sync())
    } catch (cause) {
      throw folderError(options.folder, cause)
    }
    return recorder
  }

  private constructor(options: RecorderOptions, disk: RunDisk) {
    const { folder, clock, waitClock, sync } = options
    this.folder = folder
    this.#options = options
    this.#began = clock.now()
    this.#startedAt = clock.wall()
    this.#documents = new DocumentLines(this.#uids(), this.#began)
    this.#writer = new RecordWriter({
      disk,
      clock,
      waitClock,
      sync,
      onFull: error => this.#onFull(error),
      onRoom: () => this.#onRoom(),
    })
  }

  /**
   * The bench is open, and the plan begins now.
   * @param streams Those that are known; their tables are there from the beginning, and others may follow.
   */
  begin(board: { readonly driver: string; readonly description: string }, streams: readonly Stream[] = []): void {
    const { clock, facts } = this.#options
    this.#began = clock.now()
    this.#startedAt = clock.wall()
    this.#board = { driver: board.driver, description: board.description }
    this.#documents = new DocumentLines(this.#uids(), this.#began)
    this.#writer.replace(RUN_FILES.run, this.#json())
    const start = this.#documents.start(facts, board.driver, this.#startedAt, streams)
    this.#writer.append(RUN_FILES.documents, start)
    for (const file of [RUN_FILES.tasks, RUN_FILES.log]) this.#writer.append(file, '')
    for (const stream of streams) this.#newStream(stream)
  }

  /**
   * Whoever has made the row waits for what is returned, if it is a promise.
   * @throws ERR_RUN_RECORD (or rejects with it) when it cannot be recorded
   */
  row(row: Row): void | Promise<void> {
    let known = this.#streams.get(row.stream.name) ?? this.#newStream(row.stream)
    if (known.stream.columns !== row.stream.columns) known = this.#otherTypes(known, row.stream)
    known.rows++
    const { wall, time, values } = row
    const texts = values.map(jsonText)
    if (wall !== this.#wall) {
      this.#wall = wall
      this.#iso = isoOf(wall)
    }
    const line = tableLine(this.#iso, toSeconds(time - this.#began), values, texts)
    this.#writer.append(known.stream.file, line)
    this.#writer.append(RUN_FILES.documents, this.#documents.event(row, texts))
    return this.#writer.row()
  }

  /** Whoever is about to begin something new waits for what is returned: the disk is full, or slower than the plan. */
  room(): Promise<void> | undefined {
    return this.#writer.room()
  }

  /** The plan tells of its tasks, and what it says for the record. @throws ERR_RUN_RECORD */
  told(event: PlanEvent): void {
    if (event.type === 'created') this.created(event.task)
    else if (event.type === 'finished') this.finished(event.task)
    else this.log('info', 'note', event.text, { place: formatPlace(event.place) })
  }

  /** A task was created. @throws ERR_RUN_RECORD */
  created(task: PlanTask): void {
    if (this.#writer.failure !== undefined) throw this.#writer.failure
    this.#tasks.created(task, this.#options.clock.now())
  }

  /** A task is over. @throws ERR_RUN_RECORD */
  finished(task: PlanTask): void {
    this.#writer.append(RUN_FILES.tasks, this.#tasks.line(task, this.#options.clock.now(), this.#began))
    if (this.#writer.failure !== undefined) throw this.#writer.failure
  }

  /** More of `trace.vcd`. */
  readonly trace = (text: string): void => this.#writer.append(RUN_FILES.trace, text)

  /** Something happened in the worker. */
  heard(event: WorkerEvent): void {
    const entry = logEntry(event)
    if (entry === undefined) return
    const { type, sequence, time, ...fields } = event
    this.log(entry.level, type, entry.message, fields)
  }

  log(level: LogLevel, type: string, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const { clock } = this.#options
    const elapsed = toSeconds(clock.now() - this.#began)
    const line = { time: isoOf(clock.wall()), elapsed, level, type, message }
    this.#writer.append(RUN_FILES.log, `${JSON.stringify({ ...line, ...(toPlain(fields) as object), ...line })}\n`)
  }

  /**
   * Says how the run ended, and writes all that is left.
   * @throws ERR_RUN_RECORD
   */
  async close(ending: RunEnding): Promise<void> {
    const { clock } = this.#options
    const { outcome, error, giveUp } = ending
    for (const task of this.#tasks.open) this.finished(task)
    this.#ending = { ...ending, wall: clock.wall(), elapsed: toSeconds(clock.now() - this.#began) }
    if (error !== null) this.log('error', 'error', error.message, { code: error.code, place: error.place })
    const reason = error === null ? '' : `${error.code}: ${error.message}`
    const stop = { exitStatus: EXIT_STATUS[outcome], reason, rows: this.#rows, wall: clock.wall() }
    this.#writer.append(RUN_FILES.documents, this.#documents.stop(stop))
    try {
      await this.#writer.close(giveUp)
    } catch (failure) {
      if (outcome === 'succeeded') this.#ending = { ...this.#ending, outcome: 'failed', error: runError(failure) }
      // It takes hardly any room; if it cannot be written either, that is no news.
      await this.#writer.last(RUN_FILES.run, this.#json()).catch(() => failure)
      throw failure
    }
    // It sums up what is on the disk by now.
    await this.#writer.last(RUN_FILES.run, this.#json())
  }

  /** The run never began: nothing is left of its record. @throws ERR_RUN_RECORD */
  async discard(): Promise<void> {
    await this.#writer.close()
    await this.#options.clock.hold(discardFolder(this.folder, [RUN_FILES.run]))
  }

  #newStream({ name, columns }: Stream): Recorded {
    const stream: RecordedStream = { name, columns, file: this.#names.of(name) }
    const known = { stream, rows: 0 }
    this.#streams.set(name, known)
    // Before its table, so that whoever finds that knows what it is.
    this.#writer.replace(RUN_FILES.run, this.#json())
    this.#writer.append(stream.file, headerLine(columns))
    this.#writer.append(RUN_FILES.documents, this.#documents.descriptor(stream, this.#options.clock.wall()))
    return known
  }

  /** Columns of a function may begin without values: what they hold is known later, and told by another descriptor. */
  #otherTypes(before: Recorded, { columns }: Stream): Recorded {
    const known = { ...before, stream: { ...before.stream, columns } }
    this.#streams.set(known.stream.name, known)
    this.#writer.replace(RUN_FILES.run, this.#json())
    this.#writer.append(RUN_FILES.documents, this.#documents.descriptor(known.stream, this.#options.clock.wall()))
    return known
  }

  get #rows(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#streams].map(([name, { rows }]) => [name, rows]))
  }

  #json(): string {
    const ending = this.#ending
    return runText({
      ...this.#options,
      startedAt: this.#startedAt,
      began: this.#began,
      ending,
      board: this.#board,
      rows: this.#rows,
      tasks: this.#tasks.counts,
      timing: this.#tasks.timing(ending?.overruns ?? 0, ending?.missed ?? 0),
      process: this.#process,
      streams: [...this.#streams.values()].map(({ stream }) => stream),
    })
  }

  #uids(): Uids {
    const { clock, facts } = this.#options
    if (clock.kind === 'system') return new Uids()
    return new Uids(JSON.stringify([facts.seed, facts.plan.text, facts.params, facts.bench, facts.resumes]))
  }

  #onFull(error: unknown): void {
    const message = `the disk is full: the plan waits at its next step until there is room for ${this.folder}`
    this.log('warning', 'diskFull', message, { code: codeOf(error) ?? null })
    this.#options.onDisk?.(message)
  }

  #onRoom(): void {
    const message = 'there is room on the disk again: nothing was lost, and the plan goes on'
    this.log('info', 'diskRoom', message)
    this.#options.onDisk?.(message)
  }
}
