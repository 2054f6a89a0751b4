/**
 * The waiting tasks of one queue, ordered by priority (higher first), then by submission. It is the `queueClass` that
 * p-queue is given: one first-in-first-out list for each priority and a heap of the priorities, so that adding, taking
 * and removing cost O(log p) for p different priorities, whatever the number of tasks.
 */

import type { Queue, QueueAddOptions } from 'p-queue'
import TinyQueue from 'tinyqueue'
import type { TaskQueue } from './task-queue.js'
import type { TaskRecord } from './task-record.js'

/** Below this many empty buckets a clean-up is not worth its cost. */
const SWEEP_AT_LEAST = 64

/** What p-queue calls when a task has its slot. */
type Runner = () => Promise<unknown>

/** One task's place in one line; a task on several queues has a place in each, chained by `sibling`. */
export class Place {
  previous: Place | undefined
  next: Place | undefined
  /** Undefined once the task has been taken or removed. */
  bucket: Bucket | undefined
  parked = false

  constructor(
    readonly record: TaskRecord,
    readonly queue: TaskQueue,
    readonly sibling: Place | undefined,
  ) {}
}

/** The waiting tasks of one priority, oldest first. */
class Bucket {
  head: Place | undefined
  tail: Place | undefined

  constructor(readonly priority: number) {}

  append(place: Place): void {
    this.#link(place, this.tail, undefined)
  }

  /** Puts a task back where its submission says; those that come back are among the oldest. */
  restore(place: Place): void {
    let after = this.head
    while (after !== undefined && after.record.sequence < place.record.sequence) after = after.next
    this.#link(place, after === undefined ? this.tail : after.previous, after)
  }

  unlink(place: Place): void {
    if (place.previous === undefined) this.head = place.next
    else place.previous.next = place.next
    if (place.next === undefined) this.tail = place.previous
    else place.next.previous = place.previous
    place.previous = undefined
    place.next = undefined
    place.bucket = undefined
  }

  #link(place: Place, previous: Place | undefined, next: Place | undefined): void {
    place.previous = previous
    place.next = next
    place.bucket = this
    if (previous === undefined) this.head = place
    else previous.next = place
    if (next === undefined) this.tail = place
    else next.previous = place
  }
}

export class TaskLine implements Queue<Runner, QueueAddOptions> {
  /** Tasks waiting here, those passed over included. */
  count = 0
  /** The task that p-queue took last: it knows only the runner, which asks here whom to run. */
  taken: TaskRecord | undefined
  readonly #queue: TaskQueue
  #runner: Runner | undefined
  readonly #buckets = new Map<number, Bucket>()
  /** Every bucket of `#buckets`; the empty ones too, until they come up or are swept out. */
  #order = new TinyQueue<Bucket>([], compare)
  #empty = 0
  /** Tasks that reached the head and need a quarantined queue: passed over until it is reset. */
  readonly #parked = new Set<Place>()

  constructor(queue: TaskQueue) {
    this.#queue = queue
  }

  /** What p-queue may take now: 0 while nothing here can start. */
  get size(): number {
    return this.#queue.corked || this.#startable() === undefined ? 0 : this.count
  }

  /** Called once, when the queue is made: the runner of p-queue that serves every task. */
  enqueue(runner: Runner): void {
    this.#runner = runner
  }

  add(record: TaskRecord): void {
    const place = new Place(record, this.#queue, record.place)
    record.place = place
    this.#bucket(record.priority).append(place)
    this.count++
  }

  dequeue(): Runner | undefined {
    this.taken = this.shift()
    return this.taken === undefined ? undefined : this.#runner
  }

  /** Takes the task that can start now, if there is one. */
  shift(): TaskRecord | undefined {
    const place = this.#queue.corked ? undefined : this.#startable()
    if (place === undefined) return undefined
    this.take(place)
    return place.record
  }

  /** The task that is first here and is not passed over. */
  get head(): TaskRecord | undefined {
    return this.#first()?.record
  }

  /** Takes a task out, wherever it stands; does nothing when it is out already. */
  take(place: Place): void {
    if (place.parked) {
      place.parked = false
      this.#parked.delete(place)
    } else if (place.bucket !== undefined) {
      this.#unlink(place, place.bucket)
    } else {
      return
    }
    this.count--
  }

  /** Every task that waits here, in no particular order. */
  *records(): Generator<TaskRecord> {
    for (const place of this.#parked) yield place.record
    for (const bucket of this.#buckets.values()) {
      for (let place = bucket.head; place !== undefined; place = place.next) yield place.record
    }
  }

  /** Takes the tasks that were passed over back into the order. */
  unpark(): void {
    // The youngest first: then each finds its place at the head, instead of behind all that came back before it.
    for (const place of [...this.#parked].reverse()) {
      place.parked = false
      this.#bucket(place.record.priority).restore(place)
    }
    this.#parked.clear()
  }

  /** Part of p-queue's contract for counting by priority, which nobody asks our lines for. */
  filter(): Runner[] {
    return []
  }

  /** p-queue asks for it; a task keeps the priority that it was submitted with, so it is never called. */
  setPriority(): void {}

  #startable(): Place | undefined {
    const place = this.#first()
    return place === undefined || !place.record.canStart() ? undefined : place
  }

  #first(): Place | undefined {
    for (;;) {
      const bucket = this.#order.peek()
      if (bucket === undefined) return undefined
      const place = bucket.head
      if (place === undefined) {
        this.#order.pop()
        this.#buckets.delete(bucket.priority)
        this.#empty--
      } else if (place.record.blockedByQuarantine(this.#queue)) {
        this.#unlink(place, bucket)
        place.parked = true
        this.#parked.add(place)
      } else {
        return place
      }
    }
  }

  #bucket(priority: number): Bucket {
    let bucket = this.#buckets.get(priority)
    if (bucket === undefined) {
      bucket = new Bucket(priority)
      this.#buckets.set(priority, bucket)
      this.#order.push(bucket)
    } else if (bucket.head === undefined) {
      this.#empty--
    }
    return bucket
  }

  #unlink(place: Place, bucket: Bucket): void {
    bucket.unlink(place)
    if (bucket.head !== undefined) return
    this.#empty++
    if (this.#empty >= SWEEP_AT_LEAST && this.#empty * 2 > this.#order.length) this.#sweep()
  }

  /** Forgets the priorities that nobody has any more: where every task has its own, they never come up. */
  #sweep(): void {
    for (const bucket of this.#buckets.values()) if (bucket.head === undefined) this.#buckets.delete(bucket.priority)
    this.#order = new TinyQueue([...this.#buckets.values()], compare)
    this.#empty = 0
  }
}

function compare(a: Bucket, b: Bucket): number {
  return b.priority - a.priority
}
