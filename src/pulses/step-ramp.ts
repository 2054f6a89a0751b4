/** Steps for a motor that speeds up, runs, and slows down. */

import { type Duration, parseDuration, toMs, toNs } from '../worker/duration.js'
import { secondsTo, stepsBetween } from './acceleration.js'
import { badPulses, checkCount, type Sequence, type SequenceStep } from './sequence.js'

export interface StepRampOptions {
  /** The line whose rising edge is a step. */
  readonly step: string
  /** The line that says which way: set for steps above 0, cleared below. */
  readonly dir?: string | undefined
  /** How many steps, not 0; below 0 only with `dir`. */
  readonly steps: number
  /** In steps a second, above 0. */
  readonly maxSpeed: number
  /** In steps a second, each second, above 0. */
  readonly acceleration: number
  /** Speed at which it begins and ends, in steps a second, 0 to `maxSpeed`. Default 0. */
  readonly startSpeed?: number | undefined
  /** How long before the first step the direction is set. Default 100 us: drivers ask for 0.02 to 5 us. */
  readonly setup?: Duration | undefined
}

/**
 * A trapezoid of speed, or a triangle when there are too few steps to reach `maxSpeed`. The line is active for half of
 * each step. Step n is due when constant acceleration has come so far (`secondsTo`), and the slowing down is its mirror
 * image.
 * @throws ERR_BAD_PULSES, ERR_BAD_DURATION
 */
export function stepRamp(options: StepRampOptions): Sequence {
  const { step, dir, steps: signed, setup = '100us' } = options
  const count = checkCount(Math.abs(signed), 'stepRamp.steps')
  if (signed < 0 && dir === undefined) throw badPulses('steps below 0 need a line "dir"', 'stepRamp.steps')
  const timeOf = rampTimes(count, options)
  const steps: SequenceStep[] = []
  if (dir !== undefined) {
    const names = signed > 0 ? { set: [dir] } : { clear: [dir] }
    steps.push({ ...names, after: parseDuration(setup, 'stepRamp.setup') })
  }
  let now = 0
  for (let n = 1; n <= count; n++) {
    const next = toNs(timeOf(n) * 1000)
    const half = Math.round((next - now) / 2)
    steps.push({ set: [step], after: toMs(half) }, { clear: [step], after: toMs(next - now - half) })
    now = next
  }
  return { steps }
}

/** How long it all takes, in s, without building it. @throws ERR_BAD_PULSES, ERR_BAD_DURATION */
export function rampSeconds(options: StepRampOptions): number {
  const { dir, steps, setup = '100us' } = options
  const count = Math.abs(steps)
  const before = dir === undefined ? 0 : parseDuration(setup, 'stepRamp.setup') / 1000
  return before + rampTimes(count, options)(count)
}

/** Gives the time, in s, at which step n of `count` ends. @throws ERR_BAD_PULSES */
function rampTimes(count: number, { maxSpeed, acceleration, startSpeed = 0 }: StepRampOptions): (n: number) => number {
  for (const [name, value] of Object.entries({ maxSpeed, acceleration })) {
    if (!(value > 0 && Number.isFinite(value))) throw badPulses(`it must be above 0, not ${value}`, `stepRamp.${name}`)
  }
  if (!(startSpeed >= 0 && startSpeed <= maxSpeed)) {
    throw badPulses(`it must be from 0 to maxSpeed (${maxSpeed}), not ${startSpeed}`, 'stepRamp.startSpeed')
  }
  const climb = (n: number): number => secondsTo(n, startSpeed, acceleration)
  const ramp = Math.min(stepsBetween(startSpeed, maxSpeed, acceleration), count / 2)
  const cruise = count - 2 * ramp
  const total = 2 * climb(ramp) + cruise / maxSpeed
  return n => {
    if (n <= ramp) return climb(n)
    if (n <= ramp + cruise) return climb(ramp) + (n - ramp) / maxSpeed
    return total - climb(count - n)
  }
}
