/** Lines held through sysfs: one file for each line, so several lines change one after the other. */

import { closeSync, openSync } from 'node:fs'
import type { PiWorkerError } from '../../src/errors.js'
import type { Clock, Timer } from '../../src/worker/clock.js'
import { Debouncer } from '../debounce.js'
import type { Bit, EdgeEvent, LineHandle, LineSettings, Played, PulseSequence } from '../driver.js'
import { inputRefusal, reconfiguredWhilePlaying, releasedRefusal } from '../handle-refusals.js'
import type { Handover, SafeLevel } from '../handover.js'
import { type StartPlayThread, ThreadPlayer } from '../play-threads.js'
import { checkSettings, type RequestLimits } from '../request.js'
import { EdgeFeed } from './edge-feed.js'
import { fileFailure } from './failures.js'
import type { LineTarget, SysfsLine } from './line.js'

export interface HandleOptions {
  /** Exported, in the order of the request. */
  readonly lines: readonly SysfsLine[]
  readonly settings: LineSettings
  readonly consumer: string
  /** Edges kept while nobody listens. */
  readonly eventBuffer: number
  readonly limits: RequestLimits
  readonly clock: Clock
  /** ns since the board was opened. */
  readonly now: () => number
  readonly released: (handle: OnoffHandle) => void
  /** Whoever hands the lines over still holds them. */
  readonly inherited?: boolean | undefined
  /** Starts the thread that plays pulses; tests start another one. */
  readonly startPlayer?: StartPlayThread | undefined
}

const ALL_BITS = -1
/** The kernel tells nobody who waits for interrupts that the line was unexported or its chip is gone. */
const LOOK_AGAIN_NS = 1e9

export class OnoffHandle implements LineHandle {
  readonly driver = 'onoff'
  readonly lines: readonly number[]
  readonly consumer: string
  readonly #options: HandleOptions
  readonly #lines: readonly SysfsLine[]
  readonly #feed: EdgeFeed
  #settings: LineSettings
  #released = false
  #handedOver = false
  #debouncer: Debouncer | undefined
  #look: Timer | undefined
  /** Made for the first play. */
  #player: ThreadPlayer | undefined
  /** The files that it writes, in the order of the lines. */
  #valueFds: number[] = []

  /** @throws ERR_UNSUPPORTED, ERR_CHIP_GONE, ERR_IO: then every line is released, or left to whoever hands it over. */
  constructor(options: HandleOptions) {
    this.#options = options
    this.#lines = options.lines
    this.lines = options.lines.map(line => line.id.line)
    this.consumer = options.consumer
    this.#feed = new EdgeFeed(this.lines, options.eventBuffer)
    this.#settings = options.settings
    try {
      this.#apply(options.settings, options.settings.initial ?? 0)
    } catch (error) {
      if (options.inherited === true) this.leave()
      else this.release()
      throw error
    }
  }

  get settings(): LineSettings {
    return this.#settings
  }

  get(): number {
    this.#checkHeld()
    let values = 0
    for (let index = 0; index < this.#lines.length; index++) {
      const level = this.#debouncer === undefined ? this.#lines[index]!.read() : this.#debouncer.bit(index)
      values |= this.#inverted(level) << index
    }
    return values >>> 0
  }

  set(values: number, mask: number = ALL_BITS): void {
    this.#checkOutput()
    for (let index = 0; index < this.#lines.length; index++) {
      if (((mask >>> index) & 1) === 1) this.#lines[index]!.set(this.#inverted(bit(values, index)))
    }
  }

