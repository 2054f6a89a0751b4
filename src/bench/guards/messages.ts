/** The errors of limits and interlocks: which rule it is, what broke it, and what to do. */

import { formatLine } from '../../../drivers/lines.js'
import { PiWorkerError } from '../../errors.js'
import type { TimeLimits, TimeRule, Violation } from './activity.js'

/** A line with rules, as messages name it. */
export interface Named {
  /** As traces and interlocks name it. */
  readonly name: string
  readonly peripheral: string
  readonly line: number
}

/** `at most 5000 ms` and `6000 ms`. */
export function limitText(
  rule: TimeRule,
  limit: number,
  found: number,
): { readonly limit: string; readonly value: string } {
  const unit = { maxOn: ' ms', minOff: ' ms', maxDuty: '', maxToggleRate: ' Hz' }[rule]
  return { limit: `at ${rule === 'minOff' ? 'least' : 'most'} ${limit}${unit}`, value: `${rounded(found)}${unit}` }
}

/** The limit of a rule in its own unit. */
export function limitOf(rule: TimeRule, limits: TimeLimits): number {
  switch (rule) {
    case 'maxOn':
      return limits.maxOnNs / 1e6
    case 'minOff':
      return limits.minOffNs / 1e6
    case 'maxDuty':
      return limits.maxDuty
    case 'maxToggleRate':
      return rounded(1e9 / limits.spacingNs)
  }
}

/** Why a line does not go on, or does not play what it was to. */
export function limitError(what: Named, limits: TimeLimits, violation: Violation, doing = 'go on'): PiWorkerError {
  const { rule, found, wait } = violation
  const { limit, value } = limitText(rule, limitOf(rule, limits), found)
  return new PiWorkerError('ERR_LIMIT', `${what.name} cannot ${doing}: ${rule} is ${limit}, and it would be ${value}`, {
    place: what.name,
    remedy:
      wait === undefined
        ? `Ask for what ${rule} allows, or change it in its configuration if the hardware can take more.`
        : `Wait ${rounded(wait)} ms more, or change ${rule} in its configuration if the hardware can take more.`,
    details: { rule, peripheral: what.peripheral, line: what.line },
  })
}

/** Why a line was switched off. */
export function overtimeError(what: Named, { maxOnNs }: TimeLimits): PiWorkerError {
  return new PiWorkerError(
    'ERR_LIMIT',
    `${what.name} was on for ${maxOnNs / 1e6} ms, which is its maxOn: it was switched off`,
    {
      place: what.name,
      remedy: 'Switch it off earlier, or raise maxOn in its configuration if the hardware can take more.',
      details: { rule: 'maxOn', peripheral: what.peripheral, line: what.line },
    },
  )
}

/** A rule between lines, for programs. */
export type Interlock = 'never' | 'requires'
export type Rule = TimeRule | Interlock

/** PWM that is changed so often is not what it is taken for. @param wait ms */
export function pwmChangeError(what: Named, rule: TimeRule, wait: number): PiWorkerError {
  const message = `${what.name} cannot change its PWM before a period of it is over: ${rule} could not be kept`
  return new PiWorkerError('ERR_LIMIT', message, {
    place: what.name,
    remedy: `Wait ${rounded(wait)} ms more, or use a higher frequency.`,
    details: { rule, peripheral: what.peripheral, line: what.line },
  })
}

/** @param how What must not be, after the names of both. */
export function neverError(what: Named, other: Named, how: string): PiWorkerError {
  const remedy = `Switch ${other.name} off first; see the interlocks of the bench.`
  return interlockError(what, 'never', `and ${other.name} ${how}: they must never be on together`, remedy)
}

export function interlockError(what: Named, rule: Interlock, message: string, remedy: string): PiWorkerError {
  return new PiWorkerError('ERR_INTERLOCK', `${what.name} ${message}`, {
    place: what.name,
    remedy,
    details: { rule, peripheral: what.peripheral, line: what.line },
  })
}

/** Its line would be left to a pull. */
export function pullError({ name, peripheral, line }: Named, pull: 'pull-up' | 'pull-down'): PiWorkerError {
  const message = `${name} cannot be configured so: its ${pull} would switch it on, and nothing could switch it off`
  return new PiWorkerError('ERR_LIMIT', message, {
    place: name,
    remedy: 'Use the other pull, or keep it an output that drives both levels (push-pull).',
    details: { peripheral, line },
  })
}

/** While pulses are played, nobody else can say what a line is. */
export function playingError({ name, peripheral, line }: Named, how: string): PiWorkerError {
  return new PiWorkerError('ERR_LIMIT', `${name} ${how} while pulses are played: its limits could not be kept`, {
    place: name,
    remedy: 'Wait for the end of the play, or stop it first.',
    details: { peripheral, line },
  })
}

export function noPwm(line: number): PiWorkerError {
  const place = formatLine(line)
  return new PiWorkerError('ERR_UNSUPPORTED', `${place} cannot have PWM: the driver has none`, { place })
}

/** Six digits are more than anybody measures. */
function rounded(value: number): number {
  return Number(value.toPrecision(6))
}
