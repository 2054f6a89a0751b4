/** The rows of a record as what is drawn of them: each reading over time, and over the axes of its scan. */

import type { Column } from '../../plan/rows.js'
import { Curve } from './curve.js'
import type { AxisData, CurveData, MapData, ScanData } from './page-data.js'
import type { RecordFiles } from './record-files.js'
import { isOver, type ReportFacts } from './report-facts.js'
import { ScanCurve } from './scan-curve.js'
import { ScanMap } from './scan-map.js'
import { Statistics } from './statistics.js'

/** Of all readings together, so that the page stays small. */
const MOST_POINTS = 48_000
const MOST_PLACES = 12_000
const MOST_CELLS = 24_000
/** And of each of them, however many there are or few. */
const MOST_OF_ONE = 16_000
const FEWEST_OF_ONE = 64
/** More columns than that are in data.csv only. */
const MOST_READINGS = 200
/** Of the places of an axis of texts. */
const MOST_NAMES = 500
/** Of the rows that are shown as they are, at the beginning and at the end. */
const MOST_SHOWN = 40

export interface Reading {
  readonly column: Column
  readonly statistics: Statistics
  /** Undefined for an axis, which is drawn under the readings. */
  readonly curve: CurveData | undefined
  readonly scans: readonly ScanData[]
  readonly map: MapData | undefined
  /** There were more values than the plots have points. */
  readonly thinned: boolean
}

export interface StreamReadings {
  readonly name: string
  readonly rows: number
  /** s since the run began, of the last row. */
  readonly end: number
  readonly readings: readonly Reading[]
  /** Titles of the columns of the file, and its first and last rows as they stand there. */
  readonly titles: readonly string[]
  readonly first: readonly (readonly string[])[]
  readonly last: readonly (readonly string[])[]
  /** Columns that are no numbers: they are named, not drawn. */
  readonly texts: readonly Column[]
  /** Columns beyond the most that are drawn. */
  readonly more: number
}

/** Reads every stream once. */
export async function readReadings(folder: RecordFiles, facts: ReportFacts): Promise<StreamReadings[]> {
  // A run that said how it ended says how many rows it has; any other may have more than it knew of.
  const none = isOver(facts) && facts.rows.every(([, count]) => count === 0)
  const files = await folder.rowFiles(!none)
  const found: StreamReadings[] = []
  const known = facts.streams.reduce((sum, { columns }) => sum + columns.length, 0)
  for (const [fileName, file] of files) {
    const named =
      facts.streams.find(stream => stream.file === file) ?? facts.streams.find(({ name }) => name === fileName)
    const name = named?.name ?? fileName
    const stream = new StreamReader(name, named?.columns ?? [], {
      // Without a run.json, as if each stream had as many columns as the first one.
      columns: (width: number) => Math.max(known, width * files.size),
      first: found.length,
    })
    await folder.rows(file, cells => stream.take(cells))
    const readings = stream.readings()
    if (readings !== undefined) found.push(readings)
  }
  return found
}

/** What is kept of one column while the rows go by. */
interface Track {
  readonly column: Column
  readonly cell: number
  readonly statistics: Statistics
  readonly curve: Curve
  readonly scans: readonly ScanCurve[]
  readonly map: ScanMap | undefined
}

class StreamReader {
  readonly #name: string
  readonly #columns: readonly Column[]
  readonly #sizes: { readonly columns: (width: number) => number; readonly first: number }
  #axes: readonly Axis[] = []
  #tracks: readonly Track[] | undefined
  #texts: readonly Column[] = []
  #more = 0
  #titles: readonly string[] = []
  readonly #first: (readonly string[])[] = []
  #last: (readonly string[])[] = []
  #rows = 0
  #end = 0

  constructor(
    name: string,
    columns: readonly Column[],
    sizes: { readonly columns: (width: number) => number; readonly first: number },
  ) {
    this.#name = name
    this.#columns = columns
    this.#sizes = sizes
  }

