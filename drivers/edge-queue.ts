/**
 * The edges of one request, numbered and handed to listeners in a microtask, never inside a call of the handle. While
 * nobody listens they are kept, as many as the request's event buffer says, and a later listener gets them first.
 */

import { Listeners } from '../src/listeners.js'
import type { Edge, EdgeEvent, LostEdges } from './driver.js'

/** An event that has no number yet. */
export type Unnumbered = Omit<Edge, 'sequence'> | Exclude<EdgeEvent, Edge>

export class EdgeQueue {
  readonly #lines: readonly number[]
  readonly #capacity: number
  readonly #listeners = new Listeners<EdgeEvent>()
  #waiting: Unnumbered[] = []
  /** Edges that the full buffer dropped, not told of yet. */
  #dropped = 0
  #sequence = 0
  #scheduled = false

  /** @param capacity Events kept while nobody listens. */
  constructor(lines: readonly number[], capacity: number) {
    this.#lines = lines
    this.#capacity = capacity
  }

  /** Whether anybody listens now. */
  get heard(): boolean {
    return this.#listeners.size > 0
  }

  listen(call: (event: EdgeEvent) => void): () => void {
    const stop = this.#listeners.add(call)
    this.#schedule()
    return stop
  }

  push(event: Unnumbered): void {
    this.#waiting.push(event)
    if (this.#listeners.size > 0) this.#schedule()
    else if (this.#waiting.length > this.#capacity) this.#drop()
  }

  /** Calls nobody any more. */
  close(): void {
    this.#listeners.clear()
    this.#waiting = []
  }

  /** The oldest goes, as in the kernel's buffer. */
  #drop(): void {
    const oldest = this.#waiting.shift()
    if (oldest?.kind === 'edge') this.#dropped++
    if (oldest?.kind === 'lost') this.#dropped += oldest.count
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      while (this.#listeners.size > 0 && this.#waiting.length > 0) this.#listeners.tell(this.#next())
    })
  }

  #next(): EdgeEvent {
    const dropped = this.#takeDropped()
    if (dropped !== undefined) return dropped
    const event = this.#waiting.shift()!
    return event.kind === 'edge' ? { ...event, sequence: ++this.#sequence } : event
  }

  #takeDropped(): LostEdges | undefined {
    const [first] = this.#waiting
    if (this.#dropped === 0 || first === undefined || first.kind === 'failed') return undefined
    const count = this.#dropped
    this.#dropped = 0
    return { kind: 'lost', line: this.#lines.length === 1 ? this.#lines[0] : undefined, count, time: first.time }
  }
}
