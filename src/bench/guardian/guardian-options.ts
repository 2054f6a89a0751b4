/** What a runner's side of its guardian is told, and whom it tells. */

import type { PiWorkerError } from '../../errors.js'
import type { Clock } from '../../worker/clock.js'
import type { StartGuardian } from './start-guardian.js'

export interface GuardianSettings {
  /** How long the event loop may be blocked before it counts as hanging, in ms. */
  readonly leaseMs: number
  readonly whenGuardianDies: 'restart' | 'safe'
  /** Name of the bench, if it has one. */
  readonly bench?: string | undefined
}

export interface GuardianOptions extends GuardianSettings {
  /** The guardian is gone, and another one is being started. */
  readonly died: (why: string) => void
  /** Another one has all of what it had. */
  readonly restarted: (why: string, pid: number | undefined) => void
  /** It is gone, and there is no other: everything is to be made safe. Not called after `bye`. */
  readonly lost: (error: PiWorkerError) => void
  /** Somebody, or the stop line, stopped the bench through the guardian; the lines are safe already. */
  readonly stopped: (reason: string, byLine: boolean) => void
  /** Tests start another one, on another clock. */
  readonly start?: StartGuardian | undefined
  readonly clock?: Clock | undefined
}
