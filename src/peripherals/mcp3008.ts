/**
 * An MCP3008 or one of its kin, analog-to-digital converters on SPI: MCP3004 and MCP3008 of 10 bits (Microchip
 * DS21295D, sections 5 and 6.1), MCP3204 and MCP3208 of 12 bits (DS21298E). Every transfer is a conversion of its own.
 */

import { Type } from 'typebox'
import { busName, DEFAULT_BUS, type Leased, type SpiBus, type SpiSettings } from '../../drivers/open-bus.js'
import type { PeripheralBus } from '../bench/bench-buses.js'
import { definePeripheral } from '../bench/definition.js'
import { Default, OneOf } from '../bench/schema.js'
import { takesAbout } from '../bench/takes.js'
import { PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import {
  type AnalogInput,
  type AnalogInputs,
  ChannelInput,
  type Chosen,
  chooseInput,
  NamedInput,
  namedValue,
  refuseChannel,
  refuseChannels,
} from './analog-input.js'
import { decodeReply, encodeRequest } from './mcp3008-frame.js'
import { Scenario } from './scenario.js'
import { Attempts, badReading, inAttempts } from './sensor-attempts.js'

const CHIPS = {
  mcp3004: { bits: 10, count: 4 },
  mcp3008: { bits: 10, count: 8 },
  mcp3204: { bits: 12, count: 4 },
  mcp3208: { bits: 12, count: 8 },
} as const
const PAIRS = ['0-1', '1-0', '2-3', '3-2', '4-5', '5-4', '6-7', '7-6'] as const
/** How many values have to agree, in how many transfers at most; an odd number, so that there is a middle one. */
const QUORUM = 3
const TRANSFERS = 12
/** Clocks of a transfer, at most. */
const TRANSFER_BITS = 40
/** How far they may be apart, as a share of the full scale: more than the noise of a common circuit. */
const NEAR = 1 / 64
/** Until the next attempt, in ms. */
const PAUSE = 1

interface Mcp3008 {
  readonly bus: PeripheralBus<SpiBus>
  readonly settings: SpiSettings
  readonly bits: number
  /** `spi0 chip select 0` */
  readonly place: string
  readonly inputs: AnalogInputs
  /** Whether a chip whose inputs are all at ground is believed. */
  readonly grounded: boolean
}

export const mcp3008 = definePeripheral({
  type: 'mcp3008',
  part: 'mcp3008',
  title: 'Analog inputs MCP3008',
  description: 'Four or eight voltages between ground and a reference, with 10 or 12 bits.',
  config: Type.Object({
    chip: Default(OneOf(['mcp3004', 'mcp3008', 'mcp3204', 'mcp3208'], { description: 'Which one it is.' }), 'mcp3008'),
    bus: Default(Type.Integer({ description: 'Number of the SPI bus.', minimum: 0 }), DEFAULT_BUS.spi),
    cs: Default(Type.Integer({ description: 'Chip select that it is on.', minimum: 0, maximum: 255 }), 0),
    speed: Default(
      Type.Integer({
        description: 'Clock. The chip can do 1.35 MHz at 2.7 V and 3.6 MHz at 5 V (12 bits: 1 and 2 MHz).',
        minimum: 10_000,
        maximum: 3_600_000,
        unit: 'Hz',
      }),
      1_000_000,
    ),
    vref: Default(
      Type.Number({
        description: 'Voltage at the pin VREF, to which the inputs are compared.',
        exclusiveMinimum: 0,
        maximum: 7,
        unit: 'V',
      }),
      3.3,
    ),
    allZero: Default(
      OneOf(['refuse', 'believe'], {
        description:
          'When every input reads 0: a chip that is not there looks the same on a data line with a pull-down, as a Pi has. believe when all inputs may be at ground.',
      }),
      'refuse',
    ),
    channels: Default(
      Type.Record(Type.String(), NamedInput(8, PAIRS), {
        description: 'Names for inputs, with what is wired to them: { light: { input: 0, unit: lx, calibration: … } }.',
      }),
      {},
    ),
  }),
  check: config => refuseChannels(config.channels, inputsOf(config)),
  simulate: Type.Object({
    inputs: Type.Optional(
      Type.Object(
        Object.fromEntries(
          Array.from({ length: 8 }, (_, input) => [
            String(input),
            Type.Optional(Scenario(`Voltage at input ${input}.`, 'V')),
          ]),
        ),
      ),
    ),
  }),
  occupies: ({ bus, cs }) => [{ what: placeOf(bus, cs), path: ['cs'] }],
  open: async ({ config, buses }) => {
    const { bus, cs, speed, vref, channels, allZero } = config
    const chip: Mcp3008 = {
      bus: await buses.spi(bus),
      settings: { cs, speedHz: speed, mode: 0 },
      bits: CHIPS[config.chip].bits,
      place: placeOf(bus, cs),
      inputs: inputsOf(config),
      grounded: allZero === 'believe',
    }
    return { chip, vref, channels }
  },
  actions: {
    read: {
      title: 'Measure a voltage',
      effect: 'read',
      input: Type.Object({ channel: ChannelInput, attempts: Attempts }),
      output: Type.Object({
        ratio: Type.Number({ description: 'Share of the reference; the highest stands for all that is above it too.' }),
        volts: Type.Number({ description: 'Voltage at the input.', unit: 'V' }),
        value: Type.Optional(Type.Number({ description: 'What it means, of a channel with a name; in unit.' })),
        unit: Type.Optional(Type.String({ description: 'Unit of the value.' })),
      }),
      check: (config, { channel }) => refuseChannel(channel, config.channels, inputsOf(config)),
      takes: ({ speed }) => takesAbout((QUORUM * TRANSFER_BITS * 1000) / speed),
      run: async ({ chip, vref, channels }, { channel, attempts }, task) => {
        const { input, named } = chooseInput(channel, channels, chip.inputs) as Chosen<NamedInput>
        const steps = await inAttempts(task, { attempts, pause: PAUSE }, () => convert(chip, input, task))
        const ratio = steps / 2 ** chip.bits
        const volts = ratio * vref
        return { ratio, volts, ...namedValue(volts, named) }
      },
    },
  },
})

/** @throws ERR_NO_DEVICE, ERR_BAD_READING (checksum), and what a transaction throws */
async function convert(chip: Mcp3008, input: AnalogInput, task: TaskContext): Promise<number> {
  return await chip.bus.transaction(task, async spi => {
    const steps = await agreed(chip, spi, input)
    return steps > 0 || chip.grounded ? steps : await confirmZero(chip, spi, input)
  })
}

/**
 * Zero is also what a line without a chip reads. So some input that is not at ground has to show before and after it
 * that the chip is there.
 */
async function confirmZero(chip: Mcp3008, spi: Leased<SpiBus>, input: AnalogInput): Promise<number> {
  for (let witness = 0; witness < chip.inputs.count; witness++) {
    if (witness === input || (await agreed(chip, spi, witness)) === 0) continue
    const steps = await agreed(chip, spi, input)
    if (steps > 0 || (await agreed(chip, spi, witness)) > 0) return steps
  }
  throw new PiWorkerError('ERR_NO_DEVICE', `${chip.place}: every input reads 0, as if no chip were there`, {
    place: chip.place,
    remedy: 'Check the power and the wiring of the chip. If all its inputs may be at ground, set allZero: believe.',
    details: { input },
  })
}

/**
 * Converts until several values agree, and gives the middle one: the chip does not say which input it was asked for, so
 * that a bit that was flipped on the way to it shows only in a value unlike the others.
 */
async function agreed({ bits, place, settings }: Mcp3008, spi: Leased<SpiBus>, input: AnalogInput): Promise<number> {
  const request = encodeRequest(input, bits)
  const near = 2 ** bits * NEAR
  const values: number[] = []
  let floating = 0
  for (let transfer = 0; transfer < TRANSFERS; transfer++) {
    const reply = decodeReply(await spi.transfer(request, settings), bits)
    if (reply.kind === 'floating') floating++
    if (reply.kind !== 'value') continue
    values.push(reply.steps)
    values.sort((a, b) => a - b)
    const first = values.findIndex((value, index) => values[index + QUORUM - 1]! - value <= near)
    if (first !== -1) return values[first + (QUORUM - 1) / 2] as number
  }
  if (floating < TRANSFERS) throw badReading(place, 'what it sends does not agree with itself', 'checksum')
  throw new PiWorkerError('ERR_NO_DEVICE', `${place}: nothing pulls the data line low`, {
    place,
    remedy: 'Check the power and the wiring of the chip, and its chip select.',
  })
}

function inputsOf({ chip }: { readonly chip: keyof typeof CHIPS }): AnalogInputs {
  const { count } = CHIPS[chip]
  return { count, pairs: PAIRS.slice(0, count) }
}

function placeOf(bus: number, cs: number): string {
  return `${busName('spi', bus)} chip select ${cs}`
}
