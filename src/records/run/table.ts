/** The tables of a record: CSV as RFC 4180 has it, one line for each row, so that every program opens it as it stands. */

import type { Cell, Column } from '../../plan/rows.js'

/** A comma, a quote, a line end: only these need quotes. */
const SPECIAL = /[",\r\n]/

/** `time,elapsed (s),air.temperature (°C)` and a line feed. */
export function headerLine(columns: readonly Column[]): string {
  return `${['time', 'elapsed (s)', ...columns.map(titleOf)].map(quoted).join(',')}\n`
}

/** `air.temperature (°C)` */
export function titleOf({ name, unit }: Pick<Column, 'name' | 'unit'>): string {
  return unit === undefined || unit === '' ? name : `${name} (${unit})`
}

/** A value as JSON, which is as CSV wants it too unless it is a text or missing. */
export function jsonText(value: Cell): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null'
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

/**
 * @param time ISO 8601.
 * @param elapsed Seconds since the plan began.
 * @param texts The values as JSON, if they have been made.
 */
export function tableLine(
  time: string,
  elapsed: number,
  values: readonly Cell[],
  texts: readonly string[] = values.map(jsonText),
): string {
  let line = `${time},${elapsed}`
  for (const [index, value] of values.entries()) line += `,${cellText(value, texts[index] as string)}`
  return `${line}\n`
}

/**
 * Nothing for no value; a text without letters is quoted, so that the two differ. R takes only TRUE and FALSE for what
 * they are, and pandas and spreadsheets take these, too.
 */
function cellText(value: Cell, json: string): string {
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  if (typeof value === 'string') return value === '' ? '""' : quoted(value)
  return json === 'null' ? '' : json
}

function quoted(text: string): string {
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The names of the tables' files: `data.csv` of the primary stream, `data-<stream>.csv` of the others. */
export class TableNames {
  readonly #taken = new Set<string>()

  /** A name that no other stream has, on file systems that do not know capitals either. */
  of(stream: string): string {
    const base = stream === 'primary' ? 'data' : `data-${stream.replace(/[^\p{L}\p{N}_-]+/gu, '-').slice(0, 60)}`
    let name = `${base}.csv`
    for (let number = 2; this.#taken.has(name.toLowerCase()); number++) name = `${base}-${number}.csv`
    this.#taken.add(name.toLowerCase())
    return name
  }
}
