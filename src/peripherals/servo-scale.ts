/** What angle a pulse of a servo means, and the other way round. Pure. */

import { PiWorkerError } from '../errors.js'

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

/** @throws ERR_BAD_CONFIG when pulses or angles are the wrong way round, or limits go beyond them */
export function checkScale(name: string, scale: ServoScale): void {
  const { minPulse, maxPulse, minAngle, maxAngle, limits } = scale
  if (minPulse >= maxPulse) throw bad(name, `minPulse of ${minPulse} ms is not below maxPulse of ${maxPulse} ms`)
  if (minAngle === maxAngle) throw bad(name, `minAngle and maxAngle are both ${minAngle}°`)
  const whole = limitsOf({ ...scale, limits: undefined })
  if (limits.min > limits.max || limits.min < whole.min || limits.max > whole.max) {
    throw bad(name, `its limits ${limits.min}° to ${limits.max}° are not within ${whole.min}° to ${whole.max}°`)
  }
}

function bad(name: string, what: string): PiWorkerError {
  return new PiWorkerError('ERR_BAD_CONFIG', `${name}: ${what}`, {
    place: name,
    remedy: 'Give minPulse below maxPulse, two different angles for them, and limits between these.',
  })
}
