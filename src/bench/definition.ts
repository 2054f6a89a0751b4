/**
 * One definition per peripheral: its configuration, actions and safe state, from which the typed calls, the schema of
 * bench files, the checks and the help follow.
 */

import { type Static, type TObject, type TSchema, Type } from 'typebox'
import type { Needs } from '../../drivers/capabilities.js'
import { PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import type { Clock } from '../worker/clock.js'
import type { Effect } from '../worker/task-options.js'
import type { PeripheralBuses } from './bench-buses.js'
import { SIMULATED_BY_ALL } from './faults.js'
import { GUARD_KEYS, type Guarding, type WithGuards, withGuards } from './guards/keys.js'
import { refuseGuards } from './guards/refuse-config.js'
import type { BenchBoard } from './lease.js'
import { ACTION_NAME, isReservedAction, RESERVED_ACTIONS } from './names.js'
import type { Outputs } from './outputs.js'
import type { Path } from './plain-data.js'
import type { Refusal } from './problems.js'
import { type Input, isNode, type Parsed } from './schema.js'
import type { Takes, TakesContext } from './takes.js'
import { quote, show } from './wording.js'

/** What `open` is given. */
export interface OpenContext<C> {
  /** The peripheral's name on the bench, for messages. */
  readonly name: string
  /** Checked: defaults filled in, lines as BCM numbers, durations in ms. */
  readonly config: C
  /** The lines; handles that it gives can be revoked. */
  readonly board: BenchBoard
  /** The buses, which it shares with the other peripherals. */
  readonly buses: PeripheralBuses
  readonly clock: Clock
}

/** The schema of an action without one, as inference sees it, is `unknown`. */
type InputSchema<I> = unknown extends I ? TObject<NoProperties> : I extends TSchema ? I : never
type OutputSchema<O> = unknown extends O ? undefined : O extends TSchema ? O : never
type NoProperties = Record<never, TSchema>
/** What `run` is given and what it returns. */
type RunInput<I, L = number> = unknown extends I ? Readonly<Record<string, never>> : Parsed<I, L>
// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing must be allowed
type RunOutput<O> = unknown extends O ? void : O extends TSchema ? Static<O> : never

/** Something that only one peripheral can have: `{ what: 'i2c-1 0x76', path: ['address'] }`. */
export interface Occupied {
  readonly what: string
  readonly path: Path
}

/** Documentation and effect of an action. */
export interface ActionInfo {
  /** A few words, for lists. */
  readonly title: string
  readonly description?: string | undefined
  /** What doing it twice would do; it decides whether retries are allowed. */
  readonly effect: Effect
}

/** What `definePeripheral` is given. */
export interface DefinitionOptions<T extends string, C extends TObject, D, I, O> {
  /** The word for it in bench files. */
  readonly type: T
  /** Which of the mock driver's parts simulates it. Default: none, and its lines are left to their pulls. */
  readonly part?: string | undefined
  readonly title: string
  readonly description?: string | undefined
  /** A closed object; `type` is not free for use in it. */
  readonly config: C
  /**
   * Looks at a configuration that fits the schema, and says what is wrong with it all the same. Called before anything
   * is opened, and by the check of a plan file.
   */
  readonly check?: ((config: Parsed<C, number | string>) => Refusal | undefined) | undefined
  /** What `simulate` may say of such a peripheral, beside `faults` and `replay`, which all have. */
  readonly simulate?: TObject | undefined
  /** What the driver must be able to do for this configuration. Default: nothing special. */
  readonly needs?: ((config: Parsed<C>) => Needs) | undefined
  /**
   * What it has for itself beside its lines, and where in the configuration that is said: an address of a bus, a
   * channel. Nobody else on the bench may have the same.
   */
  readonly occupies?: ((config: Parsed<C, number | string>) => readonly Occupied[]) | undefined
  /**
   * What it drives, as data. Left out, it drives nothing, or its safe state cannot be told as data: then nothing but
   * this process can make it safe. With it, the configuration has the keys of limits and conditions besides its own
   * (`maxOn`, `requires`). Where no board is open yet, a line's own name may stand for its number.
   */
  readonly outputs?: ((config: Parsed<C>) => Outputs) | undefined
  /** Requests the lines and gives the device that actions work on. Runs anew after an abandoned task. */
  readonly open: (context: OpenContext<Parsed<C>>) => D | Promise<D>
  /** `input` must be an object schema; `output` a schema of data that JSON can hold, with units. */
  readonly actions: { readonly [K in keyof I]: { readonly input?: I[K] & TSchema } } & {
    readonly [K in keyof O]: ActionInfo & {
      readonly output?: O[K] & TSchema
      /**
       * Looks at an input that fits the schema, and says what is wrong with it for this configuration. Called before
       * there is a task, and by the check of a plan file.
       */
      readonly check?: (
        config: NoInfer<Parsed<C, number | string>> & Guarding,
        input: RunInput<I[K & keyof I], number | string>,
      ) => Refusal | undefined
      /** How long it takes, as far as that can be told before, for estimates of plans. Left out, nobody knows. */
      readonly takes?: (
        config: NoInfer<Parsed<C, number | string>> & Guarding,
        input: RunInput<I[K & keyof I], number | string>,
        context: TakesContext,
      ) => Takes | undefined
      readonly run: (
        device: NoInfer<D>,
        input: RunInput<I[K & keyof I]>,
        task: TaskContext,
      ) => RunOutput<O[K]> | Promise<RunOutput<O[K]>>
    }
  }
  /**
   * Puts the device into its safe state and confirms it where it can; throws when it cannot. Must be there unless all
   * actions only read.
   */
  readonly safe?: ((device: NoInfer<D>) => void | Promise<void>) | undefined
}

/** An action of a definition; `never` stands for types that only the definition itself knows. */
export interface Action<I extends TSchema = TSchema, O = TSchema | undefined> extends ActionInfo {
  readonly input: I
  readonly output: O
  readonly check: ((config: never, input: never) => Refusal | undefined) | undefined
  readonly takes: ((config: never, input: never, context: TakesContext) => Takes | undefined) | undefined
  readonly run: (device: never, input: never, task: TaskContext) => unknown
}

/** Any definition, whatever its types. */
export interface AnyDefinition {
  readonly type: string
  readonly part: string | undefined
  readonly title: string
  readonly description: string | undefined
  readonly config: TSchema
  readonly check: ((config: never) => Refusal | undefined) | undefined
  readonly simulate: TSchema
  readonly needs: ((config: never) => Needs) | undefined
  readonly occupies: ((config: never) => readonly Occupied[]) | undefined
  readonly outputs: ((config: never) => Outputs) | undefined
  readonly open: (context: never) => unknown
  readonly actions: Readonly<Record<string, Action>>
  readonly safe: ((device: never) => void | Promise<void>) | undefined
}

/** A type of peripheral. Called with a configuration it gives a spec for `openBench`. */
export interface PeripheralDefinition<T extends string, C extends TSchema, A extends Readonly<Record<string, Action>>>
  extends AnyDefinition {
  (config: Input<C>): PeripheralSpec<PeripheralDefinition<T, C, A>>
  readonly type: T
  readonly config: C
  readonly actions: A
}

/** A peripheral to be: its type and its configuration as it was written. */
export interface PeripheralSpec<D extends AnyDefinition = AnyDefinition> {
  readonly definition: D
  readonly config: unknown
}

/** Definitions by their types. */
export type Definitions = Readonly<Record<string, AnyDefinition>>

type ActionsOf<I, O> = {
  readonly [K in keyof O & string]: Action<InputSchema<I[K & keyof I]>, OutputSchema<O[K]>>
}

const EFFECTS: readonly unknown[] = ['read', 'idempotent', 'pulse', 'irreversible'] satisfies Effect[]
const TYPE_NAME = /^[a-z][A-Za-z0-9-]*$/
const NO_INPUT = Type.Object({})

type OptionKey = keyof DefinitionOptions<string, TObject, unknown, unknown, unknown>
/** Which of the options are given: types with outputs have keys in their configuration that others have not. */
type Given<K> = { readonly [P in K & string]: P extends OptionKey ? unknown : never }
type ConfigOf<C extends TObject, K> = 'outputs' extends K ? WithGuards<C> : C

/**
 * Defines a type of peripheral.
 * @throws ERR_BAD_DEFINITION
 */
export function definePeripheral<const T extends string, C extends TObject, D, I, O, const K extends string = never>(
  options: DefinitionOptions<T, C, D, I, O> & Given<K>,
): PeripheralDefinition<T, ConfigOf<C, K>, ActionsOf<I, O>> {
  const { type, part, title, description, config, simulate, needs, occupies, outputs, open, safe } = options
  const given: unknown = options.actions
  checkDefinition(options)
  if (!isNode(given)) throw bad(type, `${type} has no actions`, 'Give an object with an entry for each action.')
  const actions: Record<string, Action> = {}
  for (const [name, action] of Object.entries(given)) actions[name] = checkAction(type, name, action)
  const acting = Object.keys(actions).find(name => actions[name]?.effect !== 'read')
  if (acting !== undefined && safe === undefined) {
    throw bad(type, `${type} has no safe(), but ${acting} does more than read`, 'Say what its safe state is.')
  }
  const definition = (written: Input<C>): PeripheralSpec => Object.freeze({ definition: complete, config: written })
  const complete = Object.freeze(
    Object.assign(definition, {
      type,
      part,
      title,
      description,
      config: outputs === undefined ? config : withGuards(config),
      check: outputs === undefined ? options.check : guardedCheck(options.check, outputs),
      simulate: Type.Object({ ...simulate?.properties, ...SIMULATED_BY_ALL }),
      needs,
      occupies,
      outputs,
      open,
      actions: Object.freeze(actions),
      safe,
    }),
  )
  return complete as unknown as PeripheralDefinition<T, ConfigOf<C, K>, ActionsOf<I, O>>
}

/** The type's own check comes first: of a configuration that it refuses, nobody can tell the outputs. */
function guardedCheck<C extends TObject>(
  check: ((config: Parsed<C, number | string>) => Refusal | undefined) | undefined,
  outputs: (config: Parsed<C>) => Outputs,
): (config: Parsed<C, number | string>) => Refusal | undefined {
  return config => check?.(config) ?? refuseGuards(config as Guarding, outputs(config as Parsed<C>))
}

function checkDefinition(options: { readonly [K in keyof AnyDefinition]?: unknown }): void {
  const { type, title, config, check, simulate, needs, occupies, outputs, open, safe } = options
  if (typeof type !== 'string' || !TYPE_NAME.test(type)) {
    throw bad(String(type), `${show(type)} is no name for a type`, 'Begin with a small letter: stepMotor.')
  }
  if (!title) throw bad(type, `${type} has no title`, 'Give it a few words that say what it is.')
  const properties = isNode(config) && config.type === 'object' ? config.properties : undefined
  if (!isNode(properties)) throw bad(type, `the config of ${type} is no object schema`, 'Use Type.Object({ ... }).')
  if (Object.hasOwn(properties, 'type')) {
    throw bad(type, `the config of ${type} has a field "type"`, 'Call it something else: bench files name the type so.')
  }
  const own = Object.keys(GUARD_KEYS).find(key => outputs !== undefined && Object.hasOwn(properties, key))
  if (own !== undefined) {
    const remedy = 'Call it something else: every type with outputs has that already.'
    throw bad(type, `the config of ${type} has a field "${own}"`, remedy)
  }
  if (simulate !== undefined && !(isNode(simulate) && simulate.type === 'object')) {
    throw bad(type, `simulate of ${type} is no object schema`, 'Use Type.Object({ ... }).')
  }
  const taken = Object.keys(SIMULATED_BY_ALL).find(
    key => isNode(simulate) && Object.hasOwn(simulate.properties ?? {}, key),
  )
  if (taken !== undefined) {
    throw bad(
      type,
      `simulate of ${type} has a field "${taken}"`,
      'Call it something else: every type has that already.',
    )
  }
  if (typeof open !== 'function') throw bad(type, `${type} has no open()`, 'Give the function that requests its lines.')
  for (const [name, value] of Object.entries({ check, needs, occupies, outputs, safe })) {
    if (value === undefined || typeof value === 'function') continue
    throw bad(type, `${name} of ${type} is no function`, 'Give a function, or leave it out.')
  }
}

function checkAction(type: string, name: string, action: unknown): Action {
  const place = `${type}.${name}`
  if (!ACTION_NAME.test(name)) {
    const remedy = 'Begin with a small letter, then letters and digits: waitFor.'
    throw bad(place, `${quote(name)} is no name for an action`, remedy)
  }
  if (isReservedAction(name)) {
    throw bad(place, `an action cannot be called "${name}"`, `Reserved are ${RESERVED_ACTIONS.join(', ')}.`)
  }
  if (!isNode(action)) throw bad(place, `${place} is no action`, 'Give an object with title, effect and run.')
  const { title, description, effect, input = NO_INPUT, output, check, takes, run } = action as Partial<Action>
  if (!title) throw bad(place, `${place} has no title`, 'Give it a few words that say what it does.')
  if (effect === undefined || !EFFECTS.includes(effect)) {
    throw bad(place, `${place} has no effect`, `Say which it is: ${EFFECTS.join(', ')}.`)
  }
  if (typeof run !== 'function') throw bad(place, `${place} has no run()`, 'Give the function that does it.')
  const odd = Object.entries({ check, takes }).find(([, hook]) => hook !== undefined && typeof hook !== 'function')
  if (odd !== undefined) throw bad(place, `${odd[0]} of ${place} is no function`, 'Give a function, or leave it out.')
  if (!isObjectInput(input)) throw bad(place, `the input of ${place} is no object schema`, 'Use Type.Object({ ... }).')
  if (output !== undefined && !isNode(output)) {
    throw bad(place, `the output of ${place} is no schema`, 'Use Type of typebox, or leave it out.')
  }
  return Object.freeze({ title, description, effect, input, output, check, takes, run })
}

/** An object, or a choice between objects. */
function isObjectInput(schema: unknown): boolean {
  if (!isNode(schema)) return false
  const parts = schema.anyOf ?? schema.allOf
  return Array.isArray(parts) ? parts.every(isObjectInput) : schema.type === 'object'
}

function bad(place: string, message: string, remedy: string): PiWorkerError {
  return new PiWorkerError('ERR_BAD_DEFINITION', message, { place, remedy })
}
