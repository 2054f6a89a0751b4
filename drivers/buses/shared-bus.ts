/**
 * A bus with a queue of its own, as a peripheral has one: whoever wants the bus submits a transaction, and no other
 * transaction sends anything before that one is over.
 */

import type { TaskContext } from '../../src/worker/attempt-context.js'
import type { Duration } from '../../src/worker/duration.js'
import type { PeripheralQueue } from '../../src/worker/peripheral-queue.js'
import type { Task } from '../../src/worker/task.js'
import type { TaskOptions } from '../../src/worker/task-options.js'
import type { Worker } from '../../src/worker/worker.js'
import type { AnyBus } from './bus.js'
import { Lease, type Leased } from './lease.js'

/** As for every task; `timeout` is 10 s unless it says otherwise. */
export type TransactionOptions = Omit<TaskOptions, 'on' | 'contained'>

/** So that no transaction can hold up a bus for ever. */
export const DEFAULT_TRANSACTION_TIMEOUT: Duration = '10s'

export class SharedBus<B extends AnyBus> {
  readonly name: string
  /** Quarantined when the bus hangs; `queue.reset()` lets it go on, once the bus is free. */
  readonly queue: PeripheralQueue
  readonly #bus: B
  readonly #worker: Worker
  #lease: Lease<B> | undefined

  /** The queue has the name of the bus; the bus is to be used through this alone from now on. */
  constructor(bus: B, worker: Worker) {
    this.name = bus.name
    this.#bus = bus
    this.#worker = worker
    this.queue = worker.queue(bus.name, { safe: () => bus.settle(), revoke: () => this.#lease?.revoke() })
  }

  /**
   * Runs `fn` with the bus to itself. The bus that it is given is good for nothing afterwards (ERR_REVOKED); a call
   * that is still under way then is awaited, and fails the transaction if it fails. Like an action's of a peripheral, it can
   * be retried only with effect `read` or `idempotent`.
   *
   * A bus that hangs fails the transaction with ERR_BUS_HUNG, if it works again when it is looked at. If it does not,
   * the task ends `indeterminate` with ERR_NOT_SAFE, which says so and has the reason as its cause, and the queue is
   * quarantined until `queue.reset()`.
   * @throws ERR_CLOSED, ERR_BAD_OPTION, ERR_BAD_DURATION, ERR_RETRY_UNSAFE
   */
  transaction<R>(fn: (bus: Leased<B>, context: TaskContext) => R, options: TransactionOptions = {}): Task<Awaited<R>> {
    return this.#worker.submit(context => this.#perform(fn, context), {
      timeout: DEFAULT_TRANSACTION_TIMEOUT,
      name: fn.name === '' ? this.name : fn.name,
      ...options,
      on: this.queue,
      contained: true,
    })
  }

  /** Ends what is under way and closes the bus; a second call does nothing. Close the worker first. */
  async close(): Promise<void> {
    this.#lease?.revoke()
    await this.#bus.close()
  }

  async #perform<R>(fn: (bus: Leased<B>, context: TaskContext) => R, context: TaskContext): Promise<Awaited<R>> {
    const lease = new Lease(this.#bus)
    this.#lease = lease
    let value: Awaited<R>
    try {
      value = await fn(lease.bus, context)
    } catch (error) {
      lease.revoke() // what is still under way is waited for by `settle`, which is run after every failure
      throw error
    }
    await lease.end()
    return value
  }
}
