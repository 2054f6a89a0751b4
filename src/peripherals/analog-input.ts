/** The inputs of analog-to-digital converters: which is meant, and what is wired to it. */

import { type Static, Type } from 'typebox'
import type { Refusal } from '../bench/problems.js'
import { OneOf } from '../bench/schema.js'
import { show } from '../bench/wording.js'
import { nearest } from '../nearest.js'
import { Calibration, calibrate, refuseCalibration } from './calibration.js'

/** One input against ground by its number, or the voltage between two: `0-1` is that of 0 above that of 1. */
export type AnalogInput = number | `${number}-${number}`

/** The inputs that a converter has. */
export interface AnalogInputs {
  /** How many; they are numbered from 0. */
  readonly count: number
  readonly pairs: readonly AnalogInput[]
}

/** The schema of an input with what is wired to it, as the configuration names it. */
export function NamedInput(count: number, pairs: readonly `${number}-${number}`[]) {
  return Type.Object({
    input: Type.Union([Type.Integer({ minimum: 0, maximum: count - 1 }), OneOf(pairs)], {
      description: 'An input against ground by its number, or two for the voltage between them: 0-1.',
    }),
    unit: Type.Optional(
      Type.String({ description: 'Unit of the value that the calibration gives. Default V.', minLength: 1 }),
    ),
    calibration: Type.Optional(Calibration),
  })
}

/** See the schema of the same name. */
export type NamedInput = Static<ReturnType<typeof NamedInput>>

/** Names begin with a letter, so that none looks like an input. */
export const INPUT_NAME = /^[A-Za-z][A-Za-z0-9_-]*$/

/** What an action is told. */
export const ChannelInput = Type.Union([Type.Integer({ minimum: 0 }), Type.String({ minLength: 1 })], {
  description: 'A name from channels, an input by its number, or two for the voltage between them: 0-1.',
})

/** An input that there is. */
export interface Chosen<N extends NamedInput> {
  readonly input: AnalogInput
  /** What the configuration says of it, when it was asked for by its name. */
  readonly named: N | undefined
}

/** What the schema of the configuration cannot say of its `channels`. */
export function refuseChannels(
  channels: Readonly<Record<string, NamedInput>>,
  { count, pairs }: AnalogInputs,
): Refusal | undefined {
  for (const [name, { input, calibration }] of Object.entries(channels)) {
    const path = ['channels', name]
    if (!INPUT_NAME.test(name)) {
      const remedy = 'Begin with a letter, then letters, digits, _ and -: soil.'
      return { path, message: 'is no name for an input', remedy }
    }
    if (typeof input === 'number' ? input >= count : !pairs.includes(input)) {
      const remedy = `Use 0 to ${count - 1}, or one of ${pairs.join(', ')}.`
      return { path: [...path, 'input'], message: `must be an input of the chip, not ${show(input)}`, remedy }
    }
    const refusal = refuseCalibration(calibration, [...path, 'calibration'])
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** What is wrong with the `channel` that an action was told. */
export function refuseChannel(
  channel: number | string,
  channels: Readonly<Record<string, NamedInput>>,
  inputs: AnalogInputs,
): Refusal | undefined {
  if (chooseInput(channel, channels, inputs) !== undefined) return undefined
  const names = Object.keys(channels)
  const known = [...names, `0 to ${inputs.count - 1}`, ...inputs.pairs.map(String)]
  const close = typeof channel === 'string' ? nearest(channel, names) : undefined
  return {
    path: ['channel'],
    message: `must be one of its channels, not ${show(channel)}`,
    remedy: close === undefined ? `Use one of ${known.join(', ')}.` : `Write ${close} if that was meant.`,
  }
}

/** The input that an action means; undefined when there is none such. */
export function chooseInput<N extends NamedInput>(
  channel: number | string,
  channels: Readonly<Record<string, N>>,
  { count, pairs }: AnalogInputs,
): Chosen<N> | undefined {
  if (typeof channel === 'string' && Object.hasOwn(channels, channel)) {
    const named = channels[channel] as N
    return { input: named.input, named }
  }
  if (typeof channel === 'number' && channel < count) return { input: channel, named: undefined }
  const pair = pairs.find(known => known === channel)
  return pair === undefined ? undefined : { input: pair, named: undefined }
}

/** What was measured, in the unit of what is wired to a named input. */
export function namedValue(volts: number, named: NamedInput | undefined): { value?: number; unit?: string } {
  if (named === undefined) return {}
  return { value: calibrate(volts, named.calibration), unit: named.unit ?? 'V' }
}
