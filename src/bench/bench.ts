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
import type { BenchGuard } from './guardian/bench-guard.js'
import type { Recovered } from './journal/recover.js'
import { named } from './names.js'
import type { OpenPeripheral } from './open-peripheral.js'
import type { CallOptions, Peripheral, PeripheralOf } from './peripheral.js'
import { EmergencyStop, type StopRecord, type StopResetOptions, type WhenStopped } from './stop/emergency-stop.js'
import { notSafeError } from './stop/not-safe.js'
import { type PausablePlan, type PauseOptions, RunningPlans } from './stop/running-plans.js'
import { type BenchStatus, isoTime, lineStatus, peripheralStatus } from './stop/status.js'
import type { StopLine } from './stop/stop-line.js'
import type { StopMark } from './stop/stop-mark.js'

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
  readonly name?: string | undefined
  readonly recovered?: Recovered | undefined
  readonly guard?: BenchGuard | undefined
  readonly stopLine?: StopLine | undefined
  readonly whenStopped?: WhenStopped | undefined
  readonly stopMark?: StopMark | undefined
}

export class Bench {
  /** By which it is known to `pi-worker stop` and `status`; undefined when it was given none. */
  readonly name: string | undefined
  /** What was in flight when the run before ended without closing its bench; all has been made safe since. */
  readonly recovered: Recovered | undefined
  readonly board: Board
  /** Why this driver was taken. */
  readonly choice: string
  readonly worker: Worker
  readonly clock: Clock
  /** Names of the peripherals, in the order in which they were given. */
  readonly names: readonly string[]
  /** The lines of all peripherals, and the stop line. */
  readonly signals: readonly Signal[]
  readonly #buses: BenchBuses
  readonly #peripherals: ReadonlyMap<string, Peripheral>
  readonly #opened: readonly OpenPeripheral[]
  readonly #onLevel: BenchParts['onLevel']
  readonly #stop: EmergencyStop
  readonly #stopLine: StopLine | undefined
  readonly #guard: BenchGuard | undefined
  readonly #plans = new RunningPlans()
  readonly #endings: (() => void | Promise<void>)[] = []
  #closing: Promise<void> | undefined
  #closed = false
  /** Called when the end does not wait any more for tasks that could still start. */
  #abort: () => void = () => {}

  /** Made by `openBench`. */
  constructor(parts: BenchParts) {
    const { board, buses, choice, worker, opened, peripherals, signals, stopLine, whenStopped = 'fail' } = parts
    this.name = parts.name
    this.recovered = parts.recovered
    this.#stopLine = stopLine
    this.#guard = parts.guard
    this.#stop = new EmergencyStop({ worker, buses, opened, line: stopLine, whenStopped, mark: parts.stopMark })
    this.board = board
    this.choice = choice
    this.worker = worker
    this.clock = worker.clock
    this.names = [...peripherals.keys()]
    this.signals = signals
    this.#buses = buses
    this.#peripherals = peripherals
    this.#opened = opened
    this.#onLevel = parts.onLevel
    for (const [name, peripheral] of peripherals)
      Object.defineProperty(this, name, { value: peripheral, enumerable: true })
    parts.guard?.attach((reason, by) => void this.stop(reason, { by }).catch(() => undefined))
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
    if (line === this.#stopLine?.line) return this.#stopLine.level
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
    if (this.#closed) throw closedError()
    const acting = this.#opened.filter(({ queue }) => queue.hasSafe)
    const outcomes = await Promise.all(acting.map(({ queue }) => queue.makeSafeNext()))
    const error = notSafeError(acting, outcomes)
    if (error !== undefined) throw error
  }

  /**
   * Emergency stop. When this returns, every output whose safe state is a level has it, nobody who runs can act any
   * more, all tasks are being ended (ERR_STOPPED), and nothing starts until `reset`. The promise, which need not be
   * awaited, resolves when every safe state is confirmed.
   * @param by Who or what stops it, for the record.
   * @throws ERR_NOT_SAFE, for all that failed; ERR_FILE, ERR_PERMISSION: it is stopped, but its next start will not
   *   know of it; ERR_CLOSED when the lines have been let go
   */
  stop(reason: string, { by = 'the program' }: { readonly by?: string | undefined } = {}): Promise<void> {
    if (!this.#closed) return this.#stop.stop(reason, by)
    const refused = Promise.reject(closedError())
    refused.catch(() => undefined)
    return refused
  }

  /** Why the bench is stopped; undefined while it is not. */
  get stopped(): StopRecord | undefined {
    return this.#stop.latched
  }

  /** Calls `listener` with the error of its tasks when the bench is stopped, until the function that it returns is called. */
  onStop(listener: (error: PiWorkerError) => void): () => void {
    return this.#stop.onStop(listener)
  }

  /**
   * Lets a stopped bench go on: all tasks are over, every safe state is confirmed again, quarantined peripherals are
   * reset, and somebody acknowledges it. Does nothing when it is not stopped.
   * @throws ERR_RESET_REFUSED without an acknowledgement, while the stop line is open, while something that was given up
   *   could still act, or when the bench was stopped again meanwhile; ERR_NOT_SAFE; ERR_CLOSED
   */
  async reset(options: StopResetOptions): Promise<void> {
    if (this.#closed) throw closedError()
    await this.#guard?.ensure()
    await this.#stop.reset(options)
  }

  /** Process id of the bench's guardian; undefined when it has none now. */
  get guardianPid(): number | undefined {
    return this.#guard?.pid
  }

  /** How everything is now, as JSON. */
  status(): BenchStatus {
    const stopped = this.#stop.latched
    const line = this.#stopLine
    const peripherals = [...this.#peripherals].map(([name, { type, queue, lines }]) => {
      const own = this.signals.filter(signal => lines.includes(signal.line))
      const status = peripheralStatus(type, queue, stopped !== undefined)
      return [name, { ...status, lines: lineStatus(own, of => this.levelOf(of)) }] as const
    })
    return {
      name: this.name ?? null,
      pid: process.pid,
      driver: this.board.driver,
      guardian: this.#guard?.pid ?? null,
      stopped: stopped === undefined ? null : { reason: stopped.reason, by: stopped.by, since: isoTime(stopped.time) },
      stopLine: line === undefined ? null : { line: line.line, open: line.openNow ?? null },
      plans: this.#plans.list.map(({ name, state }) => ({ name, state })),
      peripherals: Object.fromEntries(peripherals),
    }
  }

  /** Told by a plan that runs on the bench, so that it can be paused; returns what ends that. */
  attach(plan: PausablePlan): () => void {
    return this.#plans.add(plan)
  }

  /**
   * Pauses the plans that run on the bench, each at its next steps.
   * @throws ERR_NOT_RUNNING when there is none, ERR_NOT_SAFE
   */
  async pause(options?: PauseOptions): Promise<void> {
    await this.#plans.pause(options)
  }

  /** @throws ERR_NOT_RUNNING when no plan runs on the bench */
  resume(): void {
    this.#plans.resume()
  }

  /** Called when the bench closes, after the lines of its peripherals have been let go. */
  atEnd(ending: () => void | Promise<void>): void {
    this.#endings.push(ending)
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
      async () => await this.#guard?.end(),
      ...this.#opened.map(peripheral => () => peripheral.close()),
      ...this.#endings.map(ending => async () => await ending()),
      () => this.#buses.close(),
      () => this.clock.hold(this.board.close()),
    ])
  }
}

function closedError(): PiWorkerError {
  return new PiWorkerError('ERR_CLOSED', 'the bench is closed, and has let its lines go')
}
