/**
 * How a task runs and ends: attempts, timeout, cancel, grace, safe states, quarantine. The one rule above all: a slot is
 * freed only when the function has settled and its peripherals are safe, or when it was given up and disarmed.
 */

import { messageOf, type PiWorkerError } from '../errors.js'
import { AttemptContext } from './attempt-context.js'
import type { Clock } from './clock.js'
import type { WorkerEvents } from './events.js'
import { makeAllSafe, type PeripheralQueue } from './peripheral-queue.js'
import { abandoned, expired, keepCause, notSafe, timedOut, toError } from './task-errors.js'
import { describe, isThenable, needsSafe } from './task-facts.js'
import { DEFAULT_GRACE_MS } from './task-options.js'
import { Running, type Stop, type TaskRecord, type TaskState } from './task-record.js'

/** Nothing stays held when a task ends well. */
const NONE: ReadonlySet<PeripheralQueue> = new Set()

export class TaskRunner {
  readonly #clock: Clock
  readonly #events: WorkerEvents
  readonly #onFinished: (record: TaskRecord) => void

  constructor(clock: Clock, events: WorkerEvents, onFinished: (record: TaskRecord) => void) {
    this.#clock = clock
    this.#events = events
    this.#onFinished = onFinished
  }

  /** Runs a task whose slots are taken. They are freed through the queues and `record.release`. */
  begin(record: TaskRecord): void {
    const { options } = record
    if (options?.notAfter !== undefined) {
      record.expiry?.cancel()
      if (this.#clock.wall() >= options.notAfter) {
        this.#end(record, 'failed', expired(record))
        return
      }
    }
    record.place = undefined
    record.state = 'running'
    record.runningNs = this.#clock.now()
    if (!this.#events.silent) {
      this.#events.emit({ type: 'running', ...describe(record) })
      if (record.running?.stop !== undefined) {
        this.#endUncalled(record, record.running)
        return
      }
    }
    if (record.args !== undefined) this.#callPlain(record, record.args)
    else this.#attempt(record, new Running(options?.retries ?? 0))
  }

  /** Ends a task when `notAfter` passes while it is queued: by the wall clock, which may be set meanwhile. */
  watchExpiry(record: TaskRecord, notAfter: number): void {
    const left = (notAfter - this.#clock.wall()) * 1e6
    if (left <= 0) this.#leaveQueue(record, 'failed', expired(record))
    else record.expiry = this.#clock.after(left, () => this.watchExpiry(record, notAfter))
  }

  /** Ends a queued task with `error` although it was never run. */
  refuse(record: TaskRecord, error: PiWorkerError): void {
    this.#leaveQueue(record, 'failed', error)
  }

  /** False when the task was already over or ending. */
  cancel(record: TaskRecord, error: PiWorkerError): boolean {
    return this.#endEarly(record, 'cancelled', error)
  }

  /** As `cancel`, but the task has failed with `error`, and its peripherals are made safe in any case. */
  interrupt(record: TaskRecord, error: PiWorkerError): boolean {
    return this.#endEarly(record, 'failed', error)
  }

  #endEarly(record: TaskRecord, outcome: 'cancelled' | 'failed', error: PiWorkerError): boolean {
    if (record.state === 'queued') {
      this.#leaveQueue(record, outcome, error)
      return true
    }
    if (record.finished) return false
    // None yet: its function has not been called, or is a plain one that has not returned.
    record.running ??= new Running(0)
    const { running } = record
    if (outcome === 'failed') running.interrupted = true
    if (running.abandoned || (running.settled && running.attemptsLeft === 0)) return false
    if (running.stop?.outcome === 'timedOut' && running.attemptsLeft > 0) {
      running.attemptsLeft = 0 // it is ending, but would have tried again
      return true
    }
    if (running.stop !== undefined) return false
    this.#stop(record, running, { outcome, error })
    return true
  }

