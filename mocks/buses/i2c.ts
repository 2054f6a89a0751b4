/** A simulated I²C bus: devices on it, faults, and a log of every message. */

import type { I2cBus, I2cMessage } from '../../drivers/buses/bus.js'
import { checkAddress, checkMessages, checkWhole, FIRST_ADDRESS, formatAddress } from '../../drivers/buses/check.js'
import { nack, noAnswer } from '../../drivers/buses/failures.js'
import type { TrafficOptions } from '../../drivers/buses/traffic.js'
import { type ErrorCode, PiWorkerError } from '../../src/errors.js'
import type { Duration } from '../../src/worker/duration.js'
import type { MockI2cDevice } from './i2c-device.js'
import { SimulatedWire } from './wire.js'

export interface MockI2cOptions extends TrafficOptions {
  /** Default `i2c-1`. */
  readonly name?: string | undefined
  /** Clock of the bus in Hz, 1 to 5 MHz: how long messages take. Default 100,000. */
  readonly frequency?: number | undefined
  /** False: an adapter with SMBus calls only, as `i2c-stub`. Default true. */
  readonly plain?: boolean | undefined
}

/** One message as it went over the bus. Times are those of the clock, in ns. */
export interface I2cLogEntry {
  /** Counts the transfers from 1: messages of one number were sent by one call. */
  readonly transfer: number
  readonly address: number
  readonly message: I2cMessage
  readonly time: number
  /** Undefined while it is under way, or hangs. */
  readonly end: number | undefined
  /** The bytes that came. */
  readonly reply: Uint8Array | undefined
  readonly error: ErrorCode | undefined
}

type OpenEntry = { -readonly [K in keyof I2cLogEntry]: I2cLogEntry[K] }

/** Where a message is, for the errors. */
interface Position {
  readonly address: number
  readonly message: number
  readonly of: number
}

const NOTHING = new Uint8Array()
const MAX_FREQUENCY = 5e6
/** Eight bits and the acknowledge. */
const BITS_PER_BYTE = 9
/** Start and stop. */
const FRAME_BITS = 2

export class MockI2cBus implements I2cBus {
  readonly kind = 'i2c'
  readonly name: string
  readonly #wire: SimulatedWire
  readonly #bitNs: number
  readonly #plain: boolean
  readonly #devices = new Map<number, MockI2cDevice>()
  /** At which message of its next transfer a device will not acknowledge. */
  readonly #nacks = new Map<number, number>()
  readonly #log: OpenEntry[] = []
  #transfers = 0
  #last = FIRST_ADDRESS

  /** @throws ERR_BAD_OPTION, ERR_BAD_DURATION */
  constructor(options: MockI2cOptions) {
    const { name = 'i2c-1', frequency = 100_000, plain = true } = options
    this.name = name
    this.#bitNs = 1e9 / checkWhole('frequency', frequency, 1, MAX_FREQUENCY)
    this.#plain = plain
    this.#wire = new SimulatedWire(name, options)
  }

  /** Every message so far, in order. */
  get log(): readonly I2cLogEntry[] {
    return this.#log
  }

  /** Plugs a device in, in the place of any other with that address. @throws ERR_BAD_OPTION */
  attach(address: number, device: MockI2cDevice): void {
    this.#devices.set(checkAddress(address), device)
  }

  /** Unplugs what has that address; `attach` plugs it in again. */
  detach(address: number): void {
    this.#devices.delete(address)
  }

  /** Once, in the next transfer that is long enough, the device does not acknowledge message `message` (from 1). */
  nackAt(address: number, message: number): void {
    this.#nacks.set(checkAddress(address), checkWhole('message', message, 1, Number.MAX_SAFE_INTEGER))
  }

  /** See `SimulatedWire.hang`: something holds a line of the bus. */
  hang(giveUp?: Duration): void {
    this.#wire.hang(giveUp)
  }

  recover(): void {
    this.#wire.recover()
  }

