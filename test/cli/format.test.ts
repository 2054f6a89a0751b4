import { describe, expect, it } from 'vitest'
import { formatMs, formatResult, formatSince, oneLine, printable } from '../../src/cli/format.js'

describe('times for people', () => {
  it.each([
    [0, '0 ms'],
    [0.0123456, '12.346 us'],
    [0.999, '999 us'],
    [12.3, '12.3 ms'],
    [999.9996, '1000 ms'],
    [1000, '1.00 s'],
    [59_999, '60.00 s'],
    [200_000, '3 m 20 s'],
    [90_000_000, '25 h 0 m'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatMs(ms)).toBe(text)
  })

  it('stand in a column', () => {
    expect([formatSince(5), formatSince(123_456.7)]).toEqual(['    0.005 s', '  123.457 s'])
  })
})

describe('results for people', () => {
  it.each([
    [undefined, ''],
    [null, ''],
    [true, 'true'],
    [0.1 + 0.2, '0.3'],
    ['full', 'full'],
    [{ requested: 200, achieved: 200.0801 }, 'requested=200 achieved=200.08'],
    [{ edges: [{ time: 1 }, { time: 2 }], lost: null }, 'edges=[{time=1}, {time=2}] lost=-'],
    [Array.from({ length: 10 }, (_, n) => n), '[0, 1, 2, 3, 4, 5, 6, 7, … 10 in all]'],
  ])('%j is %s', (result, text) => {
    expect(formatResult(result, 80)).toBe(text)
  })

  it('are cut to their column', () => {
    expect(formatResult('x'.repeat(50), 10)).toBe(`${'x'.repeat(9)}…`)
  })
})

describe('text for a terminal', () => {
  it('cannot move its cursor, wherever it comes from', () => {
    expect(oneLine('a\u001b[2Jb\nc\u009bd')).toBe('a [2Jb c d')
    expect(printable('a\u001b[2J\nb\r')).toBe('a [2J\nb ')
  })
})
