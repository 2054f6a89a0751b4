/** An open bench: named peripherals on one board, one worker for all of them, and the way they all end safe. */

import type { Board, Level, LevelListener, Signal } from '../../drivers/driver.js'
import { PiWorkerError } from '../errors.js'
import { callAll } from '../thrown.js'
import type { Clock } from '../worker/clock.js'
import type { PeripheralQueue } from '../worker/peripheral-queue.js'
import type { Task } from '../worker/task.js'
import type { CloseOptions, Worker } from '../worker/worker.js'
import type { BenchBuses } from './bench-buses.js'
import type { AnyDefinition, PeripheralSpec } from './definition.js'
import { named } from './names.js'
import type { OpenPeripheral } from './open-peripheral.js'
import type { CallOptions, Peripheral, PeripheralOf } from './peripheral.js'

/** Peripherals to be, by name. */
export type Specs = Readonly<Record<string, PeripheralSpec>>

/** A bench, with a member for each peripheral. */
export type BenchOf<S extends Specs> = Bench & { readonly [K in keyof S]: PeripheralOf<DefinitionOf<S[K]>> }
type DefinitionOf<S> = S extends PeripheralSpec<infer D> ? D : AnyDefinition

export type { Signal }

export interface BenchParts {
  readonly board: Board
  readonly buses: BenchBuses
  readonly choice: string
  readonly worker: Worker
  /** What is behind the peripherals, in the same order. */
  readonly opened: readonly OpenPeripheral[]
  readonly peripherals: ReadonlyMap<string, Peripheral>
  readonly signals: readonly Signal[]
  /** Tells of level changes; undefined when nobody asked for it and the board does not do it by itself. */
  readonly onLevel: ((listener: LevelListener) => () => void) | undefined
}

export class Bench {
  readonly board: Board
  /** Why this driver was taken. */
  readonly choice: string
  readonly worker: Worker
  readonly clock: Clock
  /** Names of the peripherals, in the order in which they were given. */
  readonly names: readonly string[]
  /** The lines of all peripherals. */
  readonly signals: readonly Signal[]
  readonly #buses: BenchBuses
  readonly #peripherals: ReadonlyMap<string, Peripheral>
  readonly #opened: readonly OpenPeripheral[]
  readonly #onLevel: BenchParts['onLevel']
  #closing: Promise<void> | undefined
  #closed = false
  /** Called when the end does not wait any more for tasks that could still start. */
  #abort: () => void = () => {}

  /** Made by `openBench`. */
  constructor({ board, buses, choice, worker, opened, peripherals, signals, onLevel }: BenchParts) {
    this.board = board
    this.choice = choice
    this.worker = worker
    this.clock = worker.clock
    this.names = [...peripherals.keys()]
    this.signals = signals
    this.#buses = buses
    this.#peripherals = peripherals
    this.#opened = opened
    this.#onLevel = onLevel
    for (const [name, peripheral] of peripherals)
      Object.defineProperty(this, name, { value: peripheral, enumerable: true })
  }

  /** @throws ERR_UNKNOWN_PERIPHERAL */
  peripheral(name: string): Peripheral {
    return named('peripheral', name, this.#peripherals, message => {
      return new PiWorkerError('ERR_UNKNOWN_PERIPHERAL', `the bench has ${message}`, { place: name })
    })
  }

  /**
   * Starts an action by names and gives its task at once.
   * @throws ERR_UNKNOWN_PERIPHERAL, and what `Peripheral.call` throws
   */
  call(peripheral: string, action: string, input: unknown = {}, options?: CallOptions): Task {
    return this.peripheral(peripheral).call(action, input, options)
  }

  /**
   * The queue of a bus that peripherals of this bench use, by the name of the bus (`i2c-1`, `spi0`, `w1`): a bus that
   * hung is quarantined until `busQueue(name).reset()`.
   * @throws ERR_UNKNOWN_PERIPHERAL
   */
  busQueue(name: string): PeripheralQueue {
    return this.#buses.queue(name)
  }

  /** The physical level of a line now, or undefined when it is not one that the bench holds. */
  levelOf(line: number): Level | undefined {
    if (this.board.level !== undefined) return this.board.level(line)
    for (const peripheral of this.#opened) {
      const level = peripheral.levelOf(line)
      if (level !== undefined) return level
    }
    return undefined
  }

  /**
   * Calls `listener` for every physical change of a line that the driver lets us know of, until the function that it
   * returns is called.
   * @throws ERR_UNSUPPORTED when the bench was opened on a real driver without `observe`
   */
  onLevel(listener: LevelListener): () => void {
    if (this.#onLevel !== undefined) return this.#onLevel(listener)
    throw new PiWorkerError('ERR_UNSUPPORTED', `a bench on ${this.board.driver} does not watch its lines by itself`, {
      remedy: 'Open the bench with observe: true.',
      details: { driver: this.board.driver },
    })
  }

  /**
   * Puts every peripheral into its safe state: each as the next thing on its queue, after the task that runs there. A
   * peripheral that is idle is safe at once, whatever runs on the others.
   * @throws ERR_NOT_SAFE, for all that failed; ERR_CLOSED when the lines have been let go
   */
  async safe(): Promise<void> {
    if (this.#closed) throw new PiWorkerError('ERR_CLOSED', 'the bench is closed, and has let its lines go')
    const acting = this.#opened.filter(({ queue }) => queue.hasSafe)
    const outcomes = await Promise.all(acting.map(({ queue }) => queue.makeSafeNext()))
    const errors = outcomes.filter(error => error !== undefined)
    if (errors.length === 0) return
    const names = acting.filter((_, index) => outcomes[index] !== undefined).map(({ name }) => name)
    throw new PiWorkerError('ERR_NOT_SAFE', errors.map(error => error.message).join('; '), {
      place: names.join(', '),
      cause: errors[0],
      details: { peripherals: names },
    })
  }

  /**
   * Ends the bench: with `drain` (the default) its tasks run to their ends, with `abort` they are cancelled. Every
   * peripheral is made safe when its own tasks are over, or after a drain when all are; then all lines are let go. A
   * second call waits for the same end, but may abort what the first one drains.
   * @throws ERR_NOT_SAFE, for all that failed; what letting a line go threw
   */
  close(options: CloseOptions = { drain: true }): Promise<void> {
    const tasksOver = this.worker.close(options)
    this.#closing ??= this.#close(tasksOver)
    if ('abort' in options && options.abort) this.#abort()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close({ abort: true })
  }

  async #close(tasksOver: Promise<void>): Promise<void> {
    await Promise.race([
      tasksOver,
      new Promise<void>(resolve => {
        this.#abort = resolve
      }),
    ])
    await callAll([
      () => this.safe(),
      () => tasksOver,
      () => {
        this.#closed = true
      },
      ...this.#opened.map(peripheral => () => peripheral.close()),
      () => this.#buses.close(),
      () => this.clock.hold(this.board.close()),
    ])
  }
}
