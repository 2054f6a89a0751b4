/** A play thread without a thread: it serves its orders when it is told to, on lines and in a time of its own. */

import type { PlayOrder, PlayReport, PlayThreadData } from '../../drivers/play-order.js'
import { type PlayMachine, serve } from '../../drivers/play-server.js'
import type { PlayThread } from '../../drivers/play-threads.js'

export class FakePlayThread implements PlayThread {
  readonly orders: PlayOrder[] = []
  readonly writes: [number, number][] = []
  /** Errno of every write from now on. */
  errno: string | undefined
  processors = 4
  referenced = true
  terminated = false
  readonly data: PlayThreadData
  readonly notFifo: (string | undefined)[] = []
  /** Called in the middle of a play, before that write. */
  before = new Map<number, () => void>()
  readonly #listeners: Record<string, ((value: never) => void)[]> = {}
  #time = 1000

  constructor(data: PlayThreadData) {
    this.data = data
  }

  postMessage(order: PlayOrder): void {
    this.orders.push(order)
  }

  on(event: string, listener: (value: never) => void): void {
    const listeners = this.#listeners[event] ?? []
    this.#listeners[event] = [...listeners, listener]
  }

  ref(): void {
    this.referenced = true
  }

  unref(): void {
    this.referenced = false
  }

  terminate(): void {
    this.terminated = true
    this.tell('exit', undefined as never)
  }

  tell(event: string, value: unknown): void {
    for (const listener of this.#listeners[event] ?? []) listener(value as never)
  }

  /** Plays the next order; what it reports arrives at once. */
  run(): PlayReport | undefined {
    const order = this.orders.shift()
    const report = order && serve(order, this.#machine())
    if (report !== undefined) this.tell('message', report)
    return report
  }

  #machine(): PlayMachine {
    return {
      // Fast enough for a play of an hour.
      now: () => {
        this.#time += 100_000
        return this.#time
      },
      toKernel: time => BigInt(time),
      write: (values, mask) => {
        this.before.get(this.writes.length)?.()
        if (this.errno !== undefined) throw Object.assign(new RangeError(this.errno), { code: this.errno })
        this.writes.push([values, mask])
      },
      prepare: (_, notFifo) => {
        this.notFifo.push(notFifo)
        return { scheduling: notFifo === undefined ? 'fifo' : 'normal', locked: true, whyNot: [] }
      },
      rehearse: () => undefined,
      announce: (id, beganKernelNs) => this.tell('message', { kind: 'begun', id, beganKernelNs }),
      rest: () => undefined,
      processors: this.processors,
      spinners: new Int32Array(this.data.spinners),
      sleeps: { lateNs: 0 },
    }
  }
}
