/** From pulse sequences to waves and chains, inside the limits. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PulseSequence } from '../../../drivers/driver.js'
import {
  type ChainEntry,
  encodeChain,
  MAX_CONTROL_BLOCKS,
  MAX_PULSES,
  planWaves,
  type WavePlan,
} from '../../../drivers/pigpio/wave-plan.js'

const one = (ns: number, repeat = 1): PulseSequence => ({ steps: [{ values: 1, ns }], repeat })
const refusal = (sequence: PulseSequence, lines = [17]) => {
  try {
    planWaves(sequence, lines, 0)
  } catch (error) {
    return error
  }
  return undefined
}

/** What a plan does, without repeats: levels of lines and the time, in µs, at which they change. */
function unroll({ waves, chain }: WavePlan): string[] {
  const seen: string[] = []
  let us = 0
  const play = (entries: readonly ChainEntry[]): void => {
    for (const entry of entries) {
      if (entry.kind === 'delay') us += entry.us
      else if (entry.kind === 'loop') for (let round = 0; round < entry.rounds; round++) play(entry.body)
      else {
        for (const { gpioOn, gpioOff, usDelay } of waves[entry.wave]!) {
          if (gpioOn > 0) seen.push(`${gpioOn}=1 @${us}`)
          if (gpioOff > 0) seen.push(`${gpioOff}=0 @${us}`)
          us += usDelay
        }
      }
    }
  }
  play(chain)
  return seen
}

describe('a plan', () => {
  it('names one line that rises and one that falls in a pulse, and falling ones first', () => {
    const steps = [
      { values: 0b0111, ns: 10_000 },
      { values: 0b1000, ns: 10_000 },
    ]
    const pulses = planWaves({ steps }, [4, 5, 6, 7], 0).waves[0]!
    expect(pulses.map(({ gpioOn, gpioOff, usDelay }) => `${gpioOn} ${gpioOff} ${usDelay}`)).toEqual([
      ...['4 7 0', '5 0 0', '6 0 10'],
      ...['0 4 0', '0 5 0', '7 6 10'],
    ])
  })

  it('leaves out lines that have the level already, but not in the first step of a round', () => {
    const steps = [1, 1, 0].map(values => ({ values, ns: 1000 }))
    expect(unroll(planWaves({ steps, repeat: 2 }, [17], 0))).toEqual(['17=1 @0', '17=0 @2', '17=1 @3', '17=0 @5'])
  })

  it('turns values into levels', () => {
    expect(unroll(planWaves({ steps: [{ values: 0b01, ns: 1000 }] }, [17, 4], 0b11))).toEqual(['4=1 @0', '17=0 @0'])
  })

  it('ends every step at the whole microsecond next to its time', () => {
    const steps = Array.from({ length: 4 }, (_, index) => ({ values: index & 1, ns: 1400 }))
    const plan = planWaves({ steps }, [17], 0)
    expect([unroll(plan), plan.us]).toEqual([['17=0 @0', '17=1 @1', '17=0 @3', '17=1 @4'], 6])
  })

  it('begins a new wave when one is full, without a gap', () => {
    const steps = Array.from({ length: 6500 }, (_, index) => ({ values: index & 1 ? 0b00 : 0b11, ns: 1000 }))
    const plan = planWaves({ steps }, [4, 5], 0)
    expect(plan.waves.map(wave => wave.length)).toEqual([MAX_PULSES - 1, 13_000 - MAX_PULSES + 1])
    expect(unroll(plan)).toHaveLength(13_000)
  })

  it('keeps a minute in the wave, and puts what is longer into the chain', () => {
    expect(planWaves(one(60e9), [17], 0).chain).toEqual([{ kind: 'wave', wave: 0 }])
    const plan = planWaves(one(61e9), [17], 0)
    expect(plan.chain).toEqual([
      { kind: 'wave', wave: 0 },
      { kind: 'loop', rounds: 930, body: [{ kind: 'delay', us: 65_535 }] },
    ])
    expect(plan.waves[0]![0]!.usDelay + 930 * 65_535).toBe(61e6)
  })

  it('makes loops of loops of more rounds than a loop can have', () => {
    const { chain } = planWaves(one(1000, 65_535 * 2 + 3), [17], 0)
    const body = [{ kind: 'wave', wave: 0 }]
    expect(chain).toEqual([
      { kind: 'loop', rounds: 2, body: [{ kind: 'loop', rounds: 65_535, body }] },
      { kind: 'loop', rounds: 3, body },
    ])
  })

  it('is encoded as pigpio reads it', () => {
    const { chain } = planWaves({ ...one(61e9), repeat: 258 }, [17], 0)
    expect(encodeChain(chain, [7])).toEqual([
      255,
      0,
      7,
      255,
      0,
      255,
      2,
      255,
      255,
      255,
      1,
      930 & 255,
      930 >> 8,
      255,
      1,
      2,
      1,
    ])
  })

  it('does what the sequence says, whatever that is', () => {
    const step = fc.record({
      values: fc.nat(7),
      mask: fc.nat(7),
      ns: fc.integer({ min: 1, max: 70_000 }).map(us => us * 1000),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 3 }), (steps, repeat) => {
        const lines = [4, 17, 31]
        const expected = new Map<string, number>()
        const planned = new Map<string, number>()
        let us = 0
        for (let round = 0; round < repeat; round++) {
          for (const { values, mask, ns } of steps) {
            for (const [index, line] of lines.entries()) {
              if ((mask >> index) & 1) expected.set(`${line} @${us}`, (values >> index) & 1)
            }
            us += ns / 1000
          }
        }
        const plan = planWaves({ steps, repeat }, lines, 0)
        for (const change of unroll(plan)) {
          const [, line, level, at] = /^(\d+)=(\d) @(\d+)$/.exec(change)!
          planned.set(`${line} @${at}`, Number(level))
        }
        expect(plan.us).toBe(us)
        // Every change is one that was asked for; what was left out changed nothing.
        const levels = new Map<string, number>()
        for (const [key, level] of expected) {
          const line = key.split(' ')[0]!
          if (levels.get(line) !== level) expect(planned.get(key)).toBe(level)
          levels.set(line, level)
        }
        for (const [key, level] of planned) expect(expected.get(key)).toBe(level)
      }),
    )
  })
})

