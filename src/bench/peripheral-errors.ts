/** Errors that name the peripheral they are about. */

import { isPiWorkerError, messageOf, PiWorkerError } from '../errors.js'
import { describeProblem, type Problem } from './problems.js'

/** One error for all that is wrong with a value: durations and lines keep their own codes. */
export function problemError(
  code: 'ERR_BAD_INPUT' | 'ERR_BAD_CONFIG',
  place: string,
  problems: readonly Problem[],
): PiWorkerError {
  const first = problems[0] as Problem
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  const own = first.code === 'ERR_BAD_DURATION' || first.code === 'ERR_UNKNOWN_LINE' ? first.code : code
  return new PiWorkerError(own, `${place}: ${describeProblem(first)}${more}`, {
    place,
    details: { reasons: problems.map(describeProblem) },
  })
}

/** An error of the driver, with the peripheral that it concerns. */
export function atPeripheral(name: string, error: unknown): PiWorkerError {
  if (!isPiWorkerError(error)) {
    return new PiWorkerError('ERR_BAD_DEFINITION', `${name} cannot be opened: ${messageOf(error)}`, {
      place: name,
      cause: error,
    })
  }
  return new PiWorkerError(error.code, `${name}: ${error.message}`, {
    place: name,
    remedy: error.remedy,
    cause: error,
    details: { ...error.details, peripheral: name },
  })
}
