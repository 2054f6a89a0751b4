/** Plays a sequence on a handle, and says how well that went. */

import type { Capabilities, LineHandle, Played } from '../../drivers/driver.js'
import { readThrottled, type Throttled } from '../../drivers/play-throttled.js'
import { PiWorkerError } from '../errors.js'
import { type Duration, parseDuration, toMs } from '../worker/duration.js'
import { compile } from './compile.js'
import { type Evidence, evidenceOf } from './evidence.js'
import type { Sequence } from './sequence.js'

export interface PlayOptions {
  /** The name of every line of the handle, in its order. */
  readonly lines: readonly string[]
  /** What the driver can do; without it, how short a step may be is not checked. */
  readonly capabilities?: Pick<Capabilities, 'shortestPulseNs'> | undefined
  /** Stops the play at the next edge; the lines stay as they are then. */
  readonly signal?: AbortSignal | undefined
  /** A play with a step that came later than this fails, once it is over. What only hardware knows is not late. */
  readonly maxLateness?: Duration | undefined
  /** Asks the machine whether it was slowed down; a simulation gives one that knows nothing. */
  readonly throttled?: (() => Throttled | undefined) | undefined
}

/**
 * Plays and gives the timing evidence.
 * @throws ERR_BAD_PULSES before any line moves; ERR_LATE with the evidence in `details.evidence`; the reason of the
 *   signal; what the driver's `play` throws
 */
export async function playPulses(handle: LineHandle, sequence: Sequence, options: PlayOptions): Promise<Evidence> {
  const { lines, capabilities, signal, throttled = readThrottled } = options
  const most = options.maxLateness === undefined ? undefined : parseDuration(options.maxLateness, 'maxLateness')
  const compiled = compile(sequence, lines, { shortestPulseNs: capabilities?.shortestPulseNs })
  const played: Played = await handle.play(compiled, signal)
  const evidence = evidenceOf(compiled, played, throttled())
  const { latestNs } = played
  if (most !== undefined && latestNs !== undefined && toMs(latestNs) > most)
    throw tooLate(toMs(latestNs), most, evidence)
  return evidence
}

function tooLate(latest: number, most: number, evidence: Evidence): PiWorkerError {
  const why = evidence.realtime?.whyNot[0]
  return new PiWorkerError('ERR_LATE', `a step came ${latest} ms late; at most ${most} ms was allowed`, {
    remedy:
      why === undefined ? undefined : `The thread that played had ${why}. Or let hardware time it: --driver pigpio.`,
    details: { latest, allowed: most, evidence },
  })
}
