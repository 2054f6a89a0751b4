/** A kernel's GPIO character devices behind a fake libc: chips, lines, who holds them, and their values. */

import { fstatSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { FLAG, IOCTL } from '../../../drivers/gpiochip/layout.js'
import type { Libc } from '../../../drivers/gpiochip/libc.js'
import { tempFolder } from '../temp-folder.js'

interface FakeLine {
  name: string
  consumer: string
  flags: number
}

interface FakeRequest {
  readonly chip: string
  readonly lines: readonly number[]
  /** Logical values, as bits. */
  values: number
  /** Flags of every configuration so far. */
  readonly configs: number[]
}

type Errno = keyof typeof constants.errno

export class FakeKernel {
  /** Stands for /dev. */
  readonly dev = tempFolder()
  /** Stands for /sys/class/gpio; empty. */
  readonly sysfs = tempFolder()
  /** Calls that fail from now on, by ioctl. */
  readonly failing = new Map<number, Errno>()
  readonly requests = new Map<number, FakeRequest>()
  /** The chip that tells nobody of its lines, by name. */
  refuseWatch: string | undefined
  /** Descriptors of chips with the lines that are watched through each. */
  readonly watched = new Map<number, Set<number>>()
  readonly #chips = new Map<number, { name: string; label: string; lines: FakeLine[]; gone?: boolean }>()
  #errno = 0

  readonly libc: Libc = {
    ioctl: (fd, request, argument) => {
      const refusal = this.failing.get(request)
      if (refusal !== undefined) return this.#fail(refusal)
      const bytes = Buffer.from(argument.buffer, argument.byteOffset, argument.byteLength)
      const held = this.requests.get(fd)
      return held === undefined ? this.#askChip(fd, request, bytes) : this.#askRequest(held, request, bytes)
    },
    pipe2: ends => {
      const errno = this.failing.get(0)
      if (errno !== undefined) return this.#fail(errno)
      ends[0] = openSync('/dev/null', 'r+')
      ends[1] = openSync('/dev/null', 'r+')
      return 0
    },
    errno: () => this.#errno,
  }

  /** A chip, and a file in `dev` for it. */
  addChip(name: string, label: string, lineCount = 54): void {
    const path = join(this.dev, name)
    writeFileSync(path, '')
    const lines = Array.from({ length: lineCount }, () => ({ name: '', consumer: '', flags: FLAG.INPUT }))
    this.#chips.set(statSync(path).ino, { name, label, lines })
  }

  /** The chip goes away, as an expander that is unplugged; `addChip` brings it back. */
  vanish(name: string): void {
    rmSync(join(this.dev, name))
    for (const chip of this.#chips.values()) if (chip.name === name) chip.gone = true
  }

  line(number: number, chip = 'gpiochip0'): FakeLine {
    return [...this.#chips.values()].find(({ name, gone }) => name === chip && !gone)!.lines[number]!
  }

  /** Another program takes a line. */
  hold(number: number, consumer: string): void {
    Object.assign(this.line(number), { consumer, flags: FLAG.USED | FLAG.INPUT })
  }

  /** Somebody behind the driver's back gives a line back; its request stays open. */
  release(number: number): void {
    Object.assign(this.line(number), { consumer: '', flags: FLAG.INPUT })
  }

  /** The one request that there is. */
  get request(): FakeRequest {
    const [request, ...others] = [...this.requests.values()]
    if (request === undefined || others.length > 0) throw new TypeError(`there are ${this.requests.size} requests`)
    return request
  }

  #askChip(fd: number, request: number, bytes: Buffer): number {
    const chip = this.#chips.get(fstatSync(fd).ino)
    if (chip === undefined) return this.#fail('ENOTTY')
    if (chip.gone) return this.#fail('ENODEV')
    switch (request) {
      case IOCTL.CHIPINFO:
        bytes.write(chip.name, 0)
        bytes.write(chip.label, 32)
        bytes.writeUInt32LE(chip.lines.length, 64)
        return 0
      case IOCTL.LINEINFO: {
        const line = chip.lines[bytes.readUInt32LE(64)]
        if (line === undefined) return this.#fail('EINVAL')
        bytes.write(line.name, 0)
        bytes.write(line.consumer, 32)
        bytes.writeUInt32LE(line.flags, 72)
        return 0
      }
      case IOCTL.WATCH: {
        if (chip.name === this.refuseWatch) return this.#fail('EIO')
        const line = bytes.readUInt32LE(64)
        if (chip.lines[line] === undefined) return this.#fail('EINVAL')
        this.watched.set(fd, (this.watched.get(fd) ?? new Set()).add(line))
        return 0
      }
      case IOCTL.UNWATCH:
        this.watched.get(fd)?.delete(bytes.readUInt32LE(0))
        return 0
      case IOCTL.GET_LINE:
        return this.#give(chip, bytes)
      default:
        return this.#fail('ENOTTY')
    }
  }

  #give(chip: { name: string; lines: FakeLine[] }, bytes: Buffer): number {
    const lines = Array.from({ length: bytes.readUInt32LE(560) }, (_, at) => bytes.readUInt32LE(4 * at))
    if (lines.some(line => (chip.lines[line]!.flags & FLAG.USED) !== 0)) return this.#fail('EBUSY')
    const consumer = bytes.toString('utf8', 256, bytes.indexOf(0, 256))
    const config = bytes.subarray(288)
    for (const line of lines) {
      Object.assign(chip.lines[line]!, { consumer, flags: FLAG.USED | config.readUInt32LE(0) })
    }
    const fd = openSync('/dev/null', 'r+')
    bytes.writeInt32LE(fd, 588)
    this.requests.set(fd, {
      chip: chip.name,
      lines,
      values: configuredValues(config),
      configs: [config.readUInt32LE(0)],
    })
    return 0
  }

  #askRequest(held: FakeRequest, request: number, bytes: Buffer): number {
    const mask = bytes.readUInt32LE(8)
    switch (request) {
      case IOCTL.GET_VALUES:
        bytes.writeUInt32LE((held.values & mask) >>> 0, 0)
        return 0
      case IOCTL.SET_VALUES:
        held.values = ((held.values & ~mask) | (bytes.readUInt32LE(0) & mask)) >>> 0
        return 0
      case IOCTL.SET_CONFIG:
        held.configs.push(bytes.readUInt32LE(0))
        held.values = configuredValues(bytes)
        return 0
      default:
        return this.#fail('ENOTTY')
    }
  }

  #fail(errno: Errno): number {
    this.#errno = constants.errno[errno]
    return -1
  }
}

/** Attribute 2 (output values) if it comes first, as the driver writes it. */
function configuredValues(config: Buffer): number {
  return config.readUInt32LE(8) > 0 && config.readUInt32LE(32) === 2 ? config.readUInt32LE(40) : 0
}
