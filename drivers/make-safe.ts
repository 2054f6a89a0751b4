/** Carries out handovers: in the process of the guardian, which loads what they need and nothing else. */

import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { getSystemErrorName } from 'node:util'
import { codeOf, PiWorkerError } from '../src/errors.js'
import type { FileHandover, FileWrite, Handover, I2cHandover, LineCall, LineHandover, PwmHandover } from './handover.js'
import type { Level } from './line-handle.js'
import { loadOptional } from './load-optional.js'
import { acceptPigpio } from './make-safe-pigpio.js'
import { tryEach } from './try-each.js'

/** A handover that has been accepted: all that it needs is open and loaded. */
export interface Accepted {
  /**
   * Makes it safe, as often as it is called: each line, although another one fails.
   * @param giverGone The process that gave it has ended.
   * @throws ERR_IO, and what Node throws; ERR_GUARDIAN when it can be done only once that process is gone
   */
  makeSafe(giverGone: boolean): void
  /** The physical level of its first line, where nothing is inverted. Only lines have it. @throws ERR_IO, what Node throws */
  level?(): Level
  /** From now on these calls make it safe. Only a line request has it. */
  change?(calls: readonly LineCall[]): void
  /** Lets the lines go. @throws what Node throws */
  letGo(): void
  /** Closes what is open: somebody else has the lines. */
  forget(): void
}

/** @throws why it cannot be done here: ERR_DRIVER_MISSING, ERR_UNSUPPORTED, and what Node throws for files */
export async function accept(handover: Handover): Promise<Accepted> {
  switch (handover.kind) {
    case 'line':
      return new AcceptedLines(handover, await loadIoctl())
    case 'file':
      return new AcceptedFiles(handover)
    case 'pwm':
      return acceptedPwm(handover)
    case 'i2c':
      return acceptedMessage(handover, await loadI2c())
    case 'pigpio':
      return await acceptPigpio(handover)
  }
}

/** Of libc, with C's conventions; what it gives is the errno's name when it fails. */
type Ioctl = (fd: number, request: number, bytes: Uint8Array) => string | undefined

/** gpio_v2_line_values, and the request that reads them: it fails on whatever is no line request. */
const VALUES_BYTES = 16
const GET_VALUES = 0xc010b40e

class AcceptedLines implements Accepted {
  readonly #fd: number
  readonly #ioctl: Ioctl
  #calls: readonly { readonly request: number; readonly bytes: Uint8Array }[] = []

  constructor({ fd, calls }: LineHandover, ioctl: Ioctl) {
    this.#fd = fd
    this.#ioctl = ioctl
    this.change(calls)
    this.level()
  }

  level(): Level {
    const bytes = firstValue()
    this.#do(GET_VALUES, bytes)
    return ((bytes[0] ?? 0) & 1) === 1 ? 'high' : 'low'
  }

  change(calls: readonly LineCall[]): void {
    this.#calls = calls.map(({ request, bytes }) => ({ request, bytes: Buffer.from(bytes, 'base64') }))
  }

