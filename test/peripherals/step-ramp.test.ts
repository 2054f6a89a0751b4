import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brakingNs, StepRamp } from '../../src/peripherals/step-ramp.js'

const speeds = fc
  .record({
    startSpeed: fc.integer({ min: 1, max: 1000 }),
    more: fc.integer({ min: 0, max: 5000 }),
    acceleration: fc.integer({ min: 100, max: 50_000 }),
  })
  .map(({ startSpeed, more, acceleration }) => ({ startSpeed, speed: startSpeed + more, acceleration }))

describe('a ramp of steps', () => {
  it('is never faster than its speed, and changes it no faster than its acceleration', () => {
    fc.assert(
      fc.property(speeds, fc.integer({ min: 1, max: 3000 }), (wanted, steps) => {
        const ramp = new StepRamp(steps, wanted)
        let before = ramp.lastsNs(0)
        for (let index = 1; index < steps; index++) {
          const now = ramp.lastsNs(index)
          let fits = now >= 1e9 / wanted.speed - 2
          if (index < steps - 1) {
            // Mean speeds of two neighbours, half of both apart; whole ns leave a little.
            const change = Math.abs(1e9 / now - 1e9 / before) / ((now + before) / 2e9)
            fits &&= change <= wanted.acceleration * 1.001 + (8 * (1e9 / now) ** 2 * (1e9 / before)) / 1e9
          }
          // Not each by itself: a million of vitest's expectations take seconds.
          if (!fits) expect.fail(`step ${index} of ${steps} lasts ${now} ns, after one of ${before} ns`)
          before = now
        }
      }),
      { numRuns: 200, seed: 4 },
    )
  })

  it('is as long as its steps are together', () => {
    fc.assert(
      fc.property(speeds, fc.integer({ min: 1, max: 500 }), (wanted, steps) => {
        const ramp = new StepRamp(steps, wanted)
        const sum = Array.from({ length: steps }, (_, index) => ramp.lastsNs(index)).reduce((all, ns) => all + ns, 0)
        expect(sum).toBe(ramp.ns)
      }),
      { seed: 4 },
    )
  })

  it('goes the same way down as up', () => {
    const ramp = new StepRamp(100, { startSpeed: 50, speed: 1000, acceleration: 1000 })
    const gaps = Array.from({ length: 99 }, (_, index) => ramp.lastsNs(index))
    for (const [index, gap] of gaps.entries()) expect(Math.abs(gap - gaps[98 - index]!)).toBeLessThanOrEqual(2)
  })

  it('of one step lasts as long as a step at the start speed', () => {
    expect(new StepRamp(1, { startSpeed: 50, speed: 1000, acceleration: 1000 }).ns).toBe(20e6)
  })

  it('of no steps is over at once', () => {
    expect(new StepRamp(0, { startSpeed: 50, speed: 1000, acceleration: 1000 }).ns).toBe(0)
  })
})

describe('braking', () => {
  it('comes from a speed to the start speed, with the acceleration', () => {
    const wanted = { startSpeed: 100, speed: 500, acceleration: 1000 }
    const lasts = brakingNs(500, wanted)
    // (500² - 100²) / 2000 steps in 0.4 s.
    expect(lasts).toHaveLength(120)
    expect(lasts.reduce((all, ns) => all + ns, 0) / 1e9).toBeCloseTo(0.4, 6)
    expect([...lasts].sort((a, b) => a - b)).toEqual(lasts)
  })

  it('takes no step at a speed from which a motor may stop', () => {
    expect(brakingNs(100, { startSpeed: 100, speed: 500, acceleration: 1000 })).toEqual([])
  })
})
