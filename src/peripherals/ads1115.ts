/**
 * An ADS1115, a converter of 16 bits with four inputs, on I²C (Texas Instruments SBAS444, sections 7.5 and 9.6). Each
 * reading is a conversion of its own: the chip sleeps in between, and is told everything anew each time.
 */

import { Type } from 'typebox'
import { busName, DEFAULT_BUS, formatAddress, type I2cBus, type I2cMessage } from '../../drivers/open-bus.js'
import type { PeripheralBus } from '../bench/bench-buses.js'
import { definePeripheral } from '../bench/definition.js'
import { Default } from '../bench/schema.js'
import { takesAbout } from '../bench/takes.js'
import type { TaskContext } from '../worker/attempt-context.js'
import { toMs } from '../worker/duration.js'
import {
  type AnalogInput,
  ChannelInput,
  type Chosen,
  chooseInput,
  NamedInput,
  namedValue,
  refuseChannel,
  refuseChannels,
} from './analog-input.js'
import { readAgreed } from './read-agreed.js'
import { Scenario } from './scenario.js'
import { Attempts, badReading, inAttempts } from './sensor-attempts.js'

/** What the multiplexer can be set to, by its code (section 9.6.3). */
const MUX: Readonly<Record<string, number>> = { '0-1': 0, '0-3': 1, '1-3': 2, '2-3': 3, 0: 4, 1: 5, 2: 6, 3: 7 }
const PAIRS = ['0-1', '0-3', '1-3', '2-3'] as const
const INPUTS = { count: 4, pairs: PAIRS }
/** Full scales of the amplifier in V, by their codes. */
const RANGES = [6.144, 4.096, 2.048, 1.024, 0.512, 0.256] as const
/** Conversions a second, by their codes. */
const RATES = [8, 16, 32, 64, 128, 250, 475, 860] as const

const CONVERSION = { register: 0, length: 2 } as const
const CONFIG = { register: 1, length: 2 } as const
/** Written, it starts a conversion; read, no conversion is under way. */
const OS = 0x8000
const SINGLE_SHOT = 0x0100
/**
 * The comparator is off, so that its latch bit does nothing: it is 0 after power-on, and tells a chip that was told
 * something from one that lost its supply since.
 */
const COMPARATOR_OFF = 0x0003
const MARK = 0x0004
const HIGHEST = 32_767
const LOWEST = -32_768
/** Conversions take up to a tenth longer or shorter than the rate says (section 7.5), and 25 µs to wake up. */
const TOLERANCE = 0.1
const WAKE_UP_MS = 0.025
/** Messages of one reading at 100 kHz, in ms. */
const BUS_MS = 7
/** How often the chip is asked whether it is ready, 1 ms apart, once the longest time is over. */
const LOOKS = 20
/** Of a conversion at 8 a second, and some more. */
const LONGEST_MS = 150
/** Until the next attempt, in ms. */
const PAUSE = 5

type Range = (typeof RANGES)[number]
type Rate = (typeof RATES)[number]

const RangeSchema = (description: string) =>
  Type.Unsafe<Range>({ type: 'number', enum: [...RANGES], description, unit: 'V' })

interface Ads1115 {
  readonly bus: PeripheralBus<I2cBus>
  readonly address: number
  /** `i2c-1 0x48` */
  readonly place: string
}

interface Conversion {
  readonly input: AnalogInput
  readonly range: Range
  readonly rate: Rate
}

export const ads1115 = definePeripheral({
  type: 'ads1115',
  part: 'ads1115',
  title: 'Analog inputs ADS1115',
  description: 'Four voltages, or the differences between two of them, with 16 bits.',
  config: Type.Object({
    bus: Default(Type.Integer({ description: 'Number of the I²C bus.', minimum: 0 }), DEFAULT_BUS.i2c),
    address: Default(
      Type.Integer({
        description: '0x48 to 0x4b, with the pin ADDR at ground, supply, SDA or SCL.',
        base: 16,
        minimum: 0x48,
        maximum: 0x4b,
      }),
      0x48,
    ),
    range: Default(
      RangeSchema('Full scale: the highest voltage, of either sign, that is told from higher ones.'),
      4.096,
    ),
    rate: Default(
      Type.Unsafe<Rate>({
        type: 'integer',
        enum: [...RATES],
        description: 'Conversions a second. A slower one is less noisy.',
        unit: 'Hz',
      }),
      128,
    ),
    channels: Default(
      Type.Record(
        Type.String(),
        Type.Intersect([
          NamedInput(INPUTS.count, PAIRS),
          Type.Object({ range: Type.Optional(RangeSchema('Full scale of this input.')) }),
        ]),
        {
          description: 'Names for inputs, with what is wired to them: { soil: { input: 0, unit: %, calibration: … } }.',
        },
      ),
      {},
    ),
  }),
  check: ({ channels }) => refuseChannels(channels, INPUTS),
  simulate: Type.Object({
    inputs: Type.Optional(
      Type.Object(
        Object.fromEntries(
          ['0', '1', '2', '3'].map(input => [input, Type.Optional(Scenario(`Voltage at input ${input}.`, 'V'))]),
        ),
      ),
    ),
  }),
  occupies: ({ bus, address }) => [{ what: placeOf(bus, address), path: ['address'] }],
  open: async ({ config, buses }) => {
    const { bus, address, channels, range, rate } = config
    const chip: Ads1115 = { bus: await buses.i2c(bus), address, place: placeOf(bus, address) }
    return { chip, channels, range, rate }
  },
  actions: {
    read: {
      title: 'Measure a voltage',
      description: 'Takes 1.3 ms at 860 a second, 138 ms at 8 a second, and 7 ms for the bus at 100 kHz.',
      effect: 'read',
      input: Type.Object({ channel: ChannelInput, attempts: Attempts }),
      output: Type.Object({
        volts: Type.Number({ description: 'Voltage at the input.', unit: 'V' }),
        value: Type.Optional(Type.Number({ description: 'What it means, of a channel with a name; in unit.' })),
        unit: Type.Optional(Type.String({ description: 'Unit of the value.' })),
      }),
      check: ({ channels }, { channel }) => refuseChannel(channel, channels, INPUTS),
      takes: ({ rate }) => takesAbout(conversionMs(rate) + BUS_MS),
      run: async ({ chip, channels, range, rate }, { channel, attempts }, task) => {
        const { input, named } = chooseInput(channel, channels, INPUTS) as Chosen<(typeof channels)[string]>
        const conversion = { input, range: named?.range ?? range, rate }
        const raw = await inAttempts(task, { attempts, pause: PAUSE }, () => convert(chip, conversion, task))
        // Asking again would not help, so this is no attempt.
        if (raw === HIGHEST || raw === LOWEST) throw saturated(chip.place, conversion, raw)
        const volts = (raw * conversion.range) / -LOWEST
        return { volts, ...namedValue(volts, named) }
      },
    },
  },
})

