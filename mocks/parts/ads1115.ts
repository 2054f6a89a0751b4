/**
 * A simulated ADS1115 with its four registers (Texas Instruments SBAS444, section 9.6): conversions take their time
 * and end at the full scale; single ones leave the chip asleep, with the last value in its register.
 */

import type { Clock } from '../../src/worker/clock.js'
import type { MockI2cDevice } from '../buses/i2c-device.js'
import type { Random } from '../random.js'
import { type ScenarioValue, scenarioOf } from '../scenario.js'
import type { Part, PartContext, PartFactory } from './part.js'

const CONVERSION = 0
const CONFIG = 1
/** Conversion, configuration, and the two thresholds of the comparator after power-on. */
const POWER_ON = [0x0000, 0x8583, 0x8000, 0x7fff] as const
const OS = 0x8000
const SINGLE_SHOT = 0x0100
const FULL_SCALES = [6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256] as const
const RATES = [8, 16, 32, 64, 128, 250, 475, 860] as const
/** Positive and negative input by the code of the multiplexer; undefined is ground. */
const INPUTS: readonly (readonly [number, number | undefined])[] = [
  [0, 1],
  [0, 3],
  [1, 3],
  [2, 3],
  [0, undefined],
  [1, undefined],
  [2, undefined],
  [3, undefined],
]
const STEPS = 32_768
const WAKE_UP_NS = 25e3

export class Ads1115Part implements Part, MockI2cDevice {
  readonly #clock: Clock
  readonly #random: Random
  readonly #now: () => number
  readonly #inputs: readonly ScenarioValue[]
  #registers: number[] = [...POWER_ON]
  #pointer = 0
  /** The conversion that is under way: when it ends, in ns of the clock, and what it was told when it began. */
  #conversion: { readonly endNs: number; readonly config: number } | undefined

  constructor({ board, spec, clock, random, buses }: PartContext) {
    const { bus, address } = spec.config as { readonly bus: number; readonly address: number }
    const inputs = (spec.simulate?.inputs ?? {}) as Readonly<Record<string, unknown>>
    this.#clock = clock
    this.#random = random
    this.#now = () => board.now()
    this.#inputs = [0, 1, 2, 3].map(input => scenarioOf(inputs[input] ?? 1, `simulate.${spec.name}.inputs.${input}`))
    buses.attachI2c(bus, address, this)
  }

  /** Its supply was gone for a moment: its registers are as after power-on. */
  reset(): void {
    this.#registers = [...POWER_ON]
    this.#pointer = 0
    this.#conversion = undefined
  }

  close(): void {
    this.#conversion = undefined
  }

  /** The first byte chooses the register, two more are its new value. */
  write(bytes: Uint8Array): boolean {
    this.#catchUp()
    const [pointer, high, low] = bytes
    this.#pointer = (pointer ?? this.#pointer) & 0x03
    if (high === undefined || low === undefined || this.#pointer === CONVERSION) return true
    const value = (high << 8) | low
    if (this.#pointer === CONFIG) this.#configure(value)
    else this.#registers[this.#pointer] = value
    return true
  }

  /** The same register again and again. */
  read(length: number): Uint8Array {
    this.#catchUp()
    const value = this.#registers[this.#pointer] as number
    return Uint8Array.from({ length }, (_, index) => (index % 2 === 0 ? value >> 8 : value & 0xff))
  }

  #configure(value: number): void {
    const single = (value & SINGLE_SHOT) !== 0
    // In single mode a conversion begins only when it is asked for, and one that is under way goes on.
    const starts = single ? (value & OS) !== 0 : true
    if (starts && this.#conversion === undefined) {
      this.#conversion = { endNs: this.#clock.now() + WAKE_UP_NS + this.#conversionNs(value), config: value }
    }
    this.#registers[CONFIG] = (value & ~OS) | (this.#conversion === undefined ? OS : 0)
  }

  /** The rate is right to a tenth (section 7.5). */
  #conversionNs(config: number): number {
    const rate = RATES[(config >> 5) & 0x07] as number
    return Math.round((1e9 / rate) * (0.9 + 0.2 * this.#random.float()))
  }

  /** What has happened since it was last looked at. */
  #catchUp(): void {
    const now = this.#clock.now()
    while (this.#conversion !== undefined && this.#conversion.endNs <= now) {
      const { endNs, config } = this.#conversion
      this.#registers[CONVERSION] = this.#convert(config, this.#now() - (now - endNs))
      const next = this.#registers[CONFIG] as number
      if ((next & SINGLE_SHOT) === 0) {
        this.#conversion = { endNs: endNs + this.#conversionNs(next), config: next }
      } else {
        this.#conversion = undefined
        this.#registers[CONFIG] = next | OS
      }
    }
  }

  #convert(config: number, timeNs: number): number {
    const [plus, minus] = INPUTS[(config >> 12) & 0x07] as readonly [number, number | undefined]
    const at = (input: number): number => (this.#inputs[input] as ScenarioValue).at(timeNs)
    const volts = at(plus) - (minus === undefined ? 0 : at(minus))
    const steps = Math.round((volts * STEPS) / (FULL_SCALES[(config >> 9) & 0x07] as number))
    return Math.min(Math.max(steps, -STEPS), STEPS - 1) & 0xffff
  }
}

/** `simulate.inputs`: the voltage at each input, 1 V where nothing is said. @throws ERR_BAD_CONFIG */
export const ads1115Part: PartFactory = context => new Ads1115Part(context)
