/** Which limits and conditions a peripheral cannot have, as far as its own configuration says. Pure. */

import type { OutputLine, Outputs } from '../outputs.js'
import type { Refusal } from '../problems.js'
import type { Guarding, GuardKey } from './keys.js'

/** The keys that are enforced at the level write. */
const ENFORCED = ['maxOn', 'minOff', 'maxDuty', 'maxToggleRate', 'requires'] as const satisfies readonly GuardKey[]

/** Whether it is on in its safe state, if only for a part of the time. */
export function isSafeOn({ safe, duty = 0, activeLow }: OutputLine): boolean {
  return duty > 0 || safe === (activeLow ? 'low' : 'high')
}

/** @param outputs Of that configuration. */
export function refuseGuards(config: Guarding, outputs: Outputs): Refusal | undefined {
  const key = ENFORCED.find(key => config[key] !== undefined)
  if (key === undefined) return undefined
  const path = [key]
  if (outputs.i2c?.length || outputs.pwm?.some(({ load = true }) => load)) {
    return {
      path,
      message: `cannot be kept: it drives ${outputs.i2c?.length ? 'a chip on a bus' : 'a channel of the PWM hardware'}, which is no line`,
      remedy: `Leave out "${key}", or drive the load by a line.`,
      code: 'ERR_UNSUPPORTED',
    }
  }
  const loads = outputs.lines.filter(({ load }) => load)
  if (loads.length === 0) {
    return {
      path,
      message: 'cannot be kept: none of its lines switches a load',
      remedy: `Leave out "${key}", or give it to the peripheral that switches the load.`,
    }
  }
  if (!loads.some(isSafeOn)) return undefined
  return {
    path,
    message: 'would be broken by its safe state, which is on',
    remedy: `Leave out "${key}", or make its safe state off.`,
  }
}
