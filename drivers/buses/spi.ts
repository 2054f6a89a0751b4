/** SPI through Linux (`/dev/spidevN.CS`) and the npm package `spi-device`. */

import { codeOf, isPiWorkerError, PiWorkerError } from '../../src/errors.js'
import { callAll } from '../../src/thrown.js'
import type { SpiBus, SpiSettings } from './bus.js'
import { type CheckedSpi, checkSpi, checkWhole } from './check.js'
import { busIo, busMissing, errnoOf, hung, type Machine, needsRealLinux, noSelect } from './failures.js'
import { busPermission } from './permission.js'
import { loadSpi, type PackageSpi, type SpiPackage } from './spi-package.js'
import { type SysfsFiles, sysfsFiles } from './sysfs.js'
import { Traffic, type TrafficOptions, type Turn } from './traffic.js'

export interface SpiOptions extends TrafficOptions, Machine {
  /** N of `/dev/spidevN.CS`. Default 0. */
  readonly bus?: number | undefined
  /** Gives the package; tests give one of their own. */
  readonly load?: (() => Promise<SpiPackage>) | undefined
  /** Looks into /dev. */
  readonly files?: Pick<SysfsFiles, 'list'> | undefined
}

/**
 * Opens a bus; a chip select is opened when it is first used.
 * @throws ERR_DRIVER_MISSING, ERR_UNSUPPORTED, ERR_BAD_OPTION, ERR_BAD_DURATION
 */
export async function openSpi(options: SpiOptions): Promise<SpiBus> {
  const { bus: number = 0, load = loadSpi, files = sysfsFiles } = options
  checkWhole('bus', number, 0, 0xffff)
  const name = `spi${number}`
  needsRealLinux(name, options)
  const traffic = new Traffic(name, options)
  const spi = await load()
  const prefix = `spidev${number}.`
  const nodes = (await files.list('/dev')).filter(node => node.startsWith(prefix))
  const selects = nodes.map(node => Number(node.slice(prefix.length))).sort((a, b) => a - b)
  if (selects.length === 0) throw busMissing('spi', name, `/dev/${prefix}0`)
  return new LinuxSpiBus(number, spi, traffic, selects)
}

interface OpenSelect {
  readonly device: PackageSpi
  mode: number
}

class LinuxSpiBus implements SpiBus {
  readonly kind = 'spi'
  readonly name: string
  readonly #number: number
  readonly #package: SpiPackage
  readonly #traffic: Traffic
  readonly #selects: readonly number[]
  readonly #opened = new Map<number, OpenSelect>()

  constructor(number: number, spi: SpiPackage, traffic: Traffic, selects: readonly number[]) {
    this.#number = number
    this.name = traffic.name
    this.#package = spi
    this.#traffic = traffic
    this.#selects = selects
  }

  async transfer(bytes: Uint8Array, settings: SpiSettings): Promise<Uint8Array> {
    const checked = checkSpi(bytes, settings)
    const { cs } = checked
    if (!this.#selects.includes(cs)) throw noSelect(this.name, cs, this.#selects)
    return await this.#traffic.run(`a transfer with chip select ${cs}`, async turn => {
      try {
        return await this.#transfer(bytes, checked, turn)
      } catch (error) {
        throw this.#failure(error, cs)
      }
    })
  }

  /** SPI has nobody to ask: it is free when nothing is under way. */
  settle(): Promise<void> {
    return this.#traffic.settle(() => Promise.resolve())
  }

  close(): Promise<void> {
    return this.#traffic.close(() => {
      const open = [...this.#opened.values()]
      this.#opened.clear()
      return callAll(
        open.map(
          ({ device }) =>
            () =>
              called(done => device.close(done)),
        ),
      )
    })
  }

  async #transfer(bytes: Uint8Array, checked: CheckedSpi, turn: Turn): Promise<Uint8Array> {
    const { cs, mode, speedHz, bits } = checked
    const device = await this.#select(cs, mode, turn)
    turn.goOn()
    const receiveBuffer = Buffer.alloc(bytes.length)
    const sendBuffer = Buffer.from(bytes)
    const message = { byteLength: bytes.length, sendBuffer, receiveBuffer, speedHz, bitsPerWord: bits }
    await called(done => device.transfer([message], done))
    return Uint8Array.from(receiveBuffer)
  }

  async #select(cs: number, mode: number, turn: Turn): Promise<PackageSpi> {
    const open = this.#opened.get(cs)
    if (open === undefined) return await this.#open(cs, mode, turn)
    if (open.mode !== mode) {
      await called(done => open.device.setOptions({ mode }, done))
      open.mode = mode
    }
    return open.device
  }

  async #open(cs: number, mode: number, turn: Turn): Promise<PackageSpi> {
    const device = await new Promise<PackageSpi>((resolve, reject) => {
      const opening = this.#package.open(this.#number, cs, { mode }, error =>
        error ? reject(error) : resolve(opening),
      )
    })
    try {
      turn.goOn() // that may have taken too long, and nobody would close it any more
    } catch (error) {
      await called(done => device.close(done))
      throw error
    }
    this.#opened.set(cs, { device, mode })
    return device
  }

  #failure(error: unknown, cs: number): PiWorkerError {
    if (isPiWorkerError(error)) return error
    const path = `/dev/spidev${this.#number}.${cs}`
    const errno = errnoOf(error)
    const context = { place: path, cause: error, details: { bus: this.name, cs, errno } }
    switch (errno) {
      case 'EACCES':
      case 'EPERM':
        return busPermission('spi', this.name, path, error)
      case 'ENOENT':
        return busMissing('spi', this.name, path, error)
      case 'ETIMEDOUT':
        return hung(this.name, 'the kernel gave up waiting for the bus', error)
      case 'EINVAL':
        return new PiWorkerError('ERR_UNSUPPORTED', `${path} cannot do this mode, speed or number of bits`, {
          ...context,
          remedy: 'A Raspberry Pi sends words of 8 bits; use another mode or speed.',
        })
      case 'EMSGSIZE':
        return new PiWorkerError('ERR_UNSUPPORTED', `${path} cannot send so many bytes at once`, {
          ...context,
          remedy: 'Send less at once, or raise spidev.bufsiz (4096) in /boot/firmware/cmdline.txt.',
        })
      default:
        return busIo(this.name, `chip select ${cs} cannot be used`, error, { cs, code: codeOf(error) })
    }
  }
}

/** A call with a callback of Node's kind. */
function called(call: (done: (error: Error | null | undefined) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    call(error => (error ? reject(error) : resolve()))
  })
}
