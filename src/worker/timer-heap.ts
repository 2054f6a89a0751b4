/** Pending timers of a virtual clock, by (time, creation): O(log n) each, cancelled ones dropped lazily. */

import TinyQueue from 'tinyqueue'
import type { Timer } from './clock.js'

/** Below this many cancelled timers a clean-up is not worth its cost. */
const SWEEP_AT_LEAST = 64

export class VirtualTimer implements Timer {
  pending = true

  constructor(
    readonly heap: TimerHeap,
    readonly due: number,
    readonly sequence: number,
    public callback: () => void,
    readonly background: boolean,
    readonly simulated: boolean,
  ) {}

  cancel(): void {
    this.heap.cancel(this)
  }
}

export class TimerHeap {
  /** How many pending timers make time advance. */
  foreground = 0
  #heap = new TinyQueue<VirtualTimer>([], compare)
  #cancelled = 0
  #sequence = 0

  add(due: number, callback: () => void, background: boolean, simulated = false): VirtualTimer {
    const timer = new VirtualTimer(this, due, this.#sequence++, callback, background, simulated)
    if (!background) this.foreground++
    this.#heap.push(timer)
    return timer
  }

  /** The earliest pending timer, left in. */
  get first(): VirtualTimer | undefined {
    for (;;) {
      const timer = this.#heap.peek()
      if (timer === undefined || timer.pending) return timer
      this.#heap.pop()
      this.#cancelled--
    }
  }

  /** The earliest pending timer, taken out; undefined when there is none. */
  take(): VirtualTimer | undefined {
    for (;;) {
      const timer = this.#heap.pop()
      if (timer === undefined) return undefined
      if (timer.pending) {
        this.#retire(timer)
        return timer
      }
      this.#cancelled--
    }
  }

  cancel(timer: VirtualTimer): void {
    if (!timer.pending) return
    this.#retire(timer)
    timer.callback = forgotten
    this.#cancelled++
    if (this.#cancelled >= SWEEP_AT_LEAST && this.#cancelled * 2 > this.#heap.length) {
      this.#heap = new TinyQueue(
        this.#heap.data.filter(other => other.pending),
        compare,
      )
      this.#cancelled = 0
    }
  }

  #retire(timer: VirtualTimer): void {
    timer.pending = false
    if (!timer.background) this.foreground--
  }
}

/** In the place of what a cancelled timer would have called, which may hold on to much. */
function forgotten(): void {}

function compare(a: VirtualTimer, b: VirtualTimer): number {
  return a.due - b.due || a.sequence - b.sequence
}
