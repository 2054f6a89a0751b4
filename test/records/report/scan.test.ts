import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ScanCurve } from '../../../src/records/report/scan-curve.js'
import { ScanMap } from '../../../src/records/report/scan-map.js'

const LIMIT = 30
const place = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }))
const value = fc.double({ min: -1e9, max: 1e9, noNaN: true })

describe('a reading over one axis', () => {
  test('has the mean and the range of the values at each place, in the order of the places', () => {
    const scan = new ScanCurve(LIMIT)
    for (const [x, y] of [
      [2, 10],
      [1, 5],
      [2, 14],
    ] as const) {
      scan.add(x, y)
    }
    expect(scan.places()).toEqual([
      { x: 1, mean: 5, min: 5, max: 5 },
      { x: 2, mean: 12, min: 10, max: 14 },
    ])
  })

  test('takes a place that is off by rounding for the same', () => {
    const scan = new ScanCurve(LIMIT)
    scan.add(0.3, 1)
    scan.add(0.1 + 0.2, 3)
    expect(scan.places()).toMatchObject([{ min: 1, max: 3 }])
  })

  test('never drops an extreme, and has no more places than its limit', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(place, value), { minLength: 1, maxLength: 300, size: 'max' }), entries => {
        const scan = new ScanCurve(LIMIT)
        for (const [x, y] of entries) scan.add(x, y)
        const [places, ys] = [scan.places(), entries.map(([, y]) => y)]
        expect(places.length).toBeLessThanOrEqual(LIMIT)
        expect(Math.min(...places.map(({ min }) => min))).toBe(Math.min(...ys))
        expect(Math.max(...places.map(({ max }) => max))).toBe(Math.max(...ys))
      }),
      { seed: 1, numRuns: 200 },
    )
  })
})

describe('a reading over two axes', () => {
  test('has a cell for each pair of places, and none where there was no value', () => {
    const map = new ScanMap(LIMIT)
    map.add(10, 1, 5)
    map.add(20, 2, 6)
    map.add(10, 1, 7)
    expect(map.cells()).toEqual({ x: [10, 20], y: [1, 2], cells: [0, 0, 5, 7, 1, 1, 6, 6] })
    expect(map.thinned).toBe(false)
  })

  test('never drops an extreme, and has no more cells than its limit', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(place, place, value), { minLength: 1, maxLength: 300, size: 'max' }), entries => {
        const map = new ScanMap(LIMIT)
        for (const [x, y, z] of entries) map.add(x, y, z)
        const { x, y, cells } = map.cells()
        const values = entries.map(([, , z]) => z)
        expect(cells.length / 4).toBeLessThanOrEqual(LIMIT)
        expect(Math.min(...cells.filter((_, at) => at % 4 === 2))).toBe(Math.min(...values))
        expect(Math.max(...cells.filter((_, at) => at % 4 === 3))).toBe(Math.max(...values))
        // Each cell is in a column and a row that there are.
        expect(cells.every((cell, at) => at % 4 > 1 || (cell >= 0 && cell < (at % 4 === 0 ? x : y).length))).toBe(true)
      }),
      { seed: 2, numRuns: 200 },
    )
  })

  test('of a fine grid is thinned along both axes alike', () => {
    const map = new ScanMap(100)
    for (let x = 0; x < 50; x++) for (let y = 0; y < 50; y++) map.add(x, y, x * y)
    const { x, y } = map.cells()
    expect(map.thinned).toBe(true)
    expect(x.length / y.length).toBeGreaterThan(0.4)
    expect(x.length / y.length).toBeLessThan(2.5)
  })
})
