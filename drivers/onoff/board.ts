/** The header's chip through sysfs. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PiWorkerError } from '../../src/errors.js'
import type { Clock } from '../../src/worker/clock.js'
import { busyFailure, type Holder } from '../busy.js'
import { type ChipLine, chipLineOf, numberOfChipLine, parseChipLine } from '../chip-lines.js'
import type { Board, Capabilities, LineHandle, LineInfo, LineInspector, LineRequest } from '../driver.js'
import { formatLine } from '../lines.js'
import { otherDriver } from '../other-driver.js'
import { checkLine, checkRequest, DEFAULT_CONSUMER, type RequestLimits } from '../request.js'
import type { SysfsChip } from '../sysfs-chips.js'
import { claimLines } from './claim.js'
import type { LineId } from './failures.js'
import type { SysfsFiles } from './files.js'
import { OnoffHandle } from './handle.js'
import type { GpioClass } from './package.js'

/** Edges kept for each line while nobody listens. */
const EVENTS_A_LINE = 128

/**
 * sysfs has no times, no bias and no drive, and one file for each line. Two writes of a file take up to 0.1 ms on a
 * Pi Zero.
 */
export const onoffCapabilities: Capabilities = {
  edgeTimestamps: 'none',
  bias: ['as-is'],
  drive: ['push-pull'],
  debounce: 'software',
  atomic: false,
  pulses: 'software',
  pwm: [],
  shortestPulseNs: 100_000,
  edgeDelayNs: 20_000_000,
}

export interface OnoffBoardOptions {
  readonly chip: SysfsChip
  readonly Gpio: GpioClass
  /** `/sys/class/gpio` */
  readonly root: string
  readonly files: SysfsFiles
  readonly clock: Clock
  /** Knows what sysfs does not: names and holders of lines. */
  readonly inspector: LineInspector | undefined
  /** Finds another chip by the name of its device. @throws ERR_UNKNOWN_CHIP */
  readonly findChip: (device: string) => SysfsChip
}

export class OnoffBoard implements Board {
  readonly driver = 'onoff'
  readonly capabilities = onoffCapabilities
  readonly description: string
  readonly lineCount: number
  readonly #options: OnoffBoardOptions
  readonly #opened: number
  readonly #limits: RequestLimits
  readonly #handles = new Set<OnoffHandle>()
  /** Lines of other chips that have been named, each with its chip. */
  readonly #others = new Map<number, SysfsChip>()
  /** Requests that still wait for the kernel or for udev. */
  readonly #requests = new Set<Promise<OnoffHandle>>()
  #closing: Promise<void> | undefined

  constructor(options: OnoffBoardOptions) {
    const { chip, clock, root } = options
    this.#options = options
    this.#opened = clock.now()
    this.description = `${join(root, chip.name)} (${chip.label}, ${chip.lineCount} lines)`
    this.lineCount = chip.lineCount
    this.#limits = {
      driver: this.driver,
      description: this.description,
      lineCount: this.lineCount,
      otherLines: this.#others,
      capabilities: this.capabilities,
      alternative:
        otherDriver() === 'gpiochip'
          ? 'Use --driver gpiochip, which can.'
          : 'Use --driver pigpio for bias; no driver on this processor has another drive.',
    }
    // An export outlives its process, and whoever comes next finds the line busy.
    process.on('exit', this.#abandonAll)
  }

  now(): number {
    return this.#options.clock.now() - this.#opened
  }

  /** Without the character device nothing knows the names of lines: then it finds none. */
  findLine(name: string): number | undefined {
    this.#checkOpen()
    const other = parseChipLine(name)
    return other === undefined ? this.#options.inspector?.findLine(name) : this.#findOther(other)
  }

