/** Sensors that have a driver in the kernel, through sysfs (industrial I/O): DHT11 and DHT22, BME280, ADCs. */

import { join } from 'node:path'
import { isPiWorkerError, PiWorkerError } from '../../src/errors.js'
import type { IioBus, IioDevice, Reading } from './bus.js'
import { checkIioNames } from './check.js'
import { busIo, errnoOf, type Machine, needsRealLinux } from './failures.js'
import { findIioDevice, IIO, noChannel } from './iio-devices.js'
import { channelType, toReading } from './iio-units.js'
import { busPermission } from './permission.js'
import { noSensor } from './sensor-failures.js'
import { isGone, isRefusal, readIfThere, type SysfsFiles, sysfsFiles, unreadableBus } from './sysfs.js'
import { Traffic, type TrafficOptions } from './traffic.js'

export interface IioOptions extends TrafficOptions, Machine {
  /** Default `/sys/bus/iio/devices`. */
  readonly root?: string | undefined
  /** Reads sysfs; tests put a kernel of their own in its place. */
  readonly files?: SysfsFiles | undefined
}

const DEVICE = /^iio:device\d+$/
const CHANNEL = /^in_(.+)_(?:input|raw)$/

/** @throws ERR_DRIVER_MISSING where the kernel has no IIO, ERR_PERMISSION, ERR_UNSUPPORTED, ERR_BAD_DURATION */
export async function openIio(options: IioOptions): Promise<IioBus> {
  const { root = '/sys/bus/iio/devices', files = sysfsFiles } = options
  needsRealLinux(IIO, options)
  const bus = new SysfsIio(root, files, new Traffic(IIO, options))
  await bus.list()
  return bus
}

class SysfsIio implements IioBus {
  readonly kind = 'iio'
  readonly name = IIO
  readonly #root: string
  readonly #files: SysfsFiles
  readonly #traffic: Traffic

  constructor(root: string, files: SysfsFiles, traffic: Traffic) {
    this.#root = root
    this.#files = files
    this.#traffic = traffic
  }

  async list(): Promise<IioDevice[]> {
    return await this.#traffic.run('listing the devices', () => this.#list())
  }

  async read(device: string, channel: string): Promise<Reading> {
    checkIioNames(device, channel)
    return await this.#traffic.run(`reading ${channel} of ${device}`, async () => {
      const found = findIioDevice(await this.#list(), device)
      if (!found.channels.includes(channel)) throw noChannel(found, channel)
      try {
        return toReading(channel, await this.#value(found, channel))
      } catch (error) {
        throw this.#failure(found, channel, error)
      }
    })
  }

  /** The kernel speaks to the device: nothing is under way when no file is being read. */
  settle(): Promise<void> {
    return this.#traffic.settle(() => Promise.resolve())
  }

  close(): Promise<void> {
    return this.#traffic.close(() => undefined)
  }

  async #list(): Promise<IioDevice[]> {
    try {
      const ids = (await this.#files.list(this.#root)).filter(name => DEVICE.test(name))
      const devices = await Promise.all(ids.map(id => this.#describe(id)))
      return devices.flatMap(device => device ?? []).sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }))
    } catch (error) {
      throw unreadableBus('iio', this.name, this.#root, 'the devices cannot be listed', error)
    }
  }

  /** Undefined when it has gone meanwhile. */
  async #describe(id: string): Promise<IioDevice | undefined> {
    const folder = join(this.#root, id)
    try {
      const name = (await this.#files.read(join(folder, 'name'))).trim()
      const channels = (await this.#files.list(folder)).flatMap(file => CHANNEL.exec(file)?.[1] ?? [])
      return { id, name, channels: [...new Set(channels)].sort() }
    } catch (error) {
      if (isGone(error)) return undefined
      throw error
    }
  }

  /** In the kernel's unit: what it has worked out itself, or (raw + offset) · scale. */
  async #value({ id }: IioDevice, channel: string): Promise<number> {
    const input = await this.#number(id, `in_${channel}_input`)
    if (input !== undefined) return input
    // The device may have gone since it was listed.
    const raw = parse(await this.#files.read(join(this.#root, id, `in_${channel}_raw`)), `in_${channel}_raw`)
    const offset = await this.#shared(id, channel, 'offset', 0)
    const scale = await this.#shared(id, channel, 'scale', 1)
    return (raw + offset) * scale
  }

  /** A channel has its own scale, or shares one with its type, its direction, or all of the device. */
  async #shared(id: string, channel: string, what: string, otherwise: number): Promise<number> {
    for (const name of [`in_${channel}_${what}`, `in_${channelType(channel)}_${what}`, `in_${what}`, what]) {
      const value = await this.#number(id, name)
      if (value !== undefined) return value
    }
    return otherwise
  }

  async #number(id: string, file: string): Promise<number | undefined> {
    const text = await readIfThere(this.#files, join(this.#root, id, file))
    return text === undefined ? undefined : parse(text, file)
  }

  #failure({ id, name }: IioDevice, channel: string, error: unknown): PiWorkerError {
    if (isPiWorkerError(error)) return error
    const errno = errnoOf(error)
    if (isRefusal(error)) return busPermission('iio', this.name, join(this.#root, id, `in_${channel}_input`), error)
    switch (errno) {
      // The kernel's dht11 says ETIMEDOUT when the sensor sent nothing, and EIO when its checksum was wrong.
      case 'ETIMEDOUT':
      case 'ENOENT':
      case 'ENODEV':
      case 'ENXIO':
      case 'EREMOTEIO':
        return noSensor(this.name, name, error)
      case 'EIO':
        return badReading(`the kernel could not make sense of what ${name} sent (EIO)`, channel, error)
      default:
        return busIo(this.name, `${channel} of ${name} cannot be read`, error, { device: id, channel })
    }
  }
}

function parse(text: string, file: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isFinite(value)) return value
  throw badReading(`${file} holds "${text.trim()}" and no number`, file)
}

function badReading(what: string, channel: string, cause?: unknown): PiWorkerError {
  const details = { bus: IIO, channel, errno: errnoOf(cause) }
  return new PiWorkerError('ERR_BAD_READING', `${IIO}: ${what}`, { place: `${IIO} ${channel}`, cause, details })
}
