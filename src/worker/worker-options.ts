/** What a worker can be told, and the check of it. */

import { type Clock, SystemClock } from './clock.js'
import { type Duration, parseDuration, toNs } from './duration.js'
import { badOption } from './task-options.js'

export interface WorkerOptions {
  /** How long (default 10 min) and how many (default 10,000) finished tasks can be found by id. */
  readonly retain?: { readonly ms?: Duration | undefined; readonly count?: number | undefined } | undefined
  /** How many tasks that name no peripheral may run at once. Default: no limit. */
  readonly concurrency?: number | undefined
  /** Default: the system clock. */
  readonly clock?: Clock | undefined
}

/** How a worker ends: `drain` lets every task run to its end, `abort` cancels them all. */
export type CloseOptions = { readonly drain: true } | { readonly abort: true }

interface CheckedWorkerOptions {
  readonly clock: Clock
  readonly concurrency: number
  readonly retainNs: number
  readonly retainCount: number
}

const DEFAULT_RETAIN_MS = 600_000
const DEFAULT_RETAIN_COUNT = 10_000

/** @throws ERR_BAD_OPTION, ERR_BAD_DURATION */
export function checkWorkerOptions({ retain = {}, concurrency, clock }: WorkerOptions): CheckedWorkerOptions {
  const count = retain.count ?? DEFAULT_RETAIN_COUNT
  const most = concurrency ?? Number.POSITIVE_INFINITY
  if (!(most === Number.POSITIVE_INFINITY || (Number.isInteger(most) && most >= 1))) {
    throw badOption('concurrency', concurrency, 'a whole number of 1 or more')
  }
  if (!(count === Number.POSITIVE_INFINITY || (Number.isInteger(count) && count >= 0))) {
    throw badOption('retain.count', count, 'a whole number of 0 or more')
  }
  const retainNs = toNs(parseDuration(retain.ms ?? DEFAULT_RETAIN_MS, 'retain.ms'))
  return { clock: clock ?? new SystemClock(), concurrency: most, retainNs, retainCount: count }
}
