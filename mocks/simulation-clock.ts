/** The clock as parts see it: what they wait for is the simulation's business, and not the program's. */

import type { Clock, Timer, TimerOptions } from '../src/worker/clock.js'

export class SimulationClock implements Clock {
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get kind(): Clock['kind'] {
    return this.#clock.kind
  }

  now(): number {
    return this.#clock.now()
  }

  wall(): number {
    return this.#clock.wall()
  }

  after(ns: number, callback: () => void, options?: TimerOptions): Timer {
    return this.#clock.after(ns, callback, options === undefined ? SIMULATED : { ...options, simulated: true })
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
}

const SIMULATED: TimerOptions = { simulated: true }
