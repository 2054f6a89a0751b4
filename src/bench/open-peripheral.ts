/** What is behind a peripheral of an open bench: its lines, its device, its safe state. Only the bench sees it. */

import type { Level } from '../../drivers/driver.js'
import { PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import type { PeripheralQueue } from '../worker/peripheral-queue.js'
import type { Task } from '../worker/task.js'
import type { Worker } from '../worker/worker.js'
import type { BenchBuses } from './bench-buses.js'
import { check, checkOutput, resolveLines } from './check.js'
import type { Action, AnyDefinition } from './definition.js'
import { HeldLines, type LineSource, revokedError } from './lease.js'
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

  /** Lets the lines go. @throws what letting one go threw, when all have been tried */
  async close(): Promise<void> {
    this.#device = undefined
    await this.#held.release()
  }

  /** Starts an action. @throws ERR_BAD_INPUT, ERR_BAD_DURATION, ERR_UNKNOWN_LINE, and what `worker.submit` throws */
  start(name: string, action: Action, input: unknown, options: CallOptions): Task {
    const { worker, resolveLine } = this.#parts
    const place = `${this.name}.${name}`
    const checked = check(action.input, input)
    if (checked.problems !== undefined) throw problemError('ERR_BAD_INPUT', place, checked.problems)
    const resolved = resolveLines(action.input, checked.value, resolveLine)
    const run = (context: TaskContext): unknown => this.#perform(action, place, resolved, context)
    return worker.submit(run, { name: place, ...options, on: this.queue, effect: action.effect, contained: true })
  }

  #perform(action: Action, place: string, input: unknown, context: TaskContext): unknown {
    const run = action.run as (device: unknown, input: unknown, task: TaskContext) => unknown
    const finish = (output: unknown): unknown => checkedOutput(action, place, output)
    const begin = (device: unknown): unknown => {
      const output = run(device, input, context)
      return output instanceof Promise ? output.then(finish) : finish(output)
    }
    return this.#device === undefined ? this.open().then(begin) : begin(this.#device.value)
  }

  async #makeSafe(): Promise<void> {
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
