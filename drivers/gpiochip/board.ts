/** The header's chip through its character device, and lines of other chips beside it. */

import { closeSync, openSync } from 'node:fs'
import { isPiWorkerError, PiWorkerError } from '../../src/errors.js'
import type { Clock } from '../../src/worker/clock.js'
import { chipLineOf } from '../chip-lines.js'
import type { Board, Capabilities, EdgeFailure, LineChange, LineHandle, LineInfo, LineRequest } from '../driver.js'
import { checkLine, checkRequest, DEFAULT_CONSUMER, type RequestLimits } from '../request.js'
import type { Chip } from './chip.js'
import type { Chips } from './chips.js'
import { EdgeReader, type StartPollThread } from './edge-reader.js'
import { errnoName, lineFailure, openFailure } from './failures.js'
import { GpiochipHandle } from './handle.js'
import { decodeRequestFd, encodeLineConfig, encodeLineRequest, IOCTL } from './layout.js'
import type { Libc } from './libc.js'
import { LineWatch } from './line-watch.js'

/** Edges that the kernel keeps for each line of a request: a frame of a DHT22 has 85. */
const EVENTS_A_LINE = 128
/** Requests and watches of other chips than the header's at once. */
const OTHER_SLOTS = 256

/**
 * What the character device can do on any chip. Kernel debounce counts in jiffies (4 ms at 250 Hz, 10 ms at 100 Hz) and
 * gives an edge the time at which its period ended. The shortest pulse is what two calls take on a slow Pi.
 */
export const gpiochipCapabilities: Capabilities = {
  edgeTimestamps: 'kernel-ns',
  bias: ['as-is', 'disabled', 'pull-up', 'pull-down'],
  drive: ['push-pull', 'open-drain', 'open-source'],
  debounce: 'kernel',
  atomic: true,
  pulses: 'software',
  pwm: [],
  shortestPulseNs: 10_000,
  edgeDelayNs: 20_000_000,
}

export class GpiochipBoard implements Board {
  readonly driver = 'gpiochip'
  readonly capabilities = gpiochipCapabilities
  readonly description: string
  readonly lineCount: number
  readonly #libc: Libc
  readonly #chips: Chips
  readonly #clock: Clock
  readonly #opened: number
  readonly #reader: EdgeReader
  readonly #limits: RequestLimits
  readonly #handles = new Set<GpiochipHandle>()
  readonly #watches = new Map<Chip, LineWatch>()
  #closing: Promise<void> | undefined

  constructor(libc: Libc, chips: Chips, clock: Clock, startThread: StartPollThread) {
    this.#libc = libc
    this.#chips = chips
    this.#clock = clock
    this.#opened = clock.now()
    this.description = chips.header.description
    this.lineCount = chips.header.info.lineCount
    this.#reader = new EdgeReader(libc, this.lineCount + OTHER_SLOTS, startThread)
    this.#limits = this
  }

  get otherLines(): ReadonlySet<number> {
    return this.#chips.otherLines
  }

  now(): number {
    return this.#clock.now() - this.#opened
  }

  findLine(name: string): number | undefined {
    this.#checkOpen()
    return this.#chips.find(name)
  }

