/** A PCA9685: sixteen channels of PWM on I²C, for servos and lamps. */

import { Type } from 'typebox'
import { busName, DEFAULT_BUS, formatAddress } from '../../drivers/open-bus.js'
import { definePeripheral } from '../bench/definition.js'
import type { Refusal } from '../bench/problems.js'
import { Default, DurationSchema, OneOf } from '../bench/schema.js'
import { takesAbout } from '../bench/takes.js'
import { PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import { Pca9685Chip } from './pca9685-chip.js'
import {
  ALL_OFF_MESSAGE,
  CHANNELS,
  channelSteps,
  frequencyRange,
  INVERTED,
  OSCILLATOR_HZ,
  prescaleFor,
  STEPS,
  stepMs,
  TOTEM_POLE,
} from './pca9685-registers.js'
import { showPulse } from './servo-scale.js'

/** The address to which every PCA9685 answers after power-on. */
const ALL_CALL = 0x70

interface Pca9685 {
  readonly name: string
  readonly chip: Pca9685Chip
  /** Time of one of the 4096 steps, in ms. */
  readonly stepMs: number
}

const Channel = Type.Integer({ description: 'Which output.', minimum: 0, maximum: CHANNELS - 1 })
const State = Type.Object({
  channel: Channel,
  duty: Type.Number({ description: 'Share of the time that it is on, 0 to 1, as the chip has it.' }),
  pulseWidth: Type.Number({ description: 'How long it is on in each period, as the chip has it.', unit: 'ms' }),
  restarted: Type.Boolean({
    description: 'The chip had lost its supply: it was set up anew, and all other channels are off.',
  }),
})

/** What the messages take at 100 kHz: its mode, three copies of what is there before and after, and what is written. */
const ONE_CHANNEL_MS = 7
const ALL_CHANNELS_MS = 23

export const pca9685 = definePeripheral({
  type: 'pca9685',
  part: 'pca9685',
  title: 'PWM outputs PCA9685',
  description: 'Sixteen outputs with one frequency, 12 bits each: servos, lamps, the power switches of motors.',
  config: Type.Object({
    bus: Default(Type.Integer({ description: 'Number of the I²C bus.', minimum: 0 }), DEFAULT_BUS.i2c),
    address: Default(
      Type.Integer({
        description: '0x40 to 0x77, by the pins A0 to A5, but not 0x70, which stands for all of them.',
        base: 16,
        minimum: 0x40,
        maximum: 0x77,
        not: { const: ALL_CALL },
      }),
      0x40,
    ),
    frequency: Default(
      Type.Number({
        description: 'Of all channels; the chip takes the nearest that it has. Servos want 50.',
        minimum: 20,
        maximum: 3100,
        unit: 'Hz',
      }),
      50,
    ),
    oscillator: Default(
      Type.Number({
        description: 'The oscillator of the chip: measure a long pulse to know how far it is off.',
        minimum: 20e6,
        maximum: 50e6,
        unit: 'Hz',
      }),
      OSCILLATOR_HZ,
    ),
    inverted: Default(Type.Boolean({ description: 'On is low: for a switch to ground outside.' }), false),
    drive: Default(
      OneOf(['push-pull', 'open-drain'], { description: 'open-drain only pulls low, for lamps at another supply.' }),
      'push-pull',
    ),
    servo: Default(
      Type.Object({
        min: Default(DurationSchema({ description: 'Shortest pulse of a servo.', minimum: 0.1, maximum: 20 }), '1ms'),
        max: Default(DurationSchema({ description: 'Longest pulse of a servo.', minimum: 0.1, maximum: 20 }), '2ms'),
      }),
      {},
    ),
  }),
  check: ({ frequency, oscillator, servo: { min, max } }) => {
    if (prescaleFor(frequency, oscillator) === undefined) {
      const { lowest, highest } = frequencyRange(oscillator)
      const message = `must be from ${Math.ceil(lowest)} Hz to ${Math.floor(highest)} Hz, not ${frequency} Hz`
      const remedy = `Give one of these: of an oscillator of ${oscillator} Hz the chip makes no others.`
      return { path: ['frequency'], message, remedy }
    }
    if (min < max) return undefined
    const remedy = 'Give the shortest and the longest pulse: { min: 1ms, max: 2ms }.'
    return {
      path: ['servo', 'min'],
      message: `must be less than max, which is ${showPulse(max)}, not ${showPulse(min)}`,
      remedy,
    }
  },
  simulate: Type.Object({}),
  occupies: ({ bus, address }) => [{ what: placeOf(bus, address), path: ['address'] }],
  outputs: ({ bus, address }) => ({ lines: [], i2c: [{ bus, address, bytes: ALL_OFF_MESSAGE }] }),
  open: async ({ name, config, buses, clock }): Promise<Pca9685> => {
    const { bus, address, frequency, oscillator, inverted, drive } = config
    const prescale = prescaleFor(frequency, oscillator) as number
    const mode2 = (inverted ? INVERTED : 0) | (drive === 'push-pull' ? TOTEM_POLE : 0)
    const settings = { address, place: placeOf(bus, address), prescale, mode2 }
    const chip = new Pca9685Chip(await buses.i2c(bus), clock, settings)
    await chip.allOff()
    return { name, chip, stepMs: stepMs(prescale, oscillator) }
  },
  actions: {
    set: {
      title: 'Set the duty of a channel',
      effect: 'idempotent',
      input: Type.Object({
        channel: Channel,
        duty: Type.Number({ description: 'Share of the time that it is on.', minimum: 0, maximum: 1 }),
      }),
      output: State,
      takes: () => takesAbout(ONE_CHANNEL_MS),
      run: (device, { channel, duty }, task) => setSteps(device, channel, Math.round(duty * STEPS), task),
    },
    servo: {
      title: 'Set the pulse of a servo',
      effect: 'idempotent',
      input: Type.Object({
        channel: Channel,
        pulseWidth: DurationSchema({ description: 'How long each pulse is.', exclusiveMinimum: 0, maximum: 20 }),
      }),
      output: State,
      check: (config, { pulseWidth }) => refusePulse(config, pulseWidth),
      takes: () => takesAbout(ONE_CHANNEL_MS),
      run: (device, { channel, pulseWidth }, task) =>
        setSteps(device, channel, Math.round(pulseWidth / device.stepMs), task),
    },
    off: {
      title: 'Switch a channel off',
      effect: 'idempotent',
      input: Type.Object({ channel: Channel }),
      output: State,
      takes: () => takesAbout(ONE_CHANNEL_MS),
      run: (device, { channel }, task) => setSteps(device, channel, 0, task),
    },
    allOff: {
      title: 'Switch all channels off',
      effect: 'idempotent',
      takes: () => takesAbout(ALL_CHANNELS_MS),
      run: ({ chip }, _input, task) => chip.allOff(task),
    },
    state: {
      title: 'Read what the channels do',
      effect: 'read',
      output: Type.Object({
        frequency: Type.Number({ description: 'Of all channels, as the chip makes it.', unit: 'Hz' }),
        channels: Type.Array(State),
      }),
      takes: () => takesAbout(ALL_CHANNELS_MS),
      run: async ({ chip, stepMs }, _input, task) => {
        const before = chip.restarts
        const channels = await chip.channels(task)
        const restarted = chip.restarts > before
        return {
          frequency: 1000 / (STEPS * stepMs),
          channels: channels.map((bytes, channel) => stateOf(channel, channelSteps(bytes), stepMs, restarted)),
        }
      },
    },
  },
  safe: async ({ name, chip }) => {
    try {
      await chip.allOff()
    } catch (cause) {
      throw new PiWorkerError('ERR_NOT_SAFE', `the channels of ${name} could not be seen to be off`, {
        place: name,
        remedy: 'Cut the power of what it drives, then check the supply and the wiring of the chip.',
        cause,
      })
    }
  },
})

async function setSteps({ chip, stepMs }: Pca9685, channel: number, steps: number, task: TaskContext) {
  const before = chip.restarts
  await chip.set(task, channel, steps)
  return stateOf(channel, steps, stepMs, chip.restarts > before)
}

function stateOf(channel: number, steps: number, stepMs: number, restarted: boolean) {
  return { channel, duty: steps / STEPS, pulseWidth: steps * stepMs, restarted }
}

interface ServoPulses {
  readonly frequency: number
  readonly oscillator: number
  readonly servo: { readonly min: number; readonly max: number }
}

function refusePulse({ frequency, oscillator, servo }: ServoPulses, pulseWidth: number): Refusal | undefined {
  const path = ['pulseWidth']
  if (pulseWidth < servo.min || pulseWidth > servo.max) {
    const message = `must be from ${showPulse(servo.min)} to ${showPulse(servo.max)}, not ${showPulse(pulseWidth)}`
    const remedy = 'Stay within the limits, or change them in its configuration: servo.min, servo.max.'
    return { path, message, remedy }
  }
  const step = stepMs(prescaleFor(frequency, oscillator) as number, oscillator)
  if (Math.round(pulseWidth / step) < STEPS) return undefined
  const message = `must be less than the period, which is ${(STEPS * step).toFixed(3)} ms, not ${showPulse(pulseWidth)}`
  return { path, message, remedy: 'Give a shorter pulse, or a lower frequency in its configuration.' }
}

function placeOf(bus: number, address: number): string {
  return `${busName('i2c', bus)} ${formatAddress(address)}`
}
