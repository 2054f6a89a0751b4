/** The rows that a plan records: what `record` steps make, and what a run record keeps. */

import type { Place } from './place.js'

/** What stands in one cell; null where there was no value. */
export type Cell = number | boolean | string | null

export interface Column {
  /** `air.temperature`, `angle`. */
  readonly name: string
  readonly type: 'number' | 'boolean' | 'string'
  /** As the definition or the plan says it: `°C`. */
  readonly unit?: string | undefined
  readonly description?: string | undefined
  /** What its values come from: `air.read`, `=dose * 2`, or the name of an axis or a parameter. */
  readonly source: string
  /** It is an axis of a scan around the `record` step. */
  readonly axis: boolean
}

/** What every row has beside its columns, in tables and in exports. */
export const ROW_NAMES: readonly string[] = ['time', 'elapsed', 'seq']

/** Rows with the same columns. */
export interface Stream {
  /** `primary`, unless the plan says otherwise. */
  readonly name: string
  readonly columns: readonly Column[]
}

export interface Row {
  readonly stream: Stream
  /** 1, 2, 3… within its stream. */
  readonly seq: number
  /** When it was recorded, in ns of the bench's clock. */
  readonly time: number
  /** The same in ms since the Unix epoch. */
  readonly wall: number
  /** In the order of the columns. */
  readonly values: readonly Cell[]
  /** When each of them was measured or made, in ms since the Unix epoch. */
  readonly measured: readonly number[]
  /** The rounds of the loops around it, from the outermost, each counted from 0: where a resumed run goes on. */
  readonly position: readonly number[]
  /**
   * What the plan had changed (`set`, answers) when each of these rounds began, and last, when the row was made.
   * Left out when it was nothing.
   */
  readonly changed?: readonly Changes[] | undefined
}

/** The values of parameters that a plan has changed, by the slot of each; by `?` and the slot, what was last answered. */
export type Changes = Readonly<Record<string, number | boolean | string>>

/** What an operator is asked. */
export interface Question {
  readonly text: string
  /** The answers that there are; none for anything that is typed. Without `choices` and `param`, a confirmation. */
  readonly choices?: readonly string[] | undefined
  /** The parameter that the answer becomes. */
  readonly param?: string | undefined
  /** Of that parameter, where it is a number. */
  readonly unit?: string | undefined
  readonly min?: number | undefined
  readonly max?: number | undefined
  /** The answer that an empty one stands for. */
  readonly default?: string | undefined
  readonly place: Place
}

/** A parameter as a run has it. */
export interface ParamValue {
  readonly name: string
  readonly value: number | boolean | string
  readonly unit?: string | undefined
  readonly description?: string | undefined
  /** Where the value comes from: the plan's default, or who started the run. */
  readonly from: 'plan' | 'option'
}