  /**
   * When a line refuses, those before it have the new settings already, the handle says the old ones, and no more edges
   * come until it is configured anew.
   */
  reconfigure(settings: LineSettings): void {
    this.#checkHeld()
    checkSettings(this.lines, settings, this.#options.limits)
    // Nothing of a play may come after the level that the lines are given here.
    this.#player?.halt(reconfiguredWhilePlaying(this))
    const wasOutput = this.#settings.direction === 'output'
    try {
      this.#apply(settings, settings.initial ?? (wasOutput ? undefined : 0))
    } catch (error) {
      this.#fail(error)
      throw error
    }
  }

  edges(listener: (event: EdgeEvent) => void): () => void {
    this.#checkHeld()
    return this.#feed.listen(listener)
  }

  /** Played by a thread of its own, which is started for the first play and ends with the handle. */
  async play(sequence: PulseSequence, signal?: AbortSignal, began?: (time: number) => void): Promise<Played> {
    this.#checkOutput()
    this.#player ??= this.#newPlayer()
    return await this.#player.play(sequence, this.#settings.activeLow === true ? ALL_BITS : 0, signal, began)
  }

  release(): void {
    this.#end(line => line.release())
  }

  handover(safe: readonly SafeLevel[]): Handover {
    this.#checkHeld()
    this.#handedOver = true
    const parts = this.#lines.map((line, index) => line.handover(safe[index]!))
    return {
      kind: 'file',
      writes: parts.flatMap(({ writes }) => writes),
      release: parts.flatMap(({ release }) => release),
    }
  }

  leave(): void {
    this.#end(line => line.leave())
  }

  /** At the end of the process: a line whose level may be any is not let go when somebody else can make it safe first. */
  abandon(): void {
    this.#end(line => (this.#handedOver ? line.leave() : line.release()))
  }

  #end(part: (line: SysfsLine) => void): void {
    if (this.#released) return
    this.#released = true
    this.#feed.close()
    this.#debouncer?.cancel()
    this.#look?.cancel()
    this.#player?.close(releasedRefusal(this, this.consumer))
    for (const fd of this.#valueFds) closeSync(fd)
    for (const line of this.#lines) part(line)
    this.#options.released(this)
  }

  #newPlayer(): ThreadPlayer {
    const { clock, startPlayer } = this.#options
    return new ThreadPlayer({
      clock,
      lineCount: this.lines.length,
      target: () => {
        for (const line of this.#lines) this.#valueFds.push(this.#openValue(line))
        return { kind: 'files', fds: this.#valueFds }
      },
      failure: errno => this.#playFailure(errno),
      start: startPlayer,
    })
  }

  #openValue({ id, valueFile }: SysfsLine): number {
    try {
      return openSync(valueFile, 'r+')
    } catch (error) {
      throw fileFailure(id, 'pulsed', valueFile, error)
    }
  }

  /** Which of the lines it was, the thread does not say; they are of one chip in all but odd cases. */
  #playFailure(errno: string): PiWorkerError {
    const [{ id, valueFile }] = this.#lines as readonly [SysfsLine]
    return fileFailure(id, 'pulsed', valueFile, { code: errno })
  }

  /** @param values Logical values of outputs; the levels stay when it is undefined. */
  #apply(settings: LineSettings, values: number | undefined): void {
    this.#unwatch()
    const invert = settings.activeLow === true ? 1 : 0
    const { debounceNs = 0, edges = 'none' } = settings
    for (const [index, line] of this.#lines.entries()) {
      const level = values === undefined ? undefined : ((bit(values, index) ^ invert) as Bit)
      const target: LineTarget =
        settings.direction === 'output'
          ? { direction: 'output', level }
          : // The debouncer has to see every change.
            { direction: 'input', edges: debounceNs > 0 ? 'both' : edges }
      line.configure(target)
    }
    this.#settings = settings
    this.#listen(edges, debounceNs)
  }

  #listen(edges: NonNullable<LineSettings['edges']>, debounceNs: number): void {
    const levels = edges === 'none' && debounceNs === 0 ? [] : this.#watch()
    this.#feed.configure(edges, levels)
    const debouncer = this.#debouncer
    if (debounceNs > 0 && debouncer !== undefined) {
      debouncer.setPeriod(debounceNs)
      // Nobody watched while the lines were set up.
      for (const [index, level] of levels.entries()) debouncer.observe(index, level, this.#options.now())
      return
    }
    debouncer?.cancel()
    this.#debouncer = debounceNs === 0 ? undefined : this.#newDebouncer(debounceNs, levels)
  }

  /** Gives the levels at the start. */
  #watch(): Bit[] {
    this.#lookAgain()
    return this.#lines.map((line, index) => line.watch((level, failure) => this.#interrupt(index, level, failure)))
  }

  #unwatch(): void {
    this.#look?.cancel()
    for (const line of this.#lines) line.unwatch()
  }

  #lookAgain(): void {
    const look = (): void => {
      try {
        for (const line of this.#lines) line.read()
      } catch (error) {
        this.#fail(error)
        return
      }
      this.#lookAgain()
    }
    this.#look = this.#options.clock.after(LOOK_AGAIN_NS, look, { background: true })
  }

  #fail(error: unknown): void {
    this.#unwatch()
    if (error instanceof Error) this.#feed.fail(error)
  }

  #newDebouncer(periodNs: number, bits: readonly Bit[]): Debouncer {
    const { clock, now } = this.#options
    return new Debouncer({
      clock,
      now,
      periodNs,
      bits,
      changed: (index, level, time) => this.#feed.changed(index, level, time),
    })
  }

  #interrupt(index: number, level: Bit, failure: Error | undefined): void {
    const time = this.#options.now()
    if (failure !== undefined) this.#fail(failure)
    else if (this.#debouncer !== undefined) this.#debouncer.change(index, level, time)
    else this.#feed.interrupt(index, level, time)
  }

  #inverted(level: Bit): Bit {
    return this.#settings.activeLow === true ? ((1 - level) as Bit) : level
  }

  #checkOutput(): void {
    this.#checkHeld()
    if (this.#settings.direction !== 'output') throw inputRefusal(this)
  }

  #checkHeld(): void {
    if (this.#released) throw releasedRefusal(this, this.consumer)
  }
}

function bit(values: number, index: number): Bit {
  return ((values >>> index) & 1) as Bit
}
