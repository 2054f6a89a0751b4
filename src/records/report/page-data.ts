/** What the page is given as JSON, for its script to draw. Only numbers and short text, and no more than can be drawn. */

export interface PageData {
  /** When the run began, in ms since the Unix epoch; null when it is not known. */
  readonly start: number | null
  /** Of readings and tasks, in s since the run began. */
  readonly end: number
  readonly curves: readonly CurveData[]
  readonly scans: readonly ScanData[]
  readonly maps: readonly MapData[]
  readonly lanes: readonly LaneData[]
  readonly waves: readonly WaveData[]
  /** Of the waves, in ns. */
  readonly wavesEnd: number
}

/** A reading over time. */
export interface CurveData {
  /** Of the element that it is drawn in. */
  readonly id: string
  readonly label: string
  readonly unit: string
  /** Its value holds until the next one: a level, on or off. */
  readonly steps: boolean
  /** s since the run began, in ascending order. */
  readonly x: readonly number[]
  readonly y: readonly (number | null)[]
}

export interface AxisData {
  readonly name: string
  readonly unit: string
  /** What its places are called where they are no numbers: the place is the place in this list. */
  readonly places: readonly string[] | null
}

/** A reading over the one axis of a scan: what it was at each place, in the order of the places. */
export interface ScanData {
  readonly id: string
  readonly label: string
  readonly unit: string
  readonly axis: AxisData
  readonly x: readonly number[]
  readonly mean: readonly number[]
  readonly min: readonly number[]
  readonly max: readonly number[]
}

/** A reading over the two axes of a scan. Cells that have no value are left out. */
export interface MapData {
  readonly id: string
  readonly label: string
  readonly unit: string
  readonly axes: readonly [x: AxisData, y: AxisData]
  /** The middles of the columns and of the rows, in ascending order. */
  readonly x: readonly number[]
  readonly y: readonly number[]
  /** Column, row, smallest and largest value, again and again. */
  readonly cells: readonly number[]
}

/** The queue of one peripheral. */
export interface LaneData {
  readonly name: string
  /** What its tasks are called, for the bars to name by place. */
  readonly actions: readonly string[]
  /** In the order of their beginnings. */
  readonly bars: readonly BarData[]
}

/** A task, or several that are too close to be told apart. Times in s since the run began; -1 for an action of several. */
export type BarData = readonly [queued: number, from: number, to: number, state: number, count: number, action: number]

/** The states in the order in which they matter: of several tasks, the last one is shown. */
export const BAR_STATES = [
  'succeeded',
  'queued',
  'running',
  'stopping',
  'cancelled',
  'failed',
  'timedOut',
  'indeterminate',
] as const

/** The levels of one pin. */
export interface WaveData {
  readonly name: string
  /** 0 low, 1 high, 2 not known. */
  readonly initial: number
  /**
   * Again and again: ns since the entry before began, ns that it lasts, changes within, level after them. One change is
   * exact, two are a pulse with both edges exact, more are shown as a block.
   */
  readonly entries: readonly number[]
}
