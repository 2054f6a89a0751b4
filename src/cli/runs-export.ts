/** `pi-worker runs export ID`: the rows of a run, and of those that it goes on with, as CSV or as JSON lines. */

import { createWriteStream, type WriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { codeOf, messageOf, PiWorkerError } from '../errors.js'
import { nearest } from '../nearest.js'
import { chainOf } from '../records/run/chain.js'
import { isoOf, type RecordedRow, type RecordedStream } from '../records/run/format.js'
import { type RecordedRun, readRun } from '../records/run/read-run.js'
import { findRun } from '../records/run/runs.js'
import { headerLine, tableLine } from '../records/run/table.js'
import { exit } from './exit.js'
import { oneLine } from './format.js'
import { Output } from './io.js'
import type { Session } from './program.js'
import { folderOf } from './runs.js'
import type { ExportFlags } from './runs-command.js'

/** @throws ERR_USAGE, ERR_UNKNOWN_RUN, ERR_RUN_FOLDER, ERR_RUN_VERSION, ERR_FILE */
export async function exportCommand(session: Session, id: string, flags: ExportFlags): Promise<number> {
  if (flags.csv && flags.jsonl) {
    throw new PiWorkerError('ERR_USAGE', '--csv and --jsonl cannot be had at once', {
      remedy: 'Leave one of them out.',
    })
  }
  const run = await readRun(await findRun(folderOf(session.io.env, flags), id))
  const stream = streamOf(run, flags.stream ?? 'primary')
  if (flags.out === undefined) {
    await writeRows(run, stream, flags, session.out)
    return exit.succeeded
  }
  const file = await newFile(flags.out)
  const output = new Output(file, {})
  await writeRows(run, stream, flags, output)
  file.end()
  await finished(file).catch(cause => {
    throw fileError(flags.out as string, cause)
  })
  session.err.write(`written to ${oneLine(flags.out)}\n`)
  return exit.succeeded
}

function streamOf({ streams, json, folder }: RecordedRun, name: string): RecordedStream {
  const found = streams.find(stream => stream.name === name)
  if (found !== undefined) return found
  const names = streams.map(stream => stream.name)
  const hint = nearest(name, names)
  const why = names.length === 0 ? 'recorded no rows' : `has no stream ${name}, but ${names.join(', ')}`
  throw new PiWorkerError('ERR_USAGE', `the run ${json.id} ${why}`, {
    place: folder,
    remedy: hint === undefined ? 'Name one with --stream.' : `Write --stream ${hint}, if that was meant.`,
  })
}

async function writeRows(
  run: RecordedRun,
  { name, columns }: RecordedStream,
  { jsonl }: ExportFlags,
  out: Output,
): Promise<void> {
  if (!jsonl) out.write(headerLine(columns))
  const line = jsonl
    ? (row: RecordedRow): string => jsonLine(row, columns)
    : ({ wall, elapsed, values }: RecordedRow): string => tableLine(isoOf(wall), elapsed, values)
  const { runs } = await chainOf(run)
  const first = beganAt(runs.at(-1) as RecordedRun)
  for (const part of runs.toReversed()) {
    // One experiment has one beginning.
    const later = (beganAt(part) - first) / 1000
    for await (const rows of part.rowBatches(name)) {
      out.write(rows.map(row => line(later === 0 ? row : { ...row, elapsed: row.elapsed + later })).join(''))
      await out.drained()
    }
  }
}

/** When its plan began, in ms since the Unix epoch. */
function beganAt({ json }: RecordedRun): number {
  return Date.parse(json.startedAt)
}

function jsonLine({ seq, wall, elapsed, values }: RecordedRow, columns: RecordedStream['columns']): string {
  const cells = columns.map(({ name }, index) => [name, values[index] ?? null] as const)
  return `${JSON.stringify({ seq, time: isoOf(wall), elapsed, ...Object.fromEntries(cells) })}\n`
}

/** What is there already is not written over. @throws ERR_FILE */
async function newFile(path: string): Promise<WriteStream> {
  const file = createWriteStream(path, { flags: 'wx' })
  await new Promise<void>((resolve, reject) => {
    file.once('open', () => resolve())
    file.once('error', cause => reject(fileError(path, cause)))
  })
  return file
}

function fileError(path: string, cause: unknown): PiWorkerError {
  const there = codeOf(cause) === 'EEXIST'
  return new PiWorkerError(
    'ERR_FILE',
    `${path} ${there ? 'is there already' : `cannot be written: ${messageOf(cause)}`}`,
    {
      place: path,
      remedy: there ? 'Name a new file, or delete that one first.' : undefined,
      cause,
    },
  )
}
