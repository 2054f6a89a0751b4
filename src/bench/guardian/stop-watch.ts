/**
 * The stop line, read beside its runner: whose event loop is blocked hears of no edge. It is looked at again and again,
 * since the edges are the runner's.
 */

import { messageOf } from '../../errors.js'
import type { Clock, Timer } from '../../worker/clock.js'
import type { Charge } from './charges.js'

const LOOK_NS = 20e6

/** One that is open. */
interface Opening {
  readonly since: number
  told: boolean
}

export class StopWatch {
  readonly #clock: Clock
  readonly #watched: () => readonly Charge[]
  readonly #opened: (reason: string) => void
  /** By the numbers of their items. */
  readonly #openings = new Map<number, Opening>()
  #timer: Timer | undefined

  /**
   * Looks from now on.
   * @param opened Called once each time that one of them opens, or cannot be read.
   */
  constructor(clock: Clock, watched: () => readonly Charge[], opened: (reason: string) => void) {
    this.#clock = clock
    this.#watched = watched
    this.#opened = opened
    this.#wait()
  }

  cancel(): void {
    this.#timer?.cancel()
  }

  #wait(): void {
    const look = (): void => {
      // Armed first: what is told may cancel it.
      this.#wait()
      for (const charge of this.#watched()) this.#look(charge)
    }
    this.#timer = this.#clock.after(LOOK_NS, look, { background: true })
  }

  #look({ item, accepted }: Charge): void {
    const { open = 'high', debounceNs = 0 } = item.watch ?? {}
    let reason = `${item.what} opened`
    let patience = debounceNs
    try {
      if (accepted.level?.() !== open) {
        this.#openings.delete(item.id)
        return
      }
    } catch (error) {
      reason = `${item.what} cannot be read: ${messageOf(error)}`
      patience = 0
    }
    const now = this.#clock.now()
    const opening = this.#openings.get(item.id) ?? { since: now, told: false }
    this.#openings.set(item.id, opening)
    if (opening.told || now - opening.since < patience) return
    opening.told = true
    this.#opened(reason)
  }
}
