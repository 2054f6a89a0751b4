/** `pi-worker pause NAME` and `pi-worker resume NAME`: a plan that runs in another process waits at its next step. */

import { askBench } from './ask-bench.js'
import { exit } from './exit.js'
import type { Session } from './program.js'

export interface PauseFlags {
  readonly safe?: true
}

/** @throws ERR_NOT_RUNNING, ERR_NOT_SAFE, ERR_NO_ANSWER */
export async function pauseCommand(session: Session, name: string, { safe }: PauseFlags): Promise<number> {
  const outputs = safe ? 'safe' : 'keep'
  await askBench(session, name, { type: 'pause', outputs }, safe ? 'is paused, and all is safe' : 'is paused')
  return exit.succeeded
}

/** @throws ERR_NOT_RUNNING, ERR_NO_ANSWER */
export async function resumeCommand(session: Session, name: string): Promise<number> {
  await askBench(session, name, { type: 'resume' }, 'goes on')
  return exit.succeeded
}