  take(cells: readonly string[]): void {
    if (this.#tracks === undefined) {
      this.#begin(cells)
      return
    }
    this.#rows++
    this.#keep(cells)
    const time = numberIn(cells[1])
    if (time !== null && time > this.#end) this.#end = time
    const places = this.#axes.map(axis => axis.placeIn(cells))
    for (const { cell, statistics, curve, scans, map } of this.#tracks) {
      const value = numberIn(cells[cell])
      statistics.add(value)
      if (time !== null) curve.add(time, value)
      if (value === null) continue
      for (const [index, scan] of scans.entries()) {
        const place = places[index]
        if (place !== null && place !== undefined) scan.add(place, value)
      }
      const [x, y] = places
      if (map !== undefined && x !== null && x !== undefined && y !== null && y !== undefined) map.add(x, y, value)
    }
  }

  /** Undefined without a header. */
  readings(): StreamReadings | undefined {
    if (this.#tracks === undefined) return undefined
    const axes = this.#axes.map(axis => axis.data())
    const readings = this.#tracks.map((track, index) => dataOf(track, axes, `${this.#sizes.first}-${index}`))
    const [name, rows, end, texts, more] = [this.#name, this.#rows, this.#end, this.#texts, this.#more]
    const [titles, first, last] = [this.#titles, this.#first, this.#last.slice(-MOST_SHOWN)]
    return { name, rows, end, readings, texts, more, titles, first, last }
  }

  #keep(cells: readonly string[]): void {
    if (this.#first.length < MOST_SHOWN) this.#first.push(cells)
    else this.#last.push(cells)
    if (this.#last.length > MOST_SHOWN * 8) this.#last = this.#last.slice(-MOST_SHOWN)
  }

  /** The first two cells of a row are its times. */
  #begin(header: readonly string[]): void {
    this.#titles = header
    const columns = header.slice(2).map((title, index) => ({ column: this.#columnOf(title, index), cell: index + 2 }))
    const drawn = columns.filter(({ column }) => column.type !== 'string')
    this.#texts = columns.filter(({ column }) => column.type === 'string' && !column.axis).map(({ column }) => column)
    this.#more = Math.max(0, drawn.length - MOST_READINGS)
    const all = this.#sizes.columns(header.length - 2)
    const limit = (most: number): number => Math.min(MOST_OF_ONE, Math.max(FEWEST_OF_ONE, Math.floor(most / all)))
    const axes = columns.filter(({ column }) => column.axis)
    this.#tracks = drawn.slice(0, MOST_READINGS).map(({ column, cell }) => {
      const asMap = !column.axis && axes.length === 2
      const scans = column.axis || asMap ? [] : axes.map(() => new ScanCurve(limit(MOST_PLACES / axes.length)))
      const map = asMap ? new ScanMap(limit(MOST_CELLS)) : undefined
      return { column, cell, statistics: new Statistics(), curve: new Curve(limit(MOST_POINTS)), scans, map }
    })
    this.#axes = axes.map(({ column, cell }) => new Axis(column, cell))
  }

  /** As run.json has it; as far as the title says it otherwise. */
  #columnOf(title: string, index: number): Column {
    const [, name = title, unit] = /^(.*) \(([^()]*)\)$/s.exec(title) ?? []
    const atPlace = this.#columns[index]
    const known =
      atPlace?.name === name || atPlace?.name === title
        ? atPlace
        : this.#columns.find(column => column.name === name || column.name === title)
    return known ?? { name, type: 'number', unit, source: '', axis: false }
  }
}

function dataOf({ column, statistics, curve, scans, map }: Track, axes: readonly AxisData[], id: string): Reading {
  const label = column.name
  const unit = column.unit ?? ''
  const points = curve.points()
  const [x, y] = [points.map(point => point.x), points.map(point => point.y)]
  const steps = column.type === 'boolean'
  return {
    column,
    statistics,
    curve: column.axis || statistics.count === 0 ? undefined : { id: `curve-${id}`, label, unit, steps, x, y },
    scans: scans.flatMap((scan, index) => {
      const places = scan.places()
      const axis = axes[index]
      if (places.length === 0 || axis === undefined) return []
      const data = {
        x: places.map(place => place.x),
        mean: places.map(place => place.mean),
        min: places.map(place => place.min),
        max: places.map(place => place.max),
      }
      return [{ id: `scan-${id}-${index}`, label, unit, axis, ...data }]
    }),
    map: map === undefined || statistics.count === 0 ? undefined : mapOf(map, axes, { id: `map-${id}`, label, unit }),
    thinned: curve.thinned || scans.some(scan => scan.thinned) || (map?.thinned ?? false),
  }
}

/** The longer axis lies along the page, which has more room there. */
function mapOf(
  map: ScanMap,
  axes: readonly AxisData[],
  names: Pick<MapData, 'id' | 'label' | 'unit'>,
): MapData | undefined {
  const { x, y, cells } = map.cells()
  const [first, second] = axes
  if (first === undefined || second === undefined || cells.length === 0) return undefined
  if (x.length >= y.length) return { ...names, axes: [first, second], x, y, cells }
  const turned = cells.map((value, at) =>
    at % 4 === 0 ? (cells[at + 1] ?? 0) : at % 4 === 1 ? (cells[at - 1] ?? 0) : value,
  )
  return { ...names, axes: [second, first], x: y, y: x, cells: turned }
}

/** Where the rows of a scan are on one of its axes. */
class Axis {
  readonly #column: Column
  readonly #cell: number
  /** The places of an axis of texts, in the order in which they came. */
  readonly #places = new Map<string, number>()

  constructor(column: Column, cell: number) {
    this.#column = column
    this.#cell = cell
  }

  /** null where it is nowhere. */
  placeIn(cells: readonly string[]): number | null {
    const cell = cells[this.#cell] ?? ''
    if (this.#column.type !== 'string') return numberIn(cell)
    const known = this.#places.get(cell)
    if (known !== undefined) return known
    if (cell === '' || this.#places.size >= MOST_NAMES) return null
    this.#places.set(cell, this.#places.size)
    return this.#places.size - 1
  }

  data(): AxisData {
    const { name, unit = '', type } = this.#column
    return { name, unit, places: type === 'string' ? [...this.#places.keys()] : null }
  }
}

/** An empty cell is no value, and neither is what no number can be made of. */
function numberIn(cell: string | undefined): number | null {
  if (cell === undefined || cell === '') return null
  const value = Number(cell)
  if (Number.isFinite(value)) return value
  const word = cell.toLowerCase()
  return word === 'true' ? 1 : word === 'false' ? 0 : null
}
