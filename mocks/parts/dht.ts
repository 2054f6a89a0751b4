/** A simulated DHT11 or DHT22: hears a start pulse on its line and answers with its 84 edges, as its datasheet has it. */

import type { Level } from '../../drivers/driver.js'
import type { Clock, Timer } from '../../src/worker/clock.js'
import type { OutsideLevel } from '../outside.js'
import type { Random } from '../random.js'
import { type ScenarioValue, scenarioOf } from '../scenario.js'
import type { Part, PartContext, PartFactory } from './part.js'
import type { PartWire } from './part-wire.js'

/** Limits of a time, in ns. */
type Span = readonly [min: number, max: number]

/** The times of one model, from its datasheet (Aosong); the answer and the bits are those of the AM2302's table. */
interface Timing {
  /** The shortest start pulse that it hears. */
  readonly startNs: number
  /** It measures at most so often; asked earlier, it answers with what it measured last. */
  readonly pauseNs: number
  readonly zero: Span
  readonly one: Span
}

const DHT11: Timing = { startNs: 18e6, pauseNs: 1e9, zero: [23e3, 27e3], one: [68e3, 74e3] }
const DHT22: Timing = { startNs: 0.8e6, pauseNs: 2e9, zero: [22e3, 30e3], one: [68e3, 75e3] }
/** From the host's release to the answer. */
const GO: Span = [20e3, 45e3]
const ANSWER_LOW: Span = [75e3, 85e3]
const ANSWER_HIGH: Span = [75e3, 85e3]
const BIT_LOW: Span = [48e3, 55e3]
const END_LOW: Span = [45e3, 55e3]

export class DhtSensor implements Part {
  readonly #clock: Clock
  readonly #wire: PartWire
  readonly #now: () => number
  readonly #random: Random
  readonly #timing: Timing
  readonly #measure: (timeNs: number) => readonly number[]
  readonly #high: OutsideLevel
  readonly #stop: () => void
  /** What it measured last, and when. */
  #bytes: readonly number[] = []
  #measured = Number.NEGATIVE_INFINITY
  #fell: number | undefined
  /** Times until the next change of its own, the next one last; it is let go and pulled low in turn. */
  #times: number[] = []
  #timer: Timer | undefined

  constructor(
    context: PartContext,
    wire: PartWire,
    timing: Timing,
    measure: (timeNs: number) => readonly number[],
    pullUp: boolean,
  ) {
    const { clock, board } = context
    this.#clock = clock
    this.#wire = wire
    this.#now = () => board.now()
    this.#random = context.random
    this.#timing = timing
    this.#measure = measure
    this.#high = pullUp ? 'pull-up' : 'floating'
    wire.drive(this.#high)
    if (wire.level === 'low') this.#fell = this.#now()
    this.#stop = wire.onLevel((level, time) => this.#hear(level, time))
  }

  close(): void {
    this.#timer?.cancel()
    this.#stop()
  }

  /** While it sends it hears nothing. */
  #hear(level: Level, time: number): void {
    if (this.#times.length > 0) return
    const fell = this.#fell
    this.#fell = level === 'low' ? time : undefined
    if (level === 'low' || fell === undefined || time - fell < this.#timing.startNs) return
    if (time - this.#measured >= this.#timing.pauseNs) {
      this.#measured = time
      this.#bytes = this.#measure(time)
    }
    this.#times = this.#frame(this.#bytes).reverse()
    this.#next(true)
  }

  /** Waits for its time, then pulls the line low or lets it go. */
  #next(low: boolean): void {
    this.#timer = this.#clock.after(this.#times.at(-1) ?? 0, () => {
      this.#wire.drive(low ? 'low' : this.#high)
      this.#times.pop()
      if (this.#times.length > 0) this.#next(!low)
      else this.#fell = this.#wire.level === 'low' ? this.#now() : undefined
    })
  }

  /** The time before each of its 84 changes: a low and a high to answer, the same for each bit, and a low to end. */
  #frame(bytes: readonly number[]): number[] {
    const pick = ([min, max]: Span): number => this.#random.integer(min, max)
    const times = [pick(GO), pick(ANSWER_LOW), pick(ANSWER_HIGH)]
    for (let bit = 0; bit < 40; bit++) {
      const one = (((bytes[bit >> 3] ?? 0) << (bit & 7)) & 0x80) !== 0
      times.push(pick(BIT_LOW), pick(one ? this.#timing.one : this.#timing.zero))
    }
    times.push(pick(END_LOW))
    return times
  }
}

/** @throws ERR_BAD_CONFIG when the air is no value over time. */
export const dhtPart: PartFactory = context => {
  const { spec, wire, buses } = context
  const { temperature = 21, humidity = 45, pullUp } = spec.simulate ?? {}
  const air: Air = {
    temperature: scenarioOf(temperature, `simulate.${spec.name}.temperature`),
    humidity: scenarioOf(humidity, `simulate.${spec.name}.humidity`),
  }
  const { iio } = spec.config
  if (typeof iio === 'string') {
    const at = (value: ScenarioValue) => (): number => value.at(context.board.now())
    buses.attachIio(iio, { temp: at(air.temperature), humidityrelative: at(air.humidity) })
    return { close: () => {} }
  }
  // What is wrong with such a configuration, the peripheral says.
  if (spec.config.line === undefined) return { close: () => {} }
  const small = spec.config.model === 'dht11'
  const measure = small ? (time: number) => dht11Bytes(air, time) : (time: number) => dht22Bytes(air, time)
  return new DhtSensor(context, wire('line'), small ? DHT11 : DHT22, measure, pullUp === true)
}

interface Air {
  readonly temperature: ScenarioValue
  readonly humidity: ScenarioValue
}

/** In tenths, both in 16 bits; below zero the temperature has its highest bit set, and is no two's complement. */
function dht22Bytes({ temperature, humidity }: Air, time: number): number[] {
  const wet = Math.round(limit(humidity.at(time), 0, 100) * 10)
  const warm = Math.round(limit(temperature.at(time), -40, 80) * 10)
  const size = Math.abs(warm)
  return summed([wet >> 8, wet & 0xff, (size >> 8) | (warm < 0 ? 0x80 : 0), size & 0xff])
}

/** Whole numbers; its tenths are those of the newer make for the temperature, and always 0 for the humidity. */
function dht11Bytes({ temperature, humidity }: Air, time: number): number[] {
  const warm = Math.round(limit(temperature.at(time), -20, 60) * 10)
  const size = Math.abs(warm)
  return summed([
    Math.round(limit(humidity.at(time), 5, 95)),
    0,
    Math.floor(size / 10),
    (size % 10) | (warm < 0 ? 0x80 : 0),
  ])
}

/** A sensor shows the end of its range when the air is beyond it. */
function limit(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value))
}

function summed(bytes: readonly number[]): number[] {
  return [...bytes, bytes.reduce((sum, byte) => sum + byte, 0) & 0xff]
}
