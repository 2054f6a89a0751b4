/** Small questions about a task and what it returned. */

import type { TaskRecord } from './task-record.js'

/** How a task shows itself in an event. */
export function describe(record: TaskRecord): { task: string; name: string; queues: string[] } {
  return { task: record.id, name: record.name, queues: record.queues.map(queue => queue.name) }
}

/** Whether its peripherals are to be made safe now that an attempt of it went wrong. */
export function needsSafe(record: TaskRecord): boolean {
  if (!record.queues.some(queue => queue.hasSafe)) return false
  return record.options?.onFailure !== 'keep' || record.running?.interrupted === true
}

export function isThenable(value: unknown): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  try {
    return typeof (value as { then?: unknown }).then === 'function'
  } catch {
    return true // awaiting it fails with what reading it threw
  }
}
