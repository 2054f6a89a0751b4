/** 1-Wire through sysfs: the kernel's w1 core finds the devices, its w1_therm reads them. */

import { join } from 'node:path'
import { codeOf, isPiWorkerError, type PiWorkerError } from '../../src/errors.js'
import type { OneWireBus } from './bus.js'
import { checkOneWireId, ONE_WIRE_ID } from './check.js'
import { busIo, hung, type Machine, needsRealLinux } from './failures.js'
import { busPermission } from './permission.js'
import { noSensor } from './sensor-failures.js'
import { isRefusal, type SysfsFiles, sysfsFiles, unreadableBus } from './sysfs.js'
import { Traffic, type TrafficOptions } from './traffic.js'
import { checkFamily, parseW1Slave } from './w1-slave.js'

export interface OneWireOptions extends TrafficOptions, Machine {
  /** Default `/sys/bus/w1/devices`. */
  readonly root?: string | undefined
  /** Reads sysfs; tests put a kernel of their own in its place. */
  readonly files?: SysfsFiles | undefined
}

const NAME = 'w1'

/** @throws ERR_DRIVER_MISSING where the kernel has no 1-Wire, ERR_PERMISSION, ERR_UNSUPPORTED, ERR_BAD_DURATION */
export async function openOneWire(options: OneWireOptions): Promise<OneWireBus> {
  const { root = '/sys/bus/w1/devices', files = sysfsFiles } = options
  needsRealLinux(NAME, options)
  const bus = new SysfsOneWire(root, files, new Traffic(NAME, options))
  await bus.list()
  return bus
}

class SysfsOneWire implements OneWireBus {
  readonly kind = 'one-wire'
  readonly name = NAME
  readonly #root: string
  readonly #files: SysfsFiles
  readonly #traffic: Traffic

  constructor(root: string, files: SysfsFiles, traffic: Traffic) {
    this.#root = root
    this.#files = files
    this.#traffic = traffic
  }

  async list(): Promise<string[]> {
    return await this.#traffic.run('listing the devices', () => this.#list())
  }

  async temperature(id: string): Promise<number> {
    checkOneWireId(id)
    checkFamily(this.name, id)
    return await this.#traffic.run(`reading ${id}`, async () => {
      const path = join(this.#root, id, 'w1_slave')
      let text: string
      try {
        text = await this.#files.read(path)
      } catch (error) {
        throw await this.#failure(id, path, error)
      }
      return parseW1Slave(this.name, id, text)
    })
  }

  /** The kernel drives the line: it is free when no file is being read. */
  settle(): Promise<void> {
    return this.#traffic.settle(() => Promise.resolve())
  }

  close(): Promise<void> {
    return this.#traffic.close(() => undefined)
  }

  async #list(): Promise<string[]> {
    try {
      return (await this.#files.list(this.#root)).filter(name => ONE_WIRE_ID.test(name)).sort()
    } catch (error) {
      throw unreadableBus('one-wire', this.name, this.#root, 'the devices cannot be listed', error)
    }
  }

  async #failure(id: string, path: string, error: unknown): Promise<PiWorkerError> {
    if (isRefusal(error)) return busPermission('one-wire', this.name, path, error)
    switch (codeOf(error)) {
      // The sensor's folder is gone, or it did not answer to the reset.
      case 'ENOENT':
        return await this.#missing(id, error)
      case 'ENODEV':
      case 'ENXIO':
      case 'EIO':
        return noSensor(this.name, id, error)
      case 'ETIMEDOUT':
        return hung(this.name, `the kernel gave up waiting for ${id}`, error)
      default:
        return busIo(this.name, `${id} cannot be read`, error, { id })
    }
  }

  /** Not there: with those that are, unless the whole bus is gone. */
  async #missing(id: string, cause: unknown): Promise<PiWorkerError> {
    try {
      return noSensor(this.name, id, cause, await this.#list())
    } catch (error) {
      if (isPiWorkerError(error)) return error
      throw error
    }
  }
}
