/** Places in plan files, and what is wrong there: every problem of a file says its line and column and shows them. */

import { type ErrorCode, PiWorkerError } from '../errors.js'

/** Where a value is: the keys and indexes that lead to it from the top of the file. */
export type Path = readonly (string | number)[]

/** A place in a file. Line and column count from 1, the column in UTF-16 units. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
  /** The line as it stands there, cut around the column when it is long. */
  readonly excerpt: string
  /** Where in `excerpt` the column is, from 0. */
  readonly caret: number
}

/** One thing that is wrong in a file. */
export interface PlanProblem {
  readonly code: ErrorCode
  readonly message: string
  readonly place: Place
  readonly remedy?: string | undefined
}

/** More problems than this are counted, not listed. */
export const MAX_PROBLEMS = 100
const EXCERPT_WIDTH = 100
/** Tabs too, so that the caret stands where it should. */
const UNPRINTABLE = /\p{Cc}/gu

/** `file:line:column`. */
export function formatPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`
}

/** The place at `column` of `text`, the whole line. */
export function makePlace(file: string, line: number, column: number, text: string): Place {
  const start = text.length <= EXCERPT_WIDTH ? 0 : Math.max(0, column - 1 - EXCERPT_WIDTH / 2)
  const before = start > 0 ? '…' : ''
  const after = start + EXCERPT_WIDTH < text.length ? '…' : ''
  const excerpt = before + text.slice(start, start + EXCERPT_WIDTH).replace(UNPRINTABLE, ' ') + after
  return { file, line, column, excerpt, caret: Math.min(column - 1 - start + before.length, excerpt.length) }
}

/**
 * One error for everything that is wrong with a file and those that it includes, sorted by place: it has the code, message, place and remedy of
 * the first problem; `details.problems` lists them (at most 100) and `details.total` counts them.
 * @param total how many there are, when `problems` are only the first of them
 */
export function planError(problems: readonly PlanProblem[], total = problems.length): PiWorkerError {
  const files = [...new Set(problems.map(({ place }) => place.file))]
  const sorted = [...problems].sort(
    (a, b) =>
      files.indexOf(a.place.file) - files.indexOf(b.place.file) ||
      a.place.line - b.place.line ||
      a.place.column - b.place.column,
  )
  const first = sorted[0]
  if (first === undefined) throw new PiWorkerError('ERR_BAD_OPTION', 'an error was asked for without a problem')
  const more = total - 1
  const rest = more === 0 ? '' : ` (and ${more} more ${more === 1 ? 'problem' : 'problems'})`
  return new PiWorkerError(first.code, first.message + rest, {
    place: formatPlace(first.place),
    remedy: first.remedy,
    details: { problems: sorted.slice(0, MAX_PROBLEMS), total },
  })
}

/** The problems of an error made by `planError`; empty for any other error. */
export function problemsOf(error: unknown): readonly PlanProblem[] {
  const problems = error instanceof PiWorkerError ? error.details.problems : undefined
  return Array.isArray(problems) ? problems : []
}
