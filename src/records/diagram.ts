/**
 * Draws traces as a timing diagram of text: two rows for each line, a ruler above. Pure: changes go in, text comes out.
 * Memory is that of the drawing, however many changes there are.
 */

import type { Level } from '../../drivers/driver.js'
import { ruler } from './ruler.js'

export interface DiagramOptions {
  /** The lines, from top to bottom. */
  readonly names: readonly string[]
  /** What is shown, in ns. */
  readonly from: number
  readonly to: number
  /** Characters a row, names included. */
  readonly width: number
  /** Only ASCII, for terminals that know no more. */
  readonly ascii?: boolean | undefined
  /** How parts of the text are coloured. Default: not. */
  readonly paint?: DiagramPaint | undefined
}

/** Each gives the same text with colours. */
export interface DiagramPaint {
  readonly name: (text: string) => string
  readonly ruler: (text: string) => string
  readonly wave: (text: string) => string
  /** More edges than can be drawn. */
  readonly dense: (text: string) => string
}

/** What is drawn of one line in one column, above and below. */
interface Strokes {
  readonly low: string
  readonly high: string
  readonly rise: string
  readonly fall: string
  /** Up and back, or down and back, within the column. */
  readonly spikeUp: string
  readonly spikeDown: string
  /** More edges than that. */
  readonly dense: string
  readonly unknown: string
}

/** The upper row's character first, then the lower one's. */
const UNICODE: Strokes = {
  low: ' ─',
  high: '─ ',
  rise: '┌┘',
  fall: '┐└',
  spikeUp: '╷┴',
  spikeDown: '┬╵',
  dense: '██',
  unknown: ' ┄',
}
const ASCII: Strokes = {
  low: ' _',
  high: '_ ',
  rise: ' |',
  fall: ' |',
  spikeUp: '.^',
  spikeDown: 'v.',
  dense: '##',
  unknown: ' ?',
}
const PLAIN: DiagramPaint = { name: same, ruler: same, wave: same, dense: same }
const FEWEST_COLUMNS = 16
const LONGEST_NAME = 24
const MOST_EDGES = 0xffff

/** Tells changes to a drawing, then `toString` gives it. */
export class Diagram {
  readonly #options: DiagramOptions
  readonly #columns: number
  readonly #tracks: readonly Track[]

  constructor(options: DiagramOptions) {
    this.#options = options
    this.#columns = Math.max(FEWEST_COLUMNS, options.width - gutterOf(options.names) - 1)
    this.#tracks = options.names.map(() => new Track(this.#columns))
  }

  /** A line (its place among the names) has this level from `time` (ns) on; changes come in the order of their times. */
  change(line: number, level: Level | undefined, time: number): void {
    const { from, to } = this.#options
    if (time > to) return
    this.#tracks[line]?.change(level, time < from ? undefined : this.#column(time))
  }

  /** The whole drawing; each row ends with a newline. */
  toString(): string {
    const { names, from, to, ascii = false, paint = PLAIN } = this.#options
    const gutter = gutterOf(names)
    const strokes = ascii ? ASCII : UNICODE
    const rows = ruler({ from, to, columns: this.#columns, ascii }).map(
      row => `${' '.repeat(gutter + 1)}${paint.ruler(row)}`,
    )
    for (const [index, track] of this.#tracks.entries()) {
      const cells = track.cells(strokes)
      const name = shortened(names[index] ?? '', ascii)
      rows.push(`${' '.repeat(gutter + 1)}${painted(cells, 0, strokes, paint)}`)
      rows.push(`${' '.repeat(gutter - name.length)}${paint.name(name)} ${painted(cells, 1, strokes, paint)}`)
    }
    return rows.map(row => `${row.trimEnd()}\n`).join('')
  }

  #column(time: number): number {
    const { from, to } = this.#options
    const at = Math.floor(((time - from) / Math.max(1, to - from)) * this.#columns)
    // What happens at the very end is seen in the last column.
    return Math.min(at, this.#columns - 1)
  }
}

/** One line: how many edges each column has, and the level that it ends with. */
class Track {
  readonly #edges: Uint16Array
  /** 0 where it is as before, 1 low, 2 high, 3 unknown. */
  readonly #ends: Uint8Array
  #initial: Level | undefined
  #level: Level | undefined

  constructor(columns: number) {
    this.#edges = new Uint16Array(columns)
    this.#ends = new Uint8Array(columns)
  }

  /** `column` is undefined for what was before the first one. */
  change(level: Level | undefined, column: number | undefined): void {
    const isEdge = this.#level !== undefined && level !== undefined && level !== this.#level
    // The first level there is holds from the left edge on: it is no edge.
    const isFirst = this.#level === undefined && column === 0 && this.#edges[0] === 0
    this.#level = level
    if (column === undefined || isFirst) {
      this.#initial = level
      return
    }
    if (isEdge) this.#edges[column] = Math.min(MOST_EDGES, this.#edges[column]! + 1)
    this.#ends[column] = level === undefined ? 3 : level === 'low' ? 1 : 2
  }

  cells(strokes: Strokes): string[] {
    let level = this.#initial
    return Array.from(this.#edges, (edges, column) => {
      const before = level
      const end = this.#ends[column]
      if (end !== 0) level = end === 1 ? 'low' : end === 2 ? 'high' : undefined
      return cellOf(strokes, edges, before, level)
    })
  }
}

function cellOf(strokes: Strokes, edges: number, before: Level | undefined, after: Level | undefined): string {
  if (edges === 0) return after === undefined ? strokes.unknown : strokes[after]
  if (edges === 1 && before !== after && after !== undefined) return after === 'high' ? strokes.rise : strokes.fall
  if (edges === 2 && before === after) return before === 'low' ? strokes.spikeUp : strokes.spikeDown
  return strokes.dense
}

/** One row of the cells, in stretches of one colour. */
function painted(cells: readonly string[], row: 0 | 1, { dense }: Strokes, paint: DiagramPaint): string {
  let text = ''
  for (let at = 0; at < cells.length; ) {
    const isDense = cells[at] === dense
    let end = at
    while (end < cells.length && (cells[end] === dense) === isDense) end++
    const stretch = cells
      .slice(at, end)
      .map(cell => cell[row])
      .join('')
    text += stretch.trim() === '' ? stretch : (isDense ? paint.dense : paint.wave)(stretch)
    at = end
  }
  return text
}

function gutterOf(names: readonly string[]): number {
  return Math.min(LONGEST_NAME, Math.max(0, ...names.map(name => name.length)))
}

function shortened(name: string, ascii: boolean): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}${ascii ? '~' : '…'}`
}

function same(text: string): string {
  return text
}