  /** Without the character device, only what this board holds is known to be used. */
  lineInfo(line: number): LineInfo {
    this.#checkOpen()
    checkLine(line, this.#limits)
    const holder = this.#holder(line)
    const inspector = this.#others.has(line) ? undefined : this.#options.inspector
    const info = inspector?.lineInfo(line) ?? {
      line,
      name: undefined,
      used: holder !== undefined,
      consumer: undefined,
      direction: holder?.settings.direction,
    }
    return holder === undefined ? info : { ...info, consumer: holder.consumer }
  }

  async request(request: LineRequest): Promise<LineHandle> {
    this.#checkOpen()
    checkRequest(request, this.#limits)
    const opening = this.#open(request)
    this.#requests.add(opening)
    try {
      return await opening
    } finally {
      this.#requests.delete(opening)
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #open(request: LineRequest): Promise<OnoffHandle> {
    const { lines, settings, consumer = DEFAULT_CONSUMER, eventBuffer } = request
    const inherited = request.inherited?.kind === 'file'
    const { Gpio, root, files, clock } = this.#options
    const ids = lines.map(line => {
      const chip = this.#chipOf(line)
      const offset = chipLineOf(line)?.offset ?? line
      return { line, number: chip.base + offset, chip: join(root, chip.name) }
    })
    const claimed = await claimLines(ids, { Gpio, root, files, clock, inherited, busy: id => this.#busy(id) })
    const handle = new OnoffHandle({
      lines: claimed,
      settings,
      consumer,
      eventBuffer: eventBuffer ?? EVENTS_A_LINE * lines.length,
      limits: this.#limits,
      clock,
      now: () => this.now(),
      released: released => this.#handles.delete(released),
      inherited,
    })
    this.#handles.add(handle)
    // Closed meanwhile: whoever closes waits for this, and then releases it.
    this.#checkOpen()
    return handle
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#requests)
    this.#releaseAll()
    process.off('exit', this.#abandonAll)
    this.#options.inspector?.close()
  }

  readonly #releaseAll = (): void => {
    for (const handle of [...this.#handles]) handle.release()
  }

  readonly #abandonAll = (): void => {
    for (const handle of [...this.#handles]) handle.abandon()
  }

  #busy(id: LineId): PiWorkerError {
    const { root } = this.#options
    const chip = this.#chipOf(id.line)
    const path = chip.device === undefined ? join(root, chip.name) : `/dev/${chip.device}`
    return busyFailure({ driver: 'onoff', path, lines: [id.line] }, this.#holders(id))
  }

  #holders({ line, number }: LineId): Holder[] {
    const { root, inspector } = this.#options
    const own = this.#holder(line)
    if (own !== undefined) return [{ line, consumer: own.consumer, own: true }]
    if (existsSync(join(root, `gpio${number}`))) return [{ line, consumer: 'sysfs', sysfsNumber: number }]
    const info = this.#others.has(line) ? undefined : inspector?.lineInfo(line)
    if (info === undefined) return [{ line, consumer: undefined }]
    return info.used ? [{ line, consumer: info.consumer ?? '' }] : []
  }

  #chipOf(line: number): SysfsChip {
    return this.#others.get(line) ?? this.#options.chip
  }

  #findOther(line: ChipLine): number {
    const chip = this.#options.findChip(`gpiochip${line.chip}`)
    if (line.offset >= chip.lineCount) {
      throw new PiWorkerError(
        'ERR_UNKNOWN_LINE',
        `gpiochip${line.chip} (${chip.label}) has no line ${line.offset}: its lines are 0 to ${chip.lineCount - 1}`,
        { place: formatLine(numberOfChipLine(line)), details: { driver: 'onoff' } },
      )
    }
    if (chip.name === this.#options.chip.name) return line.offset
    const number = numberOfChipLine(line)
    this.#others.set(number, chip)
    return number
  }

  #holder(line: number): OnoffHandle | undefined {
    for (const handle of this.#handles) if (handle.lines.includes(line)) return handle
    return undefined
  }

  #checkOpen(): void {
    if (this.#closing === undefined) return
    throw new PiWorkerError('ERR_CLOSED', `${this.description} is closed`, { details: { driver: 'onoff' } })
  }
}
