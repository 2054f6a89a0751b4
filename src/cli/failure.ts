/** Tells of a failure that came before anything ran, for people or for programs. */

import type { Place } from '../plan/place.js'
import { errorBlock } from './error-block.js'
import { writeJsonResult } from './json-result.js'
import type { Session } from './program.js'

export interface FailureOptions {
  readonly json?: boolean | undefined
  readonly verbose?: boolean | undefined
  /** Where in the plan it happened, when the error does not know. */
  readonly place?: Place | undefined
  /** The plan's name, when it is known. */
  readonly name?: string | undefined
}

/** The block on standard error; with `json`, the object of a failed run on standard output too. */
export async function reportFailure(session: Session, error: unknown, options: FailureOptions): Promise<void> {
  const { json, verbose, place, name = null } = options
  session.err.write(errorBlock(error, { colored: session.err.colored, verbose, place }))
  if (json) await writeJsonResult(session.out, { name, outcome: 'failed', tasks: [], error, place })
}
