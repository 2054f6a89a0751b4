/** The world behind the stand-in for the C library (mocks/libpigpio/standin.h), reached through the same shared library. */

import { setImmediate as nextTurn } from 'node:timers/promises'
import koffi from 'koffi'
import type { Clock, Timer } from '../../src/worker/clock.js'

/** One level change of one line: `wave 17 high @120`, with the time in µs since the reset. */
export interface Entry {
  readonly us: number
  readonly line: number
  readonly level: 0 | 1
  readonly cause: 'write' | 'wave' | 'pwm' | 'outside'
}

const CAUSES = ['write', 'wave', 'pwm', 'outside'] as const
const DRIVES = { low: 0, high: 1, float: 2 } as const

export function pathFromRun(name: 'PI_WORKER_STANDIN' | 'PI_WORKER_PIGPIO'): string {
  const path = process.env[name]
  if (path === undefined) throw new TypeError(`${name} is not set: these tests are run by npm run test:pigpio`)
  return path
}

export class Standin {
  readonly #library = koffi.load(pathFromRun('PI_WORKER_STANDIN'))
  readonly #log = this.#library.func('uint32_t standin_log(void *out, uint32_t from, uint32_t count)')
  readonly #drive = this.#library.func('void standin_drive(uint32_t line, int level)')
  readonly #advance = this.#library.func('void standin_advance(uint64_t us)')
  readonly #now = this.#library.func('uint64_t standin_now()')
  readonly #realTime = this.#library.func('void standin_real_time(int on)')
  readonly #forbid = this.#library.func('void standin_forbid(uint32_t line, int forbidden)')
  readonly #pending = this.#library.func('uint32_t standin_pending()')
  /** As at power-on, time standing still. */
  readonly reset: () => void = this.#library.func('void standin_reset()')
  readonly clearLog: () => void = this.#library.func('void standin_log_clear()')
  readonly setTick: (tick: number) => void = this.#library.func('void standin_set_tick(uint32_t tick)')
  readonly level: (line: number) => number = this.#library.func('int standin_level(uint32_t line)')
  readonly mode: (line: number) => number = this.#library.func('int standin_mode(uint32_t line)')
  readonly pull: (line: number) => number = this.#library.func('int standin_pull(uint32_t line)')
  readonly filter: (line: number) => number = this.#library.func('int standin_filter(uint32_t line)')
  readonly servo: (line: number) => number = this.#library.func('int standin_servo(uint32_t line)')
  readonly hardwareFrequency: (line: number) => number = this.#library.func(
    'uint32_t standin_hardware_frequency(uint32_t line)',
  )
  readonly hardwareDuty: (line: number) => number = this.#library.func('uint32_t standin_hardware_duty(uint32_t line)')
  readonly failStart: (code: number) => void = this.#library.func('void standin_fail_start(int code)')
  readonly interfaces: () => number = this.#library.func('uint32_t standin_interfaces()')
  readonly waves: () => number = this.#library.func('int standin_waves()')
  readonly #running = this.#library.func('int standin_running()')

  get running(): boolean {
    return this.#running() === 1
  }

  /** µs since the reset. */
  get now(): number {
    return Number(this.#now())
  }

  drive(line: number, level: keyof typeof DRIVES): void {
    this.#drive(line, DRIVES[level])
  }

  advance(us: number): void {
    this.#advance(us)
  }

  realTime(on: boolean): void {
    this.#realTime(on ? 1 : 0)
  }

  forbid(line: number, forbidden: boolean): void {
    this.#forbid(line, forbidden ? 1 : 0)
  }

  /** Every level change since the log was cleared. */
  log(): Entry[] {
    const count = this.#log(Buffer.alloc(0), 0, 0) as number
    const words = new Uint32Array(4 * count)
    this.#log(words, 0, count)
    return Array.from({ length: count }, (_, index) => {
      const [low, high, line, what] = words.subarray(4 * index) as unknown as [number, number, number, number]
      return { us: low + high * 2 ** 32, line, level: (what & 1) as 0 | 1, cause: CAUSES[what >> 8]! }
    })
  }

  /** The log as short text: `17=1 @120`. */
  brief(cause?: Entry['cause']): string[] {
    return this.log()
      .filter(entry => cause === undefined || entry.cause === cause)
      .map(({ line, level, us }) => `${line}=${level} @${us}`)
  }

  /** Waits until every change so far has gone through the addon to the listeners. */
  async settle(): Promise<void> {
    while (this.#pending() > 0) await nextTurn()
    // The last one is on its way through the event loop.
    for (let turn = 0; turn < 3; turn++) await nextTurn()
  }
}

/** A clock on the stand-in's time, which goes only when it is told. */
export class StandinClock implements Clock {
  readonly kind = 'system'
  readonly #standin: Standin
  readonly #timers = new Set<{ readonly due: number; readonly callback: () => void }>()

  constructor(standin: Standin) {
    this.#standin = standin
  }

  now(): number {
    return this.#standin.now * 1000
  }

  wall(): number {
    return this.now() / 1e6
  }

  after(ns: number, callback: () => void): Timer {
    const timer = { due: Math.ceil((this.now() + Math.max(ns, 0)) / 1000), callback }
    this.#timers.add(timer)
    return { cancel: () => this.#timers.delete(timer) }
  }

  async reach(time: number): Promise<void> {
    this.advance(Math.max(0, time - this.now()) / 1000)
  }

  async hold<T>(work: PromiseLike<T>): Promise<T> {
    return await work
  }

  fromKernel(monotonicNs: bigint): number {
    return Number(monotonicNs)
  }

  get waiting(): number {
    return this.#timers.size
  }

  /** Moves time, and fires the timers that come due on the way, each at its own time. */
  advance(us: number): void {
    const end = this.#standin.now + us
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) this.#fire(next)
    this.#standin.advance(end - this.#standin.now)
  }

  /** Moves time from timer to timer until `work` is over. */
  async run<T>(work: Promise<T>): Promise<T> {
    let over = false
    const end = (): void => {
      over = true
    }
    work.then(end, end)
    for (await nextTurn(); !over; await nextTurn()) {
      const next = this.#next(Number.POSITIVE_INFINITY)
      if (next !== undefined) this.#fire(next)
    }
    return await work
  }

  #next(end: number) {
    return [...this.#timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0]
  }

  #fire(timer: { readonly due: number; readonly callback: () => void }): void {
    this.#standin.advance(Math.max(0, timer.due - this.#standin.now))
    if (this.#timers.delete(timer)) timer.callback()
  }
}
