/** Reads a column of a CSV file as values over time. A series has no gaps: whoever follows it must never guess. */

import { readFileSync } from 'node:fs'
import { CsvError, parse } from 'csv-parse/sync'
import { codeOf, messageOf, PiWorkerError } from '../src/errors.js'
import { nearest } from '../src/nearest.js'

/** Values at rising times. */
export interface Series {
  /** ns since the start. */
  readonly times: Float64Array
  /** As many as there are times, at least one. */
  readonly values: Float64Array
}

interface Row {
  readonly record: readonly string[]
  readonly info: { readonly lines: number }
}

const NS_PER_UNIT: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  sec: 1e9,
  seconds: 1e9,
  m: 60e9,
  min: 60e9,
  minutes: 60e9,
  h: 3600e9,
  hours: 3600e9,
}
/** The unit at the end of a column's name: `time (ms)`, `time [ms]`, `time_ms`, `time/ms`, or a name that is a unit. */
const UNIT = /(?:^|[\s_/([])([a-zµμ]+)[)\]]?$/i
const BRACKETED = /[([]([^)\]]*)[)\]]$/
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const FORMAT = 'Write a header row such as time,temperature and a number in every column of every row below it.'

/**
 * Reads the times (first column) and the values of one column. Columns are parted by commas, semicolons or tabs; empty
 * lines are passed over, and so are lines that begin with `#`.
 * @param column Name of the column; may be left out when there is but one beside the time
 * @param place Where the file is named, for errors
 * @throws ERR_BAD_CONFIG when it cannot be read, lacks the column, has a gap, a text that is no number, or times that
 *   do not rise
 */
export function readSeries(path: string, column: string | undefined, place: string): Series {
  const [header, ...rows] = readRows(path, place)
  const bad = (line: number, what: string, remedy = FORMAT): PiWorkerError =>
    new PiWorkerError('ERR_BAD_CONFIG', `${place}: ${path}:${line}: ${what}`, { place: `${path}:${line}`, remedy })
  if (header === undefined) throw bad(1, 'the file is empty')
  const names = header.record.map(name => name.trim())
  const headerLine = header.info.lines
  if (names.every(name => NUMBER.test(name))) throw bad(headerLine, 'there is no header row')
  const index = columnOf(names, column, (what, remedy) => bad(headerLine, what, remedy))
  const scale = scaleOf(names[0] ?? '', (what, remedy) => bad(headerLine, what, remedy))
  if (rows.length === 0) throw bad(headerLine, 'there are no rows below the header')
  const times = new Float64Array(rows.length)
  const values = new Float64Array(rows.length)
  for (const [at, { record, info }] of rows.entries()) {
    times[at] = Math.round(numberAt(record, 0, names, what => bad(info.lines, what)) * scale)
    values[at] = numberAt(record, index, names, what => bad(info.lines, what))
    if (at > 0 && times[at]! <= times[at - 1]!) {
      throw bad(info.lines, `the time ${record[0]} does not come after the one before it`, 'Let the times rise.')
    }
  }
  return { times, values }
}

function readRows(path: string, place: string): Row[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const why = codeOf(cause) === 'ENOENT' ? 'it does not exist' : messageOf(cause)
    const remedy = 'Name a file that is there; a path counts from the folder in which the program was started.'
    throw new PiWorkerError('ERR_BAD_CONFIG', `${place}: ${path} cannot be read: ${why}`, { place, remedy, cause })
  }
  try {
    return parse(text, {
      bom: true,
      comment: '#',
      comment_no_infix: true,
      delimiter: [',', ';', '\t'],
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as Row[]
  } catch (cause) {
    const line = cause instanceof CsvError ? `:${cause.lines}` : ''
    throw new PiWorkerError('ERR_BAD_CONFIG', `${place}: ${path}${line}: ${messageOf(cause)}`, {
      place: `${path}${line}`,
      remedy: FORMAT,
      cause,
    })
  }
}

function columnOf(
  names: readonly string[],
  column: string | undefined,
  bad: (what: string, remedy: string) => PiWorkerError,
): number {
  const values = names.slice(1)
  const list = values.join(', ')
  if (values.length === 0) throw bad('there is no column beside the time', FORMAT)
  if (column === undefined) {
    if (values.length === 1) return 1
    throw bad(`it is not said which column is meant: ${list}`, `Add column: ${values[0]}, or another of them.`)
  }
  const index = names.indexOf(column, 1)
  if (index > 0) return index
  const guess = nearest(column, values)
  const remedy = guess === undefined ? `Use one of these columns: ${list}.` : `Write column: ${guess}.`
  throw bad(`there is no column "${column}"; there are ${list}`, remedy)
}

/** ns in one unit of the time column; a name without a unit means seconds. */
function scaleOf(name: string, bad: (what: string, remedy: string) => PiWorkerError): number {
  const unit = UNIT.exec(name)?.[1]?.toLowerCase() ?? ''
  const scale = Object.hasOwn(NS_PER_UNIT, unit) ? NS_PER_UNIT[unit] : undefined
  if (scale !== undefined) return scale
  const [, bracketed] = BRACKETED.exec(name) ?? []
  if (bracketed === undefined) return 1e9
  throw bad(`"${bracketed}" is no unit of time`, 'Use one of ns, us, ms, s, min, h, as in time (ms).')
}

function numberAt(
  record: readonly string[],
  index: number,
  names: readonly string[],
  bad: (what: string) => PiWorkerError,
): number {
  const text = record[index]?.trim() ?? ''
  if (text === '') throw bad(`"${names[index]}" has a gap`)
  if (!NUMBER.test(text) || !Number.isFinite(Number(text))) throw bad(`"${text.slice(0, 40)}" is no number`)
  return Number(text)
}
