/** Runs tasks, keeps the finished ones for a while, finds them by id, and owns the queues of the peripherals. */

import { nanoid } from 'nanoid'
import { PiWorkerError } from '../errors.js'
import type { TaskContext } from './attempt-context.js'
import { CallerSignals } from './caller-signals.js'
import type { Clock } from './clock.js'
import { type WorkerEvent, type WorkerEventBody, WorkerEvents } from './events.js'
import { PeripheralQueue, type QueueOptions, type QueueOwner } from './peripheral-queue.js'
import { Retention } from './retention.js'
import type { Task } from './task.js'
import { quarantined } from './task-errors.js'
import { describe } from './task-facts.js'
import { badOption, checkOptions, checkPriority, type QueueRef, type TaskOptions } from './task-options.js'
import { TaskQueue } from './task-queue.js'
import { type PlainFunction, type RecordOwner, TaskRecord } from './task-record.js'
import { TaskRunner } from './task-runner.js'
import { type CloseOptions, checkWorkerOptions, type WorkerOptions } from './worker-options.js'
import { type GoOn, type StopOptions, WorkerStop } from './worker-stop.js'

export type { CloseOptions, GoOn, StopOptions, WorkerOptions }

/** Tasks without a peripheral that may run in one turn before promises get theirs. */
const BATCH = 32
const CLOSING = 'the worker is closing'
const NO_QUEUES: readonly PeripheralQueue[] = []

export class Worker {
  readonly clock: Clock
  readonly #events: WorkerEvents
  readonly #runner: TaskRunner
  readonly #retention: Retention
  /** Tasks whose id has been asked for, while they are unfinished or retained. */
  readonly #known = new Map<string, TaskRecord>()
  /** Tasks whose function runs and has not settled in the turn that it began. */
  readonly #active = new Set<TaskRecord>()
  readonly #queues = new Map<string, PeripheralQueue>()
  readonly #signals = new CallerSignals()
  /** For tasks that name no peripheral. */
  readonly #general: TaskQueue
  #sequence = 0
  #unfinished = 0
  readonly #owner: RecordOwner
  readonly #queueOwner: QueueOwner
  readonly #stop: WorkerStop
  #closing = false
  #aborting = false
  #onIdle: (() => void)[] = []

