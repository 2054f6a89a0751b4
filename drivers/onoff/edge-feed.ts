/**
 * The edges of one request, made from interrupts and levels, and handed to listeners.
 *
 * While nobody listens they are kept, as many as the request's event buffer says, and a later listener gets them first.
 * Listeners are called in a microtask, never inside a call of the handle.
 */

import { Listeners } from '../../src/listeners.js'
import type { Bit, Edge, EdgeEvent, EdgeSelection } from '../driver.js'

type Happened = Omit<Edge, 'sequence'>

export class EdgeFeed {
  readonly #lines: readonly number[]
  readonly #capacity: number
  readonly #listeners = new Listeners<EdgeEvent>()
  /** Not yet handed over; those without a number get one then. */
  #waiting: (Happened | Exclude<EdgeEvent, Edge>)[] = []
  /** Edges dropped since the last one was handed over, because the buffer was full. */
  #dropped = 0
  #sequence = 0
  #scheduled = false
  #selection: EdgeSelection = 'none'
  #levels: Bit[] = []

  /** @param capacity Edges kept while nobody listens. */
  constructor(lines: readonly number[], capacity: number) {
    this.#lines = lines
    this.#capacity = capacity
  }

  /** What is asked for from now on, and the levels that the lines have. */
  configure(selection: EdgeSelection, levels: readonly Bit[]): void {
    this.#selection = selection
    this.#levels = [...levels]
  }

  listen(call: (event: EdgeEvent) => void): () => void {
    const stop = this.#listeners.add(call)
    this.#schedule()
    return stop
  }

  /**
   * There was an interrupt, and afterwards the line had this level. Where only one direction makes interrupts, the edge
   * was that one even if the level is another by now. Where both do, a level as before means that an edge is missing.
   */
  interrupt(index: number, level: Bit, time: number): void {
    if (this.#selection === 'none') return
    if (this.#selection !== 'both') {
      this.#push(index, this.#selection, time)
      return
    }
    if (this.#levels[index] === level) this.#lost(index, 1, time)
    this.#levels[index] = level
    this.#push(index, level === 1 ? 'rising' : 'falling', time)
  }

  /** The level changed, debounced. */
  changed(index: number, level: Bit, time: number): void {
    const direction = level === 1 ? 'rising' : 'falling'
    if (this.#selection === 'both' || this.#selection === direction) this.#push(index, direction, time)
  }

  /** There will be no more edges. Told to whoever listens now; a later listener finds out for itself. */
  fail(error: Error): void {
    if (this.#listeners.size === 0) return
    this.#waiting.push({ kind: 'failed', error })
    this.#schedule()
  }

  /** Calls nobody any more. */
  close(): void {
    this.#listeners.clear()
    this.#waiting = []
  }

  #push(index: number, direction: Edge['direction'], time: number): void {
    this.#add({ kind: 'edge', line: this.#lines[index]!, direction, time })
  }

  #lost(index: number, count: number, time: number): void {
    this.#add({ kind: 'lost', line: this.#lines[index]!, count, time })
  }

  #add(event: Happened | Exclude<EdgeEvent, Edge>): void {
    this.#waiting.push(event)
    if (this.#listeners.size > 0) this.#schedule()
    else if (this.#waiting.length > this.#capacity) this.#drop()
  }

  /** The oldest goes, as in the kernel's buffer. */
  #drop(): void {
    const event = this.#waiting.shift()
    if (event?.kind === 'edge') this.#dropped++
    if (event?.kind === 'lost') this.#dropped += event.count
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      this.#deliver()
    })
  }

  #deliver(): void {
    while (this.#listeners.size > 0) {
      const event = this.#next()
      if (event === undefined) return
      this.#listeners.tell(event)
    }
  }

  #next(): EdgeEvent | undefined {
    const first = this.#waiting[0]
    if (first !== undefined && this.#dropped > 0 && first.kind !== 'failed') {
      const count = this.#dropped
      this.#dropped = 0
      return { kind: 'lost', line: this.#lines.length === 1 ? this.#lines[0] : undefined, count, time: first.time }
    }
    this.#waiting.shift()
    return first?.kind === 'edge' ? { ...first, sequence: ++this.#sequence } : first
  }
}
