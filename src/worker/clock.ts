/**
 * Time. Every part of pi-worker asks a `Clock`, so that the same code runs in real and in virtual time.
 * This is the only file that may touch Date, performance, hrtime or the timers of Node.
 */

import { performance } from 'node:perf_hooks'
import { PiWorkerError } from '../errors.js'

/** A pending callback of a clock. */
export interface Timer {
  /** Forget the callback; does nothing once it has run. */
  cancel(): void
}

export interface TimerOptions {
  /** It neither keeps the process alive nor makes a virtual clock advance. */
  readonly background?: boolean
  /**
   * It belongs to a simulation: between two such timers a virtual clock lets all microtasks run, but not always the
   * immediates (after 64 of them it does). The system clock makes no difference.
   */
  readonly simulated?: boolean
}

export interface Clock {
  readonly kind: 'system' | 'virtual'
  /** Whole nanoseconds since the clock was made; never goes back. Exact for 104 days. */
  now(): number
  /** Milliseconds since the Unix epoch. May jump on a system clock (NTP), never on a virtual one. */
  wall(): number
  /**
   * Calls back once, `ns` nanoseconds from now or later, never earlier.
   * @throws ERR_BAD_DURATION when `ns` is not finite
   */
  after(ns: number, callback: () => void, options?: TimerOptions): Timer
  /**
   * Waits until `now()` has reached `time` (ns), as exactly as the clock can: a virtual clock to the nanosecond, the
   * system clock by sleeping and then spinning for the last millisecond or two, which blocks the event loop that long.
   * Rejects with ERR_BAD_DURATION when `time` is not finite.
   */
  reach(time: number): Promise<void>
  /**
   * Says that real input or output is under way: a virtual clock stands still until `work` settles.
   * Gives what `work` gives. A virtual clock rejects with ERR_CLOCK_STALLED after 5 s of real time.
   */
  hold<T>(work: PromiseLike<T>): Promise<T>
  /** A CLOCK_MONOTONIC time of the kernel, in ns, on this clock's own scale. */
  fromKernel(monotonicNs: bigint): number
}

/** setTimeout takes at most 2^31 - 1 ms; longer waits are taken in pieces. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1
/** A timer of Node may fire up to this much late; the rest is spun away by `reach`. */
const SPIN_MS = 2
/** How often the two scales of the system clock are read side by side. */
const READINGS = 8

/** One NaN among the times of a clock would put all of them out of order. @throws ERR_BAD_DURATION */
export function checkNs(ns: number): number {
  if (Number.isFinite(ns)) return ns
  throw new PiWorkerError('ERR_BAD_DURATION', `${ns} ns is no time to wait for`)
}

/** The machine's own time. */
export class SystemClock implements Clock {
  readonly kind = 'system'
  readonly #origin: number
  readonly #kernelOrigin: bigint

  constructor() {
    const { here, kernel } = sameMoment()
    this.#origin = here
    this.#kernelOrigin = kernel
  }

  now(): number {
    return Math.round((performance.now() - this.#origin) * 1e6)
  }

  wall(): number {
    return Date.now()
  }

  after(ns: number, callback: () => void, options?: TimerOptions): Timer {
    return new SystemTimer(this, this.now() + checkNs(ns), callback, options?.background ?? false)
  }

  async reach(time: number): Promise<void> {
    const coarse = checkNs(time) - this.now() - SPIN_MS * 1e6
    if (coarse > 0) await new Promise<void>(resolve => this.after(coarse, resolve))
    while (this.now() < time);
  }

  hold<T>(work: PromiseLike<T>): Promise<T> {
    return Promise.resolve(work)
  }

  fromKernel(monotonicNs: bigint): number {
    return Number(monotonicNs - this.#kernelOrigin)
  }
}

/**
 * One moment on the scale of performance.now() (ms) and on the kernel's (ns), some microseconds apart: the process may
 * be held up between two readings, so the closest of several counts.
 */
function sameMoment(): { here: number; kernel: bigint } {
  let closest: { here: number; kernel: bigint; apart: bigint } | undefined
  for (let reading = 0; reading < READINGS; reading++) {
    const before = process.hrtime.bigint()
    const here = performance.now()
    const apart = process.hrtime.bigint() - before
    if (closest === undefined || apart < closest.apart) closest = { here, kernel: before + apart / 2n, apart }
  }
  return closest as NonNullable<typeof closest>
}

class SystemTimer implements Timer {
  readonly #clock: SystemClock
  readonly #due: number
  readonly #callback: () => void
  readonly #background: boolean
  #timeout: NodeJS.Timeout

  constructor(clock: SystemClock, due: number, callback: () => void, background: boolean) {
    this.#clock = clock
    this.#due = due
    this.#callback = callback
    this.#background = background
    this.#timeout = this.#arm()
  }

  cancel(): void {
    clearTimeout(this.#timeout)
  }

  #arm(): NodeJS.Timeout {
    const ms = Math.ceil((this.#due - this.#clock.now()) / 1e6)
    const timeout = setTimeout(() => this.#fire(), Math.min(Math.max(ms, 0), LONGEST_TIMEOUT_MS))
    if (this.#background) timeout.unref()
    return timeout
  }

  #fire(): void {
    // Node may fire a fraction of a millisecond early, and long waits come in pieces.
    if (this.#clock.now() < this.#due) this.#timeout = this.#arm()
    else this.#callback()
  }
}
