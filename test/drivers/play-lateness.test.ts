import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KEPT_STEPS, LatenessLog } from '../../drivers/play-lateness.js'

function logOf(times: readonly number[]) {
  const log = new LatenessLog(times.length)
  for (const time of times) log.add(time)
  return log.summary()
}

describe('how late the steps of a play came', () => {
  it('has every step, the worst and the mean', () => {
    const { steps, worstNs, meanNs, firstNs } = logOf([0, 300, 30, 70])
    expect([steps, worstNs, meanNs, [...firstNs]]).toEqual([4, 300, 100, [0, 300, 30, 70]])
  })

  it('is nothing before the first step', () => {
    expect(logOf([])).toMatchObject({ steps: 0, worstNs: 0, meanNs: 0, p99Ns: 0 })
  })

  it('is never below 0', () => {
    expect(logOf([-5]).firstNs[0]).toBe(0)
  })

  it('has a p99 that is at most a sixteenth above the true one, and never below it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 300 }), times => {
        const sorted = [...times].sort((a, b) => a - b)
        const exact = sorted[Math.ceil(sorted.length * 0.99) - 1]!
        const { p99Ns } = logOf(times)
        expect(p99Ns).toBeGreaterThanOrEqual(exact)
        expect(p99Ns).toBeLessThanOrEqual(exact * (1 + 1 / 16) + 1)
      }),
    )
  })

  it('is counted by its upper bounds, with the bound in', () => {
    const { histogram } = logOf([1000, 1001, 50_000, 5e9])
    expect(histogram.filter(({ count }) => count > 0)).toEqual([
      { upToNs: 1000, count: 1 },
      { upToNs: 2000, count: 1 },
      { upToNs: 50_000, count: 1 },
      { upToNs: undefined, count: 1 },
    ])
  })

  it('of an endless play keeps the first steps and counts all', () => {
    const log = new LatenessLog(10 * KEPT_STEPS)
    for (let step = 0; step < 2 * KEPT_STEPS; step++) log.add(step < KEPT_STEPS ? 10 : 1e6)
    const { steps, firstNs, p99Ns, worstNs } = log.summary()
    expect([steps, firstNs.length, firstNs.at(-1), worstNs]).toEqual([2 * KEPT_STEPS, KEPT_STEPS, 10, 1e6])
    expect(p99Ns).toBe(1e6)
  })

  it('of a play that was stopped has only the steps that were played', () => {
    const log = new LatenessLog(100)
    log.add(7)
    expect([...log.summary().firstNs]).toEqual([7])
  })
})
