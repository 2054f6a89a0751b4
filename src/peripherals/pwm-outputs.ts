/** What outputs with a duty cycle are in their safe states, as data: lines and channels of the PWM hardware. */

import type { OutputChannel, OutputLine, Outputs } from '../bench/outputs.js'
import type { PwmPlace } from './pwm-output.js'

export interface SafePwm {
  readonly place: PwmPlace
  readonly activeLow: boolean
  /** In the safe state, 0 to 1 of on. */
  readonly duty: number
  /** Default true. */
  readonly load?: boolean | undefined
}

export function pwmOutputs(all: readonly SafePwm[]): Outputs {
  return { lines: all.flatMap(lineOf), pwm: all.flatMap(channelOf) }
}

/** A line has but two levels when nobody makes PWM any more. */
function lineOf({ place, activeLow, duty, load = true }: SafePwm): OutputLine[] {
  if (place.line === undefined) return []
  const safe = duty >= 0.5 !== activeLow ? 'high' : 'low'
  const alternates = duty > 0 && duty < 1
  return [{ line: place.line, safe, ...(alternates && { duty }), activeLow, load }]
}

function channelOf({ place, duty, load = true }: SafePwm): OutputChannel[] {
  return place.channel === undefined ? [] : [{ chip: place.chip, channel: place.channel, duty, load }]
}
