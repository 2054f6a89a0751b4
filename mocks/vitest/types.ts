/** What `expect` of vitest knows once the matchers are there. */

import type { Level } from '../../drivers/driver.js'
import type { LineRef } from './lines.js'
import type { PulseExpectation } from './pulses.js'

/** The matchers as they are called. */
export interface LineMatchers<R = unknown> {
  /**
   * The line made pulses: as many as `count` (default: one or more), each as long as `width` within `tolerance`.
   * @example expect(bench).toHavePulsed('pump', { count: 3, width: '200ms' })
   */
  toHavePulsed(line: LineRef, expected?: PulseExpectation): R
  /** The line had exactly these levels, one after the other, from the start on. */
  toHaveLevels(line: LineRef, levels: readonly Level[]): R
  /** The line was low from the start to now. */
  toHaveStayedLow(line: LineRef): R
  /** The line was high from the start to now. */
  toHaveStayedHigh(line: LineRef): R
  /** Every line did what the VCD file says; it is written when it is not there (but in CI) or with `vitest -u`. */
  toMatchTrace(vcdFile: string): R
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: the declaration that is extended has it
  interface Matchers<T = any> extends LineMatchers<T> {}
}
