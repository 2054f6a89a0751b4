/** The edges of one request, made from interrupts and levels. */

import type { Bit, Edge, EdgeEvent, EdgeSelection } from '../driver.js'
import { EdgeQueue } from '../edge-queue.js'

export class EdgeFeed {
  readonly #lines: readonly number[]
  readonly #queue: EdgeQueue
  #selection: EdgeSelection = 'none'
  #levels: Bit[] = []

  /** @param capacity Edges kept while nobody listens. */
  constructor(lines: readonly number[], capacity: number) {
    this.#lines = lines
    this.#queue = new EdgeQueue(lines, capacity)
  }

  /** What is asked for from now on, and the levels that the lines have. */
  configure(selection: EdgeSelection, levels: readonly Bit[]): void {
    this.#selection = selection
    this.#levels = [...levels]
  }

  listen(call: (event: EdgeEvent) => void): () => void {
    return this.#queue.listen(call)
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
    if (this.#levels[index] === level) this.#queue.push({ kind: 'lost', line: this.#lines[index]!, count: 1, time })
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
    if (this.#queue.heard) this.#queue.push({ kind: 'failed', error })
  }

  /** Calls nobody any more. */
  close(): void {
    this.#queue.close()
  }

  #push(index: number, direction: Edge['direction'], time: number): void {
    this.#queue.push({ kind: 'edge', line: this.#lines[index]!, direction, time })
  }
}
