/**
 * A BME280 or BMP280 on I²C: its registers, one measurement at a time in forced mode (BST-BME280-DS002, sections 3.3.3,
 * 5.3, 5.4 and 9.1; BST-BMP280-DS001). What it was told and trimmed to is checked with every measurement, since a
 * sensor that lost its supply, or was replaced, answers as if nothing had been.
 */

import type { I2cBus, I2cMessage, Leased } from '../../drivers/open-bus.js'
import type { PeripheralBus } from '../bench/bench-buses.js'
import { PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import { toMs } from '../worker/duration.js'
import {
  type Coefficients,
  compensate,
  FIRST_COEFFICIENTS,
  HUMIDITY_COEFFICIENTS,
  type Measurement,
  parseCoefficients,
} from './bme280-compensation.js'
import { readAgreed } from './read-agreed.js'
import { badReading } from './sensor-attempts.js'

/** How many samples make one value; 0 leaves it out. */
export type Oversampling = 0 | 1 | 2 | 4 | 8 | 16

export interface Bme280Settings {
  readonly address: number
  /** `i2c-1 0x76` */
  readonly place: string
  readonly temperature: Exclude<Oversampling, 0>
  readonly pressure: Oversampling
  readonly humidity: Oversampling
}

const ID = 0xd0
const RESET = 0xe0
const CTRL_HUM = 0xf2
const STATUS = 0xf3
const CTRL_MEAS = 0xf4
const CONFIG = 0xf5

/** What the id register says. 0x56 and 0x57 are samples of the BMP280. */
const CHIPS: Readonly<Record<number, 'bme280' | 'bmp280'>> = {
  96: 'bme280',
  88: 'bmp280',
  87: 'bmp280',
  86: 'bmp280',
}
const RESET_WORD = 0xb6
/** Until it answers after a reset, in ms. */
const START_UP_MS = 2
const MEASURING = 0x08
const COPYING = 0x01
const MODE = 0x03
const FORCED = 0x01
/**
 * The standby time of normal mode, which forced mode does not use: it is 0 after power-on, so that this tells a sensor
 * that was set up here from one that lost its supply since.
 */
const MARK = 0x20
/** Temperature, pressure or humidity that was not measured. */
const SKIPPED = 0x80000
const SKIPPED_HUMIDITY = 0x8000
/** Registers from CTRL_HUM to CONFIG. */
const CONTROL = { register: CTRL_HUM, length: 4 } as const
const DATA = { register: 0xf7, length: 8 } as const
const DATA_BMP280 = { register: 0xf7, length: 6 } as const
/** How often the status is looked at, 1 ms apart, once the longest time of a measurement is over. */
const LOOKS = 20

export class Bme280Chip {
  readonly #bus: PeripheralBus<I2cBus>
  readonly #settings: Bme280Settings
  /** Undefined until it is set up, and when it has to be again. */
  #coefficients: Coefficients | undefined

  constructor(bus: PeripheralBus<I2cBus>, settings: Bme280Settings) {
    this.#bus = bus
    this.#settings = settings
  }

  /**
   * Measures once. The bus is free for others while the sensor works.
   * @throws ERR_NO_DEVICE when nothing, or another chip, answers; ERR_BAD_READING, and what a transaction throws
   */
  async measure(task: TaskContext): Promise<Measurement> {
    if (this.#coefficients === undefined || !(await this.#isReady(task))) await this.#setUp(task)
    const coefficients = this.#coefficients as Coefficients
    await this.#start(task, coefficients)
    await task.sleep(this.#longestMs())
    await this.#whenClear(task, MEASURING, 'it is still measuring')
    return await this.#collect(task, coefficients)
  }

  /** Whether it has all that it was told, and nothing to do. */
  async #isReady(task: TaskContext): Promise<boolean> {
    return await this.#bus.transaction(task, async i2c => {
      const [control] = await this.#read(i2c, [CONTROL])
      return this.#isSetUp(control!, 0) && (control![STATUS - CTRL_HUM]! & (MEASURING | COPYING)) === 0
    })
  }

  async #setUp(task: TaskContext): Promise<void> {
    this.#coefficients = undefined
    const { address, place, humidity } = this.#settings
    const chip = await this.#bus.transaction(task, async i2c => {
      const [id] = await this.#read(i2c, [{ register: ID, length: 1 }])
      const known = CHIPS[id![0]!]
      if (known === undefined) throw notThisChip(place, id![0]!)
      await i2c.transfer(address, [write(RESET, RESET_WORD)])
      return known
    })
    await task.sleep(START_UP_MS)
    await this.#whenClear(task, COPYING, 'it is still starting')
    this.#coefficients = await this.#bus.transaction(task, async i2c => {
      const blocks = chip === 'bme280' ? [FIRST_COEFFICIENTS, HUMIDITY_COEFFICIENTS] : [FIRST_COEFFICIENTS]
      const [first, second] = await this.#read(i2c, blocks)
      const coefficients = parseCoefficients(first!, second)
      // A chip that was never trimmed, or a line that is held.
      if ([0, 0xffff].includes(coefficients.T1) || [0, 0xffff].includes(coefficients.P1)) {
        throw badReading(place, 'it has no coefficients', 'incomplete')
      }
      // In sleep mode, as it is after a reset: in normal mode it may ignore them.
      const hum = chip === 'bme280' ? [write(CTRL_HUM, code(humidity))] : []
      await i2c.transfer(address, [...hum, write(CONFIG, MARK)])
      return coefficients
    })
  }

  async #start(task: TaskContext, coefficients: Coefficients): Promise<void> {
    const { address, place } = this.#settings
    await this.#bus.transaction(task, async i2c => {
      const began = task.clock.now()
      const [, control] = await i2c.transfer(address, [
        write(CTRL_MEAS, this.#control() | FORCED),
        { kind: 'readBlock', ...CONTROL },
      ])
      const mode = control![CTRL_MEAS - CTRL_HUM]! & MODE
      // Back in sleep mode sooner than any measurement can be over: it never began, and the values are old ones.
      const lost = mode === 0 && toMs(task.clock.now() - began) < this.#shortestMs()
      if (!lost && (mode === 0 || mode === FORCED) && this.#isSetUp(control!, mode)) return
      if (coefficients === this.#coefficients) this.#coefficients = undefined
      throw badReading(place, 'it did not take what it was told', 'incomplete')
    })
  }

  async #collect(task: TaskContext, coefficients: Coefficients): Promise<Measurement> {
    const { place, pressure, humidity } = this.#settings
    const hasHumidity = coefficients.humidity !== undefined
    const [control, data] = await this.#bus.transaction(task, i2c =>
      this.#read(i2c, [CONTROL, hasHumidity ? DATA : DATA_BMP280]),
    )
    if (!this.#isSetUp(control!, 0)) {
      this.#coefficients = undefined
      throw badReading(place, 'it lost its supply while it measured', 'incomplete')
    }
    const twenty = (at: number): number => (data![at]! << 12) | (data![at + 1]! << 4) | (data![at + 2]! >> 4)
    const raw = {
      temperature: twenty(3),
      pressure: pressure === 0 ? undefined : twenty(0),
      humidity: hasHumidity && humidity !== 0 ? (data![6]! << 8) | data![7]! : undefined,
    }
    if (raw.temperature === SKIPPED || raw.pressure === SKIPPED || raw.humidity === SKIPPED_HUMIDITY) {
      this.#coefficients = undefined
      throw badReading(place, 'it has not measured', 'incomplete')
    }
    return compensate(coefficients, raw)
  }

  /** Waits until a bit of the status is clear. @throws ERR_BAD_READING */
  async #whenClear(task: TaskContext, bit: number, what: string): Promise<void> {
    const { address, place } = this.#settings
    for (let look = 0; look < LOOKS; look++) {
      const [status] = await this.#bus.transaction(task, i2c =>
        i2c.transfer(address, [{ kind: 'readByte', register: STATUS }]),
      )
      if ((status![0]! & bit) === 0) return
      await task.sleep(1)
    }
    throw badReading(place, `${what} after ${LOOKS} ms more than it may take`, 'incomplete')
  }

  /** Whether the registers from CTRL_HUM to CONFIG hold what was written to them, with that mode. */
  #isSetUp(registers: Uint8Array, mode: number): boolean {
    const [hum, , meas, config] = registers
    const humidity = this.#coefficients?.humidity === undefined || hum === code(this.#settings.humidity)
    return humidity && meas === (this.#control() | mode) && config === MARK
  }

  #control(): number {
    return (code(this.#settings.temperature) << 5) | (code(this.#settings.pressure) << 2)
  }

  #read(i2c: Leased<I2cBus>, blocks: Parameters<typeof readAgreed>[3]): Promise<Uint8Array[]> {
    return readAgreed(i2c, this.#settings.address, this.#settings.place, blocks)
  }

  #longestMs(): number {
    return this.#timeMs(...LONGEST_MS)
  }

  /** Less than any of them: the typical time of a measurement, with a tenth off. */
  #shortestMs(): number {
    return 0.9 * this.#timeMs(1, 2, 0.5)
  }

  #timeMs(...times: MeasurementTimes): number {
    const { humidity } = this.#settings
    return timeMs({ ...this.#settings, humidity: this.#coefficients?.humidity === undefined ? 0 : humidity }, times)
  }
}

