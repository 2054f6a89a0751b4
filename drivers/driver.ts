/**
 * The driver contract: how lines are reached.
 *
 * It follows libgpiod 2: a driver opens a board, a request of one or more lines with settings gives a handle, levels
 * are read and written for the whole handle at once, and settings can be changed in place.
 *
 * Words: `low` and `high` are physical levels. Values (bits) of a handle are logical: 1 is active ("on"), which is high
 * unless the line is `activeLow`. Edges (`rising`, `falling`) are always physical. Times are whole nanoseconds since
 * the board was opened.
 */

import type { Clock } from '../src/worker/clock.js'

export type DriverName = 'gpiochip' | 'onoff' | 'pigpio' | 'mock'
export type Level = 'low' | 'high'
/** A level as a number: 0 is low, 1 is high. */
export type Bit = 0 | 1
export type Direction = 'input' | 'output'
/** `as-is` leaves the bias as the kernel has it. */
export type Bias = 'as-is' | 'disabled' | 'pull-up' | 'pull-down'
export type Drive = 'push-pull' | 'open-drain' | 'open-source'
/** Physical edges to listen for. */
export type EdgeSelection = 'none' | 'rising' | 'falling' | 'both'

/** What a line can be asked to be. The same settings hold for every line of a request. */
export interface LineSettings {
  readonly direction: Direction
  /** Default `as-is`. */
  readonly bias?: Bias | undefined
  /** Outputs only. Default `push-pull`. */
  readonly drive?: Drive | undefined
  /** Values are inverted: 1 is low. Default false. */
  readonly activeLow?: boolean | undefined
  /** Inputs only. Default `none`. */
  readonly edges?: EdgeSelection | undefined
  /** Inputs only: changes shorter than this many nanoseconds are not seen. Default 0. */
  readonly debounceNs?: number | undefined
  /** Outputs only: the logical values at the moment of the request, as bits. Default 0 (inactive). */
  readonly initial?: number | undefined
}

export interface LineRequest {
  /** BCM numbers (offsets on the board's chip), 1 to 32 of them, each once. Bit n of every value is lines[n]. */
  readonly lines: readonly number[]
  readonly settings: LineSettings
  /** Shown by `gpioinfo` and in errors of others; at most 31 bytes. Default `pi-worker`. */
  readonly consumer?: string | undefined
  /** Edges that the kernel keeps until they are read, for the whole request. Default 128 a line. */
  readonly eventBuffer?: number | undefined
}

/** One physical edge of one line. */
export interface Edge {
  readonly kind: 'edge'
  /** BCM number. */
  readonly line: number
  readonly direction: 'rising' | 'falling'
  /** Whole ns since the board was opened. How good it is, `capabilities.edgeTimestamps` says. */
  readonly time: number
  /** 1 for the first edge of the request, then one more for each; a driver without numbers counts what it delivers. */
  readonly sequence: number
}

/**
 * Edges are known to be missing before the next edge: the kernel's numbers have a gap, or a direction came twice.
 * What shows in neither cannot be known.
 */
export interface LostEdges {
  readonly kind: 'lost'
  /** BCM number, or undefined when it is not known which line lost them. */
  readonly line: number | undefined
  /** How many at least. */
  readonly count: number
  readonly time: number
}

/** The driver can deliver no more edges: the chip vanished, or reading failed. */
export interface EdgeFailure {
  readonly kind: 'failed'
  readonly error: Error
}

export type EdgeEvent = Edge | LostEdges | EdgeFailure

/** Lines held by this process until `release`. Every method throws ERR_RELEASED afterwards, but `release` itself. */
export interface LineHandle {
  readonly lines: readonly number[]
  readonly settings: LineSettings
  /** The logical values of all lines, bit n for lines[n]. */
  get(): number
  /**
   * Sets the lines whose bit is 1 in `mask` (default: all) to the logical values in `values`, at once where
   * `capabilities.atomic` says so.
   * @throws ERR_UNSUPPORTED when the direction is input.
   */
  set(values: number, mask?: number): void
  /** Changes the settings without letting the lines go; an output's level is kept unless `initial` is given. */
  reconfigure(settings: LineSettings): void
  /** Calls `listener` for every selected edge, in order, until the function that it returns is called. */
  edges(listener: (event: EdgeEvent) => void): () => void
  /** Lets the lines go. A second call does nothing. */
  release(): void
}

