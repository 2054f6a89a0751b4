/**
 * Reads the record of a run, whether it came to its end, runs, or was interrupted: a power cut may have torn the last
 * lines of every file. Nothing is ever in memory as a whole.
 */

import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, PiWorkerError } from '../../errors.js'
import type { Cell, Changes, Column } from '../../plan/rows.js'
import type { KeyFacts } from './documents.js'
import {
  type LogLine,
  type RecordedRow,
  type RecordedStream,
  type RecordedTask,
  RUN_FILES,
  RUN_FORMAT,
  RUN_VERSION,
  type RunJson,
} from './format.js'
import { lineBatches } from './lines.js'
import { folderError } from './record-folder.js'

/** A plan has at most 1 MiB, and its bench is part of it. */
const MOST_BYTES = 64 * 1024 * 1024

/** @throws ERR_RUN_FOLDER when the folder holds no record, ERR_RUN_VERSION when it holds one of another version */
export async function readRun(folder: string): Promise<RecordedRun> {
  return new RecordedRun(folder, await readRunJson(folder))
}

/** What `run.json` says. @throws ERR_RUN_FOLDER, ERR_RUN_VERSION */
export async function readRunJson(folder: string): Promise<RunJson> {
  const path = join(folder, RUN_FILES.run)
  let text: string
  try {
    const facts = await stat(path)
    if (!facts.isFile() || facts.size > MOST_BYTES) throw noRecord(folder, `${RUN_FILES.run} is no record of a run`)
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if (cause instanceof PiWorkerError) throw cause
    if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR') throw noRecord(folder, `it has no ${RUN_FILES.run}`)
    throw folderError(folder, cause, 'cannot be read')
  }
  return checked(folder, path, parsed(text))
}

function checked(folder: string, path: string, value: unknown): RunJson {
  const json = (typeof value === 'object' ? value : null) as Partial<RunJson> | null
  if (json?.format !== RUN_FORMAT) throw noRecord(folder, `${RUN_FILES.run} is no record of a run`)
  if (json.version !== RUN_VERSION) {
    throw new PiWorkerError(
      'ERR_RUN_VERSION',
      `${path} has version ${String(json.version)}; this pi-worker reads version ${RUN_VERSION}`,
      { place: path, remedy: writerOf(json) },
    )
  }
  const { id, name, outcome, recordedAt, streams, rows, tasks, process } = json
  const whole = [id, name, outcome, recordedAt].every(text => typeof text === 'string')
  if (!whole || !Array.isArray(streams) || [rows, tasks, process].some(part => typeof part !== 'object')) {
    throw noRecord(folder, `${RUN_FILES.run} lacks a part`)
  }
  return json as RunJson
}

/** Who wrote it can read it; of what a later version says, nothing is certain. */
function writerOf(json: { readonly versions?: { readonly piWorker?: unknown } }): string | undefined {
  const version = json.versions?.piWorker
  return typeof version === 'string' ? `Read it with pi-worker ${version}, which wrote it, or a later one.` : undefined
}

function noRecord(folder: string, why: string): PiWorkerError {
  return new PiWorkerError('ERR_RUN_FOLDER', `the folder ${folder} holds no record of a run: ${why}`, {
    place: folder,
    remedy: 'See pi-worker runs for those that there are.',
  })
}

/** How the events of one descriptor are read. */
interface EventKeys {
  readonly stream: string
  /** In the order of the columns. */
  readonly columns: readonly string[]
  readonly elapsed: string | undefined
  readonly position: string | undefined
}

interface EventDocument {
  readonly descriptor: string
  readonly seq_num: number
  readonly time: number
  readonly data: Readonly<Record<string, Cell>>
  readonly timestamps: Readonly<Record<string, number>>
}

interface DescriptorDocument {
  readonly uid: string
  readonly name: string
  readonly data_keys: Readonly<Record<string, KeyFacts>>
}

export class RecordedRun {
  readonly folder: string
  readonly json: RunJson
  /** Lines that could not be read, of all that has been read until now; torn ends are none. */
  unreadable = 0
  readonly #streams = new Map<string, RecordedStream>()

  constructor(folder: string, json: RunJson) {
    this.folder = folder
    this.json = json
    for (const stream of json.streams) this.#streams.set(stream.name, stream)
  }

