/** `pi-worker reset NAME`: lets a stopped bench go on, or be started again when its program has ended. */

import { appendLog, runFolder } from '../bench/run-folder.js'
import { runningBenches } from '../bench/stop/running-benches.js'
import { StopMark, stoppedText } from '../bench/stop/stop-mark.js'
import { PiWorkerError } from '../errors.js'
import { SystemClock } from '../worker/clock.js'
import { askBench, whoAsks } from './ask-bench.js'
import { exit } from './exit.js'
import { oneLine } from './format.js'
import type { Session } from './program.js'

export interface ResetFlags {
  readonly acknowledge?: string
  readonly failWaiting?: true
}

/** @throws ERR_RESET_REFUSED, ERR_NOT_RUNNING, ERR_NOT_SAFE, ERR_NO_ANSWER, ERR_FILE */
export async function resetCommand(session: Session, name: string, flags: ResetFlags): Promise<number> {
  const { acknowledge = '', failWaiting } = flags
  if (acknowledge.trim() === '') {
    throw new PiWorkerError('ERR_RESET_REFUSED', `${name} is not reset: nobody acknowledges it`, {
      place: name,
      remedy: `Say who lets it go on, or why it can: pi-worker reset ${name} --acknowledge 'Ann: the hose is mended'`,
    })
  }
  if (await resetMark(session, name, acknowledge)) return exit.succeeded
  const waiting = failWaiting ? 'fail' : 'keep'
  await askBench(session, name, { type: 'reset', acknowledge, by: whoAsks(), waiting }, 'goes on')
  return exit.succeeded
}

/** False when its program runs, which has to be asked, or when it was not stopped. @throws ERR_FILE */
async function resetMark({ io, out, err }: Session, name: string, acknowledge: string): Promise<boolean> {
  const folder = runFolder(io.env)
  const mark = new StopMark(name, folder)
  const stop = mark.read()
  if (stop === undefined || (await runningBenches({ folder })).some(bench => bench.name === stop.name)) return false
  mark.remove()
  const time = new Date((io.clock ?? new SystemClock()).wall()).toISOString()
  const told = `reset of ${stop.name} by ${whoAsks()}: ${acknowledge} (it ${stoppedText(stop).slice(stop.name.length + 1)})`
  const failure = appendLog(folder, oneLine(`${time} ${told}`))
  if (failure !== undefined) err.write(`this could not be logged in ${folder}: ${oneLine(String(failure))}\n`)
  out.write(`${stop.name} may be started again\n`)
  return true
}
