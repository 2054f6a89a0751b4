/** Notices when a plan in virtual time waits for something that can never happen: without it, it would hang for ever. */

import { PiWorkerError } from '../../errors.js'
import type { Clock } from '../../worker/clock.js'
import { VirtualClock } from '../../worker/virtual-clock.js'
import type { Ending } from './ending.js'

export class IdleWatch {
  readonly #clock: Clock
  readonly #ending: Ending
  /** Whether it waits for somebody, who may come. */
  readonly #waits: () => boolean
  #watching = false

  constructor(clock: Clock, ending: Ending, waits: () => boolean) {
    this.#clock = clock
    this.#ending = ending
    this.#waits = waits
  }

  /** To be called again when somebody has come, and when a cleanup begins. */
  watch(): void {
    if (!(this.#clock instanceof VirtualClock) || this.#watching) return
    this.#watching = true
    void this.#clock.idle().then(() => {
      this.#watching = false
      this.#onIdle()
    })
  }

  #onIdle(): void {
    const { over, atWork } = this.#ending
    if (over || atWork === undefined || this.#waits()) return
    const running = [...atWork.running()]
    const names = running.map(([task]) => task.name)
    const error = new PiWorkerError(
      'ERR_CLOCK_IDLE',
      `${names.join(', ') || 'the plan'} waits for something that can never happen: nothing more is simulated`,
    )
    this.#ending.fail(atWork, error, running[0]?.[1])
  }
}
