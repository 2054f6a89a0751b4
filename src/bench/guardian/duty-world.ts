/** All that a guardian's duty reaches of its process and the machine. Tests have another one. */

import type { Handover } from '../../../drivers/handover.js'
import type { Accepted } from '../../../drivers/make-safe.js'
import type { Clock } from '../../worker/clock.js'
import type { FromGuardian } from './protocol.js'

export interface DutyWorld {
  readonly clock: Clock
  readonly pid: number
  /** Opens and loads what a handover needs. @throws why it cannot be carried out here */
  accept(handover: Handover): Promise<Accepted>
  runnerLives(runner: number): boolean
  kill(runner: number): void
  /** Tells the runner. */
  tell(message: FromGuardian): void
  /** Never throws, and waits for nobody. */
  log(line: string): void
  /** The stop line stopped the bench of that name, and its program did not take it. Never throws. */
  remember(bench: string, reason: string): void
  /** Sends a descriptor to a mailbox. @throws why it cannot */
  post(mailbox: string, fd: number): Promise<void>
  /** The runner has ended and the guardian stays: it keeps nothing of the runner's but the lines. */
  detach(): void
  leave(): void
}
