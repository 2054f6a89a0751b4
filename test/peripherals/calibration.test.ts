import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { problemsOf } from '../../src/bench/problems.js'
import { Calibration, calibrate, refuseCalibration } from '../../src/peripherals/calibration.js'

describe('calibrate', () => {
  it('gives the value itself without a calibration', () => {
    expect(calibrate(21.3, undefined)).toBe(21.3)
    expect(calibrate(21.3, {})).toBe(21.3)
  })

  it('scales first and adds the offset then', () => {
    expect(calibrate(10, { scale: 2, offset: -1 })).toBe(19)
    expect(calibrate(10, { offset: 0.5 })).toBe(10.5)
    expect(calibrate(10, { scale: 3 })).toBe(30)
  })

  const points: [number, number][] = [
    [0, 1],
    [10, 21],
    [20, 26],
  ]

  it.each([
    ['at a point', 10, 21],
    ['at the first point', 0, 1],
    ['at the last point', 20, 26],
    ['in the first segment', 5, 11],
    ['in the second segment', 14, 23],
    ['below the first point, by the first segment', -2, -3],
    ['above the last point, by the last segment', 22, 27],
  ])('is linear between points: %s', (_where, measured, value) => {
    expect(calibrate(measured, { points })).toBeCloseTo(value, 12)
  })

  it('with two points is the line through them, wherever the value is', () => {
    const small = fc.double({ min: -1e3, max: 1e3, noNaN: true })
    const scales = fc.double({ min: 0.01, max: 100, noNaN: true })
    fc.assert(
      fc.property(small, small, scales, small, (value, x, scale, offset) => {
        const line: [number, number][] = [x, x + 1].map(at => [at, at * scale + offset])
        expect(calibrate(value, { points: line })).toBeCloseTo(calibrate(value, { scale, offset }), 3)
      }),
    )
  })
})

describe('refuseCalibration', () => {
  const point = (measured: number): [number, number] => [measured, 1]
  const path = ['calibration']

  it.each([
    ['equal measured values', { points: [point(1), point(1)] }, ['points', 1, 0]],
    ['falling measured values', { points: [point(0), point(2), point(1)] }, ['points', 2, 0]],
    ['a scale of 0', { scale: 0 }, ['scale']],
  ])('refuses %s, and says where they are', (_what, calibration, at) => {
    expect(refuseCalibration(calibration, path)?.path).toEqual([...path, ...at])
  })

  it('takes what rises, and nothing at all', () => {
    const right = [{ points: [point(-3), point(0), point(0.1)] }, { scale: -1 }, {}, undefined]
    expect(right.map(calibration => refuseCalibration(calibration, path))).toEqual(right.map(() => undefined))
  })
})

describe('the schema', () => {
  it.each([
    {},
    { offset: -0.4 },
    { scale: 1.02, offset: 1 },
    {
      points: [
        [0, 0.2],
        [100, 99],
      ],
    },
  ])('takes %j', calibration => {
    expect(problemsOf(Calibration, calibration)).toEqual([])
  })

  it.each([
    { points: [[0, 1]] },
    {
      points: [
        [0, 1, 2],
        [3, 4],
      ],
    },
    { offset: '1' },
    {
      offset: 1,
      points: [
        [0, 1],
        [2, 3],
      ],
    },
    { gain: 2 },
    3,
  ])('refuses %j', calibration => {
    expect(problemsOf(Calibration, calibration)).not.toEqual([])
  })
})
