/** The inputs of analog-to-digital converters: which is meant, and what is wired to it. */

import { type Static, Type } from 'typebox'
import { OneOf } from '../bench/schema.js'
import { PiWorkerError } from '../errors.js'
import { nearest } from '../nearest.js'
import { Calibration, calibrate, checkCalibration } from './calibration.js'

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

/**
 * What the schema of the configuration cannot say.
 * @param place The peripheral's name.
 * @throws ERR_BAD_CONFIG
 */
export function checkNamedInputs(
  channels: Readonly<Record<string, NamedInput>>,
  { count, pairs }: AnalogInputs,
  place: string,
): void {
  for (const [name, { input, calibration }] of Object.entries(channels)) {
    const at = `${place}.channels.${name}`
    if (!INPUT_NAME.test(name)) {
      const remedy = 'Begin with a letter, then letters, digits, _ and -: soil.'
      throw new PiWorkerError('ERR_BAD_CONFIG', `${at}: that is no name for an input`, { place: at, remedy })
    }
    if (typeof input === 'number' ? input >= count : !pairs.includes(input)) {
      const remedy = `Use 0 to ${count - 1}, or one of ${pairs.join(', ')}.`
      throw new PiWorkerError('ERR_BAD_CONFIG', `${at}.input: there is no input ${input}`, { place: at, remedy })
    }
    checkCalibration(calibration, `${at}.calibration`)
  }
}

/**
 * The input that an action means.
 * @param place The action: `adc.read`.
 * @throws ERR_BAD_INPUT
 */
export function chooseInput<N extends NamedInput>(
  channel: number | string,
  channels: Readonly<Record<string, N>>,
  { count, pairs }: AnalogInputs,
  place: string,
): Chosen<N> {
  if (typeof channel === 'string' && Object.hasOwn(channels, channel)) {
    const named = channels[channel] as N
    return { input: named.input, named }
  }
  if (typeof channel === 'number' && channel < count) return { input: channel, named: undefined }
  const pair = pairs.find(known => known === channel)
  if (pair !== undefined) return { input: pair, named: undefined }
  const names = Object.keys(channels)
  const known = [...names, `0 to ${count - 1}`, ...pairs.map(String)]
  const close = typeof channel === 'string' ? nearest(channel, names) : undefined
  throw new PiWorkerError('ERR_BAD_INPUT', `${place}: there is no channel ${channel}`, {
    place,
    remedy: close === undefined ? `Use one of ${known.join(', ')}.` : `Write ${close} if that was meant.`,
    details: { channel },
  })
}

/** What was measured, in the unit of what is wired to a named input. */
export function namedValue(volts: number, named: NamedInput | undefined): { value?: number; unit?: string } {
  if (named === undefined) return {}
  return { value: calibrate(volts, named.calibration), unit: named.unit ?? 'V' }
}
