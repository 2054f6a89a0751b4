import { describe, expect, test } from 'vitest'
import { DURATION_PATTERN, MAX_DURATION_MS, parseDuration, toMs, toNs } from '../../src/worker/duration.js'

describe('parseDuration', () => {
  test.each<[unknown, number]>([
    [0, 0],
    [1.5, 1.5],
    ['10us', 0.01],
    ['200ms', 200],
    ['2s', 2000],
    ['2.5s', 2500],
    ['5m', 300_000],
    ['3h', 10_800_000],
    ['3d', 259_200_000],
    ['104d', 8_985_600_000],
    ['0us', 0],
    [MAX_DURATION_MS, MAX_DURATION_MS],
  ])('%s is %d ms', (value, ms) => {
    expect(parseDuration(value)).toBe(ms)
  })

  test.each<[string, unknown]>([
    ['negative', -1],
    ['a negative text', '-1ms'],
    ['NaN', Number.NaN],
    ['endless', Number.POSITIVE_INFINITY],
    ['without a unit', '10'],
    ['of an unknown unit', '10w'],
    ['of a unit written large', '10MS'],
    ['with a blank', '10 ms'],
    ['with a line feed', '10ms\n'],
    ['only a unit', 'ms'],
    ['empty', ''],
    ['with half a number', '.5s'],
    ['a power', '1e3ms'],
    ['null', null],
    ['undefined', undefined],
    ['a bigint', 5n],
    ['an object that cannot be made text', Object.create(null)],
    ['a symbol', Symbol('1s')],
  ])('one that is %s is refused with its place', (_, value) => {
    expect(() => parseDuration(value, 'pump.width')).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_DURATION', place: 'pump.width' }),
    )
  })

  test.each([MAX_DURATION_MS + 1, '105000000m', '105d', `${'9'.repeat(400)}s`, Number.MAX_VALUE])(
    '%s is longer than 104 days and refused',
    value => {
      expect(() => parseDuration(value)).toThrow(
        expect.objectContaining({ code: 'ERR_BAD_DURATION', message: expect.stringContaining('104 days') as string }),
      )
    },
  )

  test('the longest duration in ns is exact', () => {
    expect(Number.isSafeInteger(toNs(MAX_DURATION_MS))).toBe(true)
    expect(Number.isSafeInteger(toNs(MAX_DURATION_MS) + 1)).toBe(true)
  })
})

test('toNs gives whole nanoseconds, toMs is its inverse', () => {
  expect(toNs(0.0015)).toBe(1500)
  expect(toNs(0.1 + 0.2)).toBe(300_000)
  expect(toMs(1500)).toBe(0.0015)
})

test('the pattern for schemas accepts what parseDuration accepts', () => {
  const pattern = new RegExp(DURATION_PATTERN)
  for (const good of ['10us', '2.5s', '3h', '7d']) expect(good).toMatch(pattern)
  for (const bad of ['10', '-1s', '1 s', 's']) expect(bad).not.toMatch(pattern)
})