  makeSafe(): void {
    for (const { request, bytes } of this.#calls) this.#do(request, Uint8Array.from(bytes))
  }

  letGo(): void {
    closeSync(this.#fd)
  }

  forget(): void {
    closeSync(this.#fd)
  }

  #do(request: number, bytes: Uint8Array): void {
    const errno = this.#ioctl(this.#fd, request, bytes)
    if (errno !== undefined) throw new PiWorkerError('ERR_IO', errno)
  }
}

function firstValue(): Uint8Array {
  const bytes = new Uint8Array(VALUES_BYTES)
  bytes[8] = 1 // of the mask
  return bytes
}

/** Each file is opened once: a line that was let go and taken by somebody else has other files under the same names. */
class AcceptedFiles implements Accepted {
  readonly #writes: readonly (FileWrite & { readonly fd: number })[]
  readonly #release: readonly FileWrite[]
  /** The files are no more: the line was let go already. */
  #gone = false

  constructor({ writes, release }: FileHandover) {
    this.#writes = writes.map(write => ({ ...write, fd: openSync(write.path, constants.O_WRONLY) }))
    this.#release = release
  }

  makeSafe(): void {
    tryEach(this.#writes.map(({ path, fd, text }) => ({ what: path, act: () => this.#write(fd, text) })))
  }

  /** The line's folder is beside the file that lets it go. */
  level(): Level {
    const [{ path = '', text = '' } = {}] = this.#release
    return readFileSync(join(dirname(path), `gpio${text}`, 'value'), 'utf8').startsWith('1') ? 'high' : 'low'
  }

  letGo(): void {
    this.forget()
    if (this.#gone) return
    tryEach(this.#release.map(({ path, text }) => ({ what: path, act: () => writeFile(path, text) })))
  }

  forget(): void {
    for (const { fd } of this.#writes) closeSync(fd)
  }

  #write(fd: number, text: string): void {
    try {
      writeSync(fd, text, 0)
    } catch (error) {
      this.#gone ||= codeOf(error) === 'ENODEV'
      throw error
    }
  }
}

function acceptedPwm({ folder, channel, duty }: PwmHandover): Accepted {
  const file = (name: string): string => join(folder, `pwm${channel}`, name)
  const read = (name: string): string => readFileSync(file(name), 'utf8').trim()
  /** A channel that nobody has exported puts nothing out. */
  const ifThere = (act: () => void): void => {
    try {
      act()
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
    }
  }
  return {
    makeSafe: () =>
      ifThere(() => {
        writeFile(file('duty_cycle'), String(Math.round(Number(read('period')) * duty)))
        if (duty > 0 && read('enable') === '0') writeFile(file('enable'), '1')
      }),
    letGo: () =>
      ifThere(() => {
        if (read('enable') === '1') writeFile(file('enable'), '0')
        writeFile(join(folder, 'unexport'), String(channel))
      }),
    forget: () => undefined,
  }
}

function acceptedMessage({ bus, address, bytes }: I2cHandover, i2c: I2cPackage): Accepted {
  const open = i2c.openSync(bus)
  const { i2c: plain } = open.i2cFuncsSync()
  const data = Buffer.from(bytes)
  const [first = 0, second = 0] = data
  return {
    makeSafe: () => {
      // Without plain messages, by the SMBus call that puts the same bytes on the wire.
      if (plain) open.i2cWriteSync(address, data.length, data)
      else if (data.length === 1) open.sendByteSync(address, first)
      else if (data.length === 2) open.writeByteSync(address, first, second)
      else open.writeI2cBlockSync(address, first, data.length - 1, data.subarray(1))
    },
    letGo: () => open.closeSync(),
    forget: () => open.closeSync(),
  }
}

function writeFile(path: string, text: string): void {
  const fd = openSync(path, constants.O_WRONLY)
  try {
    writeSync(fd, text)
  } finally {
    closeSync(fd)
  }
}

let ioctl: Ioctl | undefined

async function loadIoctl(): Promise<Ioctl> {
  if (ioctl !== undefined) return ioctl
  const { default: koffi } = await loadOptional('koffi', () => import('koffi'))
  const call: (fd: number, request: number, bytes: Uint8Array) => number = koffi
    .load(null)
    .func('int ioctl(int fd, unsigned long request, void *argument)')
  ioctl = (fd, request, bytes) => (call(fd, request, bytes) < 0 ? getSystemErrorName(-koffi.errno()) : undefined)
  return ioctl
}

/** One bus of the npm package `i2c-bus`, by the calls that return when all is done. */
interface I2cBus {
  i2cFuncsSync(): { readonly i2c: boolean }
  i2cWriteSync(address: number, length: number, bytes: Buffer): number
  sendByteSync(address: number, byte: number): unknown
  writeByteSync(address: number, register: number, byte: number): unknown
  writeI2cBlockSync(address: number, register: number, length: number, bytes: Buffer): number
  closeSync(): void
}

interface I2cPackage {
  openSync(bus: number): I2cBus
}

async function loadI2c(): Promise<I2cPackage> {
  const loaded = await loadOptional('i2c-bus', () => import('i2c-bus'))
  return loaded.default as unknown as I2cPackage
}
