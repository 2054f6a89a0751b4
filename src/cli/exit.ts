/** Exit codes of `pi-worker`. */

import { catalogue, PiWorkerError } from '../errors.js'
import { problemsOf } from '../plan/place.js'

export const exit = {
  succeeded: 0,
  /** A task failed, or something broke that nobody foresaw. */
  failed: 1,
  /** The plan or the command line is wrong; nothing was opened. */
  badInput: 2,
  /** No driver or line can be used. */
  noDriver: 3,
  /** A peripheral could not be put into its safe state: look at the hardware. Goes before every other code. */
  notSafe: 4,
  /** The bench is stopped, or was and has not been reset: it must not be started again before somebody has looked. */
  stopped: 5,
} as const

/** The exit code for a run that this error ended. */
export function exitOf(error: unknown): number {
  // What is wrong with a plan is that, whatever it is.
  if (problemsOf(error).length > 0) return exit.badInput
  return error instanceof PiWorkerError ? catalogue[error.code].exit : exit.failed
}