export interface Capabilities {
  /** Where the time of an edge comes from: the kernel's interrupt, a 1 µs tick, or when JavaScript saw it. */
  readonly edgeTimestamps: 'kernel-ns' | 'tick-us' | 'none'
  readonly bias: readonly Bias[]
  readonly drive: readonly Drive[]
  readonly debounce: 'kernel' | 'software' | 'none'
  /** Several lines of one handle change in one call to the kernel. */
  readonly atomic: boolean
  /** Shortest pulse, in ns, that the driver can make or see at all. */
  readonly shortestPulseNs: number
  /**
   * How long after an edge JavaScript may hear of it on a machine that is not overloaded, in ns: whoever closes a
   * window of time on edges waits so long for stragglers.
   */
  readonly edgeDelayNs: number
}

/** What is known of one line without requesting it. */
export interface LineInfo {
  readonly line: number
  /** The line's own name, when it has one. */
  readonly name: string | undefined
  readonly used: boolean
  readonly consumer: string | undefined
  readonly direction: Direction | undefined
}

/** Tells of lines without requesting them. */
export interface LineInspector {
  findLine(name: string): number | undefined
  lineInfo(line: number): LineInfo
  close(): void
}

/** Called for every physical change of a line that the driver can know of. */
export type LevelListener = (line: number, level: Level, time: number) => void

/** The lines of one machine, reached through one driver. */
export interface Board {
  readonly driver: DriverName
  /** The chip, as a person would name it: `/dev/gpiochip0 (pinctrl-bcm2711, 58 lines)`. */
  readonly description: string
  readonly capabilities: Capabilities
  /** How many lines there are; BCM numbers run from 0 to lineCount - 1. */
  readonly lineCount: number
  /** Whole ns since the board was opened. */
  now(): number
  /** The BCM number of a line's own name, or undefined. Spellings such as GPIO17 are `parseLine`'s. */
  findLine(name: string): number | undefined
  lineInfo(line: number): LineInfo
  /**
   * Requests lines.
   * @throws ERR_UNKNOWN_LINE, ERR_LINE_BUSY (names the consumer), ERR_PERMISSION, ERR_UNSUPPORTED, ERR_CHIP_GONE, ERR_IO
   */
  request(request: LineRequest): Promise<LineHandle>
  /**
   * Only a simulated board has it: every physical change of every line, whoever made it. Returns what ends it.
   */
  onLevel?(listener: LevelListener): () => void
  /** Only a simulated board has it: the physical level of a line now, whoever holds it. */
  level?(line: number): Level
  /** Releases every handle and closes the chip. A second call does nothing. */
  close(): Promise<void>
}

/** A simulated part that the mock driver wires to the lines of one peripheral; other drivers ignore parts. */
export interface PartSpec {
  /** Name of the peripheral, for messages. */
  readonly name: string
  /** Type of the peripheral, which chooses the part. */
  readonly type: string
  /** The peripheral's checked configuration, lines as BCM numbers. */
  readonly config: Readonly<Record<string, unknown>>
  /** What the plan's `simulate` says of this peripheral, checked, durations in ms; undefined when it says nothing. */
  readonly simulate: Readonly<Record<string, unknown>> | undefined
}

export interface BoardOptions {
  readonly clock: Clock
  /** Path of the chip (`/dev/gpiochip0`); found by label when left out. */
  readonly chip?: string | undefined
  /** Parts for the mock driver; a function when they can only be told once the board knows its lines' names. */
  readonly parts?: readonly PartSpec[] | ((board: Board) => readonly PartSpec[]) | undefined
  /**
   * Own names of lines that are asked for, each with a line that is free for it: a simulated board takes those that it
   * has not, so that a bench file with names runs on it. Real boards ignore it.
   */
  readonly lineNames?: Readonly<Record<string, number>> | undefined
  /** Seed for whatever is random in a simulation. Default 1. */
  readonly seed?: number | undefined
}

export interface Driver {
  readonly name: DriverName
  /** What its boards can do, known before one is opened; so that a driver that would not do is not even opened. */
  readonly capabilities?: Capabilities | undefined
  /**
   * Opens the header's chip.
   * @throws ERR_DRIVER_MISSING, ERR_UNKNOWN_CHIP, ERR_PERMISSION, ERR_UNSUPPORTED: why the driver cannot be used here.
   */
  open(options: BoardOptions): Promise<Board>
}
