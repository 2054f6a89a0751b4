/** What angle a pulse of a servo means, and the other way round. Pure. */

import type { Refusal } from '../bench/problems.js'
import { toMs, toNs } from '../worker/duration.js'

export interface ServoScale {
  /** Pulse widths in ms, angles in degrees; the two ends belong together. */
  readonly minPulse: number
  readonly maxPulse: number
  readonly minAngle: number
  readonly maxAngle: number
  /** What the mechanism allows. */
  readonly limits: { readonly min: number; readonly max: number }
}

/** Width of the pulse for an angle, in ms. */
export function toPulse({ minPulse, maxPulse, minAngle, maxAngle }: ServoScale, angle: number): number {
  return minPulse + ((angle - minAngle) / (maxAngle - minAngle)) * (maxPulse - minPulse)
}

/** Angle of a pulse that is so many ms wide. */
export function toAngle({ minPulse, maxPulse, minAngle, maxAngle }: ServoScale, pulse: number): number {
  return minAngle + ((pulse - minPulse) / (maxPulse - minPulse)) * (maxAngle - minAngle)
}

/** The limits of a configuration, or the whole way. */
export function limitsOf(
  scale: Omit<ServoScale, 'limits'> & { readonly limits?: ServoScale['limits'] | undefined },
): ServoScale['limits'] {
  const { minAngle, maxAngle, limits } = scale
  return limits ?? { min: Math.min(minAngle, maxAngle), max: Math.max(minAngle, maxAngle) }
}

/** The width of a pulse in messages: in whole ns, so that no rounding shows. */
export function showPulse(ms: number): string {
  return `${toMs(toNs(ms))} ms`
}

/** Refuses pulses or angles that are the wrong way round, and limits that go beyond them. */
export function refuseScale(scale: ServoScale): Refusal | undefined {
  const { minPulse, maxPulse, minAngle, maxAngle, limits } = scale
  if (minPulse >= maxPulse) {
    const message = `must be less than maxPulse, which is ${showPulse(maxPulse)}, not ${showPulse(minPulse)}`
    const remedy = 'Give minPulse < maxPulse; a servo that turns the other way round has minAngle > maxAngle.'
    return { path: ['minPulse'], message, remedy }
  }
  if (minAngle === maxAngle) {
    const message = `must be another angle than maxAngle, not ${minAngle}° too`
    return { path: ['minAngle'], message, remedy: 'Give the angles at minPulse and at maxPulse.' }
  }
  if (limits.min > limits.max) {
    const message = `must be at most max, which is ${limits.max}°, not ${limits.min}°`
    return { path: ['limits', 'min'], message, remedy: 'Give min <= max.' }
  }
  const whole = limitsOf({ ...scale, limits: undefined })
  const beyond = limits.min < whole.min ? 'min' : limits.max > whole.max ? 'max' : undefined
  if (beyond === undefined) return undefined
  const message = `must be from ${whole.min}° to ${whole.max}°, not ${limits[beyond]}°`
  return { path: ['limits', beyond], message, remedy: 'Give limits within minAngle to maxAngle.' }
}

const STAY_WITHIN = 'Stay within its limits, or change them in its configuration if the mechanism allows it.'

/** Refuses an angle at `key` that is not within the limits. */
export function refuseAngle({ limits }: ServoScale, key: string, angle: number): Refusal | undefined {
  const { min, max } = limits
  if (angle >= min && angle <= max) return undefined
  return { path: [key], message: `must be from ${min}° to ${max}°, not ${angle}°`, remedy: STAY_WITHIN }
}

/** Refuses a pulse at `key` that turns it beyond the limits. */
export function refusePulse(scale: ServoScale, key: string, pulse: number): Refusal | undefined {
  const { min, max } = scale.limits
  const [shortest, longest] = scale.minAngle < scale.maxAngle ? [min, max] : [max, min]
  const least = toPulse(scale, shortest)
  const most = toPulse(scale, longest)
  if (toNs(pulse) >= toNs(least) && toNs(pulse) <= toNs(most)) return undefined
  const range = `from ${showPulse(least)} (${shortest}°) to ${showPulse(most)} (${longest}°)`
  return { path: [key], message: `must be ${range}, not ${showPulse(pulse)}`, remedy: STAY_WITHIN }
}
