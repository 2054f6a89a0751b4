/**
 * I²C through Linux (`/dev/i2c-N`) and the npm package `i2c-bus`.
 *
 * Registers are read and written by SMBus calls, which every adapter has, and which are the same on the wire as plain
 * messages. Plain ones that an SMBus call can say are sent by it where the adapter has nothing else (`i2c-stub`).
 */

import { codeOf, isPiWorkerError, PiWorkerError } from '../../src/errors.js'
import type { I2cBus, I2cMessage } from './bus.js'
import { checkAddress, checkMessages, checkWhole, FIRST_ADDRESS, formatAddress, LAST_ADDRESS } from './check.js'
import { busIo, busMissing, errnoOf, hung, type Machine, nack, needsRealLinux, noAnswer } from './failures.js'
import { performMessage } from './i2c-messages.js'
import { type I2cFuncs, type I2cPackage, loadI2c, type PackageBus } from './i2c-package.js'
import { busPermission } from './permission.js'
import { Traffic, type TrafficOptions, type Turn } from './traffic.js'

export interface I2cOptions extends TrafficOptions, Machine {
  /** N of `/dev/i2c-N`. Default 1, which is on pins 3 and 5 of the header. */
  readonly bus?: number | undefined
  /** Gives the package; tests give one of their own. */
  readonly load?: (() => Promise<I2cPackage>) | undefined
}

/**
 * Opens a bus.
 * @throws ERR_DRIVER_MISSING, ERR_PERMISSION, ERR_UNSUPPORTED, ERR_BAD_OPTION, ERR_BAD_DURATION, ERR_IO
 */
export async function openI2c(options: I2cOptions): Promise<I2cBus> {
  const { bus: number = 1, load = loadI2c } = options
  checkWhole('bus', number, 0, 0xfffff)
  const name = `i2c-${number}`
  needsRealLinux(name, options)
  const traffic = new Traffic(name, options)
  const bus = new LinuxI2cBus(number, await load(), traffic)
  await bus.open()
  return bus
}

/** What the kernel says when nothing acknowledges: ENXIO and ENODEV the address, the others at any byte. */
const NO_ADDRESS: readonly (string | undefined)[] = ['ENXIO', 'ENODEV']
const NO_ACKNOWLEDGE: readonly (string | undefined)[] = [...NO_ADDRESS, 'EREMOTEIO', 'EIO']
/**
 * After these the package's files are of no use: ENODEV may mean that the adapter was unplugged; and after EBUSY the
 * package keeps one that is set to no address, and would send the next message to address 0, which all devices hear.
 */
const SPOILT: readonly (string | undefined)[] = ['EBUSY', 'ENODEV', 'EBADF']

/** Which message of which call. */
interface Position {
  readonly address: number
  /** Counted from 1. */
  readonly message: number
  readonly of: number
  readonly turn: Turn
}

class LinuxI2cBus implements I2cBus {
  readonly kind = 'i2c'
  readonly name: string
  readonly #number: number
  readonly #package: I2cPackage
  readonly #traffic: Traffic
  #opened: { readonly bus: PackageBus; readonly funcs: I2cFuncs } | undefined
  /** The address that was used last: the one to ask after the bus has hung. */
  #last = FIRST_ADDRESS

  constructor(number: number, i2c: I2cPackage, traffic: Traffic) {
    this.#number = number
    this.name = traffic.name
    this.#package = i2c
    this.#traffic = traffic
  }

  /** Sees that the bus is there and what it can do. */
  async open(): Promise<void> {
    try {
      await this.#traffic.run('opening', turn => this.#open(turn))
    } catch (error) {
      throw await this.#failure(error)
    }
  }

  async transfer(address: number, messages: readonly I2cMessage[]): Promise<Uint8Array[]> {
    checkAddress(address)
    checkMessages(messages)
    const what = `a transfer with ${formatAddress(address)}`
    return await this.#traffic.run(what, turn => this.#transfer(address, messages, turn))
  }

  async answers(address: number): Promise<boolean> {
    checkAddress(address)
    return await this.#traffic.run(`asking ${formatAddress(address)}`, turn => this.#answers(address, turn))
  }

