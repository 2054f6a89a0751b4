/** `pi-worker pause` and `pi-worker resume`: a plan that runs in another process waits at its next step. */

import { askBench } from './ask-bench.js'
import { exit } from './exit.js'
import type { Session } from './program.js'
import { onlyBench } from './which-bench.js'

export interface PauseFlags {
  readonly safe?: true
}

/** @throws ERR_NOT_RUNNING, ERR_USAGE, ERR_NOT_SAFE, ERR_NO_ANSWER */
export async function pauseCommand(session: Session, name: string | undefined, { safe }: PauseFlags): Promise<number> {
  const outputs = safe ? 'safe' : 'keep'
  const which = name ?? (await onlyBench(session, 'pause'))
  await askBench(session, which, { type: 'pause', outputs }, safe ? 'is paused, and all is safe' : 'is paused')
  return exit.succeeded
}

/** @throws ERR_NOT_RUNNING, ERR_USAGE, ERR_NO_ANSWER */
export async function resumeCommand(session: Session, name: string | undefined): Promise<number> {
  await askBench(session, name ?? (await onlyBench(session, 'resume')), { type: 'resume' }, 'goes on')
  return exit.succeeded
}