type Samples = Pick<Bme280Settings, 'temperature' | 'pressure' | 'humidity'>
/** In ms: always, for each sample, and for each value beside the temperature. */
type MeasurementTimes = readonly [fixed: number, perSample: number, perValue: number]

/** Data sheet, section 9.1: the maximum measurement time. */
const LONGEST_MS: MeasurementTimes = [1.25, 2.3, 0.575]

/** The longest that a measurement takes, in ms. */
export function longestMs(samples: Samples): number {
  return timeMs(samples, LONGEST_MS)
}

function timeMs({ temperature, pressure, humidity }: Samples, [fixed, perSample, perValue]: MeasurementTimes): number {
  const optional = [pressure, humidity].map(samples => (samples === 0 ? 0 : perSample * samples + perValue))
  return optional.reduce((sum, ms) => sum + ms, fixed + perSample * temperature)
}

function write(register: number, value: number): I2cMessage {
  return { kind: 'writeByte', register, value }
}

/** 0, 1, 2, 4, 8, 16 samples are written 0 to 5. */
function code(samples: Oversampling): number {
  return samples === 0 ? 0 : Math.log2(samples) + 1
}

function notThisChip(place: string, id: number): PiWorkerError {
  const text = `0x${id.toString(16).padStart(2, '0')}`
  return new PiWorkerError('ERR_NO_DEVICE', `what answers at ${place} is no BME280 or BMP280: its id is ${text}`, {
    place,
    remedy: 'Check the address, and which chip is on the board: a BME680 has the id 0x61, a BMP180 0x55.',
    details: { id },
  })
}
