/** Lines held through one request of the kernel: levels, settings, edges. */

import { closeSync } from 'node:fs'
import { PiWorkerError } from '../../src/errors.js'
import type { Clock } from '../../src/worker/clock.js'
import type { EdgeEvent, LineHandle, LineSettings, Played, PulseSequence } from '../driver.js'
import { inputRefusal, reconfiguredWhilePlaying, releasedRefusal } from '../handle-refusals.js'
import type { Handover, SafeLevel } from '../handover.js'
import { formatLine } from '../lines.js'
import { type StartPlayThread, ThreadPlayer } from '../play-threads.js'
import { checkSettings, type RequestLimits } from '../request.js'
import type { EdgeReader, EdgeSource } from './edge-reader.js'
import { EdgeStream } from './edge-stream.js'
import { chipGone, errnoName, lineFailure } from './failures.js'
import { encodeLineConfig, IOCTL } from './layout.js'
import type { Libc } from './libc.js'
import { safeCalls } from './safe-calls.js'

export interface HandleOptions {
  readonly libc: Libc
  /** The request's own file descriptor, which the handle closes. */
  readonly fd: number
  /** Chip, for messages. */
  readonly path: string
  readonly lines: readonly number[]
  /** The board's number of the chip's line 0. */
  readonly firstLine: number
  readonly settings: LineSettings
  readonly consumer: string
  readonly limits: RequestLimits
  readonly reader: EdgeReader
  readonly clock: Clock
  readonly now: () => number
  readonly toTime: (timestamp: bigint) => number
  readonly released: (handle: GpiochipHandle) => void
  /** Starts the thread that plays pulses; tests start another one. */
  readonly startPlayer?: StartPlayThread | undefined
}

const RELEASED = 0
const INPUT = 1
const OUTPUT = 2
/** Words of gpio_v2_line_values on a little-endian machine: the low halves of bits and mask. */
const BITS = 0
const MASK = 2
const ALL_BITS = -1

export class GpiochipHandle implements LineHandle {
  readonly driver = 'gpiochip'
  readonly lines: readonly number[]
  readonly #options: HandleOptions
  // The next five are read by every `get` and `set`: no object is made and none is looked through there.
  readonly #ioctl: Libc['ioctl']
  readonly #fd: number
  readonly #all: number
  readonly #values = new Uint32Array(4)
  #mode: typeof RELEASED | typeof INPUT | typeof OUTPUT
  /** The logical values that the outputs were last set to. */
  #latch: number
  #settings: LineSettings
  readonly #stream: EdgeStream
  readonly #source: EdgeSource
  /** Made for the first play. */
  #player: ThreadPlayer | undefined

