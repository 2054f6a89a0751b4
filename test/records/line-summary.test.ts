/** What a line did, in numbers. */

import { describe, expect, it } from 'vitest'
import { LineSummary } from '../../src/records/line-summary.js'

function pwm(periods: number, periodNs: number, highNs: number, from = 0): LineSummary {
  const summary = new LineSummary(from)
  summary.change('low', 0)
  for (let at = 1; at <= periods; at++) {
    summary.change('high', at * periodNs)
    summary.change('low', at * periodNs + highNs)
  }
  return summary
}

describe('the summary of a line', () => {
  it('has edges, high time and the shortest pulse', () => {
    expect(pwm(2, 1000, 300).facts(5000)).toEqual({
      initial: 'low',
      final: 'low',
      edges: 4,
      highNs: 600,
      shortestNs: 300,
      period: undefined,
    })
  })

  it('has frequency and duty of what is periodic', () => {
    expect(pwm(100, 20e6, 1.5e6).facts(3e9).period).toEqual({ frequency: 50, duty: 0.075 })
  })

  it('has none of what only has many edges', () => {
    const summary = new LineSummary(0)
    summary.change('low', 0)
    for (const time of [10, 20, 40, 70, 150, 151, 400, 500]) summary.change(time % 20 === 0 ? 'high' : 'low', time)
    expect(summary.facts(1000).period).toBe(undefined)
  })

  it('counts only what is in its stretch, from the level before it', () => {
    expect(pwm(1, 1000, 500, 1200).facts(2000)).toMatchObject({ initial: 'high', edges: 1, highNs: 300 })
  })

  it('does not take the first level for an edge, nor one that is not known', () => {
    const summary = new LineSummary(0)
    summary.change('high', 0)
    summary.change(undefined, 100)
    summary.change('low', 200)
    expect(summary.facts(300)).toMatchObject({ initial: 'high', final: 'low', edges: 0, highNs: 100 })
  })

  it('is high to the end of the stretch', () => {
    const summary = new LineSummary(0)
    summary.change('low', 0)
    summary.change('high', 100)
    expect(summary.facts(1000)).toMatchObject({ highNs: 900, final: 'high' })
  })
})
