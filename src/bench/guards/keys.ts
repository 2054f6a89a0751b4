/** What the configuration of every type with outputs may say besides its own: limits, conditions, and what holds after the end. */

import { type TObject, type TProperties, type TSchema, Type } from 'typebox'
import { Default, DurationSchema, OneOf, type Parsed } from '../schema.js'

const STATES = ['on', 'off', 'high', 'low'] as const
/** What a line must be: `on` and `off` are logical, `high` and `low` physical. */
export type LineState = (typeof STATES)[number]

/** The keys, which no type may have for something else. */
export const GUARD_KEYS = {
  maxOn: Type.Optional(
    DurationSchema({ description: 'Longest time that it may be on in one go; then it is off.', exclusiveMinimum: 0 }),
  ),
  minOff: Type.Optional(
    DurationSchema({
      description:
        'It must have been off so long before it goes on; the time before the bench was opened does not count.',
      exclusiveMinimum: 0,
    }),
  ),
  maxDuty: Type.Optional(
    Type.Number({
      description:
        'Largest part of the time that it may be on, from each time that it goes on to the next; and of PWM. ' +
        'With maxOn, it is taken to have been on for so long just before the bench was opened.',
      exclusiveMinimum: 0,
      maximum: 1,
    }),
  ),
  maxToggleRate: Type.Optional(
    Type.Number({ description: 'How often it may go on, the frequency of PWM too.', exclusiveMinimum: 0, unit: 'Hz' }),
  ),
  requires: Type.Optional(
    Type.Record(
      Type.String(),
      OneOf(STATES, { description: 'on and off are logical, high and low are levels on the line.' }),
      {
        description: 'It may be on only while these are so, by the names of peripherals or of their lines.',
        minProperties: 1,
      },
    ),
  ),
  hold: Default(
    Type.Union([OneOf(['exit', 'forever']), DurationSchema({ exclusiveMinimum: 0 })], {
      description:
        'For how long its safe state is held after the end of the program: exit lets go at once, forever never.',
    }),
    'exit',
  ),
} as const

export type GuardProperties = typeof GUARD_KEYS
export type GuardKey = keyof GuardProperties

/** The keys as checked; none of them where a type has no outputs. */
export type Guarding = Partial<Readonly<Parsed<TObject<GuardProperties>>>>

/** The configuration of a type, with the keys. */
export type WithGuards<C extends TSchema> = C extends TObject<infer P> ? TObject<P & GuardProperties> : never

/** @param properties The type's own, which have none of the keys. */
export function withGuards<P extends TProperties>({
  properties,
  ...options
}: TObject<P>): TObject<P & GuardProperties> {
  const { type: _, required: __, ...annotations } = options as Record<string, unknown>
  return Type.Object({ ...properties, ...GUARD_KEYS }, annotations)
}
