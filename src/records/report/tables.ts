/** The tables of a report: what the plots show, for those who cannot see them or want the numbers. */

import { frequencyText } from '../time-text.js'
import { type Html, html } from './html.js'
import type { Lanes } from './lanes.js'
import type { AxisData, MapData, ScanData } from './page-data.js'
import type { Reading, StreamReadings } from './readings.js'
import type { Waves } from './waves.js'
import { countText, lengthText, numberText } from './wording.js'

/** Longer tables are for programs: these read the files. */
const MOST_ROWS = 100
const MOST_COLUMNS = 30

export interface TableOptions {
  readonly caption: string
  readonly head: readonly string[]
  /** The first cell of a row is its heading. */
  readonly rows: readonly (readonly (string | Html)[])[]
  /** Which columns hold numbers. */
  readonly numbers?: readonly number[]
  /** The column that holds sentences, and has the room that the others leave. */
  readonly sentences?: number
}

/** A table that scrolls by itself where it is too wide. */
export function table({ caption, head, rows, numbers = [], sentences }: TableOptions): Html {
  const kind = (column: number): Html =>
    numbers.includes(column) ? html` class="n"` : column === sentences ? html` class="t"` : html``
  const cells = (row: readonly (string | Html)[]): Html[] =>
    row.map((cell, column) =>
      column === 0 ? html`<th scope="row"${kind(0)}>${cell}</th>` : html`<td${kind(column)}>${cell}</td>`,
    )
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<thead><tr>${head.map((title, column) => html`<th scope="col"${kind(column)}>${title}</th>`)}</tr></thead>
<tbody>${rows.map(row => html`<tr>${cells(row)}</tr>\n`)}</tbody></table></div>`
}

export function statisticsTable(readings: readonly Reading[]): Html {
  const rows = readings.map(({ column, statistics: s }) => [
    column.name,
    column.unit ?? '',
    countText(s.count),
    countText(s.missing),
    ...[s.min, s.mean, s.max, s.deviation, s.last].map(numberText),
  ])
  const head = ['Reading', 'Unit', 'Values', 'Missing', 'Smallest', 'Mean', 'Largest', 'Deviation', 'Last']
  return table({ caption: 'Readings in numbers', head, rows, numbers: [2, 3, 4, 5, 6, 7, 8] })
}

/** The rows of a stream as its file has them: all of a few, the first and the last of many. */
export function rowsTable({ name, rows, titles, first, last }: StreamReadings): Html | undefined {
  if (rows === 0) return undefined
  const left = rows - first.length - last.length
  const gap = left > 0 ? [[`${countText(left)} more`, ...titles.slice(1).map(() => '')]] : []
  const shown = [...first, ...gap, ...last].map(row => row.slice(0, MOST_COLUMNS))
  const head = titles.slice(0, MOST_COLUMNS)
  const numbers = [...head.keys()].filter(column => column > 0)
  const title = left > 0 ? 'First and last rows' : 'Rows'
  return folded(`${title} of ${name}`, table({ caption: `Rows of ${name}`, head, rows: shown, numbers }))
}

/** Each place of a scan with its value; nothing when there are too many. */
export function scanTable({ axis, label, unit, x, mean, min, max }: ScanData): Html | undefined {
  if (x.length > MOST_ROWS) return undefined
  const rows = x.map((at, index) => [placeText(axis, at), ...[mean[index], min[index], max[index]].map(numberText)])
  const head = [titled(axis.name, axis.unit), `${titled(label, unit)}, mean`, 'Smallest', 'Largest']
  return folded('Values', table({ caption: `${label} over ${axis.name}`, head, rows, numbers: [0, 1, 2, 3] }))
}

export function mapTable({ label, unit, axes, x, y, cells }: MapData): Html | undefined {
  if (y.length > MOST_ROWS || x.length > MOST_COLUMNS) return undefined
  const texts = new Map<number, string>()
  for (let index = 0; index < cells.length; index += 4) {
    const [column = 0, row = 0, min, max] = cells.slice(index, index + 4)
    const text = min === max ? numberText(min) : `${numberText(min)} to ${numberText(max)}`
    texts.set(row * x.length + column, text)
  }
  const [across, down] = axes
  const rows = y.map((at, row) => [
    placeText(down, at),
    ...x.map((_, column) => texts.get(row * x.length + column) ?? ''),
  ])
  const corner = `${titled(down.name, down.unit)} ↓  ${titled(across.name, across.unit)} →`
  const head = [corner, ...x.map(at => placeText(across, at))]
  const caption = `${titled(label, unit)} over ${across.name} and ${down.name}`
  return folded('Values', table({ caption, head, rows, numbers: [...head.keys()] }))
}

function placeText({ places }: AxisData, at: number): string {
  return places?.[at] ?? numberText(at)
}

export function lanesTable({ facts }: Lanes, elapsed: number): Html {
  const rows = facts.map(({ name, tasks, wrong, ran, waited, longest }) => [
    name,
    countText(tasks),
    countText(wrong),
    lengthText(ran),
    elapsed > 0 ? `${Number(((ran / elapsed) * 100).toPrecision(3))} %` : '–',
    lengthText(longest),
    lengthText(tasks === 0 ? 0 : waited / tasks),
  ])
  const head = ['Peripheral', 'Tasks', 'Went wrong', 'Ran in all', 'Busy', 'Longest', 'Mean wait']
  return table({ caption: 'Queues in numbers', head, rows, numbers: [1, 2, 3, 4, 5, 6] })
}

export function wavesTable({ facts, end }: Waves): Html {
  const rows = facts.map(({ name, summary }) => [
    name,
    countText(summary.edges),
    summary.initial ?? 'unknown',
    summary.final ?? 'unknown',
    lengthText(summary.highNs / 1e9),
    end > 0 ? `${Number(((summary.highNs / end) * 100).toPrecision(3))} %` : '–',
    summary.shortestNs === undefined ? '–' : lengthText(summary.shortestNs / 1e9),
    summary.period === undefined ? '–' : frequencyText(summary.period.frequency),
  ])
  const head = ['Signal', 'Edges', 'First', 'Last', 'High in all', 'High', 'Shortest pulse', 'Frequency']
  return table({ caption: 'Pins in numbers', head, rows, numbers: [1, 4, 5, 6, 7] })
}

/** Something that is there when it is asked for. */
export function folded(summary: string, content: Html): Html {
  return html`<details><summary>${summary}</summary>${content}</details>`
}

export function titled(name: string, unit: string): string {
  return unit === '' ? name : `${name} / ${unit}`
}
