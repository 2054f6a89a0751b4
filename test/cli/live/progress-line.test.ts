import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { type Advance, progressLine, shareDone, timeLeft } from '../../../src/cli/live/progress-line.js'

const nothing: Advance = {
  loops: [],
  elapsed: 0,
  estimate: undefined,
  realElapsed: 0,
  tasks: 0,
  failed: 0,
  cancelled: 0,
}
const lineOf = (advance: Partial<Advance>, width = 79): string =>
  progressLine({ ...nothing, ...advance }, width, false, pc.createColors(false))

describe('the progress of a plan', () => {
  it('is its tasks alone, when nothing more is known', () => {
    expect(lineOf({ tasks: 1 })).toBe('1 task')
    expect(lineOf({ tasks: 20, failed: 2 })).toBe('20 tasks, 2 failed')
  })

  it('counts what failed and what was cancelled apart', () => {
    expect(lineOf({ tasks: 3, failed: 1, cancelled: 2 })).toBe('3 tasks, 1 failed, 2 cancelled')
    expect(lineOf({ tasks: 3, cancelled: 2 })).toBe('3 tasks, 2 cancelled')
  })

  it('is by the clock where there is an estimate', () => {
    expect(lineOf({ elapsed: 2000, realElapsed: 2000, estimate: 8000 })).toBe(
      '########----------------------  25 %  0:06 left  0 tasks',
    )
  })

  it('has the time that is left in real time, however fast the plan goes', () => {
    expect(timeLeft({ ...nothing, elapsed: 3_600_000, realElapsed: 1000, estimate: 36_000_000 })).toBe(9000)
  })

  it('says when the estimate was too short', () => {
    expect(lineOf({ elapsed: 9000, realElapsed: 9000, estimate: 8000 })).toContain('100 %  longer than estimated')
  })

  it('is by the rounds of the loops where there is no estimate', () => {
    const loops = [
      { round: 2, rounds: 4 },
      { round: 3, rounds: 4 },
    ]
    expect(shareDone({ ...nothing, loops })).toBe(0.375)
    expect(lineOf({ loops, tasks: 5 })).toContain('37 %  round 2/4 > 3/4  5 tasks')
  })

  it('has no bar for a loop that nobody knows the end of, but its round', () => {
    expect(lineOf({ loops: [{ round: 12 }], tasks: 3 })).toBe('round 12  3 tasks')
  })

  it('leaves out what does not fit, the bar first', () => {
    const advance = { elapsed: 2000, realElapsed: 2000, estimate: 8000, tasks: 7 }
    expect(lineOf(advance, 30)).toBe('25 %  0:06 left  7 tasks')
    expect(lineOf(advance, 16)).toBe('25 %  0:06 left')
  })
})
