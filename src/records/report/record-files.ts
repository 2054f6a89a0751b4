/** The files of a run record, read piece by piece: whatever their size, little of them is in memory. */

import { createReadStream } from 'node:fs'
import { open, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CsvError, parse } from 'csv-parse'
import { codeOf, messageOf, PiWorkerError } from '../../errors.js'
import { VcdParser } from '../vcd-parser.js'
import type { VcdVisitor } from '../vcd-reader.js'
import { fieldsOf } from './report-facts.js'

export type LinesFile = 'tasks.jsonl' | 'log.jsonl'

/** What a report needs of a record. Every method tells `missing` what it could not read, and goes on. */
export interface RecordFiles {
  readonly path: string
  /** undefined without a run.json that can be read. */
  run(): Promise<unknown>
  /** Names of the files of rows, by what they call their stream. @param needed Whether there must be one. */
  rowFiles(needed: boolean): Promise<ReadonlyMap<string, string>>
  /** Calls `row` for the header first, then for each row. */
  rows(file: string, row: (cells: readonly string[]) => void): Promise<void>
  /** Calls `entry` for each line. @param needed Whether the file must be there. */
  lines(file: LinesFile, needed: boolean, entry: (fields: Readonly<Record<string, unknown>>) => void): Promise<void>
  trace(visitor: VcdVisitor): Promise<void>
}

const ROWS = /^data(?:-(.+))?\.csv$/
const CHUNK = 256 * 1024
const LONGEST_LINE = 64 * 1024 * 1024

/**
 * A record on disk.
 * @param missing Called with a sentence for whatever is missing, cut off or damaged.
 * @throws ERR_FILE when there is no such folder
 */
export async function openRecordFiles(path: string, missing: (what: string) => void): Promise<RecordFiles> {
  const names = await readdir(path).catch(cause => {
    throw new PiWorkerError('ERR_FILE', `the record ${path} cannot be read: ${messageOf(cause)}`, {
      place: path,
      remedy: 'Name the folder of a run, as pi-worker runs lists them.',
      cause,
    })
  })
  const has = (name: string, needed = true): boolean => {
    if (names.includes(name)) return true
    if (needed) missing(`${name} is missing.`)
    return false
  }
  return {
    path,

    async run() {
      if (!has('run.json')) return undefined
      try {
        return JSON.parse(await readFile(join(path, 'run.json'), 'utf8'))
      } catch (cause) {
        missing(`run.json cannot be read: ${messageOf(cause)}.`)
        return undefined
      }
    },

    async rowFiles(needed) {
      const files = names.flatMap(name => {
        const [, stream = 'primary'] = ROWS.exec(name) ?? []
        return ROWS.test(name) ? [[stream, name] as const] : []
      })
      if (files.length === 0 && needed) missing('data.csv is missing: there are no readings.')
      return new Map(files.sort(([a], [b]) => Number(b === 'primary') - Number(a === 'primary') || (a < b ? -1 : 1)))
    },

    async rows(name, row) {
      const file = join(path, name)
      try {
        await csvRows(file, await endsWithNewline(file), row, what => missing(`${name}: ${what}`))
      } catch (cause) {
        missing(`${name} can be read only in part: ${messageOf(cause)}.`)
      }
    },

    async lines(name, needed, entry) {
      if (!has(name, needed)) return
      let damaged = 0
      let rest = ''
      const take = (line: string): void => {
        if (line.trim() === '') return
        const fields = parsed(line)
        if (fields === undefined) damaged++
        else entry(fields)
      }
      try {
        const input = createReadStream(join(path, name), { highWaterMark: CHUNK, encoding: 'utf8' })
        // Not with readline, which takes most of the time of a million lines.
        for await (const chunk of input) {
          const lines = (rest + chunk).split('\n')
          rest = lines.pop() ?? ''
          for (const line of lines) take(line)
          // What has no end is no line, and must not fill the memory.
          if (rest.length > LONGEST_LINE) rest = '?'
        }
        take(rest)
      } catch (cause) {
        missing(`${name} can be read only in part: ${messageOf(cause)}.`)
      }
      if (damaged > 0) missing(`${name}: ${damaged === 1 ? 'one line is' : `${damaged} lines are`} cut off or damaged.`)
    },

    async trace(visitor) {
      if (!has('trace.vcd')) return
      const file = join(path, 'trace.vcd')
      const parser = new VcdParser('trace.vcd', visitor)
      try {
        // Not in one go, as scanVcd reads: the process that made the record may have a bench to look after.
        for await (const chunk of createReadStream(file, { highWaterMark: CHUNK })) {
          parser.push(chunk as Buffer, (chunk as Buffer).length)
        }
        parser.end()
      } catch (cause) {
        missing(`The trace is shown as far as it could be read: ${messageOf(cause)}.`)
      }
    },
  }
}

async function csvRows(
  file: string,
  whole: boolean,
  row: (cells: readonly string[]) => void,
  missing: (what: string) => void,
): Promise<void> {
  const parser = parse({ bom: true, relax_column_count: true, skip_empty_lines: true })
  const input = createReadStream(file, { highWaterMark: CHUNK })
  input.on('error', error => parser.destroy(error))
  input.pipe(parser)
  let width: number | undefined
  let odd = 0
  // The last row is held back until it is known that it is whole.
  let held: readonly string[] | undefined
  const take = (cells: readonly string[]): void => {
    width ??= cells.length
    if (cells.length === width) row(cells)
    else odd++
  }
  parser.on('readable', () => {
    for (let cells = parser.read(); cells !== null; cells = parser.read()) {
      if (held !== undefined) take(held)
      held = cells as string[]
    }
  })
  let torn = !whole
  await new Promise<void>((resolve, reject) => {
    parser.on('end', resolve)
    parser.on('error', error => {
      input.destroy()
      // A quoted cell that ends nowhere is the last one: the row was torn within it.
      if (!(error instanceof CsvError) || codeOf(error) !== 'CSV_QUOTE_NOT_CLOSED') return reject(error)
      if (held !== undefined) take(held)
      held = undefined
      torn = true
      resolve()
    })
  })
  if (held !== undefined && (whole || width === undefined)) take(held)
  if (torn && width !== undefined) missing('the last row is cut off, and left out.')
  if (odd > 0) missing(`${odd === 1 ? 'one row has' : `${odd} rows have`} not as many cells as the header.`)
  if (width === undefined) missing('it is empty.')
}

async function endsWithNewline(file: string): Promise<boolean> {
  const { size } = await stat(file)
  if (size === 0) return true
  const handle = await open(file, 'r')
  try {
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
    return buffer[0] === 10
  } finally {
    await handle.close()
  }
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? fieldsOf(value) : undefined
  } catch {
    return undefined
  }
}
