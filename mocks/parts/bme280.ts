/**
 * A simulated BME280 (or BMP280) with its registers (BST-BME280-DS002, section 5): coefficients of its own, modes,
 * measurements that take their time, and values that come out of its converters as the air makes them.
 */

import type { Clock } from '../../src/worker/clock.js'
import type { MockI2cDevice } from '../buses/i2c-device.js'
import type { Random } from '../random.js'
import { type ScenarioValue, scenarioOf } from '../scenario.js'
import { type Air, convert, type Trim, trimBytes, trimOf } from './bme280-trim.js'
import type { Part, PartContext, PartFactory } from './part.js'

const CALIBRATION = 0x88
const ID = 0xd0
const RESET = 0xe0
const HUMIDITY_CALIBRATION = 0xe1
const CTRL_HUM = 0xf2
const STATUS = 0xf3
const CTRL_MEAS = 0xf4
const CONFIG = 0xf5
const PRESSURE = 0xf7
const RESET_WORD = 0xb6
/** Until it answers after power-on, at most (section 1.1). */
const START_UP_NS = 2e6
/** Standby times of normal mode by their codes, in ms, of a BME280. */
const STANDBY_MS = [0.5, 62.5, 125, 250, 500, 1000, 10, 20]
const PA_PER_HPA = 100

export class Bme280Part implements Part, MockI2cDevice {
  readonly #chip: 'bme280' | 'bmp280'
  readonly #clock: Clock
  readonly #random: Random
  readonly #now: () => number
  readonly #air: { readonly [K in keyof Air]: ScenarioValue }
  readonly #trim: Trim
  readonly #registers = new Uint8Array(256)
  #pointer = 0
  /** The humidity's oversampling takes effect when CTRL_MEAS is written. */
  #humiditySamples = 0
  /** It answers from then on; times are the clock's. */
  #readyNs: number
  #measurement: { readonly beginNs: number; readonly endNs: number } | undefined

