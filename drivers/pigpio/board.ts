/** The lines of a Pi 0 to 4 through pigpio. */

import { basename } from 'node:path'
import { PiWorkerError } from '../../src/errors.js'
import type { Clock } from '../../src/worker/clock.js'
import { busyFailure, type Holder } from '../busy.js'
import { parseChipLine } from '../chip-lines.js'
import type { Board, Capabilities, LineHandle, LineInfo, LineInspector, LineRequest } from '../driver.js'
import { otherDriver } from '../other-driver.js'
import { checkLine, checkRequest, DEFAULT_CONSUMER, type RequestLimits } from '../request.js'
import { otherChip } from './failures.js'
import { PigpioHandle } from './handle.js'
import type { LineHolder, Session } from './session.js'
import { Ticks } from './ticks.js'

/** Edges kept for each line while nobody listens. */
const EVENTS_A_LINE = 128
/** The lines that pigpio lets users have: those of the header are among them. */
const LINES = 32

/**
 * Edges have the tick of a sample, one every 5 µs: a pulse that is shorter may not be seen, while waves make them as
 * short as 1 µs. The glitch filter runs in a thread of this process, on those samples. Several lines change in one write
 * to the registers, or in two when some fall and others rise. Alerts come once in some milliseconds, one at a time.
 */
export const pigpioCapabilities: Capabilities = {
  edgeTimestamps: 'tick-us',
  bias: ['as-is', 'disabled', 'pull-up', 'pull-down'],
  drive: ['push-pull'],
  debounce: 'software',
  atomic: true,
  pulses: 'dma',
  pwm: ['hardware', 'dma'],
  shortestPulseNs: 1000,
  edgeDelayNs: 20_000_000,
}

export interface PigpioBoardOptions {
  readonly session: Session
  readonly clock: Clock
  /** The clock of the PWM hardware, in Hz. */
  readonly pwmClock: number
  /** The header's device: `/dev/gpiochip0`. */
  readonly device: string
  /** Knows what pigpio does not: names of lines, and who holds them in the kernel. */
  readonly inspector: LineInspector | undefined
}

export class PigpioBoard implements Board {
  readonly driver = 'pigpio'
  readonly capabilities = pigpioCapabilities
  readonly description = `pigpio (${LINES} lines)`
  readonly lineCount = LINES
  readonly #options: PigpioBoardOptions
  readonly #ticks: Ticks
  readonly #limits: RequestLimits
  readonly #handles = new Set<PigpioHandle>()
  #closed = false

  constructor(options: PigpioBoardOptions) {
    const { session, clock } = options
    this.#options = options
    this.#ticks = new Ticks(
      () => session.pigpio.getTick(),
      () => clock.now(),
    )
    this.#limits = {
      driver: this.driver,
      description: this.description,
      lineCount: this.lineCount,
      capabilities: this.capabilities,
      // On ARMv6 no other driver can do more.
      alternative: otherDriver() === 'gpiochip' ? 'Use --driver gpiochip, which can.' : undefined,
    }
  }

  /** On the scale of the edges; when the board is closed there are no more ticks, and the clock alone counts. */
  now(): number {
    return this.#closed ? this.#ticks.sinceOpened : this.#ticks.now()
  }

  /** Without the character device nothing knows the names of lines: then it finds none. */
  findLine(name: string): number | undefined {
    this.#checkOpen()
    const written = parseChipLine(name)
    if (written !== undefined && `gpiochip${written.chip}` !== basename(this.#options.device)) {
      throw otherChip(`gpiochip${written.chip}`)
    }
    const line = written?.offset ?? this.#options.inspector?.findLine(name)
    return line === undefined || line >= LINES ? undefined : line
  }

  /** Without the character device, only what this process holds through pigpio is known to be used. */
  lineInfo(line: number): LineInfo {
    this.#checkOpen()
    checkLine(line, this.#limits)
    const holder = this.#options.session.holders.get(line)
    const known = this.#options.inspector?.lineInfo(line)
    if (holder === undefined) {
      return known ?? { line, name: undefined, used: false, consumer: undefined, direction: undefined }
    }
    return { line, name: known?.name, used: true, consumer: holder.consumer, direction: directionOf(holder) }
  }

  async request({ eventBuffer, consumer = DEFAULT_CONSUMER, ...request }: LineRequest): Promise<LineHandle> {
    this.#checkOpen()
    checkRequest({ ...request, consumer, eventBuffer }, this.#limits)
    const holders = request.lines.flatMap(line => this.#holder(line) ?? [])
    if (holders.length > 0) {
      throw busyFailure({ driver: 'pigpio', path: this.#options.device, lines: request.lines }, holders)
    }
    const { session, clock, pwmClock } = this.#options
    const handle = new PigpioHandle({
      ...request,
      session,
      clock,
      pwmClock,
      consumer,
      ticks: this.#ticks,
      eventBuffer: eventBuffer ?? EVENTS_A_LINE * request.lines.length,
      limits: this.#limits,
      released: released => this.#handles.delete(released),
    })
    this.#handles.add(handle)
    return handle
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    try {
      for (const handle of [...this.#handles]) handle.release()
    } finally {
      this.#options.inspector?.close()
      this.#options.session.leave()
    }
  }

  /** pigpio takes no notice of the kernel, so that both would drive the line: who has it there is asked first. */
  #holder(line: number): Holder | undefined {
    const own: LineHolder | undefined = this.#options.session.holders.get(line)
    if (own !== undefined) return { line, consumer: own.consumer, own: true }
    const info = this.#options.inspector?.lineInfo(line)
    return info?.used === true ? { line, consumer: info.consumer ?? '' } : undefined
  }

  #checkOpen(): void {
    if (!this.#closed) return
    throw new PiWorkerError('ERR_CLOSED', `${this.description} is closed`, { details: { driver: 'pigpio' } })
  }
}

function directionOf(holder: LineHolder): LineInfo['direction'] {
  return holder instanceof PigpioHandle ? holder.settings.direction : undefined
}
