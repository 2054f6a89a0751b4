/** A sequence of our own: whoever asked for a play may change the object meanwhile, and what was checked is what is played. */

import type { PulseSequence } from '../../../drivers/driver.js'

export function ownSequence({ steps, repeat }: PulseSequence): PulseSequence {
  const own = Object.freeze(steps.map(({ values, mask, ns }) => Object.freeze({ values, mask, ns })))
  return Object.freeze({ steps: own, repeat })
}
