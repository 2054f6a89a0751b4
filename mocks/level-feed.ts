/**
 * Tells listeners of level changes: at once, in the order of the changes, and never one inside the other. A listener
 * that changes lines (a simulated part) adds to the queue that is being worked off; it does not recurse.
 */

import type { Bit, LevelListener } from '../drivers/driver.js'
import { formatLine } from '../drivers/lines.js'
import { PiWorkerError } from '../src/errors.js'
import { rethrowLater } from '../src/thrown.js'
import { LEVELS } from './trace.js'

/** More changes than any circuit makes at one instant: the parts are switching each other without end. */
const MAX_CHANGES_AT_ONCE = 1_000_000

interface Subscription {
  readonly listener: LevelListener
  /** Changes before this number were made before the listener came. */
  readonly from: number
  open: boolean
}

export class LevelFeed {
  /** Whom to tell of each line, in the order in which they came. The arrays are replaced, never changed. */
  readonly #byLine: (readonly Subscription[])[]
  #times = new Float64Array(64)
  #codes = new Uint16Array(64)
  #head = 0
  #tail = 0
  /** Number of the change at place 0 of the queue. */
  #base = 0
  #flushing = false

  constructor(lineCount: number) {
    this.#byLine = Array.from({ length: lineCount }, () => [])
  }

  /** Adds a listener for all lines, or for one. Returns what removes it. */
  listen(listener: LevelListener, line?: number): () => void {
    const subscription: Subscription = { listener, from: this.#base + this.#tail, open: true }
    const lines = line === undefined ? [...this.#byLine.keys()] : [line]
    for (const at of lines) this.#byLine[at] = [...this.#byLine[at]!, subscription]
    return () => {
      if (!subscription.open) return
      subscription.open = false
      for (const at of lines) this.#byLine[at] = this.#byLine[at]!.filter(other => other !== subscription)
    }
  }

  /** Whether anybody listens to this line. */
  wants(line: number): boolean {
    return this.#byLine[line]!.length !== 0
  }

  push(line: number, bit: number, time: number): void {
    if (this.#tail === this.#times.length) this.#grow()
    this.#times[this.#tail] = time
    this.#codes[this.#tail++] = (line << 1) | bit
  }

  /**
   * Tells the listeners of everything in the queue, what they cause included. Does nothing when called by a listener.
   * @throws ERR_UNSUPPORTED when the changes cause each other without end.
   */
  flush(): void {
    if (this.#head === this.#tail || this.#flushing) return
    this.#flushing = true
    const last = this.#base + this.#head + MAX_CHANGES_AT_ONCE
    let number = 0
    let line = 0
    try {
      while (this.#head < this.#tail && number < last) {
        const code = this.#codes[this.#head]!
        const time = this.#times[this.#head]!
        number = this.#base + this.#head++
        line = code >>> 1
        for (const subscription of this.#byLine[line]!) {
          if (subscription.open && subscription.from <= number) tell(subscription, line, code & 1, time)
        }
      }
    } finally {
      this.#flushing = false
    }
    const endless = this.#head < this.#tail
    this.#base += this.#tail
    this.#head = 0
    this.#tail = 0
    if (endless) throw endlessLoop(line)
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2)
    const codes = new Uint16Array(times.length)
    times.set(this.#times)
    codes.set(this.#codes)
    this.#times = times
    this.#codes = codes
  }
}

function tell(subscription: Subscription, line: number, bit: number, time: number): void {
  try {
    subscription.listener(line, LEVELS[bit as Bit], time)
  } catch (error) {
    rethrowLater(error)
  }
}

function endlessLoop(line: number): PiWorkerError {
  return new PiWorkerError(
    'ERR_UNSUPPORTED',
    `${formatLine(line)} is part of a loop of parts that switch each other without end and without delay`,
    { remedy: 'Give one of the parts a delay: let it answer in a timer of the clock.', details: { line } },
  )
}
