/** Pulse sequences: what one must be, and the player for drivers whose hardware cannot time it. */

import { PiWorkerError } from '../src/errors.js'
import type { Clock } from '../src/worker/clock.js'
import type { LineHandle, Played, PulseSequence } from './driver.js'
import { LatenessLog } from './play-lateness.js'

/** Steps shorter than the clock's spinning would keep the event loop from ever turning; after so long it gets a turn. */
const WITHOUT_PAUSE_NS = 50e6
/** Before this much of a wait is left, the system clock can be stopped at once. */
const EXACT_NS = 10e6

/** @throws ERR_BAD_PULSES when the sequence has no step, or a time or number of rounds that cannot be. */
export function checkSequence({ steps, repeat = 1 }: PulseSequence): void {
  if (steps.length === 0) throw new PiWorkerError('ERR_BAD_PULSES', 'the pulse sequence has no step')
  if (!(Number.isInteger(repeat) && repeat >= 1)) {
    throw new PiWorkerError('ERR_BAD_PULSES', `repeat must be a whole number of 1 or more, not ${repeat}`)
  }
  for (const [index, { ns }] of steps.entries()) {
    if (Number.isSafeInteger(ns) && ns >= 0) continue
    throw new PiWorkerError('ERR_BAD_PULSES', `step ${index + 1}: ns must be a whole number of 0 or more, not ${ns}`)
  }
}

/** How long a sequence takes as asked for, in ns. */
export function durationOf({ steps, repeat = 1 }: PulseSequence): number {
  return steps.reduce((sum, { ns }) => sum + ns, 0) * repeat
}

/**
 * Plays a sequence with the process's own clock. Every step is due at a whole sum of the steps before it, so lateness
 * does not add up.
 * @throws ERR_BAD_PULSES, the signal's reason, and what `set` throws
 */
export async function playInSoftware(
  clock: Clock,
  target: Pick<LineHandle, 'set'>,
  sequence: PulseSequence,
  signal?: AbortSignal,
  began?: (time: number) => void,
): Promise<Played> {
  checkSequence(sequence)
  const begin = clock.now()
  began?.(begin)
  let due = begin
  let paused = begin
  const log = new LatenessLog(sequence.steps.length * (sequence.repeat ?? 1))
  for (let round = sequence.repeat ?? 1; round > 0; round--) {
    for (const { values, mask, ns } of sequence.steps) {
      const now = clock.now()
      if (now - paused > WITHOUT_PAUSE_NS) {
        paused = now
        await pause(clock, 0, signal)
      }
      await reach(clock, due, signal)
      // Between its end and this turn, somebody may have stopped it.
      signal?.throwIfAborted()
      target.set(values, mask)
      log.add(clock.now() - due)
      due += ns
    }
  }
  await reach(clock, due, signal)
  const achievedNs = clock.now() - begin
  const lateness = log.summary()
  return {
    player: 'software',
    requestedNs: due - begin,
    achievedNs,
    latestNs: lateness.worstNs,
    beganNs: begin,
    lateness,
  }
}

/** Waits until `due`, as exactly as the clock can, or rejects as soon as the signal aborts. */
async function reach(clock: Clock, due: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  const coarse = due - clock.now() - (clock.kind === 'virtual' ? 0 : EXACT_NS)
  if (coarse > 0) await pause(clock, coarse, signal)
  if (due > clock.now()) await clock.reach(due)
  signal?.throwIfAborted()
}

function pause(clock: Clock, ns: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      timer.cancel()
      reject(signal?.reason)
    }
    const timer = clock.after(ns, () => {
      signal?.removeEventListener('abort', stop)
      resolve()
    })
    signal?.addEventListener('abort', stop, { once: true })
  })
}
