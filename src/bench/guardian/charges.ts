/** All that a guardian has been given: made safe together, held, lent and let go one by one. */

import type { Handover } from '../../../drivers/handover.js'
import type { Accepted } from '../../../drivers/make-safe.js'
import { messageOf, PiWorkerError } from '../../errors.js'
import type { Clock, Timer } from '../../worker/clock.js'
import type { GuardedItem } from './protocol.js'

/** What came of making things safe, item by item, for people. */
export interface Outcome {
  readonly did: readonly string[]
  readonly failed: readonly string[]
}

export interface Charge {
  readonly item: GuardedItem
  readonly accepted: Accepted
  /** Who is about to have it. */
  borrower: object | undefined
  /** Runs while it is held for so long. */
  timer: Timer | undefined
}

export class Charges {
  readonly #clock: Clock
  readonly #all = new Map<number, Charge>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#all.size
  }

  get all(): readonly Charge[] {
    return [...this.#all.values()]
  }

  get items(): readonly GuardedItem[] {
    return this.all.map(({ item }) => item)
  }

  /** Stop lines. */
  get watched(): readonly Charge[] {
    return this.all.filter(({ item }) => item.watch !== undefined)
  }

  add(item: GuardedItem, accepted: Accepted): void {
    this.#all.set(item.id, { item, accepted, borrower: undefined, timer: undefined })
  }

  /** @throws ERR_GUARDIAN */
  get(id: number): Charge {
    const charge = this.#all.get(id)
    if (charge === undefined) throw new PiWorkerError('ERR_GUARDIAN', `the guardian has no item ${id}`)
    return charge
  }

  find(id: number): Charge | undefined {
    return this.#all.get(id)
  }

  /** Each although another one could not be. */
  makeSafe(runnerGone: boolean, charges: readonly Charge[] = this.all): Outcome {
    const did: string[] = []
    const failed: string[] = []
    for (const { item, accepted } of charges) {
      if (item.watch !== undefined) continue
      try {
        accepted.makeSafe(runnerGone)
        did.push(item.what)
      } catch (error) {
        failed.push(`${item.what} (${messageOf(error)})`)
      }
    }
    return { did, failed }
  }

  /** Keeps it for as long as it says; `over` is called when that time is over and it has been let go. */
  hold(charge: Charge, over: () => void): void {
    const { hold } = charge.item
    if (typeof hold !== 'number') return
    charge.timer = this.#clock.after(hold * 1e6, () => {
      this.letGo(charge)
      over()
    })
  }

  /** Gives what went wrong. */
  letGo(charge: Charge): readonly string[] {
    return this.#end(charge, () => charge.accepted.letGo())
  }

  /** Somebody else has it: nothing is done to it. */
  forget(charge: Charge): readonly string[] {
    return this.#end(charge, () => charge.accepted.forget())
  }

  /** What somebody has borrowed. */
  lentTo(borrower: object): readonly Charge[] {
    return this.all.filter(charge => charge.borrower === borrower)
  }

  #end(charge: Charge, act: () => void): readonly string[] {
    charge.timer?.cancel()
    this.#all.delete(charge.item.id)
    try {
      act()
      return []
    } catch (error) {
      return [`${charge.item.what} is not let go (${messageOf(error)})`]
    }
  }
}

/** Lines can be held. Everything else stays as it is, or cannot be kept by anybody. */
export function isLines({ item }: { readonly item: { readonly handover: Handover } }): boolean {
  return item.handover.kind === 'line' || item.handover.kind === 'file'
}
