/** Puts the timers and the date of a program that knows nothing of clocks on a virtual clock. */

import { promisify } from 'node:util'
import type { Timer } from '../../src/worker/clock.js'
import type { VirtualClock } from '../../src/worker/virtual-clock.js'

type Callback = (...args: unknown[]) => void

/** What is replaced. `setImmediate` and microtasks take no time and stay; so does what `node:timers` exports. */
const NAMES = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] as const
type Globals = Readonly<Record<(typeof NAMES)[number], PropertyDescriptor>>
/** As Node has it: delays beyond are 1 ms, and so are those below. */
const LONGEST_MS = 2 ** 31 - 1
/** Numbers of timers, far from those that Node gives to real ones. */
const FIRST_ID = 2 ** 40

/**
 * From now on the global `setTimeout`, `setInterval`, their opposites and `Date` follow the clock. Returns what puts the
 * real ones back; timers of the program that are pending then never fire.
 */
export function putOnVirtualTime(clock: VirtualClock): () => void {
  const timers = new PendingTimers()
  const real = globalsNow()
  const own = virtualGlobals(clock, timers)
  const { hold } = clock
  // The watch of the clock over held work is one in real time.
  clock.hold = work => {
    setGlobals(real)
    try {
      return hold.call(clock, work) as Promise<never>
    } finally {
      setGlobals(own)
    }
  }
  setGlobals(own)
  return () => {
    for (const timer of timers.byId.values()) timer.close()
    setGlobals(real)
    clock.hold = hold
  }
}

function virtualGlobals(clock: VirtualClock, timers: PendingTimers): Globals {
  const start =
    (repeats: boolean) =>
    (callback: Callback, ms?: number, ...args: unknown[]): UserTimer =>
      new UserTimer({ clock, timers, call: () => callback(...args), ns: delayNs(ms), repeats })
  const setTimeout = start(false)
  const sleep = (ms?: number, value?: unknown): Promise<unknown> =>
    new Promise(resolve => setTimeout(() => resolve(value), ms))
  const clear = (realClear: (timer: never) => void) => (timer: unknown) => {
    const own =
      timer instanceof UserTimer ? timer : timers.byId.get(typeof timer === 'object' ? Number.NaN : Number(timer))
    if (own === undefined) realClear(timer as never)
    else own.close()
  }
  const of = (value: unknown): PropertyDescriptor => ({ value, writable: true, configurable: true, enumerable: false })
  return {
    setTimeout: of(Object.assign(setTimeout, { [promisify.custom]: sleep })),
    setInterval: of(start(true)),
    clearTimeout: of(clear(globalThis.clearTimeout)),
    clearInterval: of(clear(globalThis.clearInterval)),
    Date: of(virtualDate(clock)),
  }
}

/** The same class for whoever asks, but that now is when the clock says. */
function virtualDate(clock: VirtualClock): DateConstructor {
  return new Proxy(Date, {
    construct: (real, args, target) => Reflect.construct(real, args.length === 0 ? [clock.wall()] : args, target),
    apply: real => new real(clock.wall()).toString(),
    get: (real, key, receiver) => (key === 'now' ? () => clock.wall() : Reflect.get(real, key, receiver)),
  })
}

class PendingTimers {
  readonly byId = new Map<number, UserTimer>()
  #last = FIRST_ID

  /** The number of the next timer. */
  next(): number {
    return ++this.#last
  }
}

interface UserTimerOptions {
  readonly clock: VirtualClock
  readonly timers: PendingTimers
  readonly call: () => void
  readonly ns: number
  readonly repeats: boolean
}

/** What `setTimeout` gives: as much of Node's `Timeout` as programs use. */
class UserTimer {
  readonly #options: UserTimerOptions
  readonly #id: number
  #background = false
  #timer: Timer | undefined

  constructor(options: UserTimerOptions) {
    this.#options = options
    this.#id = options.timers.next()
    this.#arm()
  }

  ref(): this {
    return this.#keep(true)
  }

  /** It no longer makes time advance, as a real one would no longer keep the process alive. */
  unref(): this {
    return this.#keep(false)
  }

  hasRef(): boolean {
    return !this.#background
  }

  refresh(): this {
    this.#arm()
    return this
  }

  close(): this {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#options.timers.byId.delete(this.#id)
    return this
  }

  [Symbol.toPrimitive](): number {
    return this.#id
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #keep(keeps: boolean): this {
    if (this.#background === !keeps) return this
    this.#background = !keeps
    if (this.#timer !== undefined) this.#arm()
    return this
  }

  #arm(): void {
    const { clock, timers, call, ns, repeats } = this.#options
    this.#timer?.cancel()
    timers.byId.set(this.#id, this)
    const options = { background: this.#background }
    this.#timer = clock.after(
      ns,
      () => {
        if (repeats) this.#arm()
        else this.close()
        call()
      },
      options,
    )
  }
}

function delayNs(ms: unknown): number {
  const delay = Number(ms)
  return Math.trunc(delay >= 1 && delay <= LONGEST_MS ? delay : 1) * 1e6
}

function globalsNow(): Globals {
  const entries = NAMES.map(name => [name, Object.getOwnPropertyDescriptor(globalThis, name)])
  return Object.fromEntries(entries) as Globals
}

function setGlobals(globals: Globals): void {
  for (const name of NAMES) Object.defineProperty(globalThis, name, globals[name])
}
