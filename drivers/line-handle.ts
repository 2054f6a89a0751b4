/**
 * The contract's part for lines: what they can be asked to be, what a request gives, edges, pulses and PWM.
 * `driver.ts` hands all of it on.
 */

import type { Handover, InheritedLines, SafeLevel } from './handover.js'

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
  /**
   * BCM numbers (offsets on the board's chip), or what `findLine` gave for lines of one other chip; 1 to 32 of them,
   * each once. Bit n of every value is lines[n].
   */
  readonly lines: readonly number[]
  readonly settings: LineSettings
  /** Shown by `gpioinfo` and in errors of others; at most 31 bytes. Default `pi-worker`. */
  readonly consumer?: string | undefined
  /** Edges that the kernel keeps until they are read, for the whole request. Default 128 a line. */
  readonly eventBuffer?: number | undefined
  /** A process of ours has held exactly these lines and hands them over: they are set up in place, and not requested. */
  readonly inherited?: InheritedLines | undefined
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

/** One step of a pulse sequence: what the lines change to, and how long it lasts. */
export interface PulseStep {
  /** Logical values, bit n for lines[n] of the handle. */
  readonly values: number
  /** Which lines change; the others stay as they are. Default: all. */
  readonly mask?: number | undefined
  /** Whole ns until the next step, or until the end of the sequence: 0 or more. */
  readonly ns: number
}

export interface PulseSequence {
  /** At least one. */
  readonly steps: readonly PulseStep[]
  /** How many times the steps are played, 1 or more. Default 1. */
  readonly repeat?: number | undefined
}

/** What playing a pulse sequence came to. */
export interface Played {
  /** `dma`: timed by hardware. `software`: by this process, which the system may hold up. */
  readonly player: PulsePlayer
  /** The sum of all steps as asked for, in ns. */
  readonly requestedNs: number
  /** From the first step to the end, in ns, as far as the driver can measure it. */
  readonly achievedNs: number
  /** The most that a step came after its time, in ns; undefined when only hardware knows. */
  readonly latestNs: number | undefined
  /** When the first step was due, in ns of the clock that the board was opened with. Undefined as above. */
  readonly beganNs?: number | undefined
  /** How late the steps came. Undefined as above. */
  readonly lateness?: Lateness | undefined
  /** What the system granted to the thread that played; undefined when no thread of its own did. */
  readonly realtime?: Realtime | undefined
}

/** How long after its time each step had been made: when the call that made it returned, in ns, never below 0. */
export interface Lateness {
  /** How many steps were played. */
  readonly steps: number
  readonly worstNs: number
  readonly meanNs: number
  /** 99 of 100 steps were not later; rounded up by a sixteenth at most. */
  readonly p99Ns: number
  /** Of the first steps, in their order: of all when there are no more than 131,072. */
  readonly firstNs: Float64Array
  /** How many steps came how late: `upToNs` is the upper bound, included; the last has none. */
  readonly histogram: readonly { readonly upToNs: number | undefined; readonly count: number }[]
}

/** How a thread that plays pulses ran. */
export interface Realtime {
  /** `fifo`: before everything else on the machine (SCHED_FIFO). `normal`: whenever it was its turn. */
  readonly scheduling: 'fifo' | 'normal'
  /** The steps and their log cannot be paged out (mlock). */
  readonly locked: boolean
  /** What was not granted, and why; empty when all was. */
  readonly whyNot: readonly string[]
}

export type PulsePlayer = 'dma' | 'software'
export type PwmSource = 'hardware' | 'dma' | 'software'

export interface PwmSettings {
  /** In Hz, above 0. */
  readonly frequency: number
  /** Part of the period that the line is active, 0 to 1. */
  readonly duty: number
}

/** What a line's PWM really is, after rounding to what the hardware has. */
export interface PwmState extends PwmSettings {
  readonly source: PwmSource
}

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
  /**
   * Plays pulses on outputs. When `signal` aborts it stops at the next step, leaves the levels as they are then, and
   * rejects with the signal's reason.
   * @param began Called once, as soon as it is known when the first step is due: in ns of the clock that the board was
   *   opened with. Steps are due at their times after that.
   * @throws ERR_BAD_PULSES, ERR_UNSUPPORTED when the direction is input, and what `set` throws
   */
  play(sequence: PulseSequence, signal?: AbortSignal, began?: (time: number) => void): Promise<Played>
  /**
   * Drives one line of an output with PWM until the next `pwm`, `set`, `play`, `reconfigure` or `release`; a duty of 0
   * or 1 is a steady level. Only drivers whose `capabilities.pwm` is not empty have it.
   * @throws ERR_UNSUPPORTED, ERR_BAD_OPTION
   */
  pwm?(line: number, settings: PwmSettings): PwmState
  /** Lets the lines go. A second call does nothing. */
  release(): void
  /**
   * What another process needs to put the lines into a safe state and to hold them, while this process lives and when it
   * is gone. Only real lines have it.
   * @param safe One for each line.
   * @param settings Those that the lines are about to have; default: those that they have.
   * @throws ERR_GUARDIAN when this state is none that another process could make
   */
  handover?(safe: readonly SafeLevel[], settings?: LineSettings): Handover
  /** Ends as `release` does, but whoever has the handover goes on holding the lines. Default: `release` does that. */
  leave?(): void
}