/** The longest that a conversion takes, in ms. */
function conversionMs(rate: number): number {
  return (1000 / rate) * (1 + TOLERANCE) + WAKE_UP_MS
}

/** One conversion, as the chip gives it. @throws ERR_BAD_READING, and what a transaction throws */
async function convert(chip: Ads1115, conversion: Conversion, task: TaskContext): Promise<number> {
  const { bus, address, place } = chip
  const { input, range, rate } = conversion
  const config =
    (MUX[input]! << 12) |
    (RANGES.indexOf(range) << 9) |
    SINGLE_SHOT |
    (RATES.indexOf(rate) << 5) |
    MARK |
    COMPARATOR_OFF
  await whenIdle(chip, task)
  const nominalMs = 1000 / rate
  await bus.transaction(task, async i2c => {
    const began = task.clock.now()
    const [, echo] = await i2c.transfer(address, [write(config | OS), { kind: 'readBlock', ...CONFIG }])
    const taken = word(echo!)
    // Ready sooner than any conversion can be: it never began, and the value is an old one.
    const lost = (taken & OS) !== 0 && toMs(task.clock.now() - began) < nominalMs * (1 - TOLERANCE)
    if ((taken & ~OS) === config && !lost) return
    throw badReading(place, 'it did not take what it was told', 'incomplete')
  })
  await task.sleep(conversionMs(rate))
  for (let look = 0; look < LOOKS; look++) {
    // The configuration once more after the value: in between nothing may have been lost.
    const [before, value, after] = await bus.transaction(task, i2c =>
      readAgreed(i2c, address, place, [CONFIG, CONVERSION, CONFIG]),
    )
    if ((word(before!) & ~OS) !== config || (word(after!) & ~OS) !== config) {
      throw badReading(place, 'it lost its supply while it measured', 'incomplete')
    }
    if ((word(before!) & OS) !== 0) return signed(word(value!))
    await task.sleep(1)
  }
  throw stillMeasuring(place)
}

/**
 * Waits for a conversion that a task before began and did not wait for: the next one would not begin, and its value
 * would be taken for that of another input. Conversions without end, which another program began, are stopped.
 */
async function whenIdle({ bus, address, place }: Ads1115, task: TaskContext): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    const config = await bus.transaction(task, async i2c => {
      const [bytes] = await readAgreed(i2c, address, place, [CONFIG])
      const found = word(bytes!)
      if ((found & SINGLE_SHOT) === 0) await i2c.transfer(address, [write((found & ~OS) | SINGLE_SHOT)])
      return found
    })
    if ((config & OS) !== 0 && (config & SINGLE_SHOT) !== 0) return
    await task.sleep(LONGEST_MS / LOOKS)
  }
  throw stillMeasuring(place)
}

function stillMeasuring(place: string): Error {
  return badReading(place, 'it is still measuring when the longest time is over', 'incomplete')
}

function write(config: number): I2cMessage {
  return { kind: 'writeBlock', register: CONFIG.register, bytes: Uint8Array.of(config >> 8, config & 0xff) }
}

function saturated(place: string, { input, range }: Conversion, raw: number): Error {
  const sign = raw === HIGHEST ? '' : '-'
  const larger = RANGES.filter(other => other > range)
  return badReading(
    place,
    `input ${input} is at the end of its range, ${sign}${range} V, or beyond`,
    'range',
    larger.length === 0
      ? 'Divide the voltage before the input.'
      : `Use a larger range, such as ${larger.at(-1)} V, or divide the voltage before the input.`,
  )
}

/** The high byte comes first. */
function word([high = 0, low = 0]: Uint8Array): number {
  return (high << 8) | low
}

function signed(value: number): number {
  return value > HIGHEST ? value + 2 * LOWEST : value
}

function placeOf(bus: number, address: number): string {
  return `${busName('i2c', bus)} ${formatAddress(address)}`
}
