/**
 * Virtual time: stands still while anything is runnable, then jumps to the next timer. A day passes in seconds, and
 * two runs of the same program see the same times to the nanosecond.
 */

import { PiWorkerError } from '../errors.js'
import { type Clock, checkNs, SystemClock, type Timer, type TimerOptions } from './clock.js'
import { TimerHeap, type VirtualTimer } from './timer-heap.js'

/** 2000-01-01T00:00:00Z: the wall time at which every virtual clock starts unless told otherwise. */
export const VIRTUAL_EPOCH_MS = 946_684_800_000
/** Its `then` is a microtask that costs less than `queueMicrotask`, which makes a resource for async_hooks. */
const SETTLED = Promise.resolve()
/** So many events of a simulation may follow each other without a turn of the event loop. */
const MOST_IN_A_ROW = 64
/** Real time after which held work that has not ended is taken for stuck. */
const STALL_NS = 5e9

export interface VirtualClockOptions {
  /** Wall time at the start, in ms since the Unix epoch. */
  readonly epoch?: number
}

/**
 * A clock that advances by itself. It moves when the microtasks and one round of immediates have run and no real work
 * is held; timers fire one at a time in the order of their times, then of their creation.
 */
export class VirtualClock implements Clock {
  readonly kind = 'virtual'
  readonly #epoch: number
  /** Only to notice that held work has stalled. */
  readonly #real = new SystemClock()
  readonly #timers = new TimerHeap()
  #now = 0
  #held = 0
  #scheduled = false
  /** How many simulated timers have fired since the event loop turned. */
  #inARow = 0
  #idleWaiters: (() => void)[] = []

  constructor(options: VirtualClockOptions = {}) {
    this.#epoch = options.epoch ?? VIRTUAL_EPOCH_MS
  }

  now(): number {
    return this.#now
  }

  wall(): number {
    return this.#epoch + Math.floor(this.#now / 1e6)
  }

  after(ns: number, callback: () => void, options?: TimerOptions): Timer {
    const due = this.#now + Math.max(0, Math.ceil(checkNs(ns)))
    const timer = this.#timers.add(due, callback, options?.background ?? false, options?.simulated ?? false)
    this.#schedule()
    return timer
  }

  /** How many timers are pending that make time advance; background timers are not counted. */
  get pending(): number {
    return this.#timers.foreground
  }

  reach(time: number): Promise<void> {
    if (time <= this.#now) return Promise.resolve()
    return new Promise(resolve => {
      this.after(time - this.#now, resolve)
    })
  }

  hold<T>(work: PromiseLike<T>): Promise<T> {
    this.#held++
    return new Promise<T>((resolve, reject) => {
      let open = true
      const end = (settle: () => void): void => {
        if (!open) return
        open = false
        stall.cancel()
        this.#held--
        settle()
        this.#schedule()
      }
      const stall = this.#real.after(STALL_NS, () =>
        end(() =>
          reject(new PiWorkerError('ERR_CLOCK_STALLED', 'work that holds the virtual clock has not ended for 5 s')),
        ),
      )
      Promise.resolve(work).then(
        value => end(() => resolve(value)),
        reason => end(() => reject(reason)),
      )
    })
  }

  fromKernel(): number {
    throw new PiWorkerError('ERR_UNSUPPORTED', 'a virtual clock knows no kernel time', {
      remedy: 'Use the system clock with real hardware, or the mock driver with a virtual clock.',
    })
  }

  /** Resolves as soon as nothing is left that could happen: no foreground timer, no held work. */
  idle(): Promise<void> {
    return new Promise(resolve => {
      this.#idleWaiters.push(resolve)
      this.#schedule()
    })
  }

  /**
   * A tick that a microtask asks for runs when no microtask is left, and an immediate that is set then runs after all
   * that were set before: so whatever microtasks and immediates this round has, they have run before time moves.
   */
  #schedule(): void {
    if (this.#scheduled || this.#held > 0) return
    if (this.#timers.foreground === 0 && this.#idleWaiters.length === 0) return
    this.#scheduled = true
    void SETTLED.then(this.#drained)
  }

  readonly #drained = (): void => process.nextTick(this.#settled)
  readonly #settled = (): void => {
    // Most events of a simulation are edges of which nobody asks for an immediate, and a turn of the event loop costs
    // more than all that happens at one; now and then it gets one all the same.
    if (this.#inARow > 0 && this.#inARow < MOST_IN_A_ROW && this.#timers.first?.simulated === true) this.#advance()
    else void setImmediate(this.#turn)
  }
  readonly #turn = (): void => {
    this.#inARow = 0
    this.#advance()
  }

  #advance(): void {
    this.#scheduled = false
    if (this.#held > 0) return
    if (this.#timers.foreground === 0) {
      const waiters = this.#idleWaiters
      this.#idleWaiters = []
      for (const resolve of waiters) resolve()
      return
    }
    const timer = this.#timers.take() as VirtualTimer
    this.#now = Math.max(this.#now, timer.due)
    this.#inARow = timer.simulated ? this.#inARow + 1 : 0
    try {
      timer.callback()
    } finally {
      this.#schedule()
    }
  }
}
