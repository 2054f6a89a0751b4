import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { morse, pulses, pwm } from '../../src/pulses/builders.js'
import { durationNs, type Sequence } from '../../src/pulses/sequence.js'
import { type StepRampOptions, stepRamp } from '../../src/pulses/step-ramp.js'

/** `+2` for 2 ms active, `-1` for 1 ms inactive. */
const brief = ({ steps }: Sequence): string =>
  steps.map(({ set, after }) => `${set === undefined ? '-' : '+'}${Math.round(Number(after) * 1e6) / 1e6}`).join(' ')

describe('a train of pulses', () => {
  it('has one pulse that is repeated', () => {
    const train = pulses({ line: 'a', width: '2ms', gap: '500us', count: 9 })
    expect([brief(train), train.repeat]).toEqual(['+2 -0.5', 9])
  })

  it.each([
    [{ width: 0 }, 'pulses.width'],
    [{ gap: '0ms' as const }, 'pulses.gap'],
    [{ count: 0 }, 'pulses.count'],
  ])('is refused with %o', (wrong, place) => {
    expect(() => pulses({ line: 'a', width: 1, gap: 1, count: 1, ...wrong })).toThrow(
      expect.objectContaining({ place }),
    )
  })
})

describe('PWM', () => {
  it('lasts whole periods of whole ns', () => {
    const wave = pwm({ line: 'a', frequency: 1000, duty: 0.25, for: '10ms' })
    expect([brief(wave), wave.repeat, durationNs(wave)]).toEqual(['+0.25 -0.75', 10, 10e6])
  })

  it.each([
    [0, '-10'],
    [1, '+10'],
  ])('with duty %d is a steady level', (duty, steps) => {
    expect(brief(pwm({ line: 'a', frequency: 1000, duty, for: '10ms' }))).toBe(steps)
  })

  it.each([
    [{ frequency: 0 }, 'pwm.frequency'],
    [{ frequency: 1e9 }, 'pwm.frequency'],
    [{ duty: 1.1 }, 'pwm.duty'],
    [{ for: 0 }, 'pwm.for'],
  ])('is refused with %o', (wrong, place) => {
    const options = { line: 'a', frequency: 50, duty: 0.5, for: '1s', ...wrong } as const
    expect(() => pwm(options)).toThrow(expect.objectContaining({ place }))
  })
})

describe('Morse code', () => {
  it('has dashes of 3 dots, and gaps of 1, 3 and 7', () => {
    // 1200 / 60 = 20 ms a dot.
    expect(brief(morse({ line: 'a', text: 'et  A', wpm: 60 }))).toBe('+20 -60 +60 -140 +20 -20 +60 -140')
  })

  it('sends PARIS, with the gap after it, as often a minute as it says', () => {
    expect(durationNs(morse({ line: 'a', text: 'PARIS', wpm: 12 }))).toBe(60e9 / 12)
  })

  it.each(['', '  ', 'naïve'])('is refused for %j', text => {
    expect(() => morse({ line: 'a', text, wpm: 12 })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_PULSES', place: 'morse.text' }),
    )
  })
})

describe('a ramp of steps', () => {
  const base = { step: 's', maxSpeed: 1000, acceleration: 2000 } as const
  /** The times of the rising edges, in s. */
  const rises = (options: StepRampOptions): number[] => {
    const found: number[] = []
    let now = 0
    for (const { set, after } of stepRamp(options).steps) {
      if (set?.includes('s') === true) found.push(now / 1e9)
      now += Math.round(Number(after) * 1e6)
    }
    return found
  }

  it('takes as long as a body under constant acceleration, a steady run and the braking', () => {
    // 0.5 s and 250 steps up to 1000 a second, the same down, and 500 steps between.
    expect(durationNs(stepRamp({ ...base, steps: 1000 }))).toBe(1.5e9)
  })

  it('is a triangle when there are too few steps for the full speed', () => {
    // Half of 200 steps: t = √(2 · 100 / 2000).
    expect(durationNs(stepRamp({ ...base, steps: 200 })) / 1e9).toBeCloseTo(2 * Math.sqrt(0.1), 8)
  })

  it('never goes faster than it may, never speeds up more than it may, and is the same from both ends', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 10, max: 5000 }),
        fc.integer({ min: 10, max: 50_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (steps, maxSpeed, acceleration, part) => {
          const options = { step: 's', steps, maxSpeed, acceleration, startSpeed: part * maxSpeed }
          const times = [...rises(options), durationNs(stepRamp(options)) / 1e9]
          expect(times).toHaveLength(steps + 1)
          const gaps = times.slice(1).map((time, index) => time - times[index]!)
          for (const [index, gap] of gaps.entries()) {
            expect(1 / gap).toBeLessThanOrEqual(maxSpeed * (1 + 1e-3))
            expect(Math.abs(gap - gaps[gaps.length - 1 - index]!)).toBeLessThan(5e-9)
            const before = gaps[index - 1]
            if (before === undefined) continue
            // Mean speeds of two steps are half of both apart.
            const change = Math.abs(1 / gap - 1 / before) / ((gap + before) / 2)
            expect(change).toBeLessThanOrEqual(acceleration * 1.01 + 1 / gap ** 3 / 1e8)
          }
        },
      ),
    )
  })

  it('sets the direction before the first step, and clears it to go back', () => {
    expect(stepRamp({ ...base, dir: 'd', steps: 1 }).steps[0]).toEqual({ set: ['d'], after: 0.1 })
    expect(stepRamp({ ...base, dir: 'd', steps: -1, setup: '20us' }).steps[0]).toEqual({ clear: ['d'], after: 0.02 })
    expect(stepRamp({ ...base, dir: 'd', steps: -5 }).steps).toHaveLength(11)
  })

  it.each([
    [{ steps: 0 }, 'stepRamp.steps'],
    [{ steps: -3 }, 'stepRamp.steps'],
    [{ maxSpeed: 0 }, 'stepRamp.maxSpeed'],
    [{ acceleration: -1 }, 'stepRamp.acceleration'],
    [{ startSpeed: 2000 }, 'stepRamp.startSpeed'],
  ])('is refused with %o', (wrong, place) => {
    expect(() => stepRamp({ ...base, steps: 5, ...wrong })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_PULSES', place }),
    )
  })
})
