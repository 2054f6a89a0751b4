/** The pulses of a line, and whether they are what was expected. */

import type { Level } from '../../drivers/driver.js'
import { timeText } from '../../src/records/time-text.js'
import type { Duration } from '../../src/worker/duration.js'
import { parseDuration, toNs } from '../../src/worker/duration.js'
import type { LineLevels } from './lines.js'

/** What `toHavePulsed` asks of the pulses of a line. */
export interface PulseExpectation {
  /** How many, exactly. Default: one or more. */
  readonly count?: number | undefined
  /** How long each of them is. Default: any. */
  readonly width?: Duration | undefined
  /** How far each width may be from `width`. Default 0: in virtual time widths are exact. */
  readonly tolerance?: Duration | undefined
  /** The level of a pulse. Default: the one that the line did not have at the start. */
  readonly level?: Level | undefined
}

/** A stretch at one level, with both its edges; ns. */
export interface Pulse {
  readonly time: number
  readonly width: number
}

/** The pulses that began and ended within the trace. */
export function pulsesOf({ changes }: LineLevels, level: Level): Pulse[] {
  return changes.flatMap((change, index) => {
    const next = changes[index + 1]
    return change.level === level && next !== undefined ? [{ time: change.time, width: next.time - change.time }] : []
  })
}

/** What is wrong with the pulses of a line, as a sentence; undefined when nothing is. */
export function pulseFault(line: LineLevels, expected: PulseExpectation): string | undefined {
  const { count, width, tolerance = 0 } = expected
  const level = expected.level ?? (line.initial === 'high' ? 'low' : 'high')
  const pulses = pulsesOf(line, level)
  const open = line.changes.at(-1)?.level === level ? '; another had not ended' : ''
  const found = `${line.name} pulsed ${level} ${pulses.length === 1 ? 'once' : `${pulses.length} times`}${open}`
  if (count === undefined ? pulses.length === 0 : pulses.length !== count) return found
  if (width === undefined) return undefined
  const [wantedNs, toleranceNs] = [width, tolerance].map(value => toNs(parseDuration(value)))
  const wrong = pulses.findIndex(pulse => Math.abs(pulse.width - wantedNs!) > toleranceNs!)
  const pulse = pulses[wrong]
  if (pulse === undefined) return undefined
  const which = `pulse ${wrong + 1} of ${pulses.length}, at ${timeText(pulse.time)}`
  return `${line.name} was ${level} for ${timeText(pulse.width, 12)} (${which})`
}

/** `3 pulses of 200 ms ± 1 ms`. */
export function describePulses({ count, width, tolerance }: PulseExpectation): string {
  const many = count === undefined ? 'one or more pulses' : count === 1 ? 'one pulse' : `${count} pulses`
  if (width === undefined) return many
  const text = (value: Duration): string => timeText(toNs(parseDuration(value)), 12)
  return `${many} of ${text(width)}${tolerance === undefined ? '' : ` ± ${text(tolerance)}`}`
}
