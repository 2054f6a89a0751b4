/**
 * The kinds of steps besides actions, one entry each: what may be written, and what it becomes. The check of plan files
 * and their published schema both follow from this table.
 */

import { type TObject, type TProperties, type TSchema, type TUnsafe, Type } from 'typebox'
import { DurationSchema, type Parsed } from '../bench/schema.js'
import type { Place } from './place.js'
import type { Step } from './plan.js'

/** A kind of step. It is known by its word, the key that the table has it under. */
export interface StepKind {
  readonly schema: TObject
  /** The same with anything in the place of its blocks, which are checked step by step. */
  readonly fields: TObject
  /** The fields that are lists of steps. */
  readonly blocks: readonly string[]
  /** `written` is checked: durations in ms, blocks made into steps. */
  readonly make: (written: never, place: Place) => Step
}

/** Where the published schema has what a list of steps is. */
export const STEPS_REF = '#/$defs/steps'

/** A field that is a list of steps. */
export function Steps(description: string): TUnsafe<readonly Step[]> {
  return Type.Unsafe<readonly Step[]>({ $ref: STEPS_REF, description })
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

function stepKind<F extends TProperties>(
  properties: F,
  make: (written: Parsed<TObject<F>>, place: Place) => Step,
): StepKind {
  const schema = Type.Object(properties)
  const blocks = Object.entries(properties).flatMap(([key, field]) => (isSteps(field) ? [key] : []))
  return { schema, fields: withoutBlocks(schema), blocks, make }
}

/** By the word that makes a step one of them. */
export const stepKinds: ReadonlyMap<string, StepKind> = new Map([
  [
    'wait',
    stepKind(
      { wait: DurationSchema({ title: 'Wait', description: 'How long nothing is started.' }) },
      ({ wait }, place) => ({ kind: 'wait', ms: wait, place }),
    ),
  ],
  [
    'repeat',
    stepKind(
      {
        repeat: Type.Integer({ minimum: 1, title: 'Repeat', description: 'How many rounds.' }),
        every: Type.Optional(
          DurationSchema({
            title: 'Every',
            description: 'From the start of one round to the start of the next. Without it, rounds follow each other.',
          }),
        ),
        do: Steps('The steps of each round.'),
      },
      (written, place) => ({
        kind: 'repeat',
        count: written.repeat,
        everyMs: written.every,
        steps: written.do,
        place,
      }),
    ),
  ],
  [
    'parallel',
    stepKind({ parallel: Steps('Steps that start together; it is over when all of them are.') }, (written, place) => ({
      kind: 'parallel',
      branches: written.parallel,
      place,
    })),
  ],
])
