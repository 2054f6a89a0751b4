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
  /**
   * The timer before all that are in the heap; undefined when it is not known which that is. A part that makes edges
   * sets one timer at a time, which is the next from the start: kept here it costs a sixth of its way through the heap.
   */
  #next: VirtualTimer | undefined
  #heap = new TinyQueue<VirtualTimer>([], compare)
  #cancelled = 0
  #sequence = 0

  add(due: number, callback: () => void, background: boolean, simulated = false): VirtualTimer {
    const timer = new VirtualTimer(this, due, this.#sequence++, callback, background, simulated)
    if (!background) this.foreground++
    const first = this.#next ?? this.#heap.peek()
    // At the same time the one that was there before comes first.
    if (first !== undefined && first.due <= due) this.#heap.push(timer)
    else {
      if (this.#next !== undefined) this.#heap.push(this.#next)
      this.#next = timer
    }
    return timer
  }

  /** The earliest pending timer, left in. */
  get first(): VirtualTimer | undefined {
    if (this.#next !== undefined) return this.#next
    for (;;) {
      const timer = this.#heap.peek()
      if (timer === undefined || timer.pending) return timer
      this.#heap.pop()
      this.#cancelled--
    }
  }

  /** The earliest pending timer, taken out; undefined when there is none. */
  take(): VirtualTimer | undefined {
    const timer = this.first
    if (timer === undefined) return undefined
    if (timer === this.#next) this.#next = undefined
    else this.#heap.pop()
    this.#retire(timer)
    return timer
  }

  cancel(timer: VirtualTimer): void {
    if (!timer.pending) return
    this.#retire(timer)
    timer.callback = forgotten
    if (timer === this.#next) {
      this.#next = undefined
      return
    }
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
