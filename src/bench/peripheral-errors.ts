/** Errors that name the peripheral they are about. */

import { isPiWorkerError, messageOf, PiWorkerError } from '../errors.js'
import { describeProblem, type Problem } from './problems.js'

/** One error for all that is wrong with a value; `code` stands for the codes that only plan files have. */
export function problemError(
  code: 'ERR_BAD_INPUT' | 'ERR_BAD_CONFIG',
  place: string,
  problems: readonly Problem[],
): PiWorkerError {
  const first = problems[0] as Problem
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  const isOfPlans = first.code === 'ERR_PLAN_KEY' || first.code === 'ERR_PLAN_VALUE'
  return new PiWorkerError(isOfPlans ? code : first.code, `${place}: ${describeProblem(first)}${more}`, {
    place,
    remedy: first.remedy,
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
