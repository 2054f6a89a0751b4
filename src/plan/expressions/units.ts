/** Units of numbers: which the names in an expression have, and by which factor two of them differ. */

import Qty from 'js-quantities'
import type { Value } from './value.js'

/**
 * How many of `to` one of `from` is: 1000 from s to ms. Undefined when they are the same, when one of them is no unit
 * that is known (°C, steps), or when they measure different things.
 */
export function factorBetween(from: string | undefined, to: string | undefined): number | undefined {
  if (from === undefined || to === undefined || from === to) return undefined
  // Beside a time, m is what it is in durations.
  const isTime = [from, to].some(unit => unit !== 'm' && Qty.parse(`1 ${unit}`)?.kind() === 'time')
  const [one, other] = [from, to].map(unit => Qty.parse(`1 ${isTime && unit === 'm' ? 'min' : unit}`))
  if (!one || !other || !one.isCompatible(other)) return undefined
  // Two scales of temperature do not differ by a factor.
  if (one.kind() === 'temperature') return undefined
  const many = tidy(one.to(other).scalar)
  return many === 1 ? undefined : many
}

/** So many of `from`, in `to`; undefined when that cannot be told. */
export function converted(number: number, from: string, to: string | undefined): number | undefined {
  if (from === to) return number
  const factor = factorBetween(from, to)
  return factor === undefined ? undefined : tidy(number * factor)
}

/** What may be added or compared. */
interface Measured {
  readonly unit?: string | undefined
  readonly constant?: Value | undefined
}

/** Two units that differ by a factor: so many of the first is one of the second. */
export interface Clash {
  readonly units: readonly [string, string]
  readonly factor: number
}

/** The unit that all of them have, numbers that are written out aside; undefined when that is not known. */
export function unitOf(parts: readonly Measured[]): { readonly unit: string | undefined; readonly clash?: Clash } {
  const units = [...new Set(parts.filter(part => part.constant === undefined).map(({ unit }) => unit))]
  const [unit, ...others] = units.filter(one => one !== undefined)
  for (const other of others) {
    const factor = factorBetween(other, unit)
    if (factor !== undefined) return { unit: undefined, clash: { units: [unit as string, other], factor } }
  }
  return { unit: units.length === 1 ? unit : undefined }
}

/** 0.001, not 0.0010000000000000002. */
function tidy(number: number): number {
  return Number(number.toPrecision(12))
}