  constructor(options: HandleOptions) {
    const { lines, firstLine, settings, reader, toTime } = options
    this.#options = options
    this.lines = [...lines]
    this.#ioctl = options.libc.ioctl
    this.#fd = options.fd
    this.#all = allBits(lines.length)
    this.#settings = settings
    this.#mode = settings.direction === 'output' ? OUTPUT : INPUT
    this.#latch = (settings.initial ?? 0) & this.#all
    this.#source = reader.open({
      fd: options.fd,
      receive: bytes => this.#stream.receive(bytes),
      failed: (errno, cause) => this.#stream.fail(this.#edgeFailure(errno, cause)),
    })
    this.#stream = new EdgeStream({
      lines,
      firstLine,
      settings,
      toTime,
      listening: any => (any ? this.#source.start() : this.#source.stop()),
    })
  }

  get settings(): LineSettings {
    return this.#settings
  }

  get(): number {
    if (this.#mode === RELEASED) throw this.#refusal()
    const values = this.#values
    values[MASK] = this.#all
    if (this.#ioctl(this.#fd, IOCTL.GET_VALUES, values) < 0) throw this.#failure('read')
    return values[BITS]!
  }

  set(values: number, mask: number = ALL_BITS): void {
    if (this.#mode !== OUTPUT) throw this.#refusal()
    const wanted = mask & this.#all
    if (wanted === 0) return
    const words = this.#values
    words[BITS] = values
    words[MASK] = wanted
    if (this.#ioctl(this.#fd, IOCTL.SET_VALUES, words) < 0) throw this.#failure('set')
    this.#latch = (this.#latch & ~wanted) | (values & wanted)
  }

  reconfigure(settings: LineSettings): void {
    if (this.#mode === RELEASED) throw this.#refusal()
    checkSettings(this.lines, settings, this.#options.limits)
    // Nothing of a play may come after the level that the lines are given here.
    this.#player?.halt(reconfiguredWhilePlaying(this))
    const values = this.#valuesAfter(settings)
    const time = this.#options.now()
    const config = encodeLineConfig(settings, this.lines.length, values)
    if (this.#ioctl(this.#fd, IOCTL.SET_CONFIG, config) < 0) throw this.#failure('configured', settings)
    this.#settings = settings
    this.#mode = settings.direction === 'output' ? OUTPUT : INPUT
    this.#latch = values
    this.#stream.reconfigured(settings, time)
  }

  edges(listener: (event: EdgeEvent) => void): () => void {
    if (this.#mode === RELEASED) throw this.#refusal()
    return this.#stream.listen(listener)
  }

  /** Played by a thread of its own, which is started for the first play and ends with the handle. */
  async play(sequence: PulseSequence, signal?: AbortSignal, began?: (time: number) => void): Promise<Played> {
    if (this.#mode !== OUTPUT) throw this.#refusal()
    this.#player ??= this.#newPlayer()
    return await this.#player.play(sequence, 0, signal, began)
  }

  release(): void {
    if (this.#mode === RELEASED) return
    this.#mode = RELEASED
    this.#stream.close()
    this.#player?.close(this.#refusal())
    // Only when the poll thread has let go of the descriptor: its number may be another file's at once, and the
    // kernel frees no line while somebody polls it.
    this.#source.close()
    closeSync(this.#fd)
    this.#options.released(this)
  }

  /** Whoever has the descriptor too keeps the lines from being let go, and sets them with the same calls. */
  handover(safe: readonly SafeLevel[], settings: LineSettings = this.#settings): Handover {
    if (this.#mode === RELEASED) throw this.#refusal()
    return { kind: 'line', fd: this.#fd, calls: safeCalls(this.lines, settings, safe) }
  }

  #newPlayer(): ThreadPlayer {
    const { clock, path, startPlayer } = this.#options
    return new ThreadPlayer({
      clock,
      lineCount: this.lines.length,
      target: () => ({ kind: 'ioctl', fd: this.#fd, request: IOCTL.SET_VALUES }),
      failure: errno => lineFailure({ path, lines: this.lines, verb: 'pulsed' }, errno),
      left: (values, mask) => {
        this.#latch = (this.#latch & ~mask) | (values & mask)
      },
      start: startPlayer,
    })
  }

  /** The logical values that an output is to have: as they are on the lines, unless `initial` says otherwise. */
  #valuesAfter(settings: LineSettings): number {
    if (settings.initial !== undefined) return settings.initial & this.#all
    if (this.#mode !== OUTPUT) return 0
    const inverted = (settings.activeLow ?? false) !== (this.#settings.activeLow ?? false)
    return inverted ? ~this.#latch & this.#all : this.#latch
  }

  #failure(verb: string, settings?: LineSettings): PiWorkerError {
    const errno = errnoName(this.#options.libc.errno())
    return lineFailure({ path: this.#options.path, lines: this.lines, verb, settings }, errno)
  }

  #edgeFailure(errno: string, cause: Error | undefined): PiWorkerError {
    const { path } = this.#options
    const place = this.lines.map(formatLine).join(', ')
    const details = { driver: 'gpiochip', path, lines: this.lines, errno }
    if (errno === 'ENODEV') return chipGone(path, { place, details })
    return new PiWorkerError('ERR_IO', `no more edges of ${place} can be read: ${errno}`, {
      place,
      cause,
      details,
    })
  }

  #refusal(): PiWorkerError {
    return this.#mode === RELEASED ? releasedRefusal(this, this.#options.consumer) : inputRefusal(this)
  }
}

/** One bit for each line; 32 lines are all bits of a number. */
function allBits(lineCount: number): number {
  return lineCount === 32 ? ALL_BITS : (1 << lineCount) - 1
}
