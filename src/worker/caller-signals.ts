/**
 * The signals of callers, which cancel their tasks. One listener for each signal, however many tasks it has: adding and
 * removing one costs the more the more there are, and Node warns of a leak from the eleventh on.
 */

import { messageOf } from '../errors.js'
import type { TaskRecord } from './task-record.js'

interface Followed {
  readonly records: Set<TaskRecord>
  readonly listener: () => void
}

export class CallerSignals {
  readonly #followed = new Map<AbortSignal, Followed>()

  /** Cancels the task when `signal` aborts, at once when it has aborted already. */
  follow(signal: AbortSignal, record: TaskRecord): void {
    if (signal.aborted) {
      cancel(record, signal)
      return
    }
    const { records } = this.#followed.get(signal) ?? this.#listen(signal)
    records.add(record)
    record.detach = () => {
      records.delete(record)
      if (records.size === 0) this.#forget(signal)
    }
  }

  #listen(signal: AbortSignal): Followed {
    const records = new Set<TaskRecord>()
    const listener = (): void => {
      for (const record of [...records]) cancel(record, signal)
    }
    const followed: Followed = { records, listener }
    signal.addEventListener('abort', listener)
    this.#followed.set(signal, followed)
    return followed
  }

  #forget(signal: AbortSignal): void {
    const followed = this.#followed.get(signal)
    if (followed === undefined) return
    this.#followed.delete(signal)
    signal.removeEventListener('abort', followed.listener)
  }
}

function cancel(record: TaskRecord, signal: AbortSignal): void {
  record.task.cancel(signal.reason === undefined ? undefined : messageOf(signal.reason))
}
