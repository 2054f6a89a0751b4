/** One error for all peripherals of a bench that are not safe. */

import { PiWorkerError } from '../../errors.js'

/** Undefined when there is no error among `outcomes`, which are those of `peripherals` in the same order. */
export function notSafeError(
  peripherals: readonly { readonly name: string }[],
  outcomes: readonly (PiWorkerError | undefined)[],
): PiWorkerError | undefined {
  const errors = outcomes.filter(error => error !== undefined)
  if (errors.length === 0) return undefined
  const names = peripherals.filter((_, index) => outcomes[index] !== undefined).map(({ name }) => name)
  return new PiWorkerError('ERR_NOT_SAFE', errors.map(error => error.message).join('; '), {
    place: names.join(', '),
    cause: errors[0],
    details: { peripherals: names },
  })
}
