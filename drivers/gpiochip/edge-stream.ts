/**
 * The edges of one request on the main thread: decodes the kernel's events, finds the gaps, and calls the listeners.
 *
 * While nobody listens, the kernel keeps the events (as many as its buffer holds) and a later listener gets them
 * first, oldest first, with their true times; so no edge is lost between a request and the call of `edges`.
 */

import { Listeners } from '../../src/listeners.js'
import type { Edge, EdgeEvent, EdgeSelection, LineSettings } from '../driver.js'
import { decodeEvent, type RawEvent, SIZE } from './layout.js'

export interface EdgeStreamOptions {
  readonly lines: readonly number[]
  /** What the kernel's offsets on the chip begin at in the board's numbers. */
  readonly firstLine: number
  readonly settings: LineSettings
  /** A CLOCK_MONOTONIC time of the kernel as ns since the board was opened. */
  readonly toTime: (timestamp: bigint) => number
  /** The first listener came, or the last one went. */
  readonly listening: (any: boolean) => void
}

/** What was configured from some time on: events from before it are read as they were meant then. */
interface Era {
  readonly since: number
  readonly activeLow: boolean
  readonly edges: EdgeSelection
}

/** What is known of one line. */
interface LineState {
  lineSequence: number
  direction: Edge['direction'] | undefined
}

export class EdgeStream {
  readonly #firstLine: number
  readonly #toTime: EdgeStreamOptions['toTime']
  readonly #listening: EdgeStreamOptions['listening']
  readonly #states: ReadonlyMap<number, LineState>
  readonly #listeners = new Listeners<EdgeEvent>()
  #era: Era
  #nextEras: Era[] = []
  /** Arrived and not yet decoded; a failure comes after the events that were read before it. */
  #arrived: (Buffer | Error)[] = []
  #offset = 0
  /** Decoded and not yet handed over. */
  #ready: EdgeEvent[] = []

  constructor({ lines, firstLine, settings, toTime, listening }: EdgeStreamOptions) {
    this.#firstLine = firstLine
    this.#toTime = toTime
    this.#listening = listening
    this.#states = new Map(lines.map(line => [line, { lineSequence: 0, direction: undefined }]))
    this.#era = era(settings, Number.NEGATIVE_INFINITY)
  }

  /** The settings changed at `time`. */
  reconfigured(settings: LineSettings, time: number): void {
    this.#nextEras.push(era(settings, time))
  }

  listen(call: (event: EdgeEvent) => void): () => void {
    const remove = this.#listeners.add(call)
    if (this.#listeners.size === 1) {
      this.#listening(true)
      if (this.#arrived.length > 0 || this.#ready.length > 0) queueMicrotask(() => this.#deliver())
    }
    return () => {
      if (remove() && this.#listeners.size === 0) this.#listening(false)
    }
  }

  /** Events as the kernel wrote them, one after the other. */
  receive(bytes: Uint8Array): void {
    this.#arrived.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    this.#deliver()
  }

  /** There will be no more edges. Told to whoever listens now; a later listener finds out for itself. */
  fail(error: Error): void {
    if (this.#listeners.size === 0) return
    this.#arrived.push(error)
    this.#deliver()
  }

  /** Calls nobody any more. */
  close(): void {
    this.#listeners.clear()
    this.#arrived = []
    this.#ready = []
  }

  #deliver(): void {
    while (this.#listeners.size > 0) {
      const event = this.#next()
      if (event === undefined) return
      this.#listeners.tell(event)
    }
  }

  #next(): EdgeEvent | undefined {
    for (;;) {
      const event = this.#ready.shift()
      if (event !== undefined) return event
      const first = this.#arrived[0]
      if (first === undefined) return undefined
      if (first instanceof Error) {
        this.#arrived.shift()
        return { kind: 'failed', error: first }
      }
      if (this.#offset + SIZE.lineEvent > first.length) {
        this.#arrived.shift()
        this.#offset = 0
        continue
      }
      this.#ready = this.#decode(decodeEvent(first, this.#offset))
      this.#offset += SIZE.lineEvent
    }
  }

  /** One event of the kernel: its edge, after the news of edges that were lost before it. */
  #decode(raw: RawEvent): EdgeEvent[] {
    const time = this.#toTime(raw.timestamp)
    this.#enterEra(time)
    // The kernel's direction is logical.
    const direction = raw.active !== this.#era.activeLow ? 'rising' : 'falling'
    const line = this.#firstLine + raw.line
    const edge: Edge = { kind: 'edge', line, direction, time, sequence: raw.sequence }
    const state = this.#states.get(line)
    if (state === undefined) return [edge]
    const count = lostBefore(raw, state, direction, this.#era.edges)
    state.lineSequence = raw.lineSequence
    state.direction = direction
    return count === 0 ? [edge] : [{ kind: 'lost', line, count, time }, edge]
  }

  #enterEra(time: number): void {
    for (let next = this.#nextEras[0]; next !== undefined && time >= next.since; next = this.#nextEras[0]) {
      this.#nextEras.shift()
      this.#era = next
      // In between, the line may have been driven or its edges not watched: its direction is not known any more.
      for (const state of this.#states.values()) state.direction = undefined
    }
  }
}

/**
 * How many edges of the line are known to be missing before this one.
 *
 * The line's own number tells, not the request's: the kernel gives out the latter in the interrupt and queues the event
 * in a thread of each line, so that in a request of several lines they may come out of order with none missing.
 * With numbers in order, a direction that comes twice means that the interrupt controller joined edges.
 */
function lostBefore(raw: RawEvent, state: LineState, direction: Edge['direction'], edges: EdgeSelection): number {
  const gap = (raw.lineSequence - state.lineSequence - 1) >>> 0 // u32 that wraps
  if (gap > 0) return gap < 2 ** 31 ? gap : 0
  return edges === 'both' && state.direction === direction ? 1 : 0
}

function era({ activeLow = false, edges = 'none' }: LineSettings, since: number): Era {
  return { since, activeLow, edges }
}
