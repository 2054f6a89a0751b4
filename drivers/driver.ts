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
import type { BusKind, BusOfKind } from './buses/bus.js'
import type {
  Bias,
  Direction,
  Drive,
  EdgeFailure,
  Level,
  LineHandle,
  LineRequest,
  PulsePlayer,
  PwmSource,
} from './line-handle.js'

export type * from './line-handle.js'

export type DriverName = 'gpiochip' | 'onoff' | 'pigpio' | 'mock'
export interface Capabilities {
  /** Where the time of an edge comes from: the kernel's interrupt, a 1 µs tick, or when JavaScript saw it. */
  readonly edgeTimestamps: 'kernel-ns' | 'tick-us' | 'none'
  readonly bias: readonly Bias[]
  readonly drive: readonly Drive[]
  readonly debounce: 'kernel' | 'software' | 'none'
  /** Several lines of one handle change in one call to the kernel. */
  readonly atomic: boolean
  /** How pulse sequences are timed. */
  readonly pulses: PulsePlayer
  /** Who can make PWM, best first; empty when nobody can. */
  readonly pwm: readonly PwmSource[]
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

/** Somebody requested a line, let it go, or changed its settings: this program or another one. */
export interface LineChange {
  readonly kind: 'requested' | 'released' | 'reconfigured'
  /** Whole ns since the board was opened. */
  readonly time: number
  /** The line after the change. */
  readonly info: LineInfo
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
  /**
   * The BCM number of a line's own name, or undefined. `gpiochip1:3` gives a number of this board's for a line of
   * another chip. Spellings such as GPIO17 are `parseLine`'s.
   * @throws ERR_UNKNOWN_CHIP, ERR_UNKNOWN_LINE, ERR_PERMISSION for a line of another chip
   */
  findLine(name: string): number | undefined
  lineInfo(line: number): LineInfo
  /**
   * Calls `listener` whenever somebody takes one of the lines, lets it go or changes its settings, until the function
   * that it returns is called. Only a driver that can know of it has it.
   * @throws ERR_UNKNOWN_LINE, ERR_CHIP_GONE, ERR_IO
   */
  watchLines?(lines: readonly number[], listener: (change: LineChange | EdgeFailure) => void): () => void
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
  /**
   * Only a simulated board has it: opens one of its own buses. Elsewhere the machine's are opened (`openBus`).
   * @param number N of `i2c-N`, `spidevN`, `pwmchipN`; there is one 1-Wire bus and one IIO, number 0.
   */
  openBus?<K extends BusKind>(kind: K, number: number): Promise<BusOfKind[K]>
  /** Releases every handle and closes the chip. A second call does nothing. */
  close(): Promise<void>
}

/** A line with a name that says whose it is. */
export interface Signal {
  /** BCM number. */
  readonly line: number
  /** The peripheral's name; with the place in its configuration when it has several lines: `motor.forward`. */
  readonly name: string
}

/** A simulated part that the mock driver wires to the lines of one peripheral; other drivers ignore parts. */
export interface PartSpec {
  /** Name of the peripheral, for messages. */
  readonly name: string
  /** Which part simulates it; undefined when none does. */
  readonly type: string | undefined
  /** The peripheral's checked configuration, lines as BCM numbers. */
  readonly config: Readonly<Record<string, unknown>>
  /** The lines that it has, with the names that traces give them. */
  readonly signals: readonly Signal[]
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
  /**
   * Path of a VCD file that a simulated board replays on the lines of its parts; real boards ignore it. What `simulate`
   * says of a peripheral goes before.
   */
  readonly replay?: string | undefined
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
