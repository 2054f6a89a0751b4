/** The header's chip through its character device. */

import { PiWorkerError } from '../../src/errors.js'
import type { Clock } from '../../src/worker/clock.js'
import type { Board, Capabilities, LineHandle, LineInfo, LineRequest } from '../driver.js'
import { checkLine, checkRequest, DEFAULT_CONSUMER, type RequestLimits } from '../request.js'
import type { Chip } from './chip.js'
import { EdgeReader, type StartPollThread } from './edge-reader.js'
import { errnoName, lineFailure } from './failures.js'
import { GpiochipHandle } from './handle.js'
import { decodeRequestFd, encodeLineRequest, IOCTL } from './layout.js'
import type { Libc } from './libc.js'

/** Edges that the kernel keeps for each line of a request: a frame of a DHT22 has 85. */
const EVENTS_A_LINE = 128

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
  shortestPulseNs: 10_000,
  edgeDelayNs: 20_000_000,
}

export class GpiochipBoard implements Board {
  readonly driver = 'gpiochip'
  readonly capabilities = gpiochipCapabilities
  readonly description: string
  readonly lineCount: number
  readonly #libc: Libc
  readonly #chip: Chip
  readonly #clock: Clock
  readonly #opened: number
  readonly #reader: EdgeReader
  readonly #limits: RequestLimits
  readonly #handles = new Set<GpiochipHandle>()
  #closing: Promise<void> | undefined

  constructor(libc: Libc, chip: Chip, clock: Clock, startThread: StartPollThread) {
    this.#libc = libc
    this.#chip = chip
    this.#clock = clock
    this.#opened = clock.now()
    this.description = chip.description
    this.lineCount = chip.info.lineCount
    this.#reader = new EdgeReader(libc, this.lineCount, startThread)
    this.#limits = this
  }

  now(): number {
    return this.#clock.now() - this.#opened
  }

  findLine(name: string): number | undefined {
    this.#checkOpen()
    return this.#chip.findLine(name)
  }

  lineInfo(line: number): LineInfo {
    this.#checkOpen()
    checkLine(line, this.#limits)
    return this.#chip.lineInfo(line)
  }

  /**
   * As in the contract. The kernel's event buffer holds at most 1024 edges a request and a power of two: a larger
   * `eventBuffer` is cut, another one rounded up.
   */
  async request(request: LineRequest): Promise<LineHandle> {
    this.#checkOpen()
    checkRequest(request, this.#limits)
    const { lines, settings, consumer = DEFAULT_CONSUMER, eventBuffer = EVENTS_A_LINE * lines.length } = request
    const bytes = encodeLineRequest({ lines, settings, consumer, eventBuffer, values: settings.initial ?? 0 })
    if (this.#libc.ioctl(this.#chip.fd, IOCTL.GET_LINE, bytes) < 0) {
      const errno = errnoName(this.#libc.errno())
      if (errno === 'EBUSY') throw this.#chip.busy(lines)
      throw lineFailure({ path: this.#chip.path, lines, verb: 'requested', settings }, errno)
    }
    const handle = new GpiochipHandle({
      libc: this.#libc,
      fd: decodeRequestFd(bytes),
      path: this.#chip.path,
      lines,
      settings,
      consumer,
      limits: this.#limits,
      reader: this.#reader,
      now: () => this.now(),
      toTime: timestamp => this.#clock.fromKernel(timestamp) - this.#opened,
      released: released => this.#handles.delete(released),
    })
    this.#handles.add(handle)
    try {
      if ((settings.edges ?? 'none') !== 'none') await this.#reader.ready()
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
    this.#chip.close()
    await this.#reader.close()
  }

  #checkOpen(): void {
    if (this.#closing === undefined) return
    throw new PiWorkerError('ERR_CLOSED', `${this.description} is closed`, { details: { driver: 'gpiochip' } })
  }
}
