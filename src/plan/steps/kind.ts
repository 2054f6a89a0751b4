/** What a kind of step is: what may be written of it, and what becomes of that. */

import { type TObject, type TProperties, type TSchema, type TUnsafe, Type } from 'typebox'
import type { Parsed, SchemaNode } from '../../bench/schema.js'
import type { Text } from '../expressions/text.js'
import type { Expression, Value, ValueType, Variable } from '../expressions/value.js'
import type { Path, Place } from '../place.js'
import type { ParamSlot, Step } from '../plan.js'
import type { At, Finding } from '../problem-list.js'
import type { Column, Stream } from '../rows.js'
import type { TimesFault } from '../wall-times.js'

/** A kind of step. It is known by its word, the key that the table has it under. */
export interface StepKind {
  readonly schema: TObject
  /** The same with anything in the place of its blocks, which are checked step by step. */
  readonly fields: TObject
  /** The fields that are lists of steps. */
  readonly blocks: readonly string[]
  readonly options: KindOptions
  /**
   * `written` is checked: durations in ms. Called again at run time when fields of it are expressions that have to be
   * worked out first. Undefined when something is wrong, which it has said.
   */
  readonly make: (written: never, context: StepContext) => Step | undefined
}

export interface KindOptions {
  /** Its blocks are done again and again. */
  readonly loop?: boolean
  /** Its blocks may be done beside each other or again, so that what stands later may have been before. */
  readonly unordered?: boolean
  /** Blocks that may be left out, so that what values they would have cannot be foretold. */
  readonly uncertain?: readonly string[]
  /** Blocks of which no round around them may leave out a part. */
  readonly whole?: readonly string[]
  /** A condition that is looked at before the blocks. */
  readonly first?: string
  /** Fields in which the kind itself looks for expressions; `all` when it does so in every one. */
  readonly late?: readonly string[] | 'all'
  /** The axes that its blocks know, as far as they are right. */
  readonly axes?: (written: SchemaNode) => readonly Omit<Variable, 'slot' | 'kind'>[]
}

/** An action that a step does as a part of it. */
export interface RecordedAction {
  readonly step: Step
  readonly peripheral: string
  readonly action: string
  readonly output: TSchema | undefined
}

/** What another file has for the step that includes it. */
export interface IncludedFile {
  readonly file: string
  readonly params: ReadonlyMap<string, ParamSlot & { readonly default: Value }>
  readonly steps: readonly Step[]
}

/** What a step is made with. Paths count from the step. */
export interface StepContext {
  readonly place: Place
  /** Where the number of the round is, of a loop. */
  readonly round: number | undefined
  /** Its own axes, as `axes` gave them. */
  readonly axes: readonly Variable[]
  /** The steps of a block; none when it is left out. */
  block(key: string): readonly Step[]
  has(key: string): boolean
  /** The expression at `path`, of this type if one is given; undefined when it is wrong, which is said. */
  expression(path: Path, text: string, type?: ValueType): Expression | undefined
  /** A text with expressions in braces. */
  text(path: Path, text: string): Text
  /** The parameter of that name; undefined when there is none, which is said. */
  param(path: Path, at: At, name: string): ParamSlot | undefined
  /** The axes of all loops around it, from the outermost. */
  readonly axesAround: readonly Variable[]
  /** What a name without `=` is: an action of the bench, something that has a value, or nothing known. */
  meaning(name: string): 'action' | 'value' | undefined
  /** The step that an action at `path` is; undefined when it is wrong, which is said. */
  action(path: Path, written: unknown): RecordedAction | undefined
  /** The stream of that name, which has these columns; undefined when it has others already, which is said. */
  stream(path: Path, name: string, columns: readonly Column[]): Stream | undefined
  /** The steps and parameters of another file; undefined when they are wrong, which is said. */
  include(path: Path, file: string, given: Readonly<Record<string, unknown>>): IncludedFile | undefined
  /** What is wrong with a pattern of times, if anything is. */
  timesFault(pattern: string, timezone: string | undefined): TimesFault | undefined
  /** Says that the plan may ask. @param needed Without an answer the plan fails. */
  asks(text: string, param: string | undefined, needed: boolean): void
  /** Says what is wrong. */
  refuse(path: Path, at: At, finding: Finding): undefined
  /** Says where a step will never be reached. */
  warn(path: Path, message: string, remedy: string): void
}

/** Where the published schema has what a list of steps is. */
export const STEPS_REF = '#/$defs/steps'

/** A field that is a list of steps. */
export function Steps(description: string): TUnsafe<readonly Step[]> {
  return Type.Unsafe<readonly Step[]>({ $ref: STEPS_REF, description })
}

/** A field that is an expression; `true` and `false` may stand without `=` where it is a condition. */
export function Condition(description: string): TUnsafe<string | boolean> {
  const anyOf = [{ type: 'string', pattern: '^=' }, { type: 'boolean' }]
  return Type.Unsafe<string | boolean>({ anyOf, description, examples: ['=air.read.temperature > 30'] })
}

/** The schema with anything in the place of its lists of steps. */
export function withoutBlocks(schema: TObject): TObject {
  const fields = Object.entries(schema.properties).map(([key, field]) => {
    if (!isSteps(field)) return [key, field]
    return [key, Type.IsOptional(field) ? Type.Optional(Type.Unknown()) : Type.Unknown()]
  })
  return Type.Object(Object.fromEntries(fields))
}

function isSteps(field: TSchema): boolean {
  return '$ref' in field && field.$ref === STEPS_REF
}

export function stepKind<F extends TProperties>(
  properties: F,
  options: KindOptions,
  make: (written: Parsed<TObject<F>>, context: StepContext) => Step | undefined,
): StepKind {
  const schema = Type.Object(properties)
  const blocks = Object.entries(properties).flatMap(([key, field]) => (isSteps(field) ? [key] : []))
  return { schema, fields: withoutBlocks(schema), blocks, options, make }
}
