/** One GPIO chip: found by its label, opened, and asked about its lines without requesting any. */

import { closeSync, openSync, readdirSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { codeOf, isPiWorkerError, PiWorkerError } from '../../src/errors.js'
import { busyFailure, type Holder } from '../busy.js'
import type { LineInfo } from '../driver.js'
import { headerChipLabels } from '../header.js'
import { readSysfsChips } from '../sysfs-chips.js'
import { chipInfoFailure, errnoName, lineInfoFailure, openFailure } from './failures.js'
import {
  type ChipInfo,
  decodeChipInfo,
  decodeLineInfo,
  encodeLineInfoQuery,
  FLAG,
  IOCTL,
  type RawLineInfo,
  SIZE,
} from './layout.js'
import type { Libc } from './libc.js'

/** Where chips are looked for: /dev and /sys/class/gpio, or a test's stand-ins. */
export interface ChipFolders {
  readonly dev: string
  readonly sysfs: string
}

export class Chip {
  readonly fd: number
  readonly path: string
  readonly info: ChipInfo
  /** The board's number of line 0: 0 on the header's chip. */
  firstLine = 0
  readonly #libc: Libc
  readonly #sysfs: string
  #names: ReadonlyMap<string, number> | undefined

  constructor(libc: Libc, fd: number, path: string, info: ChipInfo, sysfs: string) {
    this.#libc = libc
    this.fd = fd
    this.path = path
    this.info = info
    this.#sysfs = sysfs
  }

  /** `/dev/gpiochip0 (pinctrl-bcm2711, 58 lines)`. */
  get description(): string {
    return `${this.path} (${this.info.label}, ${this.info.lineCount} lines)`
  }

  /** @throws ERR_CHIP_GONE, ERR_UNSUPPORTED (kernel older than 5.10), ERR_IO */
  lineInfo(line: number): LineInfo {
    return this.describe(this.#rawLineInfo(line))
  }

  /** What the kernel wrote of a line, as the contract has it. */
  describe({ line, name, consumer, flags }: RawLineInfo): LineInfo {
    return {
      line: this.firstLine + line,
      name: name === '' ? undefined : name,
      used: (flags & FLAG.USED) !== 0,
      consumer: consumer === '' ? undefined : consumer,
      direction: (flags & FLAG.OUTPUT) !== 0 ? 'output' : 'input',
    }
  }

  /** The line with that name of its own; the first where several share it, as gpiofind does. */
  findLine(name: string): number | undefined {
    this.#names ??= this.#readNames()
    return this.#names.get(name)
  }

  /** Why a request met EBUSY: who holds which of the lines. @param lines as the board numbers them */
  busy(lines: readonly number[]): PiWorkerError {
    const base = readSysfsChips(this.#sysfs)?.find(chip => chip.label === this.info.label)?.base
    const holders = lines.flatMap((line): Holder[] => {
      const offset = line - this.firstLine
      const { flags, consumer } = this.#rawLineInfo(offset)
      if ((flags & FLAG.USED) === 0) return []
      return [{ line, consumer, sysfsNumber: base === undefined ? undefined : base + offset }]
    })
    return busyFailure({ driver: 'gpiochip', path: this.path, lines }, holders)
  }

  close(): void {
    closeSync(this.fd)
  }

  #rawLineInfo(line: number): RawLineInfo {
    const bytes = encodeLineInfoQuery(line)
    if (this.#libc.ioctl(this.fd, IOCTL.LINEINFO, bytes) < 0) {
      throw lineInfoFailure(this.path, this.firstLine + line, errnoName(this.#libc.errno()))
    }
    return decodeLineInfo(bytes)
  }

  #readNames(): Map<string, number> {
    const names = new Map<string, number>()
    for (let line = 0; line < this.info.lineCount; line++) {
      const { name } = this.#rawLineInfo(line)
      if (name !== '' && !names.has(name)) names.set(name, line)
    }
    return names
  }
}

/**
 * Opens the chip that `path` names (`/dev/gpiochip0` or `gpiochip0`), or the one whose label is a header's.
 * @throws ERR_UNKNOWN_CHIP, ERR_DRIVER_MISSING, ERR_PERMISSION, ERR_UNSUPPORTED, ERR_CHIP_GONE, ERR_IO
 */
export function openChip(libc: Libc, folders: ChipFolders, path: string | undefined): Chip {
  const chip = path === undefined ? findHeaderChip(libc, folders) : openPath(libc, folders, path)
  try {
    // CHIPINFO is the same in both versions of the interface; this is the first call that only version 2 answers.
    if (chip.info.lineCount > 0) chip.lineInfo(0)
  } catch (error) {
    chip.close()
    throw error
  }
  return chip
}

function openPath(libc: Libc, folders: ChipFolders, path: string): Chip {
  const absolute = isAbsolute(path) ? path : join(folders.dev, path)
  let fd: number
  try {
    fd = openSync(absolute, 'r+')
  } catch (error) {
    throw openFailure(absolute, error)
  }
  const bytes = Buffer.alloc(SIZE.chipInfo)
  if (libc.ioctl(fd, IOCTL.CHIPINFO, bytes) < 0) {
    const failure = chipInfoFailure(absolute, errnoName(libc.errno()))
    closeSync(fd)
    throw failure
  }
  return new Chip(libc, fd, absolute, decodeChipInfo(bytes), folders.sysfs)
}

/** Never by number: a Pi 5 has its header at gpiochip4 or gpiochip0, as the kernel's version is. */
function findHeaderChip(libc: Libc, folders: ChipFolders): Chip {
  const paths = chipPaths(folders.dev)
  const seen: string[] = []
  let refused: PiWorkerError | undefined
  for (const path of paths) {
    let chip: Chip
    try {
      chip = openPath(libc, folders, path)
    } catch (error) {
      // One closed or vanished chip does not matter when another one is the header's.
      if (!isPiWorkerError(error)) throw error
      seen.push(`${path} (${error.message})`)
      if (refused === undefined || error.code === 'ERR_PERMISSION') refused = error
      continue
    }
    if (headerChipLabels.includes(chip.info.label)) return chip
    seen.push(`${path} (${chip.info.label})`)
    chip.close()
  }
  if (refused !== undefined && mayHaveHeader(folders.sysfs)) throw refused
  if (seen.length === 0) {
    throw new PiWorkerError('ERR_DRIVER_MISSING', `there is no ${join(folders.dev, 'gpiochip*')}`, {
      place: join(folders.dev, 'gpiochip*'),
      remedy:
        'Run it on a Raspberry Pi (in a container: with --device /dev/gpiochip0), or use the mock: --driver mock, or driver: "mock" in a program.',
      details: { driver: 'gpiochip' },
    })
  }
  throw new PiWorkerError(
    'ERR_UNKNOWN_CHIP',
    `none of the chips is a Raspberry Pi's header (${headerChipLabels.join(', ')}): ${seen.join(', ')}`,
    {
      place: join(folders.dev, 'gpiochip*'),
      remedy: `If one of them is meant, name it: --chip ${paths[0]}. Elsewhere, use --driver mock.`,
      details: { driver: 'gpiochip', seen },
    },
  )
}

/** A laptop's own chip is closed to users too, but opening it would not make it a header; sysfs tells all labels. */
function mayHaveHeader(sysfs: string): boolean {
  const chips = readSysfsChips(sysfs) ?? []
  return chips.length === 0 || chips.some(chip => headerChipLabels.includes(chip.label))
}

function chipPaths(dev: string): string[] {
  let names: string[]
  try {
    names = readdirSync(dev)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw openFailure(dev, error)
  }
  return names
    .filter(name => /^gpiochip\d+$/.test(name))
    .sort((a, b) => Number(a.slice(8)) - Number(b.slice(8)))
    .map(name => join(dev, name))
}
