/** What the worker knows of one task. Internal: users hold the `Task`, a read-only view of it. */

import type { PiWorkerError } from '../errors.js'
import type { AttemptContext } from './attempt-context.js'
import type { Clock, Timer } from './clock.js'
import type { PeripheralQueue } from './peripheral-queue.js'
import { Task } from './task.js'
import type { Place } from './task-line.js'
import type { CheckedOptions } from './task-options.js'
import type { TaskQueue } from './task-queue.js'
import type { TaskRunner } from './task-runner.js'

/**
 * `queued → running → (stopping →) succeeded | failed | cancelled | timedOut`, and `indeterminate` for a task whose real
 * outcome is unknown because its function was given up or its peripheral could not be made safe.
 */
export type TaskState =
  | 'queued'
  | 'running'
  | 'stopping'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'timedOut'
  | 'indeterminate'

export interface Progress {
  readonly done: number
  readonly total: number | undefined
  readonly note: string | undefined
}

/** How a stop that was asked for will end the task, unless its function has to be given up. */
export interface Stop {
  /** `failed`: something outside of the task would not have it go on. */
  readonly outcome: 'cancelled' | 'timedOut' | 'failed'
  readonly error: PiWorkerError
}

export type PlainFunction = (...args: never[]) => unknown

/** What a record needs of its worker. */
export interface RecordOwner {
  readonly clock: Clock
  readonly runner: TaskRunner
  /** Gives a task its id and makes it findable by it. */
  identify(record: TaskRecord): string
}

export class TaskRecord {
  state: TaskState = 'queued'
  readonly startedNs: number
  readonly startedWall: number
  /** -1 until its function begins. */
  runningNs = -1
  /** -1 until it is over. */
  finishedNs = -1
  result: unknown = undefined
  error: Error | undefined = undefined
  progress: Progress | undefined = undefined
  /** Callbacks of those who wait for the end. */
  waiters: ((over: true) => void)[] | undefined = undefined
  /** The task that finished next after this one, while both are retained. */
  newer: TaskRecord | undefined = undefined
  /** Places in the lines of its queues while it waits. */
  place: Place | undefined = undefined
  /** Taken from one line, being taken from its others. */
  starting = false
  /** What runs while it runs, dropped when it is over. */
  running: Running | undefined = undefined
  /** Ends its stay in the queue when notAfter passes. */
  expiry: Timer | undefined = undefined
  /** Stops listening to the caller's signal. */
  detach: (() => void) | undefined = undefined
  /** No longer retained. */
  forgotten = false
  knownId: string | undefined = undefined
  readonly task: Task
  /** Frees the slot of a task that names no peripheral; a peripheral's queue frees its own. */
  release: (() => void) | undefined = undefined

  constructor(
    readonly owner: RecordOwner,
    readonly sequence: number,
    /** The peripherals' queues that it needs; none for a task that names no peripheral. */
    readonly queues: readonly PeripheralQueue[],
    readonly priority: number,
    /** Dropped when the task is over. */
    public fn: PlainFunction | undefined,
    /** The arguments for `run`; undefined for `submit`, whose function gets a context. */
    public args: readonly unknown[] | undefined,
    public options: CheckedOptions | undefined,
    readonly name: string,
  ) {
    this.startedNs = owner.clock.now()
    this.startedWall = owner.clock.wall()
    this.task = new Task(this)
  }

  /** Made when it is first asked for: most tasks of a busy queue are never looked up. */
  get id(): string {
    this.knownId ??= this.owner.identify(this)
    return this.knownId
  }

  get finished(): boolean {
    return this.finishedNs >= 0
  }

  /** Resolves when it is finished. */
  async over(): Promise<void> {
    if (this.finished) return
    this.waiters ??= []
    const { waiters } = this
    await new Promise<true>(resolve => waiters.push(resolve))
  }

  /** Whether its function can act only through handles that its queues revoke. */
  get contained(): boolean {
    return this.options?.contained ?? false
  }

  /** Whether every queue that it needs is free and has it first. */
  canStart(): boolean {
    if (this.queues.length < 2 || this.starting) return true
    for (const queue of this.queues) if (!queue.isFreeFor(this)) return false
    return true
  }

  /** Whether a queue other than `here` that it needs is quarantined. */
  blockedByQuarantine(here: TaskQueue): boolean {
    if (this.queues.length < 2) return false
    for (const queue of this.queues) if (queue !== here && queue.quarantined) return true
    return false
  }
}

/** The parts of a task that exist only while it runs. */
export class Running {
  attemptsLeft: number
  context: AttemptContext | undefined = undefined
  timeout: Timer | undefined = undefined
  grace: Timer | undefined = undefined
  stop: Stop | undefined = undefined
  /** A stop or a guard ended it: what it would have kept, it does not keep. */
  interrupted = false
  /** Between attempts, or being made safe: its function is not running. */
  settled = false
  abandoned = false

  constructor(retries: number) {
    this.attemptsLeft = retries
  }
}
