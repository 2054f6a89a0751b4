/** Lines that must be off while others are on. */

import type { PiWorkerError } from '../../errors.js'
import type { GuardedLine, Tripper } from './guarded-line.js'
import { neverError } from './messages.js'

/** What the lines are when those in question have gone on. */
export interface Outlook {
  isOn(line: GuardedLine): boolean
  /** The same call switches it on, or lets it be on. */
  isTold(line: GuardedLine): boolean
}

/**
 * Lines are about to go on: those that must be off then must be off already. One that is on in its safe state goes
 * before: for it, the others are switched off.
 * @throws ERR_INTERLOCK before anything is switched off
 */
export function makeWay(rising: readonly GuardedLine[], outlook: Outlook, guards: Tripper): void {
  const yielding = new Map<GuardedLine, PiWorkerError>()
  for (const line of rising) {
    for (const other of line.apart) {
      if (!outlook.isOn(other)) continue
      if (!line.safeOn || outlook.isTold(other)) throw neverError(line, other, 'cannot go on together')
      yielding.set(other, neverError(other, line, 'cannot be on together, and the safe state goes before'))
    }
  }
  for (const [other, error] of yielding) guards.trip(other, 'never', error)
}
