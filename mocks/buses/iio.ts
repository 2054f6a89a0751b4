/** Simulated sensors of the kernel's industrial I/O. */

import type { IioBus, IioDevice, Reading } from '../../drivers/buses/bus.js'
import { checkIioNames } from '../../drivers/buses/check.js'
import { findIioDevice, noChannel } from '../../drivers/buses/iio-devices.js'
import { channelType, unitOf } from '../../drivers/buses/iio-units.js'
import { noSensor } from '../../drivers/buses/sensor-failures.js'
import type { TrafficOptions } from '../../drivers/buses/traffic.js'
import { PiWorkerError } from '../../src/errors.js'
import type { Duration } from '../../src/worker/duration.js'
import { SimulatedWire } from './wire.js'

export interface MockIioOptions extends TrafficOptions {
  /** How long one reading takes, in ns. Default 25 ms, as of a DHT11. */
  readonly readingNs?: number | undefined
}

/** In the unit of the channel (°C, %, kPa, V); a function is given the clock's time in ns. */
export type MockChannel = number | ((time: number) => number)

/** One sensor. What is changed here holds from the next reading on. */
export interface MockIioDevice {
  readonly id: string
  readonly name: string
  readonly channels: Record<string, MockChannel>
  /** `silent`: it does not answer; `garbled`: what it sends makes no sense. */
  fault: 'silent' | 'garbled' | undefined
}

export class MockIio implements IioBus {
  readonly kind = 'iio'
  readonly name = 'iio'
  readonly #wire: SimulatedWire
  readonly #readingNs: number
  readonly #devices = new Map<string, MockIioDevice>()
  #next = 0

  /** @throws ERR_BAD_DURATION */
  constructor(options: MockIioOptions) {
    this.#readingNs = options.readingNs ?? 25e6
    this.#wire = new SimulatedWire(this.name, options)
  }

  /** Plugs a sensor in; each gets a new id, as from the kernel. @throws ERR_BAD_OPTION */
  attach(name: string, channels: Record<string, MockChannel>): MockIioDevice {
    for (const channel of Object.keys(channels)) checkIioNames(name, channel)
    const device: MockIioDevice = { id: `iio:device${this.#next++}`, name, channels, fault: undefined }
    this.#devices.set(device.id, device)
    return device
  }

  /** Unplugs it. */
  detach(id: string): void {
    this.#devices.delete(id)
  }

  /** See `SimulatedWire.hang`. */
  hang(giveUp?: Duration): void {
    this.#wire.hang(giveUp)
  }

  recover(): void {
    this.#wire.recover()
  }

  async list(): Promise<IioDevice[]> {
    return await this.#wire.traffic.run('listing the devices', () => this.#list())
  }

  async read(device: string, channel: string): Promise<Reading> {
    checkIioNames(device, channel)
    return await this.#wire.traffic.run(`reading ${channel} of ${device}`, async turn => {
      const found = findIioDevice(this.#list(), device)
      if (!found.channels.includes(channel)) throw noChannel(found, channel)
      await this.#wire.pass(this.#readingNs)
      turn.goOn()
      const { channels, fault } = this.#devices.get(found.id) ?? { channels: {}, fault: 'silent' }
      if (fault === 'silent') throw noSensor(this.name, found.name)
      if (fault === 'garbled') throw garbled(found.name, channel)
      const value = channels[channel] as MockChannel
      return {
        value: typeof value === 'function' ? value(this.#wire.clock.now()) : value,
        unit: unitOf(channelType(channel)),
      }
    })
  }

  settle(): Promise<void> {
    return this.#wire.traffic.settle(() => Promise.resolve())
  }

  close(): Promise<void> {
    return this.#wire.traffic.close(() => undefined)
  }

  #list(): IioDevice[] {
    return [...this.#devices.values()].map(({ id, name, channels }) => ({
      id,
      name,
      channels: Object.keys(channels).sort(),
    }))
  }
}

function garbled(name: string, channel: string): PiWorkerError {
  return new PiWorkerError('ERR_BAD_READING', `iio: the kernel could not make sense of what ${name} sent`, {
    place: `iio ${channel}`,
    details: { bus: 'iio', channel },
  })
}
