/** `pi-worker stop`: the emergency stop of benches that run in other processes. */

import { runFolder } from '../bench/run-folder.js'
import { benchesNamed, labelOf, type StopOutcome, stopBench } from '../bench/stop/running-benches.js'
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
  const outcomes = await Promise.allSettled(benches.map(bench => stopBench(bench, flags.reason, whoAsks(), { folder })))
  let code: number = exit.succeeded
  const told = outcomes.map((outcome, index) => {
    const label = labelOf(benches[index] as (typeof benches)[number])
    if (outcome.status === 'rejected') {
      const error: unknown = outcome.reason
      code = Math.max(code, exitOf(error))
      err.write(errorBlock(error, { colored: err.colored }))
      return { bench: label, error: errorJson(error) }
    }
    if (!flags.json) out.write(`${oneLine(label)} is stopped: ${howStopped(outcome.value)}\n`)
    return { bench: label, ...outcome.value }
  })
  if (flags.json) out.write(`${JSON.stringify({ stopped: told })}\n`)
  return code
}

function howStopped({ by, confirmed }: StopOutcome): string {
  if (by === 'guardian') return 'its program is stuck, and its guardian has made all safe'
  return confirmed ? 'all is safe' : 'its program ended with it'
}
