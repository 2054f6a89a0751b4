/** `pi-worker reset NAME`: lets a stopped bench go on. */

import { PiWorkerError } from '../errors.js'
import { askBench, whoAsks } from './ask-bench.js'
import { exit } from './exit.js'
import type { Session } from './program.js'

export interface ResetFlags {
  readonly acknowledge?: string
  readonly failWaiting?: true
}

/** @throws ERR_RESET_REFUSED, ERR_NOT_RUNNING, ERR_NOT_SAFE, ERR_NO_ANSWER */
export async function resetCommand(session: Session, name: string, flags: ResetFlags): Promise<number> {
  const { acknowledge = '', failWaiting } = flags
  if (acknowledge.trim() === '') {
    throw new PiWorkerError('ERR_RESET_REFUSED', `${name} is not reset: nobody acknowledges it`, {
      place: name,
      remedy: `Say who lets it go on, or why it can: pi-worker reset ${name} --acknowledge 'Ann: the hose is mended'`,
    })
  }
  const waiting = failWaiting ? 'fail' : 'keep'
  await askBench(session, name, { type: 'reset', acknowledge, by: whoAsks(), waiting }, 'goes on')
  return exit.succeeded
}