  async scan(): Promise<number[]> {
    return await this.#traffic.run('a scan', async turn => {
      const found: number[] = []
      try {
        for (let address = FIRST_ADDRESS; address <= LAST_ADDRESS; address++) {
          if (await this.#answers(address, turn)) found.push(address)
        }
      } finally {
        await this.#drop() // it has a file open for every address by now
      }
      return found
    })
  }

  settle(): Promise<void> {
    return this.#traffic.settle(() => this.answers(this.#last))
  }

  close(): Promise<void> {
    return this.#traffic.close(() => this.#drop())
  }

  async #open(turn: Turn): Promise<{ readonly bus: PackageBus; readonly funcs: I2cFuncs }> {
    turn.goOn()
    if (this.#opened !== undefined) return this.#opened
    const bus = await this.#package.openPromisified(this.#number)
    try {
      const funcs = await bus.i2cFuncs()
      turn.goOn() // that may have taken too long, and nobody would close it any more
      this.#opened = { bus, funcs }
      return this.#opened
    } catch (error) {
      await bus.close()
      throw error
    }
  }

  async #drop(): Promise<void> {
    const opened = this.#opened
    this.#opened = undefined
    await opened?.bus.close()
  }

  async #transfer(address: number, messages: readonly I2cMessage[], turn: Turn): Promise<Uint8Array[]> {
    this.#last = address
    const replies: Uint8Array[] = []
    for (const [index, message] of messages.entries()) {
      try {
        const { bus, funcs } = await this.#open(turn)
        replies.push(await performMessage(bus, funcs, this.name, address, message))
      } catch (error) {
        throw await this.#failure(error, { address, message: index + 1, of: messages.length, turn })
      }
    }
    return replies
  }

  /** As i2cdetect asks: by an empty write, or by a read where a write could change what an EEPROM holds. */
  async #answers(address: number, turn: Turn): Promise<boolean> {
    this.#last = address
    try {
      const { bus, funcs } = await this.#open(turn)
      const memory = (address >= 0x30 && address <= 0x37) || (address >= 0x50 && address <= 0x5f)
      if (memory || !funcs.smbusQuick) await bus.receiveByte(address)
      else await bus.writeQuick(address, 0)
      return true
    } catch (error) {
      const errno = errnoOf(error)
      if (SPOILT.includes(errno)) await this.#drop()
      if (errno === 'EBUSY') return true // a driver of the kernel has it
      if (NO_ACKNOWLEDGE.includes(errno)) return false
      throw await this.#failure(error)
    }
  }

  async #failure(error: unknown, at?: Position): Promise<PiWorkerError> {
    if (isPiWorkerError(error)) return error
    const path = `/dev/${this.name}`
    const errno = errnoOf(error)
    if (SPOILT.includes(errno)) await this.#drop()
    if (at !== undefined && NO_ACKNOWLEDGE.includes(errno)) return await this.#unanswered(at, error)
    switch (errno) {
      case 'EACCES':
      case 'EPERM':
        return busPermission('i2c', this.name, path, error)
      case 'ENOENT':
        return busMissing('i2c', this.name, path, error)
      case 'ETIMEDOUT':
        return hung(this.name, 'the kernel gave up waiting for the bus', error)
      case 'EBUSY':
        return this.#held(at?.address ?? this.#last, error)
      case 'EOPNOTSUPP':
      case 'ENOTSUP':
        return new PiWorkerError('ERR_UNSUPPORTED', `the adapter of ${this.name} cannot send such a message`, {
          place: this.name,
          cause: error,
          details: { bus: this.name, errno },
        })
      default:
        return busIo(this.name, 'the kernel refused a message', error, at && { address: at.address })
    }
  }

  /**
   * Nobody acknowledged. Many adapters say only that (EREMOTEIO, EIO), and not at which byte: at the first message it
   * was the address if it does not answer now either; later the device had answered before.
   */
  async #unanswered({ address, message, of, turn }: Position, error: unknown): Promise<PiWorkerError> {
    if (message === 1 && NO_ADDRESS.includes(errnoOf(error))) return noAnswer(this.name, address, error)
    try {
      const present = await this.#answers(address, turn)
      if (message === 1 && !present) return noAnswer(this.name, address, error)
      return nack(this.name, { address, message, of, present }, error)
    } catch (failure) {
      if (isPiWorkerError(failure)) return failure
      throw failure
    }
  }

  #held(address: number, cause: unknown): PiWorkerError {
    const place = `${this.name} ${formatAddress(address)}`
    return new PiWorkerError('ERR_LINE_BUSY', `${place} belongs to a driver of the kernel`, {
      place,
      remedy: 'Read the device through that driver (IIO), or remove the dtoverlay that loads it.',
      cause,
      details: { bus: this.name, address, errno: codeOf(cause) },
    })
  }
}