  /** @throws ERR_BAD_OPTION, ERR_BAD_DURATION */
  constructor(options: WorkerOptions = {}) {
    const { clock, concurrency, retainNs, retainCount } = checkWorkerOptions(options)
    this.clock = clock
    this.#events = new WorkerEvents(this.clock)
    this.#retention = new Retention(this.clock, retainNs, retainCount, record => this.#forget(record))
    this.#runner = new TaskRunner(this.clock, this.#events, record => this.#finished(record))
    this.#owner = { clock: this.clock, runner: this.#runner, identify: record => this.#identify(record) }
    this.#queueOwner = {
      job: this.#turn,
      interrupt: (record, error) => this.#runner.interrupt(record, error),
      changed: () => this.#reorder(),
    }
    this.#general = new TaskQueue(concurrency, this.#runAlone)
    this.#stop = new WorkerStop(this.#runner, () => [this.#general, ...this.#queues.values()])
  }

  /**
   * Calls `fn(...args)` in the background and returns its task at once; what it returns or resolves to is the result.
   * @throws ERR_CLOSED, ERR_BAD_OPTION when `fn` is not a function
   */
  run<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Task<Awaited<R>> {
    const record = this.#create(fn as unknown as PlainFunction, args, NO_QUEUES, 0, undefined)
    this.#line(record)
    this.#stop.refuse(record)
    return record.task as Task<Awaited<R>>
  }

  /**
   * Calls `fn(context)` in the background, on the queues that `options.on` names, and returns its task at once.
   * @throws ERR_CLOSED, ERR_BAD_OPTION, ERR_BAD_DURATION, ERR_RETRY_UNSAFE
   */
  submit<R>(fn: (context: TaskContext) => R, options: TaskOptions = {}): Task<Awaited<R>> {
    const checked = checkOptions(options)
    const priority = checkPriority(options.priority ?? 0)
    const queues = this.#resolve(options.on)
    const record = this.#create(fn as unknown as PlainFunction, undefined, queues, priority, options.name)
    record.options = checked
    this.#line(record)
    const { signal, notAfter } = checked
    const refusal = queues.find(queue => queue.quarantined && queue.whenQuarantined === 'refuse')
    // A listener, and each of these, may have ended it before the next one.
    this.#stop.refuse(record)
    if (refusal !== undefined && !record.finished) this.#runner.refuse(record, quarantined(refusal))
    if (signal !== undefined && !record.finished) this.#signals.follow(signal, record)
    if (notAfter !== undefined && !record.finished) this.#runner.watchExpiry(record, notAfter)
    return record.task as Task<Awaited<R>>
  }

  /** A task that is unfinished or still retained. */
  get(id: string): Task | undefined {
    return this.#known.get(id)?.task
  }

  /** How many tasks the worker holds: unfinished and retained. */
  get size(): number {
    return this.#unfinished + this.#retention.size
  }

  /** The tasks that are not over: queued, running or stopping. */
  get unfinished(): readonly Task[] {
    return [...this.#unfinishedRecords()].map(({ task }) => task)
  }

  /**
   * A peripheral's queue, made when it is first named; `options` given later change it.
   * @throws ERR_BAD_OPTION, ERR_BAD_DURATION
   */
  queue(name: string, options?: QueueOptions): PeripheralQueue {
    let queue = this.#queues.get(name)
    if (queue === undefined) {
      queue = new PeripheralQueue(name, this.clock, this.#events, this.#queueOwner)
      this.#queues.set(name, queue)
    }
    if (options !== undefined) queue.configure(options)
    return queue
  }

  /** Calls `listener` with everything that happens from now on, until the function that it returns is called. */
  listen(listener: (event: WorkerEvent) => void): () => void {
    return this.#events.listen(listener)
  }

  /** Adds an event of the layer above to the stream. */
  tell(event: WorkerEventBody): void {
    this.#events.emit(event)
  }

  /**
   * Ends everything at once: nothing starts any more, what runs is interrupted, what waits fails or is kept, and what
   * is submitted is refused, until what it returns is called. A second stop ends what the first one kept, if it says
   * so; the worker goes on when both have ended.
   */
  stop(options: StopOptions): GoOn {
    const goOn = this.#stop.begin(options, this.#active)
    if (this.#closing) this.#stop.failWaiting()
    return goOn
  }

  /**
   * Takes no new tasks, and resolves when all are over. With `drain` (the default) they run to their ends, but those
   * that wait for a quarantined queue, which are cancelled; with `abort` all are cancelled. A second call may abort
   * what the first one drains.
   */
  async close(options: CloseOptions = { drain: true }): Promise<void> {
    this.#closing = true
    if ('abort' in options && options.abort) {
      this.#aborting = true
      for (const record of this.#unfinishedRecords()) record.task.cancel(CLOSING)
    } else {
      this.#dropHeld()
      this.#stop.failWaiting()
    }
    if (this.#unfinished > 0) await new Promise<void>(resolve => this.#onIdle.push(resolve))
  }

  #create(
    fn: PlainFunction,
    args: readonly unknown[] | undefined,
    queues: readonly PeripheralQueue[],
    priority: number,
    name: string | undefined,
  ): TaskRecord {
    if (this.#closing) throw new PiWorkerError('ERR_CLOSED', 'the worker is closed and takes no new tasks')
    if (typeof fn !== 'function') throw badOption('fn', fn, 'a function')
    this.#unfinished++
    return new TaskRecord(this.#owner, this.#sequence++, queues, priority, fn, args, undefined, name ?? fn.name)
  }

  #identify(record: TaskRecord): string {
    const id = nanoid()
    if (!record.forgotten) this.#known.set(id, record)
    return id
  }

  #forget(record: TaskRecord): void {
    record.forgotten = true
    if (record.knownId !== undefined) this.#known.delete(record.knownId)
  }

  #unfinishedRecords(): Set<TaskRecord> {
    const records = new Set(this.#active)
    for (const queue of [this.#general, ...this.#queues.values()]) {
      for (const record of queue.line.records()) records.add(record)
    }
    return records
  }

  #line(record: TaskRecord): void {
    if (record.queues.length === 0) this.#general.add(record)
    else for (const queue of record.queues) queue.add(record)
    // Only now: a listener may cancel it, and nothing starts before the end of this turn.
    if (!this.#events.silent) this.#events.emit({ type: 'queued', ...describe(record) })
  }

  /**
   * The job of a task that names no peripheral. Functions that end at once are run in batches, one after another in
   * the same slot: between the tasks of a peripheral, whoever awaits one may still cancel the next; here nobody must.
   */
  readonly #runAlone = (first: TaskRecord, queue: TaskQueue): void | Promise<void> => {
    let record: TaskRecord | undefined = first
    for (let left = BATCH; left > 0 && record !== undefined; left--) {
      this.#runner.begin(record)
      if (!record.finished) return this.#holdSlot(record)
      record = left > 1 ? queue.line.shift() : undefined
    }
  }

  #holdSlot(record: TaskRecord): Promise<void> {
    this.#activate(record)
    return new Promise(resolve => {
      record.release = resolve
    })
  }

  /**
   * The job of a task on one of its queues. The first of them to call takes the slots of the others in the same turn,
   * then begins; each slot is held until the queue is freed.
   */
  readonly #turn = (record: TaskRecord, taken: TaskQueue): void | Promise<void> => {
    const queue = taken as PeripheralQueue
    queue.current = record
    if (!record.starting) {
      record.starting = true
      for (const other of record.queues) if (other !== queue) other.poke()
      this.#runner.begin(record)
      if (!record.finished) this.#activate(record)
    }
    if (queue.current !== record) return
    return new Promise(resolve => {
      queue.release = resolve
    })
  }

  #activate(record: TaskRecord): void {
    this.#active.add(record)
    this.#stop.refuse(record) // its own function stopped the worker
    if (this.#aborting) record.task.cancel(CLOSING) // its own function closed the worker
  }

  #resolve(on: TaskOptions['on']): readonly PeripheralQueue[] {
    if (on === undefined) return NO_QUEUES
    const refs = Array.isArray(on) ? (on as readonly QueueRef[]) : [on as QueueRef]
    if (refs.length === 1) return [this.#resolveOne(refs[0] as QueueRef)]
    return [...new Set(refs.map(ref => this.#resolveOne(ref)))]
  }

  #resolveOne(ref: QueueRef): PeripheralQueue {
    if (typeof ref === 'string') return this.queue(ref)
    const queue = ref instanceof PeripheralQueue ? ref : ref?.queue
    if (!(queue instanceof PeripheralQueue) || this.#queues.get(queue.name) !== queue) {
      throw new PiWorkerError('ERR_BAD_OPTION', 'on must name queues or peripherals of this worker', { place: 'on' })
    }
    return queue
  }

  /** A queue was quarantined or goes on: tasks that were passed over, or now must be, change who is first. */
  #reorder(): void {
    for (const queue of this.#queues.values()) {
      queue.line.unpark()
      queue.cork()
    }
    if (this.#closing) this.#dropHeld()
  }

  /** While closing, nobody will reset a quarantined queue any more: what waits for one is cancelled. */
  #dropHeld(): void {
    for (const queue of this.#queues.values()) {
      if (!queue.quarantined) continue
      for (const record of [...queue.line.records()]) this.#runner.cancel(record, quarantined(queue))
    }
  }

  #finished(record: TaskRecord): void {
    this.#active.delete(record)
    this.#retention.add(record)
    this.#unfinished--
    if (this.#unfinished > 0 || this.#onIdle.length === 0) return
    const waiters = this.#onIdle
    this.#onIdle = []
    for (const waiter of waiters) waiter()
  }
}
