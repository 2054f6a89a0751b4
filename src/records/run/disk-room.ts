/** A full disk is waited for: what it refused is tried again every second, until it has room or somebody wants the end. */

import { codeOf } from '../../errors.js'
import type { Clock } from '../../worker/clock.js'

export interface RoomParts {
  /** Of the run: a virtual one stands still while the disk works. */
  readonly clock: Clock
  /** On which a full disk is waited for; that of the run when left out. */
  readonly waitClock?: Clock | undefined
  /** The disk is full, and there is room again. */
  readonly onFull?: ((error: unknown) => void) | undefined
  readonly onRoom?: (() => void) | undefined
}

const RETRY_NS = 1e9

/** Whether an error says that there is no room, on the disk or for this user. */
export function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '')
}

export class DiskRoom {
  readonly #parts: RoomParts
  #full = false
  #giveUp: AbortSignal | undefined
  #endPause: (() => void) | undefined

  constructor(parts: RoomParts) {
    this.#parts = parts
  }

  /** The disk is full, as far as anybody knows. */
  get full(): boolean {
    return this.#full
  }

  /** From then on nothing is waited for. */
  giveUpAt(signal: AbortSignal | undefined): void {
    this.#giveUp = signal
    signal?.addEventListener('abort', () => this.#endPause?.(), { once: true })
    if (signal?.aborted) this.#endPause?.()
  }

  /**
   * What `operation` gives, as soon as the disk has room for it.
   * @param telling That it went well says that there is room again.
   */
  async until<T>(operation: () => Promise<T>, telling = true): Promise<T> {
    const results: T[] = []
    const attempt = async (): Promise<void> => {
      results.push(await operation())
    }
    while (!(await this.tried(attempt, telling)));
    return results[0] as T
  }

  /** False when there was no room, and it is time to try again. */
  async tried(operation: () => Promise<void>, telling = true): Promise<boolean> {
    try {
      await this.#parts.clock.hold(operation())
    } catch (cause) {
      if (!isFull(cause)) throw cause
      if (!this.#full) {
        this.#full = true
        this.#parts.onFull?.(cause)
      }
      if (this.#giveUp?.aborted) throw cause
      await this.#pause()
      return false
    }
    if (this.#full && telling) {
      this.#full = false
      this.#parts.onRoom?.()
    }
    return true
  }

  async #pause(): Promise<void> {
    const { clock, waitClock = clock } = this.#parts
    const paused = new Promise<void>(resolve => {
      const timer = waitClock.after(RETRY_NS, resolve)
      this.#endPause = () => {
        timer.cancel()
        resolve()
      }
    })
    await (waitClock === clock ? paused : clock.hold(paused))
    this.#endPause = undefined
  }
}
