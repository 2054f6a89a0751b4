/**
 * Every error of pi-worker: one catalogue of codes, one class.
 *
 * Callers match on `error.code`, which never changes; the message says what happened, `place` where, and `remedy`
 * what to do next. This file is below every layer and imports nothing but catalogue.ts and thrown.ts, which it hands on.
 */

import { type CatalogueEntry, catalogue } from './catalogue.js'
import { codeOf, isError } from './thrown.js'

export { codeOf, isError, messageOf, textOf } from './thrown.js'
export { type CatalogueEntry, catalogue }

/** A stable error code; `catalogue[code]` explains it. */
export type ErrorCode = keyof typeof catalogue

export interface ErrorContext {
  /** Where: `file:line:column`, a peripheral, a line, a queue. */
  readonly place?: string | undefined
  /** What to do next; the catalogue's remedy when left out. */
  readonly remedy?: string | undefined
  readonly cause?: unknown
  /** Facts for programs: `line`, `driver`, `consumer`, `errno`, `thrown`. */
  readonly details?: Readonly<Record<string, unknown>> | undefined
}

/** Known to every copy of this module: two bundles in one program have two classes, but one mark. */
const MARK = Symbol.for('pi-worker.error')

/** The one error class of pi-worker. */
export class PiWorkerError extends Error {
  readonly code: ErrorCode
  readonly place: string | undefined
  readonly remedy: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause })
    this.name = 'PiWorkerError'
    this.code = code
    this.place = context.place
    this.remedy = context.remedy ?? catalogue[code].remedy
    this.details = context.details ?? {}
  }

  get [MARK](): boolean {
    return true
  }
}

/** True when `value` is a PiWorkerError, of whatever copy of this module, with that code if one is given. */
export function isPiWorkerError(value: unknown, code?: ErrorCode): value is PiWorkerError {
  return isError(value) && MARK in value && (code === undefined || codeOf(value) === code)
}
