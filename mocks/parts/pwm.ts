/** What a PWM output drives: a lamp, a fan or a heater that follows the wire, and what it gets on average. */

import type { Part, PartFactory } from './part.js'
import { channelMeter, type DutyMeter, meterAt } from './pwm-meter.js'

/** A load on a line or on a channel of the PWM hardware. */
export class PwmLoad implements Part {
  readonly #meter: DutyMeter

  constructor(meter: DutyMeter) {
    this.#meter = meter
  }

  /** Part of the time that it is on, 0 to 1, as measured over the last period on the wire. */
  get duty(): number {
    return this.#meter.duty
  }

  /** In Hz, as measured over the last period; 0 while its level is steady. */
  get frequency(): number {
    return this.#meter.frequency
  }

  /** How long it has been on in all, in ns. */
  get onNs(): number {
    return this.#meter.onNs
  }

  close(): void {
    this.#meter.close()
  }
}

export const pwmPart: PartFactory = context => {
  const { activeLow, channel, chip } = context.spec.config
  const options = { activeLow: activeLow === true }
  if (typeof channel !== 'number') return new PwmLoad(meterAt(context, 'line', options))
  return new PwmLoad(channelMeter(context, channel, chip as number, options))
}
