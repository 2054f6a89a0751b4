/** Tests that each have a bench of their own on the mock: opened before, closed and made safe after. */

import { expect, type TestAPI, test } from 'vitest'
import type { Specs } from '../../src/bench/bench.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import type { MockBoard } from '../board.js'
import { type MockBenchOf, type MockBenchOptions, openMockBench } from '../open-bench.js'
import { matchers } from './matchers.js'
import { putOnVirtualTime } from './user-time.js'

export interface BenchTestOptions extends Omit<MockBenchOptions, 'clock'> {
  /**
   * Puts the `setTimeout`, `setInterval` and `Date` of the program that is tested on the virtual clock, for as long as
   * the test runs. Default false.
   */
  readonly userTime?: boolean | undefined
}

/** What a test is given. */
export interface BenchFixtures<S extends Specs> {
  readonly bench: MockBenchOf<S>
  /** The simulated board: levels, trace, parts, lines to drive by hand. */
  readonly board: MockBoard
  readonly clock: VirtualClock
}

/**
 * A `test` of vitest whose tests have a bench, its board and its clock; the matchers are there too. The bench is closed
 * after each test, with `abort`; what is not safe then fails the test.
 * @example
 * const test = benchTest({ pump: output({ line: 17 }) })
 * test('doses', async ({ bench }) => {
 *   await dose(bench)
 *   expect(bench).toHavePulsed('pump', { count: 3, width: '200ms' })
 * })
 */
export function benchTest<const S extends Specs>(specs: S, options: BenchTestOptions = {}): TestAPI<BenchFixtures<S>> {
  const { userTime = false, ...rest } = options
  expect.extend(matchers)
  return test.extend<BenchFixtures<S>>({
    // biome-ignore lint/correctness/noEmptyPattern: vitest asks for an object pattern
    clock: async ({}, use) => {
      const clock = new VirtualClock()
      const restore = userTime ? putOnVirtualTime(clock) : undefined
      try {
        await use(clock)
      } finally {
        restore?.()
      }
    },
    bench: async ({ clock }, use) => {
      const bench = await openMockBench(specs, { ...rest, clock })
      try {
        await use(bench)
      } finally {
        await bench.close({ abort: true })
      }
    },
    board: async ({ bench }, use) => {
      await use(bench.board)
    },
  })
}
