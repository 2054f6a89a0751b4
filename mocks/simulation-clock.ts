/**
 * The clock as parts see it: what they wait for is the simulation's business, and not the program's.
 *
 * In real time, timers are late by a millisecond or more, and the pulses of a sensor are some ten microseconds apart. So
 * what is simulated happens a little late, but in its order, and at the time that it was meant for: that is the time now
 * while it happens, and the time of its edges. Whoever else asks for the time finds done what was due before.
 */

import { type Clock, checkNs, type Timer, type TimerOptions } from '../src/worker/clock.js'
import { TimerHeap } from '../src/worker/timer-heap.js'

export class SimulationClock implements Clock {
  readonly #clock: Clock
  readonly #isExact: boolean
  /** In real time: what is to happen, and the timer for the first of it. */
  readonly #pending = new TimerHeap()
  #alarm: { readonly due: number; readonly background: boolean; readonly timer: Timer } | undefined
  /** When that was due which happens just now. */
  #moment: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.#isExact = clock.kind === 'virtual'
  }

  get kind(): Clock['kind'] {
    return this.#clock.kind
  }

  now(): number {
    if (this.#isExact) return this.#clock.now()
    return this.#moment ?? this.#catchUp()
  }

  wall(): number {
    return this.#clock.wall()
  }

  after(ns: number, callback: () => void, options?: TimerOptions): Timer {
    if (this.#isExact) {
      return this.#clock.after(ns, callback, options === undefined ? SIMULATED : { ...options, simulated: true })
    }
    const due = (this.#moment ?? this.#clock.now()) + Math.max(0, Math.ceil(checkNs(ns)))
    const timer = this.#pending.add(due, callback, options?.background ?? false)
    if (this.#moment === undefined) this.#arm()
    return timer
  }

  reach(time: number): Promise<void> {
    return this.#clock.reach(time)
  }

  hold<T>(work: PromiseLike<T>): Promise<T> {
    return this.#clock.hold(work)
  }

  fromKernel(monotonicNs: bigint): number {
    return this.#clock.fromKernel(monotonicNs)
  }

  /** Lets happen what is due by now, which it gives. */
  #catchUp(): number {
    const now = this.#clock.now()
    let first = this.#pending.first
    if (first === undefined || first.due > now) return now
    try {
      while (first !== undefined && first.due <= now) {
        this.#pending.take()
        this.#moment = first.due
        first.callback()
        first = this.#pending.first
      }
    } finally {
      this.#moment = undefined
      this.#arm()
    }
    return now
  }

  #arm(): void {
    const due = this.#pending.first?.due
    const background = this.#pending.foreground === 0
    if (due === this.#alarm?.due && background === this.#alarm?.background) return
    this.#alarm?.timer.cancel()
    this.#alarm = undefined
    if (due === undefined) return
    const ring = (): void => {
      this.#alarm = undefined
      this.#catchUp()
      this.#arm()
    }
    this.#alarm = { due, background, timer: this.#clock.after(due - this.#clock.now(), ring, { background }) }
  }
}

const SIMULATED: TimerOptions = { simulated: true }
