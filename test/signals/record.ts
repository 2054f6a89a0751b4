/** Makes the signals that are decoded: a real bench on the simulated board in virtual time, recorded to a VCD file. */

import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { MockBoard } from '../../mocks/board.js'
import type { BenchOf, Specs } from '../../src/bench/bench.js'
import type { BenchOptions } from '../../src/bench/bench-options.js'
import { type RecordOptions, recordTrace } from '../../src/records/record-trace.js'
import type { VirtualClock } from '../../src/worker/virtual-clock.js'
import { openMockBench } from '../bench/setup.js'
import { tempFolder } from '../drivers/temp-folder.js'
import { SigrokError } from './sigrok-error.js'

export interface Recorded<T> {
  readonly file: string
  /** What the work gave. */
  readonly result: T
}

/** What the recorded work gets. */
export interface Recording<S extends Specs> {
  readonly bench: BenchOf<S>
  readonly board: MockBoard
  readonly clock: VirtualClock
  /** Lets so much virtual time pass, in ms. */
  wait(ms: number): Promise<void>
}

/**
 * Opens a bench, records it from its opening until it is closed, and gives the file, which is gone after the test.
 * @throws SigrokError when the time scale loses pulses
 */
export async function recordBench<const S extends Specs, T>(
  specs: S,
  work: (recording: Recording<S>) => Promise<T>,
  { timescale, ...options }: Pick<RecordOptions, 'timescale'> & Pick<BenchOptions, 'simulate' | 'seed'> = {},
): Promise<Recorded<T>> {
  const file = join(tempFolder(), 'trace.vcd')
  const { bench, board, clock } = await openMockBench(specs, options)
  const end = recordTrace(bench, { path: file, timescale })
  let ended = false
  const stop = (): number => {
    if (ended) return 0
    ended = true
    return end().shortPulses
  }
  onTestFinished(() => {
    stop()
  })
  const wait = (ms: number): Promise<void> => clock.reach(clock.now() + ms * 1e6)
  const result = await work({ bench, board, clock, wait })
  await bench.close()
  const shortPulses = stop()
  if (shortPulses > 0) throw new SigrokError(`${shortPulses} pulses are shorter than a tick of the trace`)
  return { file, result }
}
