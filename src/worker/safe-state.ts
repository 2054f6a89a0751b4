/** The safe state of one peripheral: reached by one call at a time, bounded in time, never left to act later. */

import { messageOf, PiWorkerError } from '../errors.js'
import type { Clock } from './clock.js'
import type { WorkerEvents } from './events.js'

export type SafeFunction = () => void | Promise<void>

export class SafeState {
  /** Puts the peripheral into its safe state and confirms it; throws when it cannot. */
  safe: SafeFunction | undefined
  /** Makes every device handle given out so far throw ERR_REVOKED. */
  revoke: (() => void) | undefined
  /** Longest time that `safe` may take. */
  timeoutNs: number
  readonly #name: string
  readonly #clock: Clock
  readonly #events: WorkerEvents
  /** The call of safe() that is under way. Never rejects. */
  #running: Promise<PiWorkerError | undefined> | undefined
  /** How often handles were revoked. */
  #disarmings = 0
  /** How many wait for it or are it. */
  #calls = 0
  /** Calls of safe() that took too long, have not settled, and were not disarmed. */
  readonly #overdue = new Set<Promise<unknown>>()

  /** `name` is the peripheral's, for messages. */
  constructor(name: string, clock: Clock, events: WorkerEvents, timeoutNs: number) {
    this.#name = name
    this.#clock = clock
    this.#events = events
    this.timeoutNs = timeoutNs
  }

  /** A call of safe() is under way or about to be. */
  get busy(): boolean {
    return this.#calls > 0
  }

  /** A call of safe() was given up, and could still act on the hardware. */
  get couldStillAct(): boolean {
    return this.#overdue.size > 0
  }

  /**
   * Runs safe(), at once unless another call of it is under way. Gives the error instead of throwing it, because every
   * caller has more to do before it may fail.
   */
  async reach(): Promise<PiWorkerError | undefined> {
    if (this.safe === undefined) return undefined
    this.#calls++
    while (this.#running !== undefined) await this.#running
    const running = this.#reach(this.safe)
    this.#running = running
    const error = await running
    this.#running = undefined
    this.#calls--
    return error
  }

  /** Disarms every handle given out so far, those of a safe() that took too long too. */
  disarm(): PiWorkerError | undefined {
    if (this.revoke === undefined) return undefined
    try {
      this.#disarmings++
      this.revoke()
      this.#overdue.clear()
      return undefined
    } catch (cause) {
      return this.#notSafe(`the handles of ${this.#name} could not be revoked`, cause)
    }
  }

  async #reach(safe: SafeFunction): Promise<PiWorkerError | undefined> {
    const before = this.#disarmings
    try {
      const work: unknown = safe()
      if (typeof work === 'object' && work !== null) await this.#bounded(Promise.resolve(work))
      return undefined
    } catch (cause) {
      // Its handles were revoked under it: that says nothing of the peripheral, and with fresh ones it can be reached.
      if (this.#disarmings !== before) {
        this.#overdue.clear()
        return await this.#reach(safe)
      }
      const error = this.#notSafe(`${this.#name} could not be made safe`, cause)
      // A safe() that hangs must not act later, in the middle of something else.
      this.disarm()
      return error
    }
  }

  #bounded(work: Promise<unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(this.timeoutNs, () => {
        this.#overdue.add(work)
        const message = `its safe state took longer than ${this.timeoutNs / 1e6} ms`
        reject(new PiWorkerError('ERR_TIMEOUT', message, { place: this.#name }))
      })
      const over = (): void => {
        timer.cancel()
        this.#overdue.delete(work)
      }
      work.then(
        () => {
          over()
          resolve()
        },
        (reason: unknown) => {
          over()
          reject(reason)
        },
      )
    })
  }

  #notSafe(what: string, cause: unknown): PiWorkerError {
    const error = new PiWorkerError('ERR_NOT_SAFE', `${what}: ${messageOf(cause)}`, { place: this.#name, cause })
    this.#events.emit({ type: 'notSafe', queue: this.#name, error: error.message })
    return error
  }
}
