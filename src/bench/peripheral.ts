/** One peripheral of an open bench, as its users see it: every action is a function that gives a task. */

import type { Static, TSchema } from 'typebox'
import { PiWorkerError } from '../errors.js'
import type { PeripheralQueue } from '../worker/peripheral-queue.js'
import type { Task } from '../worker/task.js'
import type { TaskOptions } from '../worker/task-options.js'
import type { Action, AnyDefinition } from './definition.js'
import { named } from './names.js'
import type { OpenPeripheral, PeripheralParts } from './open-peripheral.js'
import type { Input } from './schema.js'

/** What a call of an action can be told besides its input; `on`, `effect` and `contained` are the action's own. */
export type CallOptions = Omit<TaskOptions, 'on' | 'effect' | 'contained'>

/** An input may be left out when nothing in it is needed. */
type CallArguments<I> =
  Record<never, never> extends I ? [input?: I, options?: CallOptions] : [input: I, options?: CallOptions]
type ResultOf<O> = O extends TSchema ? Static<O> : undefined

/** The actions of a definition as functions: each starts a task on the peripheral's queue and gives it at once. */
export type Calls<D extends AnyDefinition> = {
  readonly [K in keyof D['actions']]: D['actions'][K] extends Action<infer I, infer O>
    ? (...args: CallArguments<Input<I>>) => Task<ResultOf<O>>
    : never
}

/** A peripheral of an open bench. */
export type PeripheralOf<D extends AnyDefinition = AnyDefinition> = Peripheral & Calls<D>

export class Peripheral {
  readonly name: string
  readonly definition: AnyDefinition
  /** As checked: defaults filled in, durations in ms, lines as BCM numbers. */
  readonly config: Readonly<Record<string, unknown>>
  /** BCM numbers, in the order of the configuration. */
  readonly lines: readonly number[]
  readonly queue: PeripheralQueue
  readonly #opened: OpenPeripheral
  readonly #actions: ReadonlyMap<string, Action>

  /** Made by `openBench`. */
  constructor({ name, definition, config, lines }: PeripheralParts, opened: OpenPeripheral) {
    this.name = name
    this.definition = definition
    this.config = config
    this.lines = lines
    this.queue = opened.queue
    this.#opened = opened
    this.#actions = new Map(Object.entries(definition.actions))
    for (const [key, action] of this.#actions) {
      const start = (input: unknown = {}, options: CallOptions = {}): Task => opened.start(key, action, input, options)
      Object.defineProperty(this, key, { value: start, enumerable: true })
    }
  }

  get type(): string {
    return this.definition.type
  }

  /**
   * Starts an action by its name and gives its task at once.
   * @throws ERR_UNKNOWN_ACTION, ERR_BAD_INPUT, ERR_BAD_DURATION, ERR_UNKNOWN_LINE, ERR_CLOSED, and what
   *   `worker.submit` throws for options
   */
  call(name: string, input: unknown = {}, options: CallOptions = {}): Task {
    const action = named('action', name, this.#actions, (message, suggestion) => {
      const remedy = suggestion === undefined ? undefined : `Write ${this.name}.${suggestion} if that was meant.`
      return new PiWorkerError('ERR_UNKNOWN_ACTION', `${this.name} (${this.type}) has ${message}`, {
        place: this.name,
        remedy,
      })
    })
    return this.#opened.start(name, action, input, options)
  }
}
