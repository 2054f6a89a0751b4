/** `pi-worker rehearse FILE`: the plan on simulated hardware in virtual time, with the whole record of a run. */

import type { Session } from './program.js'
import { runCommand } from './run.js'
import type { RunFlags } from './run-flags.js'

/** @throws what is wrong with the flags or the file, or with where the record is to be */
export async function rehearseCommand(session: Session, file: string, flags: RunFlags): Promise<number> {
  // Nobody sits by while days pass in seconds, and a disk need not be waited for: it can all be had again.
  const always = { driver: 'mock', virtual: true, yes: true, rehearsal: true } as const
  return await runCommand(session, file, { ...flags, ...always, ...(flags.record !== false && { sync: 'off' }) })
}
