/** What is behind a peripheral of an open bench: its lines, its device, its safe state. Only the bench sees it. */

import type { Level } from '../../drivers/driver.js'
import { isPiWorkerError, PiWorkerError } from '../errors.js'
import { type TaskContext, throwIfStopped } from '../worker/attempt-context.js'
import type { PeripheralQueue } from '../worker/peripheral-queue.js'
import type { Task } from '../worker/task.js'
import type { Worker } from '../worker/worker.js'
import type { BenchBuses } from './bench-buses.js'
import { checkInput, checkOutput, resolveLines } from './check.js'
import type { Action, AnyDefinition } from './definition.js'
import type { BenchJournal } from './journal/bench-journal.js'
import { HeldLines, type LineSource } from './lease.js'
import { revokedError } from './leased-handle.js'
import type { Outputs } from './outputs.js'
import type { CallOptions } from './peripheral.js'
import { problemError } from './peripheral-errors.js'
import { describeProblem } from './problems.js'

/** What a peripheral is made of. */
export interface PeripheralParts {
  readonly name: string
  readonly definition: AnyDefinition
  /** Checked, lines as BCM numbers. */
  readonly config: Readonly<Record<string, unknown>>
  readonly lines: readonly number[]
  readonly source: LineSource
  readonly buses: BenchBuses
  readonly worker: Worker
  readonly journal?: BenchJournal | undefined
  readonly resolveLine: (line: number | string) => number
}

export class OpenPeripheral {
  readonly name: string
  readonly queue: PeripheralQueue
  readonly #parts: PeripheralParts
  readonly #held: HeldLines
  /** What the definition's `open` gave; undefined before, and after its handles have been revoked. */
  #device: { readonly value: unknown } | undefined

  constructor(parts: PeripheralParts) {
    const { name, definition, source, lines, worker } = parts
    this.name = name
    this.#parts = parts
    this.#held = new HeldLines(name, source, lines)
    this.queue = worker.queue(name, {
      revoke: () => this.#revoke(),
      ...(definition.safe !== undefined && { safe: () => this.#makeSafe() }),
    })
  }

  /** Requests the lines and makes the device. @throws what the definition's `open` throws */
  async open(): Promise<unknown> {
    const { name, config, definition, worker, buses: all } = this.#parts
    const open = definition.open as (context: unknown) => unknown
    const board = this.#held.lease()
    const buses = all.lease(name, () => this.#held.isCurrent(board))
    const value = await open({ name, config, board, buses, clock: worker.clock })
    if (!this.#held.isCurrent(board)) throw revokedError(name)
    this.#device = { value }
    return value
  }

  /** The physical level of one of its lines, or undefined when it does not hold it. */
  levelOf(line: number): Level | undefined {
    return this.#held.level(line)
  }

  /**
   * Nobody who runs now can act on it any more, and what it drives is put at its safe levels, at once. What has nothing
   * but inputs reads on. Returns what went wrong.
   */
  halt(why: PiWorkerError): readonly unknown[] {
    if (this.#drivesNothing) {
      this.#held.still(why)
      return []
    }
    const armed = this.queue.revoke()
    return [...(armed === undefined ? [] : [armed]), ...this.#held.setSafe(this.#outputs?.lines ?? [])]
  }

  /** Ends a halt. */
  goOn(): void {
    this.#held.still(undefined)
  }

  get #outputs(): Outputs | undefined {
    const outputs = this.#parts.definition.outputs as ((config: unknown) => Outputs) | undefined
    return outputs?.(this.#parts.config)
  }

  /** To read on it needs its handles, and what it has counted with them. */
  get #drivesNothing(): boolean {
    const outputs = this.#outputs
    if (outputs === undefined) return this.#held.onlyInputs
    return outputs.lines.length + (outputs.pwm?.length ?? 0) + (outputs.i2c?.length ?? 0) === 0
  }

  /** Lets the lines go. @throws what letting one go threw, when all have been tried */
  async close(): Promise<void> {
    this.#device = undefined
    await this.#held.release()
  }

  /** Starts an action. @throws ERR_BAD_INPUT, ERR_BAD_DURATION, ERR_UNKNOWN_LINE, and what `worker.submit` throws */
  start(name: string, action: Action, input: unknown, options: CallOptions): Task {
    const { worker, resolveLine, config, journal } = this.#parts
    const place = `${this.name}.${name}`
    const checked = checkInput(action, config, input)
    if (checked.problems !== undefined) throw problemError('ERR_BAD_INPUT', place, checked.problems)
    const resolved = resolveLines(action.input, checked.value as never, resolveLine)
    const { effect } = action
    const perform = (context: TaskContext): unknown => this.#perform(action, place, resolved, context)
    const intended = { peripheral: this.name, action: name, input: resolved, effect }
    const run = effect === 'read' || journal === undefined ? perform : journal.recorded(intended, perform)
    return worker.submit(run, { name: place, ...options, on: this.queue, effect, contained: true })
  }

  #perform(action: Action, place: string, input: unknown, context: TaskContext): unknown {
    const run = action.run as (device: unknown, input: unknown, task: TaskContext) => unknown
    const finish = (output: unknown): unknown => checkedOutput(action, place, output)
    const begin = (device: unknown): unknown => {
      // It may come after the journal or a new opening: meanwhile somebody may have stopped it.
      throwIfStopped(context)
      const output = run(device, input, context)
      return output instanceof Promise ? output.then(finish) : finish(output)
    }
    if (this.#device !== undefined) return begin(this.#device.value)
    throwIfStopped(context)
    return this.open().then(begin)
  }

  async #makeSafe(): Promise<void> {
    try {
      await this.#safe()
    } catch (error) {
      // A halt left it its handles because they were inputs, and its safe state is to drive them.
      if (!this.#held.isStilled || !isPiWorkerError(error, 'ERR_STOPPED')) throw error
      this.#revoke()
      this.#held.still(undefined)
      await this.#safe()
    }
    this.#parts.journal?.madeSafe(this.name)
  }

  async #safe(): Promise<void> {
    const device = this.#device === undefined ? await this.open() : this.#device.value
    await (this.#parts.definition.safe as (device: unknown) => unknown)(device)
  }

  #revoke(): void {
    this.#device = undefined
    this.#held.revoke()
  }
}

function checkedOutput(action: Action, place: string, output: unknown): unknown {
  if (action.output === undefined && output === undefined) return undefined
  const problem = checkOutput(action.output, output)[0]
  if (problem === undefined) return output
  throw new PiWorkerError('ERR_BAD_OUTPUT', `the result of ${place}: ${describeProblem(problem)}`, { place })
}
