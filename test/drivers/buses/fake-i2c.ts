/** A stand-in for the package `i2c-bus` and the kernel behind it, with simulated devices. */

import type { I2cPackage, PackageBus } from '../../../drivers/buses/i2c-package.js'
import type { MockI2cDevice } from '../../../mocks/buses/i2c-device.js'
import { errno, Gate } from './setup.js'

export class FakeI2c implements I2cPackage {
  readonly devices = new Map<number, MockI2cDevice>()
  readonly funcs = { i2c: true, smbusQuick: true }
  /** What the kernel says when nobody acknowledges: the Pi's own adapter says EREMOTEIO to everything. */
  silence = 'EREMOTEIO'
  /** Errnos for the next calls, whatever they are. */
  readonly failures: string[] = []
  /** Every call of the package, as text: `readByte 76 d0`. */
  readonly calls: string[] = []
  /** Buses of the package that are open. */
  open = 0
  /** How many buses the package has opened. */
  opened = 0
  #gate: Gate | undefined
  #nack: { readonly address: number; left: number } | undefined

  /** The device does not acknowledge its n-th message from now on. */
  nackAt(address: number, message: number): void {
    this.#nack = { address, left: message }
  }

  hang(): void {
    this.#gate = new Gate()
  }

  recover(): void {
    this.#gate?.open()
    this.#gate = undefined
  }

  async openPromisified(): Promise<PackageBus> {
    this.open++
    this.opened++
    const send = (address: number, bytes: readonly number[]): void => {
      if (!this.#device(address).write(Uint8Array.from(bytes))) throw this.#silent()
    }
    const get = (address: number, length: number): Uint8Array => {
      const reply = this.#device(address).read(length)
      if (reply === undefined) throw this.#silent()
      return reply
    }
    const message = async <T>(text: string, address: number, work: () => T): Promise<T> => {
      await this.#begin(`${text} ${address.toString(16)}`)
      if (this.#nack?.address === address && --this.#nack.left === 0) throw this.#silent()
      return work()
    }
    return {
      i2cFuncs: async () => {
        await this.#begin('i2cFuncs')
        return this.funcs
      },
      receiveByte: address => message('receiveByte', address, () => get(address, 1)[0] as number),
      sendByte: (address, byte) => message('sendByte', address, () => send(address, [byte])),
      readByte: (address, register) =>
        message('readByte', address, () => {
          send(address, [register])
          return get(address, 1)[0] as number
        }),
      writeByte: (address, register, byte) => message('writeByte', address, () => send(address, [register, byte])),
      readWord: (address, register) =>
        message('readWord', address, () => {
          send(address, [register])
          const [low = 0, high = 0] = get(address, 2)
          return low | (high << 8)
        }),
      writeWord: (address, register, word) =>
        message('writeWord', address, () => send(address, [register, word & 0xff, word >> 8])),
      readI2cBlock: (address, register, length, buffer) =>
        message('readI2cBlock', address, () => {
          send(address, [register])
          buffer.set(get(address, length))
          return { bytesRead: length }
        }),
      writeI2cBlock: (address, register, _, buffer) =>
        message('writeI2cBlock', address, () => send(address, [register, ...buffer])),
      i2cRead: (address, length, buffer) =>
        message('i2cRead', address, () => {
          buffer.set(get(address, length))
          return { bytesRead: length }
        }),
      i2cWrite: (address, length, buffer) =>
        message('i2cWrite', address, () => {
          send(address, [...buffer])
          return { bytesWritten: length }
        }),
      writeQuick: async address => {
        await this.#begin(`writeQuick ${address.toString(16)}`)
        this.#device(address)
      },
      close: async () => {
        this.open--
      },
    }
  }

  async #begin(call: string): Promise<void> {
    this.calls.push(call)
    await this.#gate?.wait()
    const failure = this.failures.shift()
    if (failure !== undefined) throw errno(failure)
  }

  #device(address: number): MockI2cDevice {
    const device = this.devices.get(address)
    if (device === undefined) throw this.#silent()
    return device
  }

  /** The addon's errors have the number of the errno, and its name only where Node knows it. */
  #silent(): Error {
    if (this.silence !== 'EREMOTEIO') return errno(this.silence)
    return Object.assign(new Error(', Remote I/O error'), { code: '', errno: 121 })
  }
}
