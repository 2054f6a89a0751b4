/**
 * Writes a trace as a VCD file (IEEE 1364 value change dump), which sigrok, PulseView and GTKWave read. Streams with
 * flat memory, however long the run.
 */

import { accessSync, closeSync, constants, existsSync, openSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import TinyQueue from 'tinyqueue'
import type { Level } from '../../drivers/driver.js'
import { codeOf, messageOf, PiWorkerError } from '../errors.js'
import { signalName } from '../signal-name.js'

export interface VcdSignal {
  /** BCM number, or any other number that tells signals apart. */
  readonly line: number
  /** Made legal and unique: whatever is not a letter, digit, _ or $ becomes _. */
  readonly name: string
}

export interface VcdOptions {
  /** Created, or emptied when it is there. */
  readonly path: string
  /** Takes the text, change by change, in the place of the file at `path`. */
  readonly sink?: ((text: string) => void) | undefined
  /** Name of the scope that the signals are in, made legal. */
  readonly scope: string
  readonly signals: readonly VcdSignal[]
  /**
   * One tick. Default 1us: sigrok expands every tick of a file, so 1ns is for short traces. A time is that of the tick
   * it falls into (rounded down, all alike, so that what came first is never written later). A pulse within one tick
   * keeps both edges, at one time; `shortPulses` counts them.
   */
  readonly timescale?: '1us' | '1ns' | undefined
  /** Levels at time 0, by line; a line that is not named is unknown (x) until it changes. */
  readonly initial?: ReadonlyMap<number, Level> | undefined
  /**
   * Changes may be told this many ns late and are still put in order: a real kernel reports edges after we have set
   * other lines. Default 0. What comes later still is written at the latest time of the file.
   */
  readonly settleNs?: number | undefined
}

interface Change {
  readonly line: number
  readonly level: Level
  readonly time: number
  readonly sequence: number
}

const NS_PER_TICK = { '1us': 1000, '1ns': 1 } as const
const CHUNK = 64 * 1024
/** Identifiers of signals use the printable characters ! to ~. */
const FIRST_CHARACTER = 33
const CHARACTERS = 94

/**
 * Says early that a file could not be written, without making it.
 * @throws ERR_FILE
 */
export function checkWritable(path: string): void {
  try {
    if (!existsSync(path)) accessSync(dirname(path), constants.W_OK)
    else if (statSync(path).isDirectory()) throw new PiWorkerError('ERR_FILE', `${path} is a folder`, { place: path })
    else accessSync(path, constants.W_OK)
  } catch (cause) {
    throw cause instanceof PiWorkerError ? cause : fileError(path, cause)
  }
}

export class VcdWriter {
  readonly path: string
  readonly #nsPerTick: number
  readonly #identifiers = new Map<number, string>()
  /** The last level of every signal in the file, and its tick. */
  readonly #written = new Map<number, { level: Level | undefined; tick: number }>()
  readonly #settleNs: number
  readonly #early = new TinyQueue<Change>([], (a, b) => a.time - b.time || a.sequence - b.sequence)
  #sequence = 0
  #latest = 0
  #tick = 0
  #shortPulses = 0
  #chunk = ''
  #file: number | undefined
  readonly #sink: VcdOptions['sink']
  #closed = false
  #failure: PiWorkerError | undefined

  /** @throws ERR_FILE when the file cannot be made */
  constructor(options: VcdOptions) {
    this.path = options.path
    const timescale = options.timescale ?? '1us'
    this.#nsPerTick = NS_PER_TICK[timescale]
    this.#settleNs = options.settleNs ?? 0
    this.#sink = options.sink
    try {
      if (this.#sink === undefined) this.#file = openSync(this.path, 'w')
    } catch (cause) {
      throw fileError(this.path, cause)
    }
    this.#chunk = header(timescale, options.scope, this.#declare(options.signals))
    // sigrok does not read $dumpvars: every value stands plainly at #0, a change at time 0 after it.
    this.#chunk += '#0\n'
    for (const [line, identifier] of this.#identifiers) {
      const level = options.initial?.get(line)
      // Before the first tick: a change at time 0 makes no pulse with it.
      this.#written.set(line, { level, tick: -1 })
      this.#chunk += `${level === undefined ? 'x' : bit(level)}${identifier}\n`
    }
    // At once, so that a file whose process dies is still one that can be read.
    this.#write()
  }

  /** How many pulses were shorter than one tick, and have no width in the file. */
  get shortPulses(): number {
    return this.#shortPulses
  }

  /** A line has this level from `time` (ns since the bench opened) on. Never throws: `close` says what went wrong. */
  level(line: number, level: Level, time: number): void {
    if (!this.#identifiers.has(line)) return
    if (this.#settleNs === 0) {
      this.#change(line, level, time)
      return
    }
    this.#early.push({ line, level, time, sequence: this.#sequence++ })
    this.#latest = Math.max(this.#latest, time)
    this.#settle(this.#latest - this.#settleNs)
  }

  /**
   * Ends the file with a last timestamp: `time`, or one tick after the last change. A second call does nothing.
   * @throws ERR_FILE when the file could not be written, now or before
   */
  close(time = 0): void {
    if (this.#closed) return
    this.#closed = true
    this.#settle(Number.POSITIVE_INFINITY)
    // Later than the last change, or that change would last no time and be dropped by readers.
    this.#chunk += `#${Math.max(this.#tickOf(time), this.#tick + 1)}\n`
    this.#write()
    try {
      if (this.#file !== undefined) closeSync(this.#file)
    } catch (cause) {
      this.#failure ??= fileError(this.path, cause)
    }
    this.#file = undefined
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Gives every signal its identifier; returns the declarations. */
  #declare(signals: readonly VcdSignal[]): string {
    const names = new Set<string>()
    let declarations = ''
    for (const { line, name } of signals) {
      if (this.#identifiers.has(line)) continue
      const identifier = identifierOf(this.#identifiers.size)
      this.#identifiers.set(line, identifier)
      declarations += `$var wire 1 ${identifier} ${unique(signalName(name), names)} $end\n`
    }
    return declarations
  }

  #settle(until: number): void {
    for (let next = this.#early.peek(); next !== undefined && next.time <= until; next = this.#early.peek()) {
      this.#early.pop()
      this.#change(next.line, next.level, next.time)
    }
  }

  #change(line: number, level: Level, time: number): void {
    const last = this.#written.get(line)
    if (last === undefined || last.level === level) return
    const tick = this.#tickOf(time)
    if (tick > this.#tick) {
      this.#tick = tick
      this.#chunk += `#${tick}\n`
    }
    if (last.tick === this.#tick) this.#shortPulses++
    last.level = level
    last.tick = this.#tick
    this.#chunk += `${bit(level)}${this.#identifiers.get(line)}\n`
    if (this.#sink !== undefined || this.#chunk.length >= CHUNK) this.#write()
  }

  #tickOf(time: number): number {
    return Math.floor(time / this.#nsPerTick)
  }

  #write(): void {
    if (this.#sink !== undefined) {
      if (this.#chunk !== '') this.#sink(this.#chunk)
      this.#chunk = ''
      return
    }
    const bytes = Buffer.from(this.#chunk, 'latin1')
    this.#chunk = ''
    if (this.#file === undefined || this.#failure !== undefined) return
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done)
    } catch (cause) {
      this.#failure = fileError(this.path, cause)
    }
  }
}

function header(timescale: '1us' | '1ns', scope: string, declarations: string): string {
  // No $date: two runs with one seed give the same file, byte for byte.
  return [
    '$version pi-worker $end',
    `$timescale ${timescale.replace('1', '1 ')} $end`,
    `$scope module ${signalName(scope)} $end`,
    `${declarations}$upscope $end`,
    '$enddefinitions $end',
    '',
  ].join('\n')
}

function bit(level: Level): string {
  return level === 'high' ? '1' : '0'
}

function identifierOf(index: number): string {
  let identifier = ''
  for (let rest = index; rest >= 0; rest = Math.floor(rest / CHARACTERS) - 1) {
    identifier = String.fromCharCode(FIRST_CHARACTER + (rest % CHARACTERS)) + identifier
  }
  return identifier
}

function unique(name: string, taken: Set<string>): string {
  let candidate = name
  for (let number = 2; taken.has(candidate); number++) candidate = `${name}_${number}`
  taken.add(candidate)
  return candidate
}

const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['its folder does not exist', 'Make the folder first, or write the file somewhere else.'],
  EACCES: ['this user may not write there', 'Write it to a folder of your own.'],
  EROFS: ['the file system is read-only', 'Write it to another file system.'],
  EISDIR: ['it is a folder', 'Name a file.'],
  ENOSPC: ['the disk is full', 'Make room, or write it to another disk.'],
}

function fileError(path: string, cause: unknown): PiWorkerError {
  const [why, remedy] = REASONS[codeOf(cause) ?? ''] ?? [messageOf(cause), undefined]
  return new PiWorkerError('ERR_FILE', `the trace ${path} cannot be written: ${why}`, { place: path, remedy, cause })
}
