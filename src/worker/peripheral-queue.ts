/**
 * The serialized queue of one peripheral: at most one task at a time, made safe after one that ended badly, and
 * quarantined after one that had to be given up.
 */

import { PiWorkerError } from '../errors.js'
import type { Clock } from './clock.js'
import { type Duration, parseDuration, toNs } from './duration.js'
import type { WorkerEvents } from './events.js'
import { SafeState } from './safe-state.js'
import { quarantined } from './task-errors.js'
import { badOption } from './task-options.js'
import { TaskQueue } from './task-queue.js'
import type { TaskRecord } from './task-record.js'

export interface QueueOptions {
  /** Puts the peripheral into its safe state and confirms it; throws when it cannot. Default: nothing to do. */
  readonly safe?: (() => void | Promise<void>) | undefined
  /** Makes every device handle given out so far throw ERR_REVOKED; later tasks get fresh ones. */
  readonly revoke?: (() => void) | undefined
  /** Longest time that `safe` may take. Default 2 s. */
  readonly safeTimeout?: Duration | undefined
  /** What happens to tasks that are submitted while the queue is quarantined. Default `refuse`. */
  readonly whenQuarantined?: 'refuse' | 'keep' | undefined
  /** What happens to tasks that wait when the queue is quarantined: they wait on (the default), or fail. */
  readonly waiting?: 'keep' | 'fail' | undefined
}

export interface ResetOptions {
  /** What happens to tasks that wait: they get their turn (the default), or fail. */
  readonly waiting?: 'keep' | 'fail' | undefined
}

/** What a queue needs of its worker. */
export interface QueueOwner {
  /** Runs a task that has its slot. */
  job(record: TaskRecord, queue: TaskQueue): void | Promise<void>
  /** Ends a task as failed, whether it waits or runs; false when it was over or ending. */
  interrupt(record: TaskRecord, error: PiWorkerError): boolean
  /** The queue was quarantined or goes on. */
  changed(): void
}

/** Why a queue is held, and what must be over before it can be reset. */
interface Quarantine {
  readonly reason: PiWorkerError
  /** Wall time, ms since the Unix epoch. */
  readonly since: number
  /** The task whose function was given up and has not settled. */
  unsettled: TaskRecord | undefined
  /** Whether that function can act only through handles that have been revoked. */
  readonly contained: boolean
}

export const DEFAULT_SAFE_TIMEOUT_MS = 2000

export class PeripheralQueue extends TaskQueue {
  readonly name: string
  /** The task that has the slot. */
  current: TaskRecord | undefined
  /** Ends p-queue's job, and with it frees the slot. */
  release: (() => void) | undefined
  whenQuarantined: 'refuse' | 'keep' = 'refuse'
  readonly #clock: Clock
  readonly #events: WorkerEvents
  readonly #owner: QueueOwner
  readonly #safeState: SafeState
  #waiting: 'keep' | 'fail' = 'keep'
  #quarantine: Quarantine | undefined
  /** Takes the hold of the quarantine off. */
  #goOn: (() => void) | undefined
  #resetting: Promise<void> | undefined

  /** Made by `worker.queue(name)`. */
  constructor(name: string, clock: Clock, events: WorkerEvents, owner: QueueOwner) {
    super(1, (record, queue) => owner.job(record, queue))
    this.name = name
    this.#clock = clock
    this.#events = events
    this.#owner = owner
    this.#safeState = new SafeState(name, clock, events, toNs(DEFAULT_SAFE_TIMEOUT_MS))
  }

  /** @throws ERR_BAD_OPTION, ERR_BAD_DURATION */
  configure({ safe, revoke, safeTimeout, whenQuarantined, waiting }: QueueOptions): void {
    if (safe !== undefined && typeof safe !== 'function') throw badOption('safe', safe, 'a function')
    if (revoke !== undefined && typeof revoke !== 'function') throw badOption('revoke', revoke, 'a function')
    if (whenQuarantined !== undefined && whenQuarantined !== 'refuse' && whenQuarantined !== 'keep') {
      throw badOption('whenQuarantined', whenQuarantined, "'refuse' or 'keep'")
    }
    checkWaiting(waiting)
    const safeState = this.#safeState
    if (safeTimeout !== undefined) {
      safeState.timeoutNs = toNs(parseDuration(safeTimeout, `safeTimeout of queue ${this.name}`))
    }
    if (safe !== undefined) safeState.safe = safe
    if (revoke !== undefined) safeState.revoke = revoke
    if (whenQuarantined !== undefined) this.whenQuarantined = whenQuarantined
    if (waiting !== undefined) this.#waiting = waiting
  }

  /** Held after a task had to be given up or its peripheral could not be made safe. */
  get quarantined(): boolean {
    return this.#quarantine !== undefined
  }

  /** Why the queue is quarantined. */
  get quarantineReason(): PiWorkerError | undefined {
    return this.#quarantine?.reason
  }

  /** Since when it is quarantined: wall time, ms since the Unix epoch. */
  get quarantinedSince(): number | undefined {
    return this.#quarantine?.since
  }

  /** Whether the abandoned function that caused the quarantine is still unsettled. */
  get unsettled(): boolean {
    return this.#quarantine?.unsettled !== undefined
  }

  /** The safe state is being reached. */
  get makingSafe(): boolean {
    return this.#safeState.busy
  }

