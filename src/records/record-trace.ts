/** Records the lines of an open bench, on whatever driver it is, as a VCD file that the mock can replay. */

import type { Level } from '../../drivers/driver.js'
import type { Bench } from '../bench/bench.js'
import { VcdWriter } from './vcd.js'

/** What became of a recording. */
export interface RecordedTrace {
  /** How many pulses were shorter than one tick: both edges are in the file, at one time. */
  readonly shortPulses: number
}

export interface RecordOptions {
  /** Created, or emptied when it is there. */
  readonly path: string
  /** Takes the text, change by change, in the place of the file at `path`. */
  readonly sink?: ((text: string) => void) | undefined
  /** Name of the scope in the file. Default `bench`. */
  readonly scope?: string | undefined
  /** One tick. Default 1us; 1ns for short traces. Times are rounded down to it. */
  readonly timescale?: '1us' | '1ns' | undefined
}

/**
 * Writes every level that the bench sees and sets from now on. On a real driver the bench must have been opened with
 * `observe: true`. Returns what ends the recording; call it when the bench is closed, so that the safe states are in it.
 * @throws ERR_FILE, ERR_UNSUPPORTED when the bench does not watch its lines
 */
export function recordTrace(
  bench: Bench,
  { path, sink, scope = 'bench', timescale }: RecordOptions,
): () => RecordedTrace {
  const initial = new Map<number, Level>()
  for (const { line } of bench.signals) {
    const level = bench.levelOf(line)
    if (level !== undefined) initial.set(line, level)
  }
  const settleNs = bench.board.capabilities.edgeDelayNs
  const writer = new VcdWriter({ path, sink, scope, timescale, signals: bench.signals, initial, settleNs })
  const stop = bench.onLevel((line, level, time) => writer.level(line, level, time))
  return () => {
    stop()
    writer.close(bench.board.now())
    return { shortPulses: writer.shortPulses }
  }
}
