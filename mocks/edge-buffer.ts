/**
 * The edges of one request: numbered, kept as the kernel keeps them until somebody reads, and handed to listeners.
 *
 * Listeners are called in a microtask, never inside the call that changed the line, because no real driver does that
 * either; the edges of all requests of a board reach their listeners in the order in which they were made. Under a
 * virtual clock that is still the instant of the edge, since microtasks run before time moves.
 */

import type { Bit, EdgeEvent } from '../drivers/driver.js'
import { Listeners } from '../src/listeners.js'

/** The kernel grants a request at most 1024 events (GPIO_V2_LINES_MAX * 16 in drivers/gpio/gpiolib-cdev.c). */
const MAX_KERNEL_EVENTS = 1024
/** Its `then` is a microtask that costs less than `queueMicrotask`, which makes a resource for async_hooks. */
const SETTLED = Promise.resolve()

/** The order in which the buffers of a board hand over their edges: one entry an edge. */
export class EdgeDelivery {
  #waiting: EdgeBuffer[] = []
  #scheduled = false

  post(buffer: EdgeBuffer): void {
    this.#waiting.push(buffer)
    if (this.#scheduled) return
    this.#scheduled = true
    void SETTLED.then(this.#run)
  }

  readonly #run = (): void => {
    const batch = this.#waiting
    this.#waiting = []
    for (const buffer of batch) buffer.deliver()
    this.#scheduled = this.#waiting.length !== 0
    if (this.#scheduled) void SETTLED.then(this.#run)
  }
}

export class EdgeBuffer {
  readonly #lines: readonly number[]
  readonly #capacity: number
  readonly #delivery: EdgeDelivery
  readonly #listeners = new Listeners<EdgeEvent>()
  // A ring with a power of two of places; edge number n is at (n - 1) modulo that.
  #times = new Float64Array(0)
  #codes = new Uint8Array(0)
  /** Number of the newest edge made. */
  #made = 0
  /** Number of the oldest edge kept; `#made + 1` when none is. */
  #oldest = 1
  /** Number of the last edge that was read. */
  #read = 0
  #failure: Error | undefined
  #closed = false

  /**
   * @param capacity Edges kept while nobody listens; as in the kernel at most 1024, rounded up to a power of two (kfifo).
   */
  constructor(lines: readonly number[], capacity: number, delivery: EdgeDelivery) {
    this.#lines = lines
    this.#capacity = 2 ** Math.ceil(Math.log2(Math.min(capacity, MAX_KERNEL_EVENTS)))
    this.#delivery = delivery
  }

  /** Makes an edge. While nobody listens and the buffer is full, the oldest edge is dropped, as the kernel does. */
  push(index: number, bit: Bit, time: number): void {
    const listening = this.#listeners.size !== 0
    this.#made++
    if (!listening) this.#oldest = Math.max(this.#oldest, this.#made - this.#capacity + 1)
    // A driver's reader takes edges out of the kernel while JavaScript is busy, so with a listener none is dropped.
    if (this.#made - this.#oldest >= this.#times.length) this.#grow()
    const place = (this.#made - 1) & (this.#times.length - 1)
    this.#times[place] = time
    this.#codes[place] = (index << 1) | bit
    if (listening) this.#delivery.post(this)
  }

  /** Adds a listener, which first gets the edges kept so far. Returns what removes it. */
  listen(call: (event: EdgeEvent) => void): () => void {
    const stop = this.#listeners.add(call)
    for (let number = this.#oldest; number <= this.#made; number++) this.#delivery.post(this)
    return stop
  }

  /** Tells the listeners, after the edges that are still on their way, that there will be no more. */
  fail(error: Error): void {
    this.#failure = error
    this.#delivery.post(this)
  }

  /** Drops everything; nobody is called any more. */
  close(): void {
    this.#closed = true
    this.#listeners.clear()
  }

  /** Hands over the oldest edge, after the news of those lost before it. */
  deliver(): void {
    if (this.#closed || this.#listeners.size === 0) return
    if (this.#oldest > this.#made) {
      const error = this.#failure
      this.#failure = undefined
      if (error !== undefined) this.#listeners.tell({ kind: 'failed', error })
      return
    }
    const place = (this.#oldest - 1) & (this.#times.length - 1)
    const time = this.#times[place]!
    const lost = this.#oldest - this.#read - 1
    if (lost > 0) {
      this.#read = this.#oldest - 1
      // The kernel numbers the edges of the whole request: with several lines the gap does not say whose they were.
      this.#listeners.tell({
        kind: 'lost',
        line: this.#lines.length === 1 ? this.#lines[0] : undefined,
        count: lost,
        time,
      })
      if (this.#listeners.size === 0) return
    }
    const code = this.#codes[place]!
    this.#read = this.#oldest++
    this.#listeners.tell({
      kind: 'edge',
      line: this.#lines[code >>> 1]!,
      direction: (code & 1) === 1 ? 'rising' : 'falling',
      time,
      sequence: this.#read,
    })
  }

  #grow(): void {
    const size = Math.max(16, this.#times.length * 2)
    const times = new Float64Array(size)
    const codes = new Uint8Array(size)
    for (let number = this.#oldest; number < this.#made; number++) {
      const from = (number - 1) & (this.#times.length - 1)
      const to = (number - 1) & (size - 1)
      times[to] = this.#times[from]!
      codes[to] = this.#codes[from]!
    }
    this.#times = times
    this.#codes = codes
  }
}
