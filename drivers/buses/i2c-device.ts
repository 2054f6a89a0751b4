/** One device on an I²C bus, with the registers that most devices have. */

import type { I2cBus } from './bus.js'
import { checkAddress } from './check.js'

/** Which byte of a word comes first on the wire: the low one (SMBus) or the high one (most sensors). */
export type ByteOrder = 'little' | 'big'

/**
 * Good as long as the bus that it was made from: inside a transaction, for that one. Every method throws what
 * `I2cBus.transfer` throws.
 */
export class I2cDevice {
  readonly address: number
  readonly #bus: Pick<I2cBus, 'transfer'>

  /** @throws ERR_BAD_OPTION unless the address is 0x03 to 0x77 */
  constructor(bus: Pick<I2cBus, 'transfer'>, address: number) {
    this.address = checkAddress(address)
    this.#bus = bus
  }

  /** Bytes as they come, from no register. */
  async read(length: number): Promise<Uint8Array> {
    return await this.#one({ kind: 'read', length })
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#one({ kind: 'write', bytes })
  }

  async readByte(register: number): Promise<number> {
    return view(await this.#one({ kind: 'readByte', register })).getUint8(0)
  }

  async writeByte(register: number, value: number): Promise<void> {
    await this.#one({ kind: 'writeByte', register, value })
  }

  /** 0 to 65,535. */
  async readWord(register: number, order: ByteOrder = 'little'): Promise<number> {
    return view(await this.#one({ kind: 'readWord', register })).getUint16(0, order === 'little')
  }

  async writeWord(register: number, value: number, order: ByteOrder = 'little'): Promise<void> {
    await this.#one({ kind: 'writeWord', register, value: order === 'little' ? value : swap(value) })
  }

  /** 1 to 32 bytes from `register` on. */
  async readBlock(register: number, length: number): Promise<Uint8Array> {
    return await this.#one({ kind: 'readBlock', register, length })
  }

  /** 1 to 32 bytes. */
  async writeBlock(register: number, bytes: Uint8Array): Promise<void> {
    await this.#one({ kind: 'writeBlock', register, bytes })
  }

  async #one(message: Parameters<I2cBus['transfer']>[1][number]): Promise<Uint8Array> {
    const [reply] = await this.#bus.transfer(this.address, [message])
    return reply as Uint8Array
  }
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** What is no word stays none, for the check of the bus to refuse. */
function swap(word: number): number {
  return Number.isInteger(word) && word >= 0 && word <= 0xffff ? ((word & 0xff) << 8) | (word >> 8) : word
}
