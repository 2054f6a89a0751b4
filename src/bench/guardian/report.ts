/** The one line in which a guardian says what it did. */

import type { Outcome } from './charges.js'
import type { GuardedItem, Hold } from './protocol.js'

export interface Report {
  /** Wall time, ms since the epoch. */
  readonly time: number
  readonly pid: number
  /** `runner 811 died`. */
  readonly cause: string
  readonly outcome: Outcome
  readonly holds: readonly Pick<GuardedItem, 'what' | 'hold'>[]
}

export function reportLine({ time, pid, cause, outcome, holds }: Report): string {
  const { did, failed } = outcome
  const parts = [
    cause,
    ...(did.length > 0 ? [`safe are ${did.join(', ')}`] : []),
    ...(failed.length > 0 ? [`NOT SAFE are ${failed.join(', ')}`] : []),
    ...(holds.length > 0 ? [`held are ${holds.map(({ what, hold }) => `${what} ${howLong(hold)}`).join(', ')}`] : []),
  ]
  return `${new Date(time).toISOString()} pi-worker guardian ${pid}: ${parts.join('; ')}`
}

function howLong(hold: Hold): string {
  return typeof hold === 'number' ? `for ${hold} ms` : hold === 'forever' ? 'until the next run' : 'no longer'
}
