/** How sensors on a bus are asked again when an answer does not come or cannot be true. */

import { Type } from 'typebox'
import { Default } from '../bench/schema.js'
import { type ErrorCode, isPiWorkerError, PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'

/** Input of actions that read a sensor. */
export const Attempts = Default(
  Type.Integer({
    description: 'How often the sensor is asked until an answer can be true.',
    minimum: 1,
    maximum: 100,
  }),
  3,
)

/** What may be gone at the next attempt: noise on the wire, a loose plug, a sensor that just lost its supply. */
const PASSING: readonly ErrorCode[] = ['ERR_NO_DEVICE', 'ERR_NACK', 'ERR_BAD_READING', 'ERR_NOT_TAKEN', 'ERR_IO']

/**
 * Calls `read` until it gives something, at most `attempts` times, with a pause of `pause` ms in between.
 * @throws what the last attempt threw; at once what no further attempt can mend; ERR_CANCELLED, ERR_TIMEOUT
 */
export async function inAttempts<R>(
  task: Pick<TaskContext, 'sleep'>,
  { attempts, pause }: { readonly attempts: number; readonly pause: number },
  read: () => Promise<R>,
): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read()
    } catch (error) {
      const passing = isPiWorkerError(error) && PASSING.includes(error.code)
      if (!passing || attempt >= attempts) throw error
    }
    await task.sleep(pause)
  }
}

/** Why a reading cannot be true; `details.reason` of the error. */
export type BadReason = 'checksum' | 'range' | 'incomplete'

/** @param place Which sensor, as a person would look for it: `i2c-1 0x76`. */
export function badReading(place: string, what: string, reason: BadReason, remedy?: string): PiWorkerError {
  return new PiWorkerError('ERR_BAD_READING', `${place}: ${what}`, { place, remedy, details: { reason } })
}
