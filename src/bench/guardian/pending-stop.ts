/** A stop that a guardian has told its runner of, until the runner takes it, or is over. */

import type { PiWorkerError } from '../../errors.js'
import type { Clock, Timer } from '../../worker/clock.js'
import type { Outcome } from './charges.js'

/** Until it is taken, a line may be driven once more: all is made safe again so often. */
const AGAIN_NS = 20e6
/** A runner that takes a stop does so within a turn of its event loop. One that does not may drive lines all the while. */
export const TAKEN_NS = 250e6

/** Somebody who wants to know what came of it. */
interface Asker {
  resolve(outcome: Outcome): void
  reject(error: PiWorkerError): void
}

export interface PendingStopParts {
  readonly clock: Clock
  makeSafe(): void
  /** The runner has not taken it. */
  notTaken(): void
}

export class PendingStop {
  readonly #parts: PendingStopParts
  #askers: Asker[] = []
  #again: Timer | undefined
  #patience: Timer | undefined
  #byLine: string | undefined

  constructor(parts: PendingStopParts) {
    this.#parts = parts
  }

  /** Why the stop line did it, if that has not been taken. */
  get byLine(): string | undefined {
    return this.#byLine
  }

  /** What comes of it, once nothing drives the lines any more. */
  outcome(): Promise<Outcome> {
    return new Promise<Outcome>((resolve, reject) => this.#askers.push({ resolve, reject }))
  }

  /** The runner is told now, perhaps not for the first time. */
  begin(byLine: string | undefined): void {
    this.#byLine ??= byLine
    this.#again?.cancel()
    this.#repeat()
    this.#patience ??= this.#parts.clock.after(TAKEN_NS, () => this.#parts.notTaken())
  }

  /** Nobody waits for the runner any more; what came of it is told later. */
  cancel(): void {
    this.#again?.cancel()
    this.#patience?.cancel()
    this.#patience = undefined
  }

  settle(outcome: Outcome): void {
    this.cancel()
    this.#byLine = undefined
    for (const { resolve } of this.#askers.splice(0)) resolve(outcome)
  }

  refuse(error: PiWorkerError): void {
    this.cancel()
    for (const { reject } of this.#askers.splice(0)) reject(error)
  }

  #repeat(): void {
    this.#again = this.#parts.clock.after(AGAIN_NS, () => {
      this.#parts.makeSafe()
      this.#repeat()
    })
  }
}
