/** Durations: numbers of milliseconds, or strings with a unit. The same everywhere: code, files, command line. */

import { PiWorkerError, textOf } from '../errors.js'

export type DurationUnit = 'us' | 'ms' | 's' | 'm' | 'h' | 'd'
/** `'10us'`, `'200ms'`, `'2s'`, `'5m'`, `'3h'`, `'7d'`. */
export type DurationText = `${number}${DurationUnit}`
/** A number of milliseconds (0 or more) or a string with a unit. */
export type Duration = number | DurationText

const MS_PER_UNIT: Readonly<Record<DurationUnit, number>> = { us: 1e-3, ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 }
/** What a duration string looks like, as a JSON Schema pattern. */
export const DURATION_PATTERN = '^\\d+(?:\\.\\d+)?(us|ms|s|m|h|d)$'
const DURATION = new RegExp(DURATION_PATTERN)
/** 104 days: beyond it, whole nanoseconds no longer fit a number exactly. */
export const MAX_DURATION_MS = 9_007_199_254

/**
 * The milliseconds of a duration, which may be fractional (`'10us'` is 0.01).
 * @throws ERR_BAD_DURATION when it is negative, not finite, has no known unit, or is longer than 104 days.
 */
export function parseDuration(value: unknown, place?: string): number {
  const ms = readMs(value)
  if (ms === undefined) {
    throw new PiWorkerError('ERR_BAD_DURATION', `${show(value)} is not a duration`, { place })
  }
  if (ms > MAX_DURATION_MS) {
    throw new PiWorkerError('ERR_BAD_DURATION', `${show(value)} is longer than 104 days`, {
      place,
      remedy: 'Use a shorter duration and repeat it.',
    })
  }
  return ms
}

/** Milliseconds as whole nanoseconds. */
export function toNs(ms: number): number {
  return Math.round(ms * 1e6)
}

/** Nanoseconds as milliseconds. */
export function toMs(ns: number): number {
  return ns / 1e6
}

function readMs(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined
  if (typeof value !== 'string') return undefined
  const match = DURATION.exec(value)
  if (!match) return undefined
  return Number.parseFloat(value) * MS_PER_UNIT[match[1] as DurationUnit]
}

function show(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : textOf(value)
}
