/**
 * A simulated DS18B20 on the 1-Wire bus. The bus makes the text of the kernel's file from its temperature; here is what
 * the sensor does: it has a serial number, and forgets a conversion when it loses its supply.
 */

import type { Random } from '../random.js'
import { scenarioOf } from '../scenario.js'
import type { Part, PartContext, PartFactory } from './part.js'

/** What it says after power-on, until it has measured, in °C. */
const POWER_ON = 85
/** How long it measures with 12 bits, at most. */
const CONVERSION_NS = 750e6
/** What it can say (data sheet, table of the temperature register): it ends there. */
const LOWEST = -55
const HIGHEST = 125

export class Ds18b20Part implements Part {
  /** Its serial number with its family: the configuration's, or one of its own. */
  readonly id: string
  readonly #now: () => number
  #lostNs = Number.NEGATIVE_INFINITY

  constructor({ board, spec, random, buses }: PartContext) {
    const temperature = scenarioOf(spec.simulate?.temperature ?? 21, `simulate.${spec.name}.temperature`)
    this.id = typeof spec.config.id === 'string' ? spec.config.id : serialNumber(random)
    this.#now = () => board.now()
    buses.attachOneWire(this.id, () => {
      const now = board.now()
      if (this.#lostNs > now - CONVERSION_NS) return POWER_ON
      return Math.min(Math.max(temperature.at(now), LOWEST), HIGHEST)
    })
  }

  /** Its supply was gone for a moment: a conversion that is under way is lost. */
  reset(): void {
    this.#lostNs = this.#now()
  }

  close(): void {
    // It has nothing that goes on by itself.
  }
}

function serialNumber(random: Random): string {
  const bytes = Array.from({ length: 6 }, () => random.integer(0, 255).toString(16).padStart(2, '0'))
  return `28-${bytes.join('')}`
}

/** `simulate.temperature`: what it is in, 21 °C where nothing is said. @throws ERR_BAD_CONFIG */
export const ds18b20Part: PartFactory = context => new Ds18b20Part(context)