  /** The streams; after a power cut there may be one more once all rows have been read. */
  get streams(): readonly RecordedStream[] {
    return [...this.#streams.values()]
  }

  /** Of one of its files, whether it is there or not. */
  path(file: string): string {
    return join(this.folder, file)
  }

  /** The rows of one stream, or of all, in the order in which they were recorded. */
  async *rows(stream?: string): AsyncGenerator<RecordedRow> {
    for await (const batch of this.rowBatches(stream)) yield* batch
  }

  /** The same, a few hundred at a time: for who has a million of them to look at. */
  async *rowBatches(stream?: string): AsyncGenerator<readonly RecordedRow[]> {
    const descriptors = new Map<string, EventKeys>()
    for await (const documents of this.#lines<readonly [string, unknown]>(RUN_FILES.documents)) {
      const rows: RecordedRow[] = []
      for (const document of documents) {
        const [kind, content] = Array.isArray(document) ? document : []
        if (kind === 'start' || kind === 'stop') continue
        if (kind === 'descriptor' && isDescriptor(content)) this.#describe(content, descriptors)
        else {
          const event = kind === 'event' && isEvent(content) ? content : undefined
          const keys = event && descriptors.get(event.descriptor)
          if (event === undefined || keys === undefined) this.unreadable++
          else if (stream === undefined || keys.stream === stream) rows.push(rowOf(event, keys))
        }
      }
      if (rows.length > 0) yield rows
    }
  }

  /** The tasks, in the order in which they ended. */
  async *tasks(): AsyncGenerator<RecordedTask> {
    for await (const tasks of this.#lines<RecordedTask>(RUN_FILES.tasks)) yield* tasks
  }

  async *log(): AsyncGenerator<LogLine> {
    for await (const lines of this.#lines<LogLine>(RUN_FILES.log)) yield* lines
  }

  async *#lines<T>(file: string): AsyncGenerator<readonly T[]> {
    for await (const lines of lineBatches(this.path(file))) {
      const values: T[] = []
      for (const line of lines) {
        const value = parsed(line)
        if (typeof value === 'object' && value !== null) values.push(value as T)
        else this.unreadable++
      }
      yield values
    }
  }

  #describe(document: DescriptorDocument, descriptors: Map<string, EventKeys>): void {
    const keys = Object.entries(document.data_keys)
    const columns = keys.filter(([, { column }]) => column !== undefined)
    const ofRole = (role: string): string | undefined => keys.find(([, facts]) => facts.role === role)?.[0]
    const { uid, name } = document
    descriptors.set(uid, {
      stream: name,
      columns: columns.map(([key]) => key),
      elapsed: ofRole('elapsed'),
      position: ofRole('position'),
    })
    if (this.#streams.has(name)) return
    this.#streams.set(name, { name, columns: columns.map(([, facts]) => columnOf(facts)), file: '' })
  }
}

function isDescriptor(value: unknown): value is DescriptorDocument {
  const { uid, name, data_keys: keys } = (value ?? {}) as Partial<DescriptorDocument>
  const whole = typeof uid === 'string' && typeof name === 'string' && typeof keys === 'object' && keys !== null
  return whole && Object.values(keys).every(key => typeof key === 'object' && key !== null)
}

function isEvent(value: unknown): value is EventDocument {
  const { descriptor, seq_num: seq, time, data, timestamps } = (value ?? {}) as Partial<EventDocument>
  const whole = typeof descriptor === 'string' && typeof seq === 'number' && typeof time === 'number'
  return whole && [data, timestamps].every(part => typeof part === 'object' && part !== null)
}

function columnOf({ column = '', dtype, units, description, source, axis = false }: KeyFacts): Column {
  return { name: column, type: dtype as Column['type'], unit: units ?? undefined, description, source, axis }
}

function rowOf({ seq_num, time, data, timestamps }: EventDocument, keys: EventKeys): RecordedRow {
  const text = keys.position === undefined ? '' : String(data[keys.position] ?? '')
  const [position = '', changed] = text.split(' ', 2)
  return {
    stream: keys.stream,
    seq: seq_num,
    elapsed: Number(data[keys.elapsed ?? ''] ?? Number.NaN),
    wall: Math.round(time * 1000),
    values: keys.columns.map(key => data[key] ?? null),
    measured: keys.columns.map(key => Math.round((timestamps[key] ?? time) * 1000)),
    position: position === '' ? [] : position.split(',').map(Number),
    ...(changed !== undefined && { changed: parsed(text.slice(position.length + 1)) as readonly Changes[] }),
  }
}

/** Undefined when it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
