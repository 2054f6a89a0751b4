/** `pi-worker reset`: lets a stopped bench go on, or be started again when its program has ended. */

import { appendLog, runFolder } from '../bench/run-folder.js'
import { type MarkedStop, StopMark, stoppedText } from '../bench/stop/stop-mark.js'
import { PiWorkerError } from '../errors.js'
import { SystemClock } from '../worker/clock.js'
import { askBench, whoAsks } from './ask-bench.js'
import { exit } from './exit.js'
import { oneLine } from './format.js'
import type { Session } from './program.js'
import { benchToReset } from './which-bench.js'

export interface ResetFlags {
  readonly acknowledge?: string
  readonly failWaiting?: true
}

/** @throws ERR_RESET_REFUSED, ERR_NOT_RUNNING, ERR_USAGE, ERR_NOT_SAFE, ERR_NO_ANSWER, ERR_FILE */
export async function resetCommand(session: Session, name: string | undefined, flags: ResetFlags): Promise<number> {
  const { acknowledge = '', failWaiting } = flags
  // Whether there is anything to reset comes first: nobody is to acknowledge what is not.
  const bench = await benchToReset(session, name)
  if (bench.kind === 'not stopped') {
    session.out.write(`${oneLine(bench.name)} is not stopped: there is nothing to reset\n`)
    return exit.succeeded
  }
  if (acknowledge.trim() === '') {
    throw new PiWorkerError('ERR_RESET_REFUSED', `${bench.name} is not reset: nobody acknowledges it`, {
      place: bench.name,
      remedy: `Say who lets it go on, or why it can: pi-worker reset ${bench.name} --acknowledge 'Ann: the hose is mended'`,
    })
  }
  if (bench.kind === 'remembered') forget(session, bench.stop, acknowledge)
  else {
    const waiting = failWaiting ? 'fail' : 'keep'
    await askBench(session, bench.name, { type: 'reset', acknowledge, by: whoAsks(), waiting }, 'goes on')
  }
  return exit.succeeded
}

/** @throws ERR_FILE */
function forget({ io, out, err }: Session, stop: MarkedStop, acknowledge: string): void {
  const folder = runFolder(io.env)
  new StopMark(stop.name, folder).remove()
  const time = new Date((io.clock ?? new SystemClock()).wall()).toISOString()
  const told = `reset of ${stop.name} by ${whoAsks()}: ${acknowledge} (it ${stoppedText(stop).slice(stop.name.length + 1)})`
  const failure = appendLog(folder, oneLine(`${time} ${told}`))
  if (failure !== undefined) err.write(`this could not be logged in ${folder}: ${oneLine(String(failure))}\n`)
  out.write(`${stop.name} may be started again\n`)
}
