import { describe, expect, it } from 'vitest'
import { Random } from '../../mocks/random.js'

const draw = (random: Random, count = 1000) => Array.from({ length: count }, () => random.float())

describe('Random', () => {
  it('draws the same numbers for the same seed and others for another', () => {
    expect(draw(new Random(7))).toEqual(draw(new Random(7)))
    expect(draw(new Random(7))).not.toEqual(draw(new Random(8)))
  })

  it('tells seeds apart that differ above 32 bits', () => {
    expect(draw(new Random(1))).not.toEqual(draw(new Random(1 + 2 ** 32)))
  })

  it('draws evenly from 0 to 1', () => {
    const buckets = new Array<number>(10).fill(0)
    for (const value of draw(new Random(1), 100_000)) buckets[Math.floor(value * 10)]!++
    // Chi-square with 9 degrees of freedom: above 27.9 once in a thousand seeds; this seed is fixed.
    const chi = buckets.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)
    expect(chi).toBeLessThan(27.9)
  })

  it('draws whole numbers with both ends', () => {
    const random = new Random(1)
    const seen = new Set(Array.from({ length: 200 }, () => random.integer(-2, 2)))
    expect([...seen].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2])
  })

  it('gives a fork the same numbers whatever was drawn before, and each label its own', () => {
    const fresh = new Random(1)
    const used = new Random(1)
    draw(used, 17)
    expect(draw(used.fork('air'))).toEqual(draw(fresh.fork('air')))
    expect(draw(fresh.fork('air'))).not.toEqual(draw(fresh.fork('soil')))
  })

  it('refuses a seed that is no whole number', () => {
    expect(() => new Random(0.5)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }))
  })
})
