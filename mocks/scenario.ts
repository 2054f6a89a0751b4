/** Values over time for parts: constant, ramp, sine, or the rows of a CSV file. */

import { PiWorkerError } from '../src/errors.js'
import { toNs } from '../src/worker/duration.js'
import { readSeries, type Series } from './series.js'

/** A value that a part meets, by the time since the board was opened. */
export interface ScenarioValue {
  /** @param timeNs ns since the board was opened; before 0 is as at 0 */
  at(timeNs: number): number
}

/**
 * The value over time that `simulate` says, checked and with durations in ms. A CSV file is read now, once: what is
 * wrong with it is told before any line moves.
 * @param place Where it is written, for errors: `simulate.air.temperature`
 * @throws ERR_BAD_CONFIG when it is none, or its file cannot be read or has gaps (with `file:line`)
 */
export function scenarioOf(value: unknown, place: string): ScenarioValue {
  if (isNumber(value)) return { at: () => value }
  const { ramp, sine, csv, column } = fieldsOf(value)
  if (isFields(ramp, 'from', 'to', 'over') && ramp.over > 0) return rampOf(ramp)
  if (isFields(sine, 'mean', 'amplitude', 'period') && sine.period > 0) return sineOf(sine)
  if (typeof csv === 'string' && (column === undefined || typeof column === 'string')) {
    const series = readSeries(csv, column, place)
    return { at: timeNs => interpolate(series, timeNs) }
  }
  throw new PiWorkerError('ERR_BAD_CONFIG', `${place} is no value over time: ${JSON.stringify(value)}`, {
    place,
    remedy:
      'Write a number, { ramp: { from, to, over } }, { sine: { mean, amplitude, period } } or { csv: file, column: name }.',
  })
}

function rampOf({ from, to, over }: Readonly<Record<'from' | 'to' | 'over', number>>): ScenarioValue {
  const overNs = toNs(over)
  // At the end exactly `to`, whatever the fractions before it were rounded to.
  return { at: timeNs => (timeNs >= overNs ? to : from + (to - from) * (Math.max(0, timeNs) / overNs)) }
}

function sineOf({ mean, amplitude, period }: Readonly<Record<'mean' | 'amplitude' | 'period', number>>): ScenarioValue {
  const periodNs = toNs(period)
  // The rest of the division first: a sine of many turns loses digits.
  return { at: timeNs => mean + amplitude * Math.sin(2 * Math.PI * ((Math.max(0, timeNs) % periodNs) / periodNs)) }
}

/** Between two rows on the straight line between them; before the first and after the last as there. */
function interpolate({ times, values }: Series, timeNs: number): number {
  let below = 0
  let above = times.length - 1
  if (timeNs <= times[0]!) return values[0]!
  if (timeNs >= times[above]!) return values[above]!
  while (above - below > 1) {
    const middle = (below + above) >>> 1
    if (times[middle]! <= timeNs) below = middle
    else above = middle
  }
  const share = (timeNs - times[below]!) / (times[above]! - times[below]!)
  return values[below]! + (values[above]! - values[below]!) * share
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function isFields<K extends string>(value: unknown, ...keys: readonly K[]): value is Readonly<Record<K, number>> {
  const fields = fieldsOf(value)
  return keys.every(key => isNumber(fields[key]))
}
