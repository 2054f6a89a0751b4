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
const LONGEST_ROW = 64
/** Steps that are worth it where more than one event may come: for nothing they cost less than half a turn. */
const SHORT_ROW = 8
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
  /** Something is on its way that makes time go on: from `#schedule` to the last step of the row that follows. */
  #scheduled = false
  /** How many simulated timers have fired since one of the program did. */
  #simulated = 0
  /** How many steps of the row are still to come, and whether the event loop has turned since the last one. */
  #steps = 0
  #turned = false
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

  readonly #drained = (): void => process.nextTick(this.#begin)

  /**
   * Sets a row of immediates, each for one step. Node runs them in one turn of the event loop, and all microtasks and
   * ticks between two of them: for most events of a simulation, edges of which nobody asks for an immediate, that is
   * enough. It costs 0.1 us an event, where a microtask and a tick for each cost 0.25 us, and a turn for each 2 us.
   */
  readonly #begin = (): void => {
    this.#steps = this.#rowLength()
    this.#turned = true
    for (let step = this.#steps; step > 0; step--) void setImmediate(this.#step)
  }

  /** Nobody knows how many events will come: as many as have come, so that fewer than half of the steps find none. */
  #rowLength(): number {
    if (this.#simulated === 0 || this.#timers.first?.simulated !== true) return 1
    return Math.min(Math.max(SHORT_ROW, this.#simulated), LONGEST_ROW)
  }

  readonly #step = (): void => {
    const turned = this.#turned
    this.#turned = false
    this.#steps--
    try {
      if (this.#held === 0 && (turned || this.#mayFollow())) this.#advance()
    } finally {
      if (this.#steps === 0) {
        this.#scheduled = false
        this.#schedule()
      }
    }
  }

  /** Whether the next timer may fire without a turn of the event loop before it. */
  #mayFollow(): boolean {
    return this.#timers.foreground > 0 && this.#timers.first?.simulated === true
  }

  #advance(): void {
    if (this.#timers.foreground === 0) {
      const waiters = this.#idleWaiters
      this.#idleWaiters = []
      for (const resolve of waiters) resolve()
      return
    }
    const timer = this.#timers.take() as VirtualTimer
    this.#now = Math.max(this.#now, timer.due)
    this.#simulated = timer.simulated ? this.#simulated + 1 : 0
    timer.callback()
  }
}
