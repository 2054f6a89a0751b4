/** The errors that a task can end with. */

import { isError, messageOf, PiWorkerError } from '../errors.js'
import type { PeripheralQueue } from './peripheral-queue.js'
import type { TaskRecord } from './task-record.js'

/** Errors are passed on as they are; anything else that was thrown is wrapped. */
export function toError(thrown: unknown, record: TaskRecord): Error {
  if (isError(thrown)) return thrown
  return new PiWorkerError('ERR_TASK_FAILED', messageOf(thrown), { place: record.id, details: { thrown } })
}

export function timedOut(record: TaskRecord, timeoutNs: number): PiWorkerError {
  const message = `${label(record)} ran longer than ${timeoutNs / 1e6} ms`
  return new PiWorkerError('ERR_TIMEOUT', message, { place: record.id })
}

export function expired(record: TaskRecord): PiWorkerError {
  const message = `${label(record)} was still queued when its notAfter time passed`
  return new PiWorkerError('ERR_EXPIRED', message, { place: record.id })
}

export function abandoned(record: TaskRecord, graceNs: number, stop: Error | undefined): PiWorkerError {
  const message = `${label(record)} did not stop within ${graceNs / 1e6} ms and was given up`
  return new PiWorkerError('ERR_ABANDONED', message, { place: record.id, cause: stop })
}

/** `unsafe` are the queues whose peripherals could not be made safe, with the reasons. */
export function notSafe(
  record: TaskRecord,
  unsafe: ReadonlyMap<PeripheralQueue, PiWorkerError>,
  cause: Error | undefined,
): PiWorkerError {
  const names = [...unsafe.keys()].map(queue => queue.name).join(', ')
  const reasons = [...unsafe.values()].map(reason => reason.message).join('; ')
  return new PiWorkerError('ERR_NOT_SAFE', reasons, { place: names, cause, details: { task: record.id } })
}

export function quarantined(queue: PeripheralQueue): PiWorkerError {
  return new PiWorkerError('ERR_QUARANTINED', `${queue.name} is quarantined and takes no new tasks`, {
    place: queue.name,
    cause: queue.quarantineReason,
  })
}

/**
 * Keeps what a stopped function threw on its way out as the cause of why it was stopped, unless it threw that very
 * reason or something that already names it: chains of causes must have an end.
 */
export function keepCause(stop: PiWorkerError, thrown: Error | undefined): void {
  if (thrown === undefined || stop.cause !== undefined) return
  const seen = new Set<unknown>()
  for (let cause: unknown = thrown; isError(cause) && !seen.has(cause); cause = cause.cause) {
    if (cause === stop) return
    seen.add(cause)
  }
  stop.cause = thrown
}

function label(record: TaskRecord): string {
  return record.name === '' ? `task ${record.id}` : record.name
}
