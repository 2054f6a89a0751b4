/**
 * The serialized queue of one peripheral: at most one task at a time, made safe after one that ended badly, and
 * quarantined after one that had to be given up.
 */

import { PiWorkerError } from '../errors.js'
import type { Clock } from './clock.js'
import { type Duration, parseDuration, toNs } from './duration.js'
import type { WorkerEvents } from './events.js'
import { SafeState } from './safe-state.js'
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
}

/** Why a queue is held, and what must be over before it can be reset. */
interface Quarantine {
  readonly reason: PiWorkerError
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
  readonly #events: WorkerEvents
  readonly #onChange: () => void
  readonly #safeState: SafeState
  #quarantine: Quarantine | undefined
  #resetting: Promise<void> | undefined

  /** Made by `worker.queue(name)`; `onChange` is called when the queue is quarantined or goes on. */
  constructor(
    name: string,
    clock: Clock,
    events: WorkerEvents,
    job: (record: TaskRecord, queue: TaskQueue) => void | Promise<void>,
    onChange: () => void,
  ) {
    super(1, job)
    this.name = name
    this.#events = events
    this.#onChange = onChange
    this.#safeState = new SafeState(name, clock, events, toNs(DEFAULT_SAFE_TIMEOUT_MS))
  }

  /** @throws ERR_BAD_OPTION, ERR_BAD_DURATION */
  configure({ safe, revoke, safeTimeout, whenQuarantined }: QueueOptions): void {
    if (safe !== undefined && typeof safe !== 'function') throw badOption('safe', safe, 'a function')
    if (revoke !== undefined && typeof revoke !== 'function') throw badOption('revoke', revoke, 'a function')
    if (whenQuarantined !== undefined && whenQuarantined !== 'refuse' && whenQuarantined !== 'keep') {
      throw badOption('whenQuarantined', whenQuarantined, "'refuse' or 'keep'")
    }
    const safeState = this.#safeState
    if (safeTimeout !== undefined) {
      safeState.timeoutNs = toNs(parseDuration(safeTimeout, `safeTimeout of queue ${this.name}`))
    }
    if (safe !== undefined) safeState.safe = safe
    if (revoke !== undefined) safeState.revoke = revoke
    if (whenQuarantined !== undefined) this.whenQuarantined = whenQuarantined
  }

  /** Held after a task had to be given up or its peripheral could not be made safe. */
  get quarantined(): boolean {
    return this.#quarantine !== undefined
  }

  /** Why the queue is quarantined. */
  get quarantineReason(): PiWorkerError | undefined {
    return this.#quarantine?.reason
  }

  /** Whether the abandoned function that caused the quarantine is still unsettled. */
  get unsettled(): boolean {
    return this.#quarantine?.unsettled !== undefined
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

  /** Disarms every handle given out so far. Gives the error, ERR_NOT_SAFE, instead of throwing it. */
  revoke(): PiWorkerError | undefined {
    return this.#safeState.disarm()
  }

  /**
   * Holds the queue from now on; the slot stays taken. `unsettled` is the task whose function was given up, `contained`
   * whether it can act only through handles that have been revoked, as far as this queue has any to revoke.
   */
  quarantine(reason: PiWorkerError, unsettled?: TaskRecord, contained = true): void {
    this.#quarantine = { reason, unsettled, contained: contained && this.#safeState.revoke !== undefined }
    this.#events.emit({ type: 'quarantined', queue: this.name, error: reason.message })
    this.#onChange()
  }

  /** The abandoned function has settled after all. */
  settledLate(record: TaskRecord): void {
    if (this.#quarantine?.unsettled === record) this.#quarantine.unsettled = undefined
  }

  /**
   * Makes the peripheral safe again, confirms it and lets the queue go on. Does nothing when it is not quarantined.
   * @throws ERR_RESET_REFUSED while the abandoned function could still act, ERR_NOT_SAFE when safe() fails
   */
  reset(): Promise<void> {
    this.#resetting ??= this.#reset().finally(() => {
      this.#resetting = undefined
    })
    return this.#resetting
  }

  /** Lets the next task have the slot. */
  free(): void {
    this.current = undefined
    const release = this.release
    this.release = undefined
    release?.()
  }

  async #reset(): Promise<void> {
    const quarantine = this.#quarantine
    if (quarantine === undefined) return
    // The task that was given up may still be making its peripherals safe.
    await this.current?.over()
    this.#refuseReset(quarantine)
    do {
      const error = await this.makeSafe()
      if (error !== undefined) throw error
    } while (this.#safeState.busy) // somebody else's, which must not run beside the next task
    this.#quarantine = undefined
    this.#events.emit({ type: 'reset', queue: this.name })
    this.free()
    this.#onChange()
  }

  #refuseReset({ unsettled, contained }: Quarantine): void {
    let who: string
    if (unsettled !== undefined && !contained) who = `the abandoned task ${unsettled.name || unsettled.id}`
    else if (this.#safeState.couldStillAct) who = 'its safe state that took too long'
    else return
    throw new PiWorkerError('ERR_RESET_REFUSED', `${this.name} cannot be reset: ${who} could still act`, {
      place: this.name,
      details: { task: unsettled?.id },
    })
  }
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