  get hasSafe(): boolean {
    return this.#safeState.safe !== undefined
  }

  isFreeFor(record: TaskRecord): boolean {
    return this.taken === 0 && !this.corked && this.line.head === record
  }

  /** Runs the peripheral's safe state, bounded by `safeTimeout`. Gives the error, ERR_NOT_SAFE, instead of throwing it. */
  makeSafe(): Promise<PiWorkerError | undefined> {
    return this.#safeState.reach()
  }

  /**
   * The same, as the next thing on the queue: after the task that runs there, or as soon as that one has been given up.
   * Nothing starts meanwhile, and the queue is quarantined when it fails.
   */
  async makeSafeNext(): Promise<PiWorkerError | undefined> {
    const goOn = this.hold()
    try {
      await this.current?.over()
      const error = await this.makeSafe()
      if (error !== undefined && !this.quarantined) this.quarantine(error)
      return error
    } finally {
      goOn()
    }
  }

  /** Disarms every handle given out so far; a safe() that is under way begins anew. Gives the error, ERR_NOT_SAFE, instead of throwing it. */
  revoke(): PiWorkerError | undefined {
    return this.#safeState.disarm()
  }

  /**
   * Holds the queue from now on; the slot stays taken. `unsettled` is the task whose function was given up, `contained`
   * whether it can act only through handles that have been revoked, as far as this queue has any to revoke.
   */
  quarantine(reason: PiWorkerError, unsettled?: TaskRecord, contained = true): void {
    const since = this.#quarantine?.since ?? this.#clock.wall()
    this.#quarantine = { reason, since, unsettled, contained: contained && this.#safeState.revoke !== undefined }
    this.#goOn ??= this.hold()
    this.#events.emit({ type: 'quarantined', queue: this.name, error: reason.message })
    if (this.#waiting === 'fail') this.failWaiting(() => quarantined(this))
    this.#owner.changed()
  }

  /**
   * Ends the task that runs here as a timeout would, with its grace, and makes its peripherals safe, but the task has
   * failed with `error`. False when none runs, or it is ending already.
   */
  interrupt(error: PiWorkerError): boolean {
    return this.current !== undefined && this.#owner.interrupt(this.current, error)
  }

  /** Ends all tasks that wait here as failed, each with an error of its own. */
  failWaiting(error: () => PiWorkerError): void {
    for (const record of [...this.line.records()]) this.#owner.interrupt(record, error())
  }

  /** The abandoned function has settled after all. */
  settledLate(record: TaskRecord): void {
    if (this.#quarantine?.unsettled === record) this.#quarantine.unsettled = undefined
  }

  /**
   * Makes the peripheral safe again, confirms it and lets the queue go on. Does nothing when it is not quarantined.
   * @throws ERR_RESET_REFUSED while the abandoned function could still act, ERR_NOT_SAFE when safe() fails,
   *   ERR_BAD_OPTION
   */
  async reset({ waiting }: ResetOptions = {}): Promise<void> {
    checkWaiting(waiting)
    this.#resetting ??= this.#reset(waiting).finally(() => {
      this.#resetting = undefined
    })
    await this.#resetting
  }

  /** Why the queue cannot be reset now; undefined when it can be tried, or needs no reset. */
  get resetRefusal(): PiWorkerError | undefined {
    const quarantine = this.#quarantine
    if (quarantine === undefined) return undefined
    const { unsettled, contained } = quarantine
    let who: string
    if (unsettled !== undefined && !contained) who = `the abandoned task ${unsettled.name || unsettled.id}`
    else if (this.#safeState.couldStillAct) who = 'its safe state that took too long'
    else return undefined
    return new PiWorkerError('ERR_RESET_REFUSED', `${this.name} cannot be reset: ${who} could still act`, {
      place: this.name,
      details: { task: unsettled?.id },
    })
  }

  /** Lets the next task have the slot. */
  free(): void {
    this.current = undefined
    const release = this.release
    this.release = undefined
    release?.()
  }

  async #reset(waiting: ResetOptions['waiting']): Promise<void> {
    if (this.#quarantine === undefined) return
    // The task that was given up may still be making its peripherals safe.
    await this.current?.over()
    const refusal = this.resetRefusal
    if (refusal !== undefined) throw refusal
    do {
      const error = await this.makeSafe()
      if (error !== undefined) throw error
    } while (this.#safeState.busy) // somebody else's, which must not run beside the next task
    if (waiting === 'fail') this.failWaiting(() => quarantined(this))
    this.#quarantine = undefined
    this.#events.emit({ type: 'reset', queue: this.name })
    this.#goOn?.()
    this.#goOn = undefined
    this.free()
    this.#owner.changed()
  }
}

function checkWaiting(waiting: unknown): void {
  if (waiting === undefined || waiting === 'keep' || waiting === 'fail') return
  throw badOption('waiting', waiting, "'keep' or 'fail'")
}

/** Runs the safe states of several peripherals at once, and gives the errors of those that failed. */
export async function makeAllSafe(queues: readonly PeripheralQueue[]): Promise<Map<PeripheralQueue, PiWorkerError>> {
  const unsafe = new Map<PeripheralQueue, PiWorkerError>()
  await Promise.all(
    queues.map(async queue => {
      const error = await queue.makeSafe()
      if (error !== undefined) unsafe.set(queue, error)
    }),
  )
  return unsafe
}