  /** The short way for `run`: no options, no context, and for a synchronous function nothing to stop. */
  #callPlain(record: TaskRecord, args: readonly unknown[]): void {
    let outcome: unknown
    let ok = true
    try {
      outcome = (record.fn as (...args: unknown[]) => unknown)(...args)
    } catch (thrown) {
      outcome = thrown
      ok = false
    }
    const { running } = record
    if (ok && isThenable(outcome)) void this.#follow(record, running ?? new Running(0), outcome)
    else if (running !== undefined) this.#settled(record, running, ok, outcome)
    else if (ok) this.#succeed(record, outcome)
    else this.#end(record, 'failed', toError(outcome, record))
  }

  #attempt(record: TaskRecord, running: Running): void {
    record.running = running
    running.settled = false
    const timeoutNs = record.options?.timeoutNs
    if (timeoutNs !== undefined) {
      running.timeout = this.#clock.after(timeoutNs, () =>
        this.#stop(record, running, { outcome: 'timedOut', error: timedOut(record, timeoutNs) }),
      )
    }
    let outcome: unknown
    try {
      outcome = this.#call(record, running)
    } catch (thrown) {
      this.#settled(record, running, false, thrown)
      return
    }
    if (isThenable(outcome)) void this.#follow(record, running, outcome)
    else this.#settled(record, running, true, outcome)
  }

  /** By `await`, which calls no `then` twice, whatever kind of promise it is. */
  async #follow(record: TaskRecord, running: Running, outcome: unknown): Promise<void> {
    record.running = running
    let value: unknown
    let ok = true
    try {
      value = await outcome
    } catch (thrown) {
      value = thrown
      ok = false
    }
    this.#settled(record, running, ok, value)
  }

  #call(record: TaskRecord, running: Running): unknown {
    running.context = new AttemptContext(record.task, this.#clock, progress => {
      if (record.finished) return
      record.progress = progress
      if (!this.#events.silent) this.#events.emit({ type: 'progress', task: record.id, name: record.name, progress })
    })
    return (record.fn as (context: AttemptContext) => unknown)(running.context)
  }

  #stop(record: TaskRecord, running: Running, stop: Stop): void {
    if (running.stop !== undefined) return
    running.stop = stop
    if (running.settled) return // between attempts: whoever makes it safe will see the stop
    running.timeout?.cancel()
    record.state = 'stopping'
    if (!this.#events.silent) {
      this.#events.emit({ type: 'stopping', task: record.id, name: record.name, error: stop.error.message })
    }
    const graceNs = record.options?.graceNs ?? DEFAULT_GRACE_MS * 1e6
    running.grace = this.#clock.after(graceNs, () => void this.#abandon(record, running, graceNs))
    running.context?.stop(stop.error)
  }

  /** The function of an attempt has settled, in time or late. */
  #settled(record: TaskRecord, running: Running, ok: boolean, value: unknown): void {
    running.timeout?.cancel()
    running.grace?.cancel()
    if (running.abandoned) {
      this.#settledLate(record, ok ? null : messageOf(value))
      return
    }
    running.settled = true
    if (ok && running.stop === undefined) {
      this.#succeed(record, value)
      return
    }
    const error = ok ? undefined : toError(value, record)
    if (needsSafe(record)) void this.#makeSafeThenEnd(record, running, error)
    else this.#endOrRetry(record, running, error)
  }

  #succeed(record: TaskRecord, value: unknown): void {
    record.result = value
    this.#end(record, 'succeeded', undefined)
  }

  async #makeSafeThenEnd(record: TaskRecord, running: Running, error: Error | undefined): Promise<void> {
    const unsafe = await makeAllSafe(record.queues)
    if (unsafe.size === 0) return this.#endOrRetry(record, running, error)
    for (const [queue, reason] of unsafe) queue.quarantine(reason)
    const held = new Set(unsafe.keys())
    this.#end(record, 'indeterminate', notSafe(record, unsafe, running.stop?.error ?? error), held)
  }

  #endOrRetry(record: TaskRecord, running: Running, error: Error | undefined): void {
    const { stop } = running
    if (running.attemptsLeft > 0 && (stop === undefined || stop.outcome === 'timedOut')) {
      running.stop = undefined
      record.state = 'running'
      // In a turn of its own: a synchronous function that throws each time must not fill the stack.
      queueMicrotask(() => this.#retry(record, running, error))
    } else if (stop === undefined) {
      this.#end(record, 'failed', error)
    } else {
      keepCause(stop.error, error)
      this.#end(record, stop.outcome, stop.error)
    }
  }

  #retry(record: TaskRecord, running: Running, error: Error | undefined): void {
    if (running.interrupted && needsSafe(record)) {
      void this.#makeSafeThenEnd(record, running, error)
    } else if (running.stop !== undefined) {
      this.#endOrRetry(record, running, error) // cancelled in between
    } else {
      running.attemptsLeft--
      this.#attempt(record, running)
    }
  }

  /** Stopped by a listener before its function was called. */
  #endUncalled(record: TaskRecord, running: Running): void {
    running.grace?.cancel()
    running.settled = true
    this.#endOrRetry(record, running, undefined)
  }

  /** Grace ran out: disarm the function, make its peripherals safe, hold their queues. */
  async #abandon(record: TaskRecord, running: Running, graceNs: number): Promise<void> {
    running.abandoned = true
    const { queues, contained } = record
    const error = abandoned(record, graceNs, running.stop?.error)
    const unsafe = new Map<PeripheralQueue, PiWorkerError>()
    for (const queue of queues) {
      const armed = queue.revoke()
      if (armed !== undefined) unsafe.set(queue, armed)
    }
    for (const queue of queues) queue.quarantine(error, record, contained && !unsafe.has(queue))
    for (const [queue, reason] of await makeAllSafe(queues)) unsafe.set(queue, reason)
    this.#end(record, 'indeterminate', unsafe.size === 0 ? error : notSafe(record, unsafe, error), new Set(queues))
  }

  #settledLate(record: TaskRecord, error: string | null): void {
    for (const queue of record.queues) queue.settledLate(record)
    if (!this.#events.silent) this.#events.emit({ type: 'settledLate', task: record.id, name: record.name, error })
  }

  #leaveQueue(record: TaskRecord, state: TaskState, error: PiWorkerError): void {
    for (let place = record.place; place !== undefined; place = place.sibling) {
      place.queue.line.take(place)
      // Whoever stood behind it on several queues may be able to start now, unless it leaves in this turn too.
      place.queue.cork()
    }
    this.#end(record, state, error)
  }

  /** The one place where a task ends. Its queues are free afterwards, but for those that are held. */
  #end(
    record: TaskRecord,
    state: TaskState,
    error: Error | undefined,
    held: ReadonlySet<PeripheralQueue> = NONE,
  ): void {
    record.finishedNs = this.#clock.now()
    record.state = state
    record.error = error
    record.expiry?.cancel()
    record.detach?.()
    // A retained task keeps its result and times, and nothing of what it took to run it.
    record.fn = undefined
    record.args = undefined
    record.options = undefined
    record.running = undefined
    record.place = undefined
    record.expiry = undefined
    record.detach = undefined
    if (!this.#events.silent) {
      const message = error === undefined ? null : messageOf(error)
      this.#events.emit({ type: 'finished', task: record.id, name: record.name, state, error: message })
    }
    for (const queue of record.queues) if (queue.current === record && !held.has(queue)) queue.free()
    const { release, waiters } = record
    record.release = undefined
    record.waiters = undefined
    release?.()
    if (waiters !== undefined) for (const waiter of waiters) waiter(true)
    this.#onFinished(record)
  }
}
