/** `pi-worker stop`: the emergency stop of benches that run in other processes. */

import { runFolder } from '../bench/run-folder.js'
import type { BenchAddress } from '../bench/stop/bench-address.js'
import { benchesNamed, labelOf, type StopOutcome, stopBench } from '../bench/stop/running-benches.js'
import { resetCommandOf, StopMark } from '../bench/stop/stop-mark.js'
import { isPiWorkerError } from '../errors.js'
import { callAll } from '../thrown.js'
import { SystemClock } from '../worker/clock.js'
import { whoAsks } from './ask-bench.js'
import { errorBlock, errorJson } from './error-block.js'
import { exit, exitOf } from './exit.js'
import { oneLine } from './format.js'
import type { Session } from './program.js'

export interface StopFlags {
  readonly reason: string
  readonly json?: true
}

/** Every bench that can be meant is stopped, whatever goes wrong with another. @throws ERR_NOT_RUNNING */
export async function stopCommand(session: Session, name: string | undefined, flags: StopFlags): Promise<number> {
  const { out, err } = session
  const folder = runFolder(session.io.env)
  const benches = await benchesNamed(name, { folder })
  const stop = async (bench: BenchAddress): Promise<StopOutcome> => {
    const by = whoAsks()
    const remember = (): void => {
      const time = (session.io.clock ?? new SystemClock()).wall()
      new StopMark(bench.name, folder).write({ reason: flags.reason, by, time })
    }
    return await remembered(() => stopBench(bench, flags.reason, by, { folder }), remember)
  }
  const outcomes = await Promise.allSettled(benches.map(stop))
  let code: number = exit.succeeded
  const told = outcomes.map((outcome, index) => {
    const label = labelOf(benches[index] as (typeof benches)[number])
    if (outcome.status === 'rejected') {
      const error: unknown = outcome.reason
      code = Math.max(code, exitOf(error))
      err.write(errorBlock(error, { colored: err.colored }))
      return { bench: label, error: errorJson(error) }
    }
    if (!flags.json) {
      out.write(`${oneLine(label)} is stopped: ${howStopped(outcome.value)}\n`)
      out.write(goesOnAfter(benches[index] as (typeof benches)[number], folder))
    }
    return { bench: label, ...outcome.value }
  })
  if (flags.json) out.write(`${JSON.stringify({ stopped: told })}\n`)
  return code
}

/** A program that took the stop remembers it itself; for one that did not, its next start must know of it all the same. */
async function remembered(stop: () => Promise<StopOutcome>, remember: () => void): Promise<StopOutcome> {
  let outcome: StopOutcome
  try {
    outcome = await stop()
  } catch (error) {
    // What is not safe is the graver news.
    if (isPiWorkerError(error, 'ERR_NOT_SAFE')) await callAll([() => Promise.reject(error), async () => remember()])
    throw error
  }
  if (outcome.by === 'guardian') remember()
  return outcome
}

/** Only of a stop that is remembered: what is simulated may be started again as it likes. */
function goesOnAfter({ name }: BenchAddress, folder: string): string {
  return isRemembered(name, folder) ? `  it goes on, or can be started again, after: ${resetCommandOf(name)}\n` : ''
}

function isRemembered(name: string, folder: string): boolean {
  try {
    return new StopMark(name, folder).read() !== undefined
  } catch {
    return true // it may be there: the next start cannot read it either, and is refused
  }
}

function howStopped({ by, confirmed }: StopOutcome): string {
  if (by === 'guardian') return 'its program was stuck: its guardian has made all safe, and ended it'
  return confirmed ? 'all is safe' : 'its program ended with it'
}