  async transfer(address: number, messages: readonly I2cMessage[]): Promise<Uint8Array[]> {
    checkAddress(address)
    checkMessages(messages)
    return await this.#wire.traffic.run(`a transfer with ${formatAddress(address)}`, async turn => {
      this.#last = address
      this.#transfers++
      const replies: Uint8Array[] = []
      for (const [index, message] of messages.entries()) {
        turn.goOn()
        const entry = this.#begin(address, message)
        try {
          await this.#wire.pass(bitsOnTheWire(message) * this.#bitNs + (this.#devices.get(address)?.stretchNs?.() ?? 0))
          turn.goOn() // a call that was given up while it hung must do nothing more
          entry.reply = this.#perform(message, { address, message: index + 1, of: messages.length })
          replies.push(entry.reply)
        } catch (error) {
          if (error instanceof PiWorkerError) entry.error = error.code
          throw error
        } finally {
          entry.end = this.#wire.clock.now()
        }
      }
      return replies
    })
  }

  async answers(address: number): Promise<boolean> {
    checkAddress(address)
    return await this.#wire.traffic.run(`asking ${formatAddress(address)}`, async () => {
      await this.#wire.pass(this.#askNs)
      return this.#devices.has(address)
    })
  }

  async scan(): Promise<number[]> {
    return await this.#wire.traffic.run('a scan', async () => {
      await this.#wire.pass(this.#askNs * 117)
      return [...this.#devices.keys()].sort((a, b) => a - b)
    })
  }

  settle(): Promise<void> {
    return this.#wire.traffic.settle(() => this.answers(this.#last))
  }

  close(): Promise<void> {
    return this.#wire.traffic.close(() => undefined)
  }

  #begin(address: number, message: I2cMessage): OpenEntry {
    const time = this.#wire.clock.now()
    const entry = {
      transfer: this.#transfers,
      address,
      message: structuredClone(message), // the sender may use its bytes again
      time,
      end: undefined,
      reply: undefined,
      error: undefined,
    }
    this.#log.push(entry)
    return entry
  }

  #perform(message: I2cMessage, at: Position): Uint8Array {
    const { address } = at
    if (!this.#plain) refusePlain(this.name, message)
    const device = this.#devices.get(address)
    if (device === undefined) {
      throw at.message === 1 ? noAnswer(this.name, address) : nack(this.name, { ...at, present: false })
    }
    if (this.#nacks.get(address) === at.message) {
      this.#nacks.delete(address)
      throw nack(this.name, { ...at, present: true })
    }
    const { sent, length } = onTheWire(message)
    const reply = sent !== undefined && !device.write(sent) ? undefined : length === 0 ? NOTHING : device.read(length)
    if (reply === undefined) throw nack(this.name, { ...at, present: true })
    return reply
  }

  /** How long it takes to ask whether an address is there, in ns. */
  get #askNs(): number {
    return bitsOfSegment(0) * this.#bitNs
  }
}

/** What a message sends, undefined when it only reads, and how many bytes it reads, 0 when it only sends. */
export function onTheWire(message: I2cMessage): { readonly sent: Uint8Array | undefined; readonly length: number } {
  switch (message.kind) {
    case 'write':
      return { sent: message.bytes, length: 0 }
    case 'read':
      return { sent: undefined, length: message.length }
    case 'writeByte':
      return { sent: Uint8Array.of(message.register, message.value), length: 0 }
    case 'writeWord':
      return { sent: Uint8Array.of(message.register, message.value & 0xff, message.value >> 8), length: 0 }
    case 'writeBlock':
      return { sent: Uint8Array.of(message.register, ...message.bytes), length: 0 }
    case 'readByte':
      return { sent: Uint8Array.of(message.register), length: 1 }
    case 'readWord':
      return { sent: Uint8Array.of(message.register), length: 2 }
    case 'readBlock':
      return { sent: Uint8Array.of(message.register), length: message.length }
  }
}

/** How many bits a message takes: a segment for each direction. */
export function bitsOnTheWire(message: I2cMessage): number {
  const { sent, length } = onTheWire(message)
  return (sent === undefined ? 0 : bitsOfSegment(sent.length)) + (length === 0 ? 0 : bitsOfSegment(length))
}

/** Start or repeated start, address, bytes, and stop or the first half of a repeated start. */
function bitsOfSegment(bytes: number): number {
  return FRAME_BITS + BITS_PER_BYTE * (1 + bytes)
}

/** What no SMBus call can say. */
function refusePlain(bus: string, message: I2cMessage): void {
  const tooLong =
    (message.kind === 'read' && message.length > 1) || (message.kind === 'write' && message.bytes.length > 33)
  if (!tooLong) return
  throw new PiWorkerError(
    'ERR_UNSUPPORTED',
    `the adapter of ${bus} has SMBus calls only: it cannot send so much at once`,
    {
      place: bus,
      remedy: 'Read and write registers instead.',
      details: { bus },
    },
  )
}
