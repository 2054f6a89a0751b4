/** What the inputs of actions say that limits would not allow, so that it is found before anything moves. Pure. */

import type { PulseSequence } from '../../../drivers/driver.js'
import { toNs } from '../../worker/duration.js'
import type { Path } from '../plain-data.js'
import type { Refusal } from '../problems.js'
import { Activity, type TimeLimits, type TimeRule, type Violation } from './activity.js'
import type { Guarding } from './keys.js'
import { limitText } from './messages.js'
import { followPlay } from './play-course.js'

const RULES: readonly TimeRule[] = ['maxOn', 'minOff', 'maxDuty', 'maxToggleRate']

/** The limits of a configuration, in ns. */
export function limitsOf({ maxOn, minOff, maxDuty, maxToggleRate }: Guarding): TimeLimits {
  return {
    maxOnNs: maxOn === undefined ? Number.POSITIVE_INFINITY : toNs(maxOn),
    minOffNs: minOff === undefined ? 0 : toNs(minOff),
    maxDuty: maxDuty ?? 1,
    spacingNs: maxToggleRate === undefined ? 0 : 1e9 / maxToggleRate,
  }
}

/** For an action that switches on for `ms`. */
export function refuseOn(config: Guarding, path: Path, ms: number | undefined): Refusal | undefined {
  if (ms === undefined || config.maxOn === undefined || ms <= config.maxOn) return undefined
  return refusal(config, path, { rule: 'maxOn', found: ms })
}

/** For an action that puts out PWM. */
export function refusePwm(config: Guarding, path: Path, duty: number, frequency: number): Refusal | undefined {
  const violation = pwmViolation(limitsOf(config), duty, frequency)
  return violation && refusal(config, path, violation)
}

/** For an action that switches on and off so often. */
export function refuseBlink(
  config: Guarding,
  { on, off, count }: { readonly on: number; readonly off: number; readonly count: number },
): Refusal | undefined {
  const steps = [
    { values: 1, ns: toNs(on) },
    { values: 0, ns: toNs(off) },
  ]
  return refusePlay(config, () => ({ steps, repeat: count }), 1)
}

/** For an action that plays pulses. @param lineCount How many lines it is for; all of them switch loads. */
export function refusePlay(config: Guarding, sequence: () => PulseSequence, lineCount: number): Refusal | undefined {
  if (RULES.every(rule => config[rule] === undefined)) return undefined
  const limits = limitsOf(config)
  const lines = Array.from({ length: lineCount }, (_, index) => ({ bit: 1 << index, limits, activity: new Activity() }))
  const { violation } = followPlay({ sequence: sequence(), lines, flip: 0, begins: 0 })
  return violation !== undefined && 'time' in violation ? refusal(config, [], violation.time) : undefined
}

/** What PWM like this would break, whatever was before. */
export function pwmViolation(
  { maxDuty, spacingNs }: TimeLimits,
  duty: number,
  frequency: number,
): Violation | undefined {
  if (duty > maxDuty) return { rule: 'maxDuty', found: duty }
  const alternates = duty > 0 && duty < 1
  // A frequency and its period are each rounded once.
  if (alternates && frequency * spacingNs > 1e9 * (1 + 1e-9)) return { rule: 'maxToggleRate', found: frequency }
  return undefined
}

function refusal(config: Guarding, path: Path, { rule, found }: Violation): Refusal {
  const { limit, value } = limitText(rule, config[rule] as number, found)
  return {
    path,
    message:
      path.length === 0
        ? `cannot be done: ${rule} is ${limit}, and it would be ${value}`
        : `must be ${limit} (${rule}), not ${value}`,
    remedy: `Ask for what ${rule} allows, or change it in its configuration if the hardware can take more.`,
    code: 'ERR_LIMIT',
  }
}
