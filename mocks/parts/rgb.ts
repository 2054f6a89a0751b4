/** What three outputs light: an RGB LED, whose colour is measured from the wires. */

import type { Part, PartFactory } from './part.js'
import { type DutyMeter, meterAt } from './pwm-meter.js'

export class RgbLed implements Part {
  readonly #meters: readonly DutyMeter[]

  /** @param meters Of red, green and blue. */
  constructor(meters: readonly DutyMeter[]) {
    this.#meters = meters
  }

  /** Light of red, green and blue, 0 to 1 each, over the last period on each wire. */
  get light(): readonly number[] {
    return this.#meters.map(meter => meter.duty)
  }

  /** The colour, as `#rrggbb`. */
  get color(): string {
    const bytes = this.light.map(part => Math.round(part * 255).toString(16))
    return `#${bytes.map(byte => byte.padStart(2, '0')).join('')}`
  }

  /** How long each has been on in all, in ns. */
  get onNs(): readonly number[] {
    return this.#meters.map(meter => meter.onNs)
  }

  close(): void {
    for (const meter of this.#meters) meter.close()
  }
}

export const rgbPart: PartFactory = context => {
  const options = { activeLow: context.spec.config.activeLow === true }
  return new RgbLed(['red', 'green', 'blue'].map(pin => meterAt(context, pin, options)))
}
