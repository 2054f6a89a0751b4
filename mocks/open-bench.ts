/** A bench on the mock in one line: for tests of programs that use one. */

import type { Bench, BenchOf, Specs } from '../src/bench/bench.js'
import type { BenchOptions } from '../src/bench/bench-options.js'
import { openBench } from '../src/bench/open-bench.js'
import { VirtualClock } from '../src/worker/virtual-clock.js'
import type { MockBoard } from './board.js'
import { MockDriver, type MockDriverOptions } from './driver.js'

/** What a bench on the mock can be told. */
export interface MockBenchOptions<C extends Bench['clock'] = VirtualClock>
  extends Omit<BenchOptions, 'driver' | 'clock' | 'chip' | 'observe'> {
  /** Default: a virtual clock of its own. */
  readonly clock?: C | undefined
  /** The simulated board: number and names of lines, resistors, whether a trace is kept. */
  readonly mock?: MockDriverOptions | undefined
}

/** A bench whose board and clock can be looked at and played with. */
export type MockBenchOf<S extends Specs, C extends Bench['clock'] = VirtualClock> = BenchOf<S> & {
  readonly board: MockBoard
  readonly clock: C
}

/**
 * Opens the peripherals of `specs` on a simulated board of their own, by default in virtual time.
 * @throws what `openBench` throws
 */
export async function openMockBench<const S extends Specs, C extends Bench['clock'] = VirtualClock>(
  specs: S,
  options: MockBenchOptions<C> = {},
): Promise<MockBenchOf<S, C>> {
  const { mock, clock = new VirtualClock(), ...rest } = options
  const bench = await openBench(specs, { ...rest, driver: new MockDriver(mock), clock })
  return bench as BenchOf<S> & { readonly board: MockBoard; readonly clock: C }
}
