/** What `submit` can be told, and the check of it. */

import { PiWorkerError, textOf } from '../errors.js'
import { type Duration, parseDuration, toNs } from './duration.js'
import type { PeripheralQueue } from './peripheral-queue.js'

/**
 * What running something twice would do: nothing (`read`), nothing more than once (`idempotent`), something again
 * (`pulse`), or something that cannot be taken back (`irreversible`).
 */
export type Effect = 'read' | 'idempotent' | 'pulse' | 'irreversible'

/** A queue by its name, the queue itself, or a peripheral that has one. */
export type QueueRef = string | PeripheralQueue | { readonly queue: PeripheralQueue }

export interface TaskOptions {
  /** The peripheral, or several, that the task needs for itself while it runs. */
  readonly on?: QueueRef | readonly QueueRef[] | undefined
  /** For people and records. Default: the function's name. */
  readonly name?: string | undefined
  /** Higher starts first; equal ones in the order of submission. Default 0. */
  readonly priority?: number | undefined
  /** Longest time that one attempt may run, counted from its start. Default: none. */
  readonly timeout?: Duration | undefined
  /** How long a stopped function may take to settle before it is given up. Default 5 s. */
  readonly grace?: Duration | undefined
  /** The task must have started by then (wall time), or it ends with ERR_EXPIRED and never runs. */
  readonly notAfter?: Date | string | undefined
  /** How often a failed or timed-out attempt is tried again; only for effect `read` or `idempotent`. Default 0. */
  readonly retries?: number | undefined
  /** Default `irreversible`: the safe assumption. */
  readonly effect?: Effect | undefined
  /**
   * The function can act on hardware only through handles that its queues revoke, so a queue that it was abandoned on
   * may be reset while it is still unsettled, if it has a `revoke`. True for a peripheral's actions. Default false.
   */
  readonly contained?: boolean | undefined
  /** Cancels the task when it aborts. */
  readonly signal?: AbortSignal | undefined
  /**
   * What becomes of its peripherals when it fails, times out or is cancelled: they are made safe (the default), or they
   * keep what it left. What is kept on stays on, with nobody to watch it, until the next task, a stop or the end: a
   * heater needs a `maxOn` then. A task that is given up, or that a stop or a guard ends, is made safe all the same.
   */
  readonly onFailure?: 'safe' | 'keep' | undefined
}

/** TaskOptions after the check, times in ns, the moment in ms since the epoch. */
export interface CheckedOptions {
  readonly timeoutNs: number | undefined
  readonly graceNs: number
  readonly notAfter: number | undefined
  readonly retries: number
  readonly effect: Effect
  readonly contained: boolean
  readonly signal: AbortSignal | undefined
  readonly onFailure: 'safe' | 'keep'
}

/** How long a stopped function may take to settle, unless the task says otherwise. */
export const DEFAULT_GRACE_MS = 5000
const EFFECTS: readonly string[] = ['read', 'idempotent', 'pulse', 'irreversible'] satisfies Effect[]
/** Date.parse alone takes much more: `12` would be a December. */
const ISO_MOMENT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/
const REPEATABLE: readonly Effect[] = ['read', 'idempotent']

/** @throws ERR_BAD_OPTION, ERR_BAD_DURATION, ERR_RETRY_UNSAFE */
export function checkOptions(options: TaskOptions): CheckedOptions {
  const { timeout, grace, notAfter, retries = 0, effect = 'irreversible', contained = false, signal, name } = options
  const { onFailure = 'safe' } = options
  if (name !== undefined && typeof name !== 'string') throw badOption('name', name, 'a text')
  if (signal !== undefined && !isSignal(signal)) throw badOption('signal', signal, 'an AbortSignal')
  if (!Number.isInteger(retries) || retries < 0) throw badOption('retries', retries, 'a whole number of 0 or more')
  if (!EFFECTS.includes(effect)) throw badOption('effect', effect, `one of ${EFFECTS.join(', ')}`)
  if (onFailure !== 'safe' && onFailure !== 'keep') throw badOption('onFailure', onFailure, "'safe' or 'keep'")
  if (retries > 0 && !REPEATABLE.includes(effect)) {
    throw new PiWorkerError('ERR_RETRY_UNSAFE', `a task with effect '${effect}' must not be retried on its own`)
  }
  return {
    timeoutNs: timeout === undefined ? undefined : toNs(parseDuration(timeout, 'timeout')),
    graceNs: toNs(grace === undefined ? DEFAULT_GRACE_MS : parseDuration(grace, 'grace')),
    notAfter: notAfter === undefined ? undefined : parseMoment(notAfter),
    retries,
    effect,
    contained,
    signal,
    onFailure,
  }
}

/** @throws ERR_BAD_OPTION when it is not a finite number. */
export function checkPriority(priority: number): number {
  if (typeof priority !== 'number' || !Number.isFinite(priority)) {
    throw badOption('priority', priority, 'a finite number')
  }
  return priority
}

export function badOption(name: string, value: unknown, expected: string): PiWorkerError {
  return new PiWorkerError('ERR_BAD_OPTION', `${name} must be ${expected}, not ${textOf(value)}`, { place: name })
}

/** By its looks: a signal of another realm or of a library is as good. */
function isSignal(value: Partial<AbortSignal>): boolean {
  return typeof value.aborted === 'boolean' && typeof value.addEventListener === 'function'
}

function parseMoment(value: unknown): number {
  let ms = Number.NaN
  if (value instanceof Date) ms = value.getTime()
  else if (typeof value === 'string' && ISO_MOMENT.test(value)) ms = Date.parse(value)
  if (Number.isNaN(ms)) throw badOption('notAfter', value, 'a Date or an ISO date and time')
  return ms
}
