/** What a stop line is wired to: a button that is normally closed, the hand that presses it, and a wire that breaks. */

import type { PartSpec } from '../../drivers/driver.js'
import { PiWorkerError } from '../../src/errors.js'
import type { Timer } from '../../src/worker/clock.js'
import { toNs } from '../../src/worker/duration.js'
import type { OutsideLevel } from '../outside.js'
import type { Part, PartFactory } from './part.js'

/** Closed, it holds the line at the other level than `open`; open, only a resistor does something. */
export const stopLinePart: PartFactory = ({ board, clock, spec, wire }): Part => {
  const { open, bias } = spec.config
  const contact = wire('line')
  const closed: OutsideLevel = open === 'low' ? 'high' : 'low'
  const resistor = bias === 'as-is' || bias === 'disabled'
  const pressed: OutsideLevel = resistor ? (open === 'low' ? 'pull-down' : 'pull-up') : 'floating'
  const timers = new Set<Timer>()
  const at = (ms: number, level: OutsideLevel): void => {
    const left = toNs(ms) - board.now()
    if (left <= 0) {
      contact.drive(level)
      return
    }
    const timer = clock.after(left, () => {
      timers.delete(timer)
      contact.drive(level)
    })
    timers.add(timer)
  }
  contact.drive(closed)
  for (const { at: down, for: held } of pressesOf(spec)) {
    at(down, pressed)
    if (held !== undefined) at(down + held, closed)
  }
  return {
    close: () => {
      for (const timer of timers) timer.cancel()
    },
  }
}

interface Press {
  readonly at: number
  readonly for?: number | undefined
}

/** @throws ERR_BAD_CONFIG when one begins before the one before is over */
function pressesOf(spec: PartSpec): readonly Press[] {
  const presses = [...((spec.simulate?.presses ?? []) as readonly Press[])].sort((a, b) => a.at - b.at)
  for (const [index, { at }] of presses.entries()) {
    const before = presses[index - 1]
    if (before === undefined || at > before.at + (before.for ?? Number.POSITIVE_INFINITY)) continue
    const until = before.for === undefined ? 'for good' : `until ${before.at + before.for} ms`
    throw new PiWorkerError('ERR_BAD_CONFIG', `${spec.name} is to be pressed at ${at} ms, but is pressed ${until}`, {
      place: `simulate.${spec.name}.presses`,
      remedy: 'Give when each press begins (at) and how long it lasts (for), so that no two of them overlap.',
    })
  }
  return presses
}
