import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, durationNs, linesOfSequence, merge, repeat, type Sequence } from '../../src/pulses/sequence.js'

/** Every change as `time name level`, written out. */
function changes({ steps, repeat: rounds = 1 }: Sequence): [number, string, boolean][] {
  const found: [number, string, boolean][] = []
  let now = 0
  for (let round = 0; round < rounds; round++) {
    for (const { set = [], clear = [], after } of steps) {
      for (const name of set) found.push([now, name, true])
      for (const name of clear) found.push([now, name, false])
      now += Math.round(Number(after) * 1e6)
    }
  }
  return found
}

const square: Sequence = {
  steps: [
    { set: ['a'], after: '2ms' },
    { clear: ['a'], after: 1 },
  ],
  repeat: 2,
}

/** Any sequence on one line, in whole ns. */
const anySequence = (line: string): fc.Arbitrary<Sequence> =>
  fc.record({
    steps: fc.array(
      fc.record({ on: fc.boolean(), ns: fc.integer({ min: 1, max: 50 }) }).map(({ on, ns }) => ({
        ...(on ? { set: [line] } : { clear: [line] }),
        after: ns / 1e6,
      })),
      { minLength: 1, maxLength: 20 },
    ),
    repeat: fc.integer({ min: 1, max: 4 }),
  })

describe('a sequence', () => {
  it('lasts the sum of its steps, as often as it is repeated', () => {
    expect(durationNs(square)).toBe(6e6)
    expect(durationNs(repeat(square, 3))).toBe(18e6)
  })

  it('names the lines that it changes once each', () => {
    expect(
      linesOfSequence({
        steps: [
          { set: ['b', 'a'], after: 1 },
          { clear: ['b'], after: 1 },
        ],
      }),
    ).toEqual(['b', 'a'])
  })

  it('followed by another one is both, with their repetitions written out', () => {
    const both = concat(square, { steps: [{ set: ['b'], after: 1 }] })
    expect(both.steps.map(({ after }) => after)).toEqual(['2ms', 1, '2ms', 1, 1])
  })

  it('is not copied when nothing follows it', () => {
    expect(concat(square)).toBe(square)
  })

  it('is begun with others at the same moment, and what falls on the same ns is one step', () => {
    const merged = merge(square, {
      steps: [
        { set: ['b'], after: 3 },
        { clear: ['b'], after: 10 },
      ],
    })
    expect(merged.steps).toEqual([
      { set: ['a', 'b'], after: 2 },
      { clear: ['a'], after: 1 },
      { set: ['a'], clear: ['b'], after: 2 },
      { clear: ['a'], after: 8 },
    ])
  })

  it('merged with any other has the changes of both at their times, and lasts as long as the longer one', () => {
    fc.assert(
      fc.property(anySequence('a'), anySequence('b'), (one, two) => {
        const merged = merge(one, two)
        const sorted = [...changes(one), ...changes(two)].sort(([a, n], [b, m]) => a - b || n.localeCompare(m))
        expect(changes(merged).sort(([a, n], [b, m]) => a - b || n.localeCompare(m))).toEqual(sorted)
        expect(durationNs(merged)).toBe(Math.max(durationNs(one), durationNs(two)))
      }),
    )
  })

  it('cannot be merged with one that has the same line', () => {
    expect(() => merge(square, { steps: [{ clear: ['a'], after: 1 }] })).toThrow(
      expect.objectContaining({
        code: 'ERR_BAD_PULSES',
        message: expect.stringContaining('"a" is in sequence 1 and in'),
      }),
    )
  })

  it.each([0, -1, 1.5, Number.NaN])('is not repeated %s times', count => {
    expect(() => repeat(square, count)).toThrow(expect.objectContaining({ code: 'ERR_BAD_PULSES', place: 'count' }))
  })

  it('that is repeated too often is not written out', () => {
    expect(() => concat(repeat(square, 1e9), square)).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_PULSES', place: 'concat' }),
    )
  })
})