  constructor({ board, spec, clock, random, buses }: PartContext) {
    const simulate = spec.simulate ?? {}
    const value = (key: keyof Air, usual: number): ScenarioValue =>
      scenarioOf(simulate[key] ?? usual, `simulate.${spec.name}.${key}`)
    const { bus, address } = spec.config as { readonly bus: number; readonly address: number }
    this.#chip = simulate.chip === 'bmp280' ? 'bmp280' : 'bme280'
    this.#clock = clock
    this.#random = random
    this.#now = () => board.now()
    this.#air = {
      temperature: value('temperature', 21),
      humidity: value('humidity', 45),
      pressure: value('pressure', 1013.25),
    }
    this.#trim = trimOf(random.fork('trim'))
    this.#readyNs = clock.now()
    this.#powerOn()
    buses.attachI2c(bus, address, this)
  }

  /** Its supply was gone for a moment: it has forgotten all that it was told, and starts. */
  reset(): void {
    this.#powerOn()
    this.#readyNs = this.#clock.now() + this.#random.integer(START_UP_NS / 2, START_UP_NS)
  }

  close(): void {
    this.#measurement = undefined
  }

  /** A write is a register and its value, then the next pair; a register alone is what will be read. */
  write(bytes: Uint8Array): boolean {
    if (!this.#answers()) return false
    this.#catchUp()
    this.#pointer = bytes[0] ?? this.#pointer
    for (let at = 0; at + 1 < bytes.length; at += 2) this.#store(bytes[at] as number, bytes[at + 1] as number)
    return true
  }

  read(length: number): Uint8Array | undefined {
    if (!this.#answers()) return undefined
    this.#catchUp()
    return Uint8Array.from({ length }, () => this.#registers[this.#pointer++ & 0xff] as number)
  }

  #answers(): boolean {
    return this.#clock.now() >= this.#readyNs
  }

  #powerOn(): void {
    this.#registers.fill(0)
    const { first, second } = trimBytes(this.#trim)
    this.#registers.set(first, CALIBRATION)
    this.#registers[ID] = this.#chip === 'bme280' ? 0x60 : 0x58
    if (this.#chip === 'bme280') this.#registers.set(second, HUMIDITY_CALIBRATION)
    else this.#registers[CALIBRATION + first.length - 1] = 0
    this.#registers.set([0x80, 0, 0, 0x80, 0, 0], PRESSURE)
    if (this.#chip === 'bme280') this.#registers[PRESSURE + 6] = 0x80
    this.#pointer = 0
    this.#humiditySamples = 0
    this.#measurement = undefined
  }

  #store(register: number, value: number): void {
    if (register === RESET) {
      if (value === RESET_WORD) this.reset()
    } else if (register === CTRL_HUM && this.#chip === 'bme280') {
      this.#registers[CTRL_HUM] = value & 0x07
    } else if (register === CONFIG) {
      this.#registers[CONFIG] = value & 0xfd
    } else if (register === CTRL_MEAS) {
      this.#registers[CTRL_MEAS] = value
      this.#humiditySamples = samples(this.#registers[CTRL_HUM] as number)
      if ((value & 0x03) === 0) this.#measurement = undefined
      else this.#measurement ??= this.#measure(this.#clock.now())
    }
    // All others can only be read.
  }

  /** Between the typical and the longest time of section 9.1. */
  #measure(beginNs: number): { readonly beginNs: number; readonly endNs: number } {
    const share = this.#random.float()
    const ms = (typical: number, longest: number): number => typical + share * (longest - typical)
    const control = this.#registers[CTRL_MEAS] as number
    const values = [samples(control >> 5), samples(control >> 2), this.#humiditySamples]
    const converting = values.map(count => (count === 0 ? 0 : count * ms(2, 2.3)))
    const extra = values.slice(1).filter(count => count > 0).length * ms(0.5, 0.575)
    const total = converting.reduce((sum, one) => sum + one, ms(1, 1.25) + extra)
    return { beginNs, endNs: beginNs + Math.round(total * 1e6) }
  }

  /** What has happened since it was last looked at. */
  #catchUp(): void {
    const now = this.#clock.now()
    while (this.#measurement !== undefined && this.#measurement.endNs <= now) {
      const { endNs } = this.#measurement
      const control = this.#registers[CTRL_MEAS] as number
      const standbyNs = (STANDBY_MS[(this.#registers[CONFIG] as number) >> 5] as number) * 1e6
      this.#measurement = (control & 0x03) === 0x03 ? this.#measure(endNs + standbyNs) : undefined
      if (this.#measurement !== undefined && this.#measurement.endNs <= now) continue
      if (this.#measurement === undefined) this.#registers[CTRL_MEAS] = control & 0xfc
      this.#latch(this.#now() - (now - endNs))
    }
    const measuring = this.#measurement !== undefined && this.#measurement.beginNs <= now
    this.#registers[STATUS] = measuring ? 0x08 : 0
  }

  /** Puts what the converters make of the air at that time into the registers. */
  #latch(timeNs: number): void {
    const control = this.#registers[CTRL_MEAS] as number
    const [t, p] = [samples(control >> 5), samples(control >> 2)]
    const air = {
      temperature: this.#air.temperature.at(timeNs),
      humidity: this.#air.humidity.at(timeNs),
      pressure: this.#air.pressure.at(timeNs) * PA_PER_HPA,
    }
    const raw = convert(this.#trim, air, { temperature: resolution(t), pressure: resolution(p) })
    const twenty = (value: number): number[] => [value >> 12, (value >> 4) & 0xff, (value & 0x0f) << 4]
    this.#registers.set(twenty(p === 0 || t === 0 ? 0x80000 : raw.pressure), PRESSURE)
    this.#registers.set(twenty(t === 0 ? 0x80000 : raw.temperature), PRESSURE + 3)
    if (this.#chip === 'bmp280') return
    const humidity = this.#humiditySamples === 0 ? 0x8000 : raw.humidity
    this.#registers.set([humidity >> 8, humidity & 0xff], PRESSURE + 6)
  }
}

/** The samples that three bits ask for. */
function samples(bits: number): number {
  const code = bits & 0x07
  return code === 0 ? 0 : 2 ** Math.min(code - 1, 4)
}

/** Bits of a value of so many samples, with the filter off (section 3.4.1). */
function resolution(count: number): number {
  return 16 + Math.log2(Math.max(count, 1))
}

/** `simulate`: the air, and which chip it is. @throws ERR_BAD_CONFIG */
export const bme280Part: PartFactory = context => new Bme280Part(context)
