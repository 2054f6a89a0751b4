/**
 * What goes over one bus: one call at a time, bounded in time. A call that does not end keeps the bus, since nobody
 * knows what it may still do: all that follow are refused until it has ended after all.
 */

import { isPiWorkerError, type PiWorkerError } from '../../src/errors.js'
import type { Clock } from '../../src/worker/clock.js'
import { type Duration, parseDuration, toMs, toNs } from '../../src/worker/duration.js'
import { hung, released } from './failures.js'

/** How long one call may take: the kernel gives up by itself after 1 s a message where it can. */
export const DEFAULT_LIMIT: Duration = '5s'
/** How long `settle` and `close` wait for a call that is under way; less than a queue gives its safe state (2 s). */
const SETTLE_NS = 1e9

export interface TrafficOptions {
  readonly clock: Clock
  /** Longest time that one call may take. Default 5 s. */
  readonly limit?: Duration | undefined
}

/** One call on the bus. */
export interface Turn {
  /**
   * @throws ERR_BUS_HUNG when the call has taken too long already, ERR_RELEASED when the bus was closed without waiting
   *   for it any longer: it must do nothing more then, and keep nothing open
   */
  goOn(): void
}

export class Traffic {
  readonly name: string
  readonly #clock: Clock
  readonly #limitNs: number
  /** Resolves when the last call in line is over, or has been given up. */
  #tail: Promise<void> = Promise.resolve()
  #current: Call | undefined
  /** The last call ended with ERR_BUS_HUNG. */
  #suspect = false
  #closing: Promise<void> | undefined
  /** Closed, whatever may still be under way. */
  #closed = false

  /** @throws ERR_BAD_DURATION */
  constructor(name: string, { clock, limit = DEFAULT_LIMIT }: TrafficOptions) {
    this.name = name
    this.#clock = clock
    this.#limitNs = toNs(parseDuration(limit, 'limit'))
  }

  /**
   * Does `work` when the calls before it are over. `what` is it, for messages: `a transfer with 0x76`.
   * @throws ERR_RELEASED, ERR_BUS_HUNG, and what `work` throws
   */
  async run<T>(what: string, work: (turn: Turn) => T | PromiseLike<T>): Promise<T> {
    const before = this.#tail
    let next: () => void = () => undefined
    this.#tail = new Promise(resolve => {
      next = resolve
    })
    await before
    try {
      if (this.#closing !== undefined) throw released(this.name)
      if (this.#current !== undefined) throw this.#stillUnderWay(this.#current)
      return await this.#bounded(what, work)
    } finally {
      next()
    }
  }

  /**
   * Resolves when nothing is under way; after a call that hung, only when `again` has been seen not to.
   * @throws ERR_BUS_HUNG
   */
  async settle(again: () => Promise<unknown>): Promise<void> {
    if (this.#closing !== undefined) return
    await this.#over()
    if (this.#current !== undefined) throw this.#stillUnderWay(this.#current)
    if (this.#suspect) await again()
  }

  /** Refuses whatever comes from now on, waits a little for what is under way, then calls `end`, once. */
  close(end: () => void | Promise<void>): Promise<void> {
    this.#closing ??= this.#over().then(() => {
      this.#closed = true
      return end()
    })
    return this.#closing
  }

  /** Resolves when the current call is over, or has not ended for a while. */
  #over(): Promise<void> {
    const current = this.#current
    if (current === undefined) return Promise.resolve()
    return new Promise(resolve => {
      const timer = this.#clock.after(SETTLE_NS, resolve)
      void current.over.then(() => {
        timer.cancel()
        resolve()
      })
    })
  }

  async #bounded<T>(what: string, work: (turn: Turn) => T | PromiseLike<T>): Promise<T> {
    const call = new Call(what)
    this.#current = call
    const begun = begin(work, { goOn: () => this.#goOn(call) })
    const ended = (suspect: boolean): void => {
      timer.cancel()
      this.#suspect = suspect
      this.#current = undefined
      call.end()
    }
    const timer = this.#clock.after(this.#limitNs, () => {
      this.#suspect = true
      call.giveUp(hung(this.name, `${what} did not end within ${toMs(this.#limitNs)} ms`))
    })
    const seen = begun.then(
      value => {
        ended(false)
        return value
      },
      (error: unknown) => {
        ended(isPiWorkerError(error, 'ERR_BUS_HUNG'))
        throw error
      },
    )
    return await Promise.race([seen, call.givenUp])
  }

  #goOn(call: Call): void {
    if (call.expired) throw this.#stillUnderWay(call)
    if (this.#closed) throw released(this.name)
  }

  #stillUnderWay({ what }: Call): PiWorkerError {
    return hung(this.name, `${what} is still under way`)
  }
}

class Call {
  readonly what: string
  readonly over: Promise<void>
  /** Rejects when the call took too long. */
  readonly givenUp: Promise<never>
  expired = false
  end: () => void = () => undefined
  #reject: (error: PiWorkerError) => void = () => undefined

  constructor(what: string) {
    this.what = what
    this.over = new Promise(resolve => {
      this.end = resolve
    })
    this.givenUp = new Promise((_, reject) => {
      this.#reject = reject
    })
    this.givenUp.catch(() => undefined) // the race hears of it; when that is over, nobody needs to
  }

  giveUp(error: PiWorkerError): void {
    this.expired = true
    this.#reject(error)
  }
}

async function begin<T>(work: (turn: Turn) => T | PromiseLike<T>, turn: Turn): Promise<T> {
  return await work(turn)
}
