/**
 * What tests inside the kernel need of its GPIO simulator: chips, the outside world's push on a line, and the
 * simulator's own view of a line. All of it goes through files of the kernel, none through pi-worker.
 */

import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Level } from '../../drivers/driver.js'
import { codeOf } from '../../src/errors.js'
import { SystemClock } from '../../src/worker/clock.js'
import { HEADER_CHIP } from './boot.js'

const CONFIGFS = '/sys/kernel/config/gpio-sim'
const SYSFS_GPIO = '/sys/class/gpio'

export interface ChipOptions {
  /** Name of the folder in configfs, unlike every other chip's. */
  readonly folder: string
  readonly label: string
  readonly lines: number
  readonly names?: Readonly<Record<number, string>>
}

/** One chip of the simulator. */
export class SimulatedChip {
  readonly #folder: string
  readonly #pulled = new Set<number>()

  private constructor(folder: string) {
    this.#folder = join(CONFIGFS, folder)
  }

  /** A chip that is there already, as the init script made the header's. */
  static find(folder: string): SimulatedChip {
    return new SimulatedChip(folder)
  }

  static create({ folder, label, lines, names = {} }: ChipOptions): SimulatedChip {
    const bank = join(CONFIGFS, folder, 'bank0')
    mkdirSync(bank, { recursive: true })
    writeFileSync(join(bank, 'num_lines'), String(lines))
    writeFileSync(join(bank, 'label'), label)
    for (const [line, name] of Object.entries(names)) {
      mkdirSync(join(bank, `line${line}`))
      writeFileSync(join(bank, `line${line}`, 'name'), name)
    }
    const chip = new SimulatedChip(folder)
    chip.appear()
    return chip
  }

  /** `gpiochip0`; another one after the chip was away. */
  get name(): string {
    return this.#read('bank0/chip_name')
  }

  /** `/dev/gpiochip0` */
  get path(): string {
    return `/dev/${this.name}`
  }

  /** What sysfs adds to an offset to number the line. */
  get base(): number {
    const label = this.#read('bank0/label')
    const chips = readdirSync(SYSFS_GPIO).filter(name => name.startsWith('gpiochip'))
    const chip = chips.find(name => readFileSync(join(SYSFS_GPIO, name, 'label'), 'utf8').trim() === label)
    return Number(readFileSync(join(SYSFS_GPIO, chip ?? label, 'base'), 'utf8'))
  }

  /** The outside world pulls the line: an input follows, an output does not care. */
  pull(line: number, direction: 'up' | 'down'): void {
    this.#pulled.add(line)
    writeFileSync(this.#lineFile(line, 'pull'), `pull-${direction}`)
  }

  /** What is on the line, as the simulator sees it. */
  level(line: number): Level {
    return readFileSync(this.#lineFile(line, 'value'), 'utf8').trim() === '1' ? 'high' : 'low'
  }

  /** All pulls as they are at the start: down. */
  reset(): void {
    for (const line of this.#pulled) writeFileSync(this.#lineFile(line, 'pull'), 'pull-down')
    this.#pulled.clear()
  }

  /** The chip goes away, as when a USB adapter is pulled out; its programs keep dead file descriptors. */
  vanish(): void {
    if (this.#read('live') === '1') writeFileSync(join(this.#folder, 'live'), '0')
  }

  /** The chip comes back, under the lowest number that is free. */
  appear(): void {
    writeFileSync(join(this.#folder, 'live'), '1')
  }

  /** Vanishes and leaves nothing behind. */
  remove(): void {
    this.vanish()
    const bank = join(this.#folder, 'bank0')
    for (const name of readdirSync(bank).filter(name => /^line\d+$/.test(name))) rmdirSync(join(bank, name))
    rmdirSync(bank)
    rmdirSync(this.#folder)
  }

  #read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8').trim()
  }

  #lineFile(line: number, file: 'pull' | 'value'): string {
    return join('/sys/devices/platform', this.#read('dev_name'), this.name, `sim_gpio${line}`, file)
  }
}

const found: { header?: SimulatedChip } = {}

/** The chip that looks like the one behind a Pi's header. */
export function headerChip(): SimulatedChip {
  found.header ??= SimulatedChip.find(HEADER_CHIP.folder)
  return found.header
}

/**
 * Pulls the line up and down in turn, `count` times, beginning with the direction that makes an edge.
 * The kernel is told of interrupts every 10 ms: closer than 20 ms, edges melt together.
 */
export async function toggle(chip: SimulatedChip, line: number, count: number, gapMs = 25): Promise<void> {
  const clock = new SystemClock()
  for (let done = 0; done < count; done++) {
    chip.pull(line, chip.level(line) === 'low' ? 'up' : 'down')
    await clock.reach(clock.now() + gapMs * 1e6)
  }
}

/** Numbers of the lines that are exported through sysfs. */
export function exportedLines(): number[] {
  return readdirSync(SYSFS_GPIO).flatMap(name => {
    const number = /^gpio(\d+)$/.exec(name)?.[1]
    return number === undefined ? [] : [Number(number)]
  })
}

/** What each open file descriptor of this process is: `/dev/gpiochip0`, `anon_inode:gpio-line`, `pipe:[17]`. */
export function openFds(): string[] {
  return readdirSync('/proc/self/fd').flatMap(fd => {
    try {
      return [readlinkSync(join('/proc/self/fd', fd))]
    } catch (error) {
      // The listing's own descriptor is closed by now.
      if (codeOf(error) === 'ENOENT') return []
      throw error
    }
  })
}
