/** The buses of a bench: each is opened when the first peripheral wants it, and shared out by a queue of its own. */

import type { Board } from '../../drivers/driver.js'
import {
  type AnyBus,
  type BusKind,
  type BusOfKind,
  busName,
  DEFAULT_BUS,
  type Leased,
  openSharedBus,
  type SharedBus,
} from '../../drivers/open-bus.js'
import { PiWorkerError } from '../errors.js'
import { callAll } from '../thrown.js'
import type { TaskContext } from '../worker/attempt-context.js'
import type { Clock } from '../worker/clock.js'
import type { PeripheralQueue } from '../worker/peripheral-queue.js'
import type { Task } from '../worker/task.js'
import { Worker } from '../worker/worker.js'
import { revokedError } from './leased-handle.js'
import { named } from './names.js'

/** A bus, for one peripheral. */
export interface PeripheralBus<B extends AnyBus> {
  /** `i2c-1`, `spi0`, `w1`, `iio`, `pwmchip0` */
  readonly name: string
  /**
   * Runs `fn` with the bus to itself, on the queue of the bus: no other peripheral sends anything in between. It ends
   * with the task that asks for it. The bus is good for nothing once `fn` is over.
   * @param task The task of the action; undefined in `safe`.
   * @throws ERR_REVOKED, ERR_BUS_HUNG, and what `fn` throws
   */
  transaction<R>(task: TaskContext | undefined, fn: (bus: Leased<B>) => R): Promise<Awaited<R>>
}

/** What a definition's `open` gets its buses from; each number has a default, the header's own bus. */
export interface PeripheralBuses {
  /** @throws ERR_DRIVER_MISSING, ERR_PERMISSION, ERR_UNSUPPORTED, ERR_BAD_OPTION, ERR_IO: as every one of them */
  i2c(number?: number): Promise<PeripheralBus<BusOfKind['i2c']>>
  spi(number?: number): Promise<PeripheralBus<BusOfKind['spi']>>
  oneWire(): Promise<PeripheralBus<BusOfKind['one-wire']>>
  iio(): Promise<PeripheralBus<BusOfKind['iio']>>
  pwm(chip?: number): Promise<PeripheralBus<BusOfKind['pwm']>>
}

export class BenchBuses {
  readonly #board: Board
  /** Their own, so that they still serve safe states when the bench takes no more tasks. */
  readonly #worker: Worker
  readonly #shared = new Map<string, Promise<SharedBus<AnyBus>>>()
  readonly #open = new Map<string, SharedBus<AnyBus>>()
  /** Transactions of safe states and openings: a halt does not end them. */
  readonly #unhalted = new WeakSet<Task>()
  #halted: PiWorkerError | undefined

  constructor(board: Board, clock: Clock) {
    this.#board = board
    this.#worker = new Worker({ clock, retain: { ms: 0, count: 0 } })
  }

  /** The queues of the buses that are open, by the names of the buses. @throws ERR_UNKNOWN_PERIPHERAL */
  queue(name: string): PeripheralQueue {
    return named('bus', name, this.#open, message => {
      return new PiWorkerError('ERR_UNKNOWN_PERIPHERAL', `the bench has ${message}`, { place: name })
    }).queue
  }

  /** The buses as the peripheral `name` sees them, as long as `isCurrent`. */
  lease(name: string, isCurrent: () => boolean): PeripheralBuses {
    const get = async <K extends BusKind>(
      kind: K,
      number = DEFAULT_BUS[kind],
    ): Promise<PeripheralBus<BusOfKind[K]>> => {
      const shared = (await this.#share(kind, number)) as unknown as SharedBus<BusOfKind[K]>
      return {
        name: shared.name,
        transaction: (task, fn) => {
          if (!isCurrent()) return Promise.reject(revokedError(name))
          if (task !== undefined && this.#halted !== undefined) return Promise.reject(this.#halted)
          const transaction = shared.transaction(fn, { name, ...(task && { signal: task.signal }) })
          if (task === undefined) this.#unhalted.add(transaction)
          return transaction.result()
        },
      }
    }
    return {
      i2c: number => get('i2c', number),
      spi: number => get('spi', number),
      oneWire: () => get('one-wire'),
      iio: () => get('iio'),
      pwm: chip => get('pwm', chip),
    }
  }

  /**
   * No task sends anything any more, not even what it has begun to send, until `goOn`; safe states do. The tasks of
   * the transactions that this ends are ended by those who halt.
   */
  halt(why: PiWorkerError): void {
    this.#halted = why
    for (const { queue } of this.#open.values()) {
      const { current } = queue
      if (current !== undefined && !this.#unhalted.has(current.task)) queue.revoke()
    }
  }

  goOn(): void {
    this.#halted = undefined
  }

  /** Ends what is under way and closes them. @throws what closing one of them threw, when all have been tried */
  async close(): Promise<void> {
    await callAll([
      () => this.#worker.close({ abort: true }),
      ...[...this.#open.values()].map(bus => () => this.#worker.clock.hold(bus.close())),
    ])
  }

  async #share(kind: BusKind, number: number): Promise<SharedBus<AnyBus>> {
    const name = busName(kind, number)
    const known = this.#shared.get(name)
    if (known !== undefined) return await known
    const opening = openSharedBus(this.#board, kind, number, this.#worker) as Promise<SharedBus<AnyBus>>
    this.#shared.set(name, opening)
    try {
      const bus = await opening
      this.#open.set(name, bus)
      return bus
    } catch (error) {
      this.#shared.delete(name)
      throw error
    }
  }
}
