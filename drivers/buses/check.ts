/** The checks of what the buses are asked for, the same for real and simulated ones. All throw ERR_BAD_OPTION. */

import { badOption } from '../../src/worker/task-options.js'
import type { I2cMessage, PwmOutput, SpiMode, SpiSettings } from './bus.js'

/** The lowest and highest address of a device; those outside mean something else (UM10204, table 4). */
export const FIRST_ADDRESS = 0x03
export const LAST_ADDRESS = 0x77
/** The longest block of SMBus. */
export const MAX_BLOCK = 32
/** More than this at once is a mistake; the kernel takes 8192. */
const MAX_PLAIN = 8192
const MAX_SPEED_HZ = 125e6
const DEFAULT_SPEED_HZ = 1e6

/** `0x76` */
export function formatAddress(address: number): string {
  return `0x${address.toString(16).padStart(2, '0')}`
}

export function checkWhole(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
  throw badOption(name, value, `a whole number from ${min} to ${max}`)
}

export function checkAddress(address: unknown): number {
  const known = typeof address === 'number' && Number.isInteger(address)
  if (known && address >= FIRST_ADDRESS && address <= LAST_ADDRESS) return address
  throw badOption('address', known ? formatAddress(address) : address, 'a 7-bit address from 0x03 to 0x77')
}

export function checkMessages(messages: readonly I2cMessage[]): void {
  if (!Array.isArray(messages) || messages.length === 0) throw badOption('messages', messages, 'one or more messages')
  for (const message of messages) checkMessage(message)
}

function checkMessage(message: I2cMessage): void {
  if (typeof message !== 'object' || message === null) throw badOption('message', message, 'a message')
  switch (message.kind) {
    case 'write':
      checkBytes(message.bytes, MAX_PLAIN)
      break
    case 'read':
      checkWhole('length', message.length, 1, MAX_PLAIN)
      break
    case 'writeByte':
      checkWhole('value', message.value, 0, 0xff)
      break
    case 'writeWord':
      checkWhole('value', message.value, 0, 0xffff)
      break
    case 'writeBlock':
      checkBytes(message.bytes, MAX_BLOCK)
      break
    case 'readBlock':
      checkWhole('length', message.length, 1, MAX_BLOCK)
      break
    case 'readByte':
    case 'readWord':
      break
    default:
      throw badOption('kind', (message as { kind?: unknown }).kind, 'a kind of message')
  }
  if (message.kind !== 'write' && message.kind !== 'read') checkWhole('register', message.register, 0, 0xff)
}

function checkBytes(bytes: unknown, most: number): void {
  if (!(bytes instanceof Uint8Array)) throw badOption('bytes', bytes, 'a Uint8Array')
  checkWhole('bytes.length', bytes.length, 1, most)
}

/** SpiSettings with nothing left out. */
export interface CheckedSpi {
  readonly cs: number
  readonly mode: SpiMode
  readonly speedHz: number
  readonly bits: number
}

export function checkSpi(bytes: unknown, settings: SpiSettings): CheckedSpi {
  const { cs, mode = 0, speedHz = DEFAULT_SPEED_HZ, bits = 8 } = settings ?? {}
  checkBytes(bytes, 65_536)
  checkWhole('cs', cs, 0, 255)
  checkWhole('mode', mode, 0, 3)
  checkWhole('speedHz', speedHz, 1, MAX_SPEED_HZ)
  checkWhole('bits', bits, 1, 32)
  const wordLength = bits <= 8 ? 1 : bits <= 16 ? 2 : 4
  const { length } = bytes as Uint8Array
  if (length % wordLength !== 0)
    throw badOption('bytes.length', length, `a multiple of ${wordLength}, for ${bits} bits`)
  return { cs, mode, speedHz, bits }
}

/** A family code that no chip has (00) is noise on a line without its pull-up. */
export const ONE_WIRE_ID = /^(?!00)[0-9a-f]{2}-[0-9a-f]{12}$/

export function checkOneWireId(id: unknown): string {
  if (typeof id === 'string' && ONE_WIRE_ID.test(id)) return id
  throw badOption('id', id, 'an id such as 28-0316a2794aff')
}

/** Names become names of files: nothing that leaves the folder. */
export function checkIioNames(device: unknown, channel: unknown): void {
  if (typeof device !== 'string' || !/^[^/\0]+$/.test(device)) throw badOption('device', device, 'the name of a device')
  if (typeof channel !== 'string' || !/^[a-z][a-z0-9_-]*$/.test(channel)) {
    throw badOption('channel', channel, 'the name of a channel, such as temp or voltage0')
  }
}

/** 1000 s: far more than any hardware can. */
const MAX_PERIOD_NS = 1e12

/** With nothing left out. */
export function checkPwm(channels: number, channel: number, output: PwmOutput): Required<PwmOutput> {
  const { periodNs, dutyNs, polarity = 'normal', enabled = true } = output ?? {}
  checkChannel(channels, channel)
  checkWhole('periodNs', periodNs, 1, MAX_PERIOD_NS)
  checkWhole('dutyNs', dutyNs, 0, periodNs)
  if (polarity !== 'normal' && polarity !== 'inversed') throw badOption('polarity', polarity, "'normal' or 'inversed'")
  if (typeof enabled !== 'boolean') throw badOption('enabled', enabled, 'true or false')
  return { periodNs, dutyNs, polarity, enabled }
}

export function checkChannel(channels: number, channel: number): void {
  checkWhole('channel', channel, 0, channels - 1)
}
