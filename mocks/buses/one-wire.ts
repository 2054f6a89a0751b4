/** A simulated 1-Wire bus with thermometers on it, read through the same text as the kernel's. */

import type { OneWireBus } from '../../drivers/buses/bus.js'
import { checkOneWireId } from '../../drivers/buses/check.js'
import { noSensor } from '../../drivers/buses/sensor-failures.js'
import type { TrafficOptions } from '../../drivers/buses/traffic.js'
import { checkFamily, parseW1Slave } from '../../drivers/buses/w1-slave.js'
import type { Duration } from '../../src/worker/duration.js'
import { type W1Fault, w1Text } from './w1-text.js'
import { SimulatedWire } from './wire.js'

export interface MockOneWireOptions extends TrafficOptions {
  /** How long a sensor measures, in ns. Default 750 ms, the longest of a DS18B20. */
  readonly conversionNs?: number | undefined
}

/** One thermometer. What is changed here holds from the next reading on. */
export interface MockThermometer {
  readonly id: string
  /** In °C; a function is given the clock's time in ns. */
  temperature: number | ((time: number) => number)
  /** What is wrong with it. */
  fault: W1Fault | undefined
}

export class MockOneWire implements OneWireBus {
  readonly kind = 'one-wire'
  readonly name = 'w1'
  readonly #wire: SimulatedWire
  readonly #conversionNs: number
  readonly #sensors = new Map<string, MockThermometer>()

  /** @throws ERR_BAD_DURATION */
  constructor(options: MockOneWireOptions) {
    this.#conversionNs = options.conversionNs ?? 750e6
    this.#wire = new SimulatedWire(this.name, options)
  }

  /** Plugs a sensor in, or again. @throws ERR_BAD_OPTION, ERR_UNSUPPORTED when the id is no thermometer's */
  attach(id: string, temperature: MockThermometer['temperature']): MockThermometer {
    checkFamily(this.name, checkOneWireId(id))
    const sensor: MockThermometer = { id, temperature, fault: undefined }
    this.#sensors.set(id, sensor)
    return sensor
  }

  /** Unplugs it. */
  detach(id: string): void {
    this.#sensors.delete(id)
  }

  /** See `SimulatedWire.hang`. */
  hang(giveUp?: Duration): void {
    this.#wire.hang(giveUp)
  }

  recover(): void {
    this.#wire.recover()
  }

  async list(): Promise<string[]> {
    return await this.#wire.traffic.run('listing the devices', () => [...this.#sensors.keys()].sort())
  }

  async temperature(id: string): Promise<number> {
    checkFamily(this.name, checkOneWireId(id))
    return await this.#wire.traffic.run(`reading ${id}`, async turn => {
      if (this.#sensors.has(id)) await this.#wire.pass(this.#conversionNs)
      turn.goOn()
      const sensor = this.#sensors.get(id)
      if (sensor === undefined) throw noSensor(this.name, id, undefined, [...this.#sensors.keys()].sort())
      const { temperature, fault } = sensor
      const celsius = typeof temperature === 'function' ? temperature(this.#wire.clock.now()) : temperature
      return parseW1Slave(this.name, id, w1Text(celsius, fault))
    })
  }

  settle(): Promise<void> {
    return this.#wire.traffic.settle(() => Promise.resolve())
  }

  close(): Promise<void> {
    return this.#wire.traffic.close(() => undefined)
  }
}
