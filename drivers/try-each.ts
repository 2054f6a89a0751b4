/** Several calls of which each is made although another one fails. Loads nothing: a guardian has it too. */

import { messageOf, PiWorkerError } from '../src/errors.js'

export interface Attempt {
  /** What is in an error, for people. */
  readonly what: string
  act(): void
}

/** @throws ERR_IO, which names each that failed, when all have been tried */
export function tryEach(attempts: readonly Attempt[]): void {
  const failed: string[] = []
  let cause: unknown
  for (const { what, act } of attempts) {
    try {
      act()
    } catch (error) {
      cause ??= error
      failed.push(`${what}: ${messageOf(error)}`)
    }
  }
  if (failed.length > 0) throw new PiWorkerError('ERR_IO', failed.join('; '), { cause })
}
