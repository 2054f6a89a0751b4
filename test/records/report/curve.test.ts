import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Curve, type Point } from '../../../src/records/report/curve.js'

const LIMIT = 40

/** Times that go on, stand still and jump, with values of every size and some that are missing. */
const series = fc
  .array(
    fc.record({
      after: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 10, noNaN: true }), fc.constant(5000)),
      y: fc.oneof(
        { weight: 9, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(y => y + 0) },
        { weight: 1, arbitrary: fc.constant(null) },
      ),
    }),
    { minLength: 1, maxLength: 400, size: 'max' },
  )
  .map(steps => {
    let x = 0
    return steps.map(({ after, y }): Point => {
      x += after
      return { x, y }
    })
  })

function curveOf(points: readonly Point[]): Curve {
  const curve = new Curve(LIMIT)
  for (const { x, y } of points) curve.add(x, y)
  return curve
}

function values(points: readonly Point[]): number[] {
  return points.flatMap(({ y }) => (y === null ? [] : [y]))
}

describe('a curve', () => {
  test('draws the smallest and the largest value of all, whatever there is', () => {
    fc.assert(
      fc.property(series, points => {
        const [all, drawn] = [values(points), values(curveOf(points).points())]
        expect(drawn.length > 0).toBe(all.length > 0)
        if (all.length === 0) return
        expect(Math.min(...drawn)).toBe(Math.min(...all))
        expect(Math.max(...drawn)).toBe(Math.max(...all))
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  test('draws the first, smallest, largest and last value of every stretch, and every value is in one', () => {
    fc.assert(
      fc.property(series, points => {
        const curve = curveOf(points)
        const drawn = curve.points()
        const stretches = curve.stretches()
        if (!curve.thinned) return
        const lost = points.filter(({ x, y }) => {
          const stretch = stretches.find(({ first, last }) => first.x <= x && x <= last.x)
          if (stretch === undefined || y === null) return stretch === undefined
          return !((stretch.min?.y ?? Number.NaN) <= y && y <= (stretch.max?.y ?? Number.NaN))
        })
        expect(lost).toEqual([])
        const limits = stretches.flatMap(({ min, max }) => [min ?? [], max ?? []].flat())
        expect(limits.filter(point => !drawn.includes(point))).toEqual([])
      }),
      { seed: 2, numRuns: 200 },
    )
  })

  test('draws only what was told, in the order of time, and never more than its limit', () => {
    fc.assert(
      fc.property(series, points => {
        const drawn = curveOf(points).points()
        expect(drawn.length).toBeLessThanOrEqual(LIMIT)
        const known = new Set(points.map(({ x, y }) => `${x} ${y}`))
        expect(drawn.every(({ x, y }) => known.has(`${x} ${y}`))).toBe(true)
        expect(drawn.every(({ x }, index) => index === 0 || x >= (drawn[index - 1]?.x ?? 0))).toBe(true)
      }),
      { seed: 3, numRuns: 300 },
    )
  })

  test('keeps all of a few values, gaps too', () => {
    const points = [
      { x: 0, y: 1 },
      { x: 1, y: null },
      { x: 2, y: 3 },
    ]
    expect(curveOf(points).points()).toEqual(points)
  })

  test('keeps a stretch without values as a gap when it is thinned', () => {
    const points = Array.from({ length: 1000 }, (_, x) => ({ x, y: x >= 300 && x < 700 ? null : x }))
    const gap = curveOf(points)
      .points()
      .filter(({ x }) => x >= 440 && x < 560)
    expect(gap.length).toBeGreaterThan(0)
    expect(gap.every(({ y }) => y === null)).toBe(true)
  })

  test('keeps what happens rarely exact beside what happens often', () => {
    const burst = Array.from({ length: 5000 }, (_, index) => ({ x: index / 1e6, y: index % 7 }))
    const rare = [100, 200, 300, 400].map(x => ({ x, y: x }))
    const drawn = curveOf([...burst, ...rare]).points()
    expect(drawn.slice(-4)).toEqual(rare)
  })
})