  lineInfo(line: number): LineInfo {
    this.#checkOpen()
    checkLine(line, this.#limits)
    return this.#onChip([line], chip => chip.lineInfo(line - chip.firstLine))
  }

  /** What the kernel tells of: a line that sysfs exports or a kernel driver takes, too. */
  watchLines(lines: readonly number[], listener: (change: LineChange | EdgeFailure) => void): () => void {
    this.#checkOpen()
    for (const line of lines) checkLine(line, this.#limits)
    const byChip = new Map<number | undefined, number[]>()
    for (const line of lines) {
      const chip = chipLineOf(line)?.chip
      byChip.set(chip, [...(byChip.get(chip) ?? []), line])
    }
    const stops: (() => void)[] = []
    const stop = (): void => {
      for (const end of stops) end()
    }
    try {
      for (const own of byChip.values()) {
        stops.push(this.#onChip(own, chip => this.#watchOf(chip).listen(own, listener)))
      }
    } catch (error) {
      stop()
      throw error
    }
    return stop
  }

  /**
   * As in the contract. The kernel's event buffer holds at most 1024 edges a request and a power of two: a larger
   * `eventBuffer` is cut, another one rounded up.
   */
  async request(request: LineRequest): Promise<LineHandle> {
    this.#checkOpen()
    checkRequest(request, this.#limits)
    const handle = this.#onChip(request.lines, chip => this.#requestOf(chip, request))
    this.#handles.add(handle)
    try {
      if ((request.settings.edges ?? 'none') !== 'none') await this.#reader.ready()
    } catch (error) {
      handle.release()
      throw error
    }
    return handle
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    for (const handle of [...this.#handles]) handle.release()
    for (const watch of this.#watches.values()) watch.close()
    this.#watches.clear()
    this.#chips.close()
    await this.#reader.close()
  }

  #requestOf(chip: Chip, request: LineRequest): GpiochipHandle {
    const { lines, settings, consumer = DEFAULT_CONSUMER, eventBuffer = EVENTS_A_LINE * lines.length } = request
    const offsets = lines.map(line => line - chip.firstLine)
    const values = settings.initial ?? 0
    let fd: number
    if (request.inherited?.kind === 'line') fd = this.#inherit(request.inherited.fd, chip, request)
    else {
      const bytes = encodeLineRequest({ lines: offsets, settings, consumer, eventBuffer, values })
      if (this.#libc.ioctl(chip.fd, IOCTL.GET_LINE, bytes) < 0) {
        const errno = errnoName(this.#libc.errno())
        if (errno === 'EBUSY') throw chip.busy(lines)
        throw lineFailure({ path: chip.path, lines, verb: 'requested', settings }, errno)
      }
      fd = decodeRequestFd(bytes)
    }
    return orClose(fd, () => {
      return new GpiochipHandle({
        libc: this.#libc,
        fd,
        path: chip.path,
        lines,
        firstLine: chip.firstLine,
        settings,
        consumer,
        limits: this.#limits,
        reader: this.#reader,
        clock: this.#clock,
        now: () => this.now(),
        toTime: timestamp => this.#clock.fromKernel(timestamp) - this.#opened,
        released: released => this.#handles.delete(released),
      })
    })
  }

  /** A request of the same lines that another process made: it gets our settings, and keeps its consumer and buffer. */
  #inherit(fd: number, { path }: Chip, { lines, settings }: LineRequest): number {
    return orClose(fd, () => {
      const config = encodeLineConfig(settings, lines.length, settings.initial ?? 0)
      if (this.#libc.ioctl(fd, IOCTL.SET_CONFIG, config) >= 0) return fd
      throw lineFailure({ path, lines, verb: 'taken over', settings }, errnoName(this.#libc.errno()))
    })
  }

  /**
   * Does something on the chip that has the lines. An expander that was away in between, and is back, is opened anew: its
   * old descriptors stay dead.
   */
  #onChip<T>(lines: readonly number[], use: (chip: Chip) => T): T {
    const chip = this.#chips.chipOf(lines)
    try {
      return use(chip)
    } catch (error) {
      if (!isPiWorkerError(error, 'ERR_CHIP_GONE') || !this.#chips.forget(chip)) throw error
      this.#watches.get(chip)?.vanish()
      this.#watches.delete(chip)
      return use(this.#chips.chipOf(lines))
    }
  }

  #watchOf(chip: Chip): LineWatch {
    const open = this.#watches.get(chip)
    if (open !== undefined) return open
    let fd: number
    try {
      fd = openSync(chip.path, 'r+')
    } catch (error) {
      throw openFailure(chip.path, error)
    }
    const toTime = (timestamp: bigint): number => this.#clock.fromKernel(timestamp) - this.#opened
    const watch = orClose(fd, () => new LineWatch(this.#libc, chip, fd, this.#reader, toTime))
    this.#watches.set(chip, watch)
    return watch
  }

  #checkOpen(): void {
    if (this.#closing === undefined) return
    throw new PiWorkerError('ERR_CLOSED', `${this.description} is closed`, { details: { driver: 'gpiochip' } })
  }
}

/** What comes of a descriptor closes it; when nothing comes of it, it is closed here. */
function orClose<T>(fd: number, make: () => T): T {
  try {
    return make()
  } catch (error) {
    closeSync(fd)
    throw error
  }
}
