/** What `expect(...)` can be asked about lines. Each message shows the line as a timing diagram. */

import type { MatcherState } from 'vitest'
import type { Level } from '../../drivers/driver.js'
import { type LineLevels, type LineRef, lineOf } from './lines.js'
import { picture } from './picture.js'
import { describePulses, type PulseExpectation, pulseFault } from './pulses.js'
import { matchTraceFile } from './trace-file.js'

export type { PulseExpectation } from './pulses.js'

interface Outcome {
  readonly pass: boolean
  readonly message: () => string
}

/**
 * The matchers, for `expect.extend(matchers)`; `benchTest` does that by itself. The first argument is a bench on the
 * mock, its board, its trace, or a recording.
 */
export const matchers = {
  /** The line made the pulses that are asked for. */
  toHavePulsed(source: unknown, line: LineRef, expected: PulseExpectation = {}): Outcome {
    const levels = lineOf(source, line)
    const fault = pulseFault(levels, expected)
    return outcome(fault === undefined, levels, `${describePulses(expected)} on ${levels.name}`, fault)
  },

  /** The line had exactly these levels, one after the other, from the start on. */
  toHaveLevels(source: unknown, line: LineRef, expected: readonly Level[]): Outcome {
    const levels = lineOf(source, line)
    const had = [levels.initial, ...levels.changes.map(({ level }) => level)]
    const pass = had.length === expected.length && had.every((level, index) => level === expected[index])
    const found = `it had ${had.map(level => level ?? 'unknown').join(', ')}`
    return outcome(pass, levels, `the levels ${expected.join(', ')} on ${levels.name}`, found)
  },

  /** The line was low from the start to now. */
  toHaveStayedLow(source: unknown, line: LineRef): Outcome {
    return stayed(source, line, 'low')
  },

  /** The line was high from the start to now. */
  toHaveStayedHigh(source: unknown, line: LineRef): Outcome {
    return stayed(source, line, 'high')
  },

  /**
   * Every line did what a VCD file says, like a snapshot: written when it is not there (but in CI) or with `vitest -u`.
   * A path counts from the folder of the test file.
   */
  toMatchTrace(this: MatcherState, source: unknown, path: string): Outcome {
    return matchTraceFile(this, source, path)
  },
}

function stayed(source: unknown, line: LineRef, level: Level): Outcome {
  const levels = lineOf(source, line)
  const count = levels.changes.length
  const pass = levels.initial === level && count === 0
  const found = `it was ${levels.initial ?? 'unknown'} at the start and changed ${count === 1 ? 'once' : `${count} times`}`
  return outcome(pass, levels, `${levels.name} to have stayed ${level}`, found)
}

function outcome(pass: boolean, levels: LineLevels, expected: string, found: string | undefined): Outcome {
  const message = (): string => {
    const what = pass ? `expected not ${expected}` : `expected ${expected}; ${found}`
    return `${what}\n\n${picture([levels])}`
  }
  return { pass, message }
}