describe('a sequence that cannot be played', () => {
  it.each([1, 999])('because a step lasts %i ns says how long the shortest is', ns => {
    expect(
      refusal({
        steps: [
          { values: 1, ns: 0 },
          { values: 0, ns },
        ],
      }),
    ).toMatchObject({
      code: 'ERR_BAD_PULSES',
      place: 'GPIO17',
      message: `step 2 lasts ${ns} ns, and the shortest step of pigpio is 1000 ns (1 us)`,
    })
  })

  it('because it changes GPIO0 says so, unless it leaves that alone', () => {
    const steps = [{ values: 0b11, mask: 0b10, ns: 1000 }]
    expect(refusal({ steps }, [0, 4])).toBeUndefined()
    expect(refusal({ steps: [{ values: 0b11, ns: 1000 }] }, [0, 4])).toMatchObject({
      code: 'ERR_BAD_PULSES',
      place: 'GPIO0',
      message: expect.stringContaining('GPIO0'),
      remedy: expect.stringContaining('another line'),
    })
  })

  it('because it has no steps, or a number that cannot be, is refused like everywhere', () => {
    expect(refusal({ steps: [] })).toMatchObject({ code: 'ERR_BAD_PULSES' })
    expect(refusal(one(1000, 0))).toMatchObject({ code: 'ERR_BAD_PULSES' })
    expect(refusal(one(1000.5))).toMatchObject({ code: 'ERR_BAD_PULSES' })
  })

  it('because it needs too many control blocks says how many there are', () => {
    const count = (MAX_CONTROL_BLOCKS - 2) / 2
    const toggles = (length: number) => ({
      steps: Array.from({ length }, (_, index) => ({ values: index & 1, ns: 1000 })),
    })
    expect(refusal(toggles(count))).toBeUndefined()
    expect(refusal(toggles(count + 1))).toMatchObject({
      code: 'ERR_BAD_PULSES',
      place: 'GPIO17',
      message: expect.stringMatching(/needs \d+ control blocks, and pigpio has 23836/),
      remedy: expect.stringContaining('repeat'),
    })
  })

  it('because it needs too many words for levels is refused', () => {
    const lines = Array.from({ length: 20 }, (_, index) => index + 4)
    const steps = Array.from({ length: 800 }, (_, index) => ({ values: index & 1 ? 0xfffff : 0, ns: 1000 }))
    expect(refusal({ steps }, lines)).toMatchObject({ message: expect.stringContaining('words for levels') })
  })

  it('because it has too many waits of more than a minute is refused', () => {
    const steps = Array.from({ length: 21 }, (_, index) => ({ values: index & 1, ns: 61e9 }))
    expect(refusal({ steps })).toMatchObject({
      place: 'GPIO17',
      message: expect.stringContaining('loops in the chain'),
    })
    expect(refusal({ steps: steps.slice(1) })).toBeUndefined()
  })
})
