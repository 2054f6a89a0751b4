/** Why handles refuse calls, and why plays on them end early, where no driver has reasons of its own. */

import { PiWorkerError } from '../src/errors.js'
import type { DriverName } from './driver.js'
import { formatLine } from './lines.js'

/** The handle that was called, as far as errors tell of it. */
export interface CalledHandle {
  readonly driver: DriverName
  readonly lines: readonly number[]
}

/** @param consumer Who held the lines. */
export function releasedRefusal(handle: CalledHandle, consumer: string): PiWorkerError {
  return new PiWorkerError('ERR_RELEASED', `${namesOf(handle)} was released by "${consumer}"`, {
    details: detailsOf(handle),
  })
}

/** Levels, pulses and PWM are for outputs. */
export function inputRefusal(handle: CalledHandle): PiWorkerError {
  return new PiWorkerError('ERR_UNSUPPORTED', `${namesOf(handle)} is an input and cannot be set`, {
    remedy: 'Request the line as an output, or reconfigure it first.',
    details: detailsOf(handle),
  })
}

/** Ends a play before its time. */
export function reconfiguredWhilePlaying(handle: CalledHandle): PiWorkerError {
  return new PiWorkerError('ERR_CANCELLED', `${namesOf(handle)} was configured anew while pulses were played on it`, {
    details: detailsOf(handle),
  })
}

function namesOf({ lines }: CalledHandle): string {
  return lines.map(formatLine).join(', ')
}

function detailsOf({ driver, lines }: CalledHandle) {
  return { driver, lines }
}
