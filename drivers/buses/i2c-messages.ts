/** One message as a call of the package `i2c-bus`. */

import { PiWorkerError } from '../../src/errors.js'
import type { I2cMessage } from './bus.js'
import { formatAddress, MAX_BLOCK } from './check.js'
import type { I2cFuncs, PackageBus } from './i2c-package.js'

const NOTHING = new Uint8Array()

/**
 * Gives the bytes that came.
 * @throws ERR_UNSUPPORTED, ERR_IO when it was cut short, and what the package throws
 */
export async function performMessage(
  bus: PackageBus,
  funcs: I2cFuncs,
  name: string,
  address: number,
  message: I2cMessage,
): Promise<Uint8Array> {
  switch (message.kind) {
    case 'readByte':
      return Uint8Array.of(await bus.readByte(address, message.register))
    case 'readWord': {
      const word = await bus.readWord(address, message.register)
      return Uint8Array.of(word & 0xff, word >> 8)
    }
    case 'readBlock': {
      const buffer = Buffer.alloc(message.length)
      const { bytesRead } = await bus.readI2cBlock(address, message.register, message.length, buffer)
      return whole(name, address, buffer, bytesRead)
    }
    case 'writeByte':
      await bus.writeByte(address, message.register, message.value)
      return NOTHING
    case 'writeWord':
      await bus.writeWord(address, message.register, message.value)
      return NOTHING
    case 'writeBlock':
      await bus.writeI2cBlock(address, message.register, message.bytes.length, Buffer.from(message.bytes))
      return NOTHING
    case 'read':
      return await read(bus, funcs, name, address, message.length)
    case 'write':
      await write(bus, funcs, name, address, Buffer.from(message.bytes))
      return NOTHING
  }
}

async function read(
  bus: PackageBus,
  funcs: I2cFuncs,
  name: string,
  address: number,
  length: number,
): Promise<Uint8Array> {
  if (!funcs.i2c) {
    if (length > 1) throw onlySmbus(name, `read ${length} bytes from no register`)
    return Uint8Array.of(await bus.receiveByte(address))
  }
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await bus.i2cRead(address, length, buffer)
  return whole(name, address, buffer, bytesRead)
}

/** Without plain messages, by the SMBus call that puts the same bytes on the wire. */
async function write(bus: PackageBus, funcs: I2cFuncs, name: string, address: number, bytes: Buffer): Promise<void> {
  const { length } = bytes
  const [first = 0, second = 0] = bytes
  if (funcs.i2c) {
    const { bytesWritten } = await bus.i2cWrite(address, length, bytes)
    whole(name, address, bytes, bytesWritten)
  } else if (length === 1) await bus.sendByte(address, first)
  else if (length === 2) await bus.writeByte(address, first, second)
  else if (length <= MAX_BLOCK + 1) await bus.writeI2cBlock(address, first, length - 1, bytes.subarray(1))
  else throw onlySmbus(name, `write ${length} bytes at once`)
}

function whole(name: string, address: number, buffer: Buffer, length: number): Uint8Array {
  if (length === buffer.length) return Uint8Array.from(buffer)
  const place = `${name} ${formatAddress(address)}`
  throw new PiWorkerError('ERR_IO', `only ${length} of ${buffer.length} bytes went over ${place}`, {
    place,
    details: { bus: name, address },
  })
}

function onlySmbus(name: string, what: string): PiWorkerError {
  return new PiWorkerError('ERR_UNSUPPORTED', `the adapter of ${name} has SMBus calls only: it cannot ${what}`, {
    place: name,
    remedy: 'Read and write registers instead, or use another adapter.',
    details: { bus: name },
  })
}
