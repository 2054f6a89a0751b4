/** The buses as a part sees them: what it plugs in is off, mute, slow or misheard, when its faults say so. */

import { busIo } from '../../drivers/buses/failures.js'
import { toNs } from '../../src/worker/duration.js'
import type { Fault, Faults } from '../faults/faults.js'
import type { MockI2cDevice } from './i2c-device.js'
import type { MockIio, MockIioDevice } from './iio.js'
import type { MockOneWire, MockThermometer } from './one-wire.js'
import type { SimulatedBuses } from './simulated-buses.js'
import type { MockSpiDevice } from './spi.js'
import type { W1Fault } from './w1-text.js'

export class FaultyBuses {
  readonly #buses: SimulatedBuses
  readonly #faults: Faults

  constructor(buses: SimulatedBuses, faults: Faults) {
    this.#buses = buses
    this.#faults = faults
  }

  /** Plugs a device into an I²C bus. */
  attachI2c(number: number, address: number, device: MockI2cDevice): void {
    const bus = this.#buses.i2c(number)
    const faults = this.#faults
    const mute = (): boolean => faults.strikes('nack') !== undefined
    const refuse = (): void => this.#refuse(bus.name)
    const faulty: MockI2cDevice = {
      write: bytes => {
        refuse()
        return !mute() && device.write(faults.disturb(bytes))
      },
      read: length => {
        refuse()
        const reply = mute() ? undefined : device.read(length)
        return reply && faults.disturb(reply)
      },
      stretchNs: () => this.#holdUp(['stretch', 'late']) + (device.stretchNs?.() ?? 0),
    }
    bus.attach(address, faulty)
    this.#unplugged(
      () => bus.detach(address),
      () => bus.attach(address, faulty),
    )
  }

  /** Plugs a device into an SPI bus. */
  attachSpi(number: number, cs: number, device: MockSpiDevice): void {
    const bus = this.#buses.spi(number)
    const faulty: MockSpiDevice = (sent, settings) => {
      this.#refuse(bus.name)
      return this.#faults.disturb(device(this.#faults.disturb(sent), settings))
    }
    bus.attach(cs, faulty)
    this.#unplugged(
      () => bus.detach(cs),
      () => bus.attach(cs, faulty),
    )
  }

  /** Plugs a thermometer into the 1-Wire bus. */
  attachOneWire(id: string, temperature: (time: number) => number): MockThermometer {
    const bus: MockOneWire = this.#buses.oneWire()
    const faults = this.#faults
    const sensor = bus.attach(id, time => {
      this.#refuse(bus.name)
      return temperature(time)
    })
    const wrong = (): W1Fault | undefined => {
      if (faults.strikes('unplugged')) return 'silent'
      if (faults.strikes('brown-out')) return 'power-on'
      if (faults.strikes('stuck')) return 'shorted'
      return faults.strikes('flip') ? 'crc' : undefined
    }
    Object.defineProperty(sensor, 'fault', { get: wrong })
    return sensor
  }

  /** Gives the kernel a sensor. */
  attachIio(name: string, channels: Readonly<Record<string, (time: number) => number>>): MockIioDevice {
    const bus: MockIio = this.#buses.iio()
    const faults = this.#faults
    const failing = Object.entries(channels).map(([channel, value]) => [
      channel,
      (time: number): number => {
        this.#refuse(bus.name)
        return value(time)
      },
    ])
    const device = bus.attach(name, Object.fromEntries(failing))
    const wrong = (): MockIioDevice['fault'] => {
      if (faults.strikes('unplugged') || faults.strikes('brown-out') || faults.strikes('stuck')) return 'silent'
      return faults.strikes('flip') ? 'garbled' : undefined
    }
    Object.defineProperty(device, 'fault', { get: wrong })
    return device
  }

  #unplugged(detach: () => void, attach: () => void): void {
    let off = 0
    for (const fault of this.#faults.of(['unplugged', 'brown-out'])) {
      this.#faults.during(
        fault,
        () => {
          if (off++ === 0) detach()
        },
        () => {
          if (--off === 0) attach()
        },
      )
    }
  }

  #holdUp(kinds: readonly ('stretch' | 'late')[]): number {
    return kinds.reduce((sum, kind) => sum + toNs(this.#faults.strikes(kind)?.by ?? 0), 0)
  }

  #refuse(bus: string): void {
    const error: Fault | undefined = this.#faults.strikes('error')
    if (error === undefined) return
    const { errno = 'EIO' } = error
    throw busIo(bus, 'the kernel refused a message', { code: errno })
  }
}
