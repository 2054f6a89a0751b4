/**
 * What the main thread and the poll thread share: which file descriptors to read, and how far the thread has followed.
 *
 * The main thread changes an entry, counts up `wanted`, and wakes the thread through a pipe. The thread sets `seen` to
 * the `wanted` that it read before it looked at the entries. So once `seen` has reached it, the thread uses nothing
 * older: only then may a removed descriptor be closed, because its number can be given to another file at once.
 * Every access is atomic, hence sequentially consistent.
 */

const WANTED = 0
const SEEN = 1
const STARTED = 2
const STOP = 3
const ENDED = 4
const HEAD = 5
/** Of an entry: the descriptor (-1: nothing to read), whose it is, events not yet received, reading put off. */
const FD = 0
const ID = 1
const PENDING = 2
const PARKED = 3
const ENTRY = 4

/**
 * Events of one request that may be on their way to the main thread; beyond that the kernel's buffer takes them. A
 * change of a watched line is as long as six, and the kernel refuses to read a part of one.
 */
export const MAX_PENDING = 4098

/** What the poll thread is started with. */
export interface PollThreadData {
  readonly table: SharedArrayBuffer
  /** The reading end of the wake pipe. */
  readonly wakeFd: number
}

/** What the poll thread says of a descriptor: events as the kernel wrote them, or the errno that ended the reading. */
export type PollReport =
  | { readonly id: number; readonly bytes: Uint8Array }
  | { readonly id: number; readonly errno: string }

/** A report, or that the thread has begun to look. */
export type PollMessage = PollReport | { readonly ready: true }

export class PollTable {
  readonly buffer: SharedArrayBuffer
  readonly slots: number
  readonly #words: Int32Array

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer
    this.#words = new Int32Array(buffer)
    this.slots = (this.#words.length - HEAD) / ENTRY
  }

  static create(slots: number): PollTable {
    const table = new PollTable(new SharedArrayBuffer(4 * (HEAD + ENTRY * slots)))
    for (let slot = 0; slot < slots; slot++) table.setFd(slot, -1)
    return table
  }

  fd(slot: number): number {
    return Atomics.load(this.#words, at(slot, FD))
  }

  id(slot: number): number {
    return Atomics.load(this.#words, at(slot, ID))
  }

  setFd(slot: number, fd: number): void {
    Atomics.store(this.#words, at(slot, FD), fd)
  }

  /** Gives a slot to a new owner. */
  assign(slot: number, id: number): void {
    Atomics.store(this.#words, at(slot, FD), -1)
    Atomics.store(this.#words, at(slot, PENDING), 0)
    Atomics.store(this.#words, at(slot, PARKED), 0)
    Atomics.store(this.#words, at(slot, ID), id)
  }

  /** Thread: reading failed for good; not if the main thread took the descriptor away meanwhile. */
  drop(slot: number, fd: number): void {
    Atomics.compareExchange(this.#words, at(slot, FD), fd, -1)
  }

  /** Thread: how many events may be read now. 0 parks the slot until the main thread has received some. */
  room(slot: number): number {
    const free = () => MAX_PENDING - Atomics.load(this.#words, at(slot, PENDING))
    if (free() > 0) return free()
    Atomics.store(this.#words, at(slot, PARKED), 1)
    // Received between the two looks: then nobody would wake us.
    return Math.max(0, free())
  }

  /** Thread: that many events are on their way. */
  sent(slot: number, events: number): void {
    Atomics.add(this.#words, at(slot, PENDING), events)
  }

  /** Main: that many events have arrived. True when the thread waits for this and must be woken. */
  received(slot: number, events: number): boolean {
    Atomics.sub(this.#words, at(slot, PENDING), events)
    return Atomics.exchange(this.#words, at(slot, PARKED), 0) === 1
  }

  /** Main: entries have changed. */
  changed(): void {
    Atomics.add(this.#words, WANTED, 1)
  }

  get wanted(): number {
    return Atomics.load(this.#words, WANTED)
  }

  /** Thread: from here on it uses the entries as they were at `wanted` or later. */
  follow(wanted: number): void {
    Atomics.store(this.#words, SEEN, wanted)
    Atomics.notify(this.#words, SEEN)
  }

  /**
   * Main: waits until the thread uses no entry older than now. True at once when it has not begun to look at them,
   * or has ended; false when it has not answered after `timeoutMs`.
   */
  settled(timeoutMs: number): boolean {
    const { wanted } = this
    for (;;) {
      const seen = Atomics.load(this.#words, SEEN)
      if (seen === wanted || !this.#looking()) return true
      // The value may move on by steps, so that being woken is not the end.
      if (Atomics.wait(this.#words, SEEN, seen, timeoutMs) === 'timed-out') return !this.#looking()
    }
  }

  /** Main: asks the thread to end. */
  stop(): void {
    Atomics.store(this.#words, STOP, 1)
  }

  get stopping(): boolean {
    return Atomics.load(this.#words, STOP) === 1
  }

  /** Thread: it begins to look at the entries. */
  start(): void {
    Atomics.store(this.#words, STARTED, 1)
  }

  /** Thread: it will not look at an entry again. */
  end(): void {
    Atomics.store(this.#words, ENDED, 1)
    Atomics.notify(this.#words, SEEN)
  }

  #looking(): boolean {
    return Atomics.load(this.#words, STARTED) === 1 && Atomics.load(this.#words, ENDED) === 0
  }
}

function at(slot: number, field: number): number {
  return HEAD + slot * ENTRY + field
}
