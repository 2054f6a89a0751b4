/**
 * One output whose duty cycle can be set, whoever makes the PWM: the driver on a line, or the PWM hardware through the
 * kernel, which works beside every driver. A line without PWM can stand in for it where on and off are enough.
 */

import { Type } from 'typebox'
import type { LineHandle } from '../../drivers/driver.js'
import { busName } from '../../drivers/open-bus.js'
import type { Occupied, OpenContext } from '../bench/definition.js'
import type { Refusal } from '../bench/problems.js'
import { Default, Line } from '../bench/schema.js'
import { PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'

const Chip = Default(Type.Integer({ minimum: 0, description: 'N of pwmchipN, which the channel belongs to.' }), 0)
const Channel = Type.Integer({
  minimum: 0,
  description: 'A channel of the PWM hardware, which works with every driver.',
})

/** For a configuration that names its output at the top: either a line, or a channel. */
export const pwmPlace = {
  line: Type.Optional(Line({ description: 'The line that the driver drives with PWM; it must be able to.' })),
  channel: Type.Optional(Channel),
  chip: Chip,
}

/** For a configuration with several outputs: each a line, or `{ channel, chip }`. */
export const PwmPin = Type.Union([Line(), Type.Object({ channel: Channel, chip: Chip })], {
  description: 'A line that the driver drives with PWM, or a channel of the PWM hardware: { channel: 0, chip: 0 }.',
})

/** Told when a driver has no PWM for a line. */
export const CHANNEL_INSTEAD =
  'Use a PWM channel of the hardware, which works with every driver: channel: 0, chip: 0 in the place of the line.'

/** Where an output is, as checked. */
export interface PwmPlace<L = number> {
  readonly line?: L | undefined
  readonly channel?: number | undefined
  readonly chip: number
}

/** The place of a checked `PwmPin`. */
export function placeOfPin<L extends number | string>(
  pin: L | { readonly channel: number; readonly chip: number },
): PwmPlace<L> {
  return typeof pin === 'object' ? pin : { line: pin, chip: 0 }
}

/** What a definition's `occupies` gives for an output: its channel, if that is what it is. */
export function occupiedChannel({ channel, chip }: PwmPlace<unknown>, path: readonly string[]): Occupied[] {
  return channel === undefined ? [] : [{ what: `${busName('pwm', chip)} channel ${channel}`, path: [...path] }]
}

/** Refuses a configuration with both a line and a channel at its top, or neither. */
export function refusePlace({ line, channel }: PwmPlace<unknown>): Refusal | undefined {
  if ((line === undefined) !== (channel === undefined)) return undefined
  return {
    path: [],
    message: line === undefined ? 'has neither a line nor a channel' : 'has both a line and a channel',
    remedy: 'Give one of them: "line" for PWM by the driver, or "channel" (and "chip") for the PWM hardware.',
  }
}

/** What an output really puts out, after the rounding of what makes it. */
export interface PwmReality {
  /** Part of the period that it is on, 0 to 1. */
  readonly duty: number
  /** In Hz; 0 when nobody makes PWM: the line is switched on and off only. */
  readonly frequency: number
}

export interface PwmOutput {
  /** Whether it has duties between 0 and 1. */
  readonly dims: boolean
  /**
   * Sets the duty cycle, 0 to 1 of on (logical). A steady level of a line (duty 0 or 1) is read back.
   * @param task Whose transaction of the bus it is; undefined in `safe` and `open`.
   * @throws ERR_UNSUPPORTED when the hardware cannot do this, ERR_IO, ERR_REVOKED
   */
  set(duty: number, task: TaskContext | undefined): Promise<PwmReality>
}

export interface PwmOptions {
  readonly place: PwmPlace
  /** In Hz. */
  readonly frequency: number
  readonly activeLow: boolean
  /** Duty from the opening on. */
  readonly initial: number
  /** False: a line is only switched, on at a duty of one half or more. Default true. */
  readonly pwm?: boolean | undefined
}

type Context = Pick<OpenContext<unknown>, 'name' | 'board' | 'buses'>

/**
 * Takes the output and puts out `initial`.
 * @throws ERR_UNSUPPORTED when the driver has no PWM, and what requesting a line or opening the PWM chip throws
 */
export async function openPwm(context: Context, options: PwmOptions): Promise<PwmOutput> {
  const { place, initial } = options
  const output = place.line === undefined ? await channelOutput(context, options) : await lineOutput(context, options)
  await output.set(initial, undefined)
  return output
}

async function lineOutput({ name, board }: Context, options: PwmOptions): Promise<PwmOutput> {
  const { place, frequency, activeLow, initial, pwm = true } = options
  if (pwm && board.capabilities.pwm.length === 0) throw noPwm(name, board.driver)
  const line = place.line as number
  const settings = { direction: 'output', activeLow, initial: initial >= 0.5 ? 1 : 0 } as const
  const handle = await board.request({ lines: [line], settings })
  return {
    dims: pwm,
    set: async duty => {
      const made = pwm ? requirePwm(name, handle)(line, { frequency, duty }) : switched(handle, duty)
      if (made.duty === 0 || made.duty === 1) readBack(name, handle, made.duty)
      return { duty: made.duty, frequency: made.frequency }
    },
  }
}

function requirePwm(name: string, handle: LineHandle): NonNullable<LineHandle['pwm']> {
  if (handle.pwm === undefined) throw noPwm(name, 'the driver')
  return handle.pwm.bind(handle)
}

function switched(handle: LineHandle, duty: number): PwmReality {
  const value = duty >= 0.5 ? 1 : 0
  handle.set(value)
  return { duty: value, frequency: 0 }
}

/** Of PWM itself nothing can be read back: the level is either. */
function readBack(name: string, handle: LineHandle, value: 0 | 1 | number): void {
  if (handle.get() === value) return
  throw new PiWorkerError('ERR_IO', `${name} does not read back that it is ${value === 0 ? 'off' : 'on'}`, {
    place: name,
    remedy: 'Something else drives the line, or it is shorted: cut the power of the load, then check the wiring.',
    details: { lines: handle.lines },
  })
}

async function channelOutput({ buses }: Context, options: PwmOptions): Promise<PwmOutput> {
  const { place, frequency, activeLow } = options
  const channel = place.channel as number
  const bus = await buses.pwm(place.chip)
  const periodNs = Math.round(1e9 / frequency)
  return {
    dims: true,
    set: async (duty, task) => {
      const made = await bus.transaction(task, pwm =>
        pwm.set(channel, {
          periodNs,
          dutyNs: Math.round(periodNs * duty),
          polarity: activeLow ? 'inversed' : 'normal',
        }),
      )
      return { duty: made.dutyNs / made.periodNs, frequency: 1e9 / made.periodNs }
    },
  }
}

function noPwm(name: string, driver: string): PiWorkerError {
  return new PiWorkerError('ERR_UNSUPPORTED', `${name} needs PWM on a line, which ${driver} cannot do`, {
    place: name,
    remedy:
      'Use a PWM channel of the hardware, which works with every driver: channel: 0, chip: 0 in the place of the ' +
      'line; or use --driver pigpio.',
    details: { peripheral: name, driver },
  })
}
