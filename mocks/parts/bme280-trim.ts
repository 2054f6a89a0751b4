/**
 * What makes one BME280 different from the next: its trimmed coefficients, and how its converters' numbers follow from
 * what it is in. It is the data sheet's compensation in whole numbers (BST-BME280-DS002, section 4.2.3), turned
 * around by bisection; those who read the registers may use another form of it.
 */

import type { Random } from '../random.js'

/** By the data sheet's names, without `dig_`. */
export interface Trim {
  readonly t: readonly [T1: number, T2: number, T3: number]
  /** P1 to P9. */
  readonly p: readonly number[]
  /** H1 to H6. */
  readonly h: readonly [H1: number, H2: number, H3: number, H4: number, H5: number, H6: number]
}

/** What the air is like. */
export interface Air {
  /** In °C. */
  readonly temperature: number
  /** Relative, in %. */
  readonly humidity: number
  /** In Pa. */
  readonly pressure: number
}

/** Of the worked example in the BMP280's data sheet (BST-BMP280-DS001, section 3.12), and of a common BME280. */
const TYPICAL_T = [27_504, 26_435, -1000] as const
const TYPICAL_P = [36_477, -10_685, 3024, 2855, 140, -7, 15_500, -14_600, 6000] as const
const TYPICAL_H = [75, 362, 0, 313, 50, 30] as const
const ADC_BITS = 20
const HUMIDITY_BITS = 16

/** Coefficients of one chip: the large ones vary by up to 1 % from chip to chip. */
export function trimOf(random: Random): Trim {
  const vary = (value: number): number => {
    const most = Math.floor(Math.abs(value) / 100)
    return value + random.integer(-most, most)
  }
  const [T1, T2, T3] = TYPICAL_T
  const [H1, H2, H3, H4, H5, H6] = TYPICAL_H
  return {
    t: [vary(T1), vary(T2), vary(T3)],
    p: TYPICAL_P.map(vary),
    h: [vary(H1), vary(H2), vary(H3), vary(H4), vary(H5), vary(H6)],
  }
}

/** The bytes from 0x88 to 0xA1, and those from 0xE1 to 0xE7. */
export function trimBytes({ t, p, h }: Trim): { readonly first: Uint8Array; readonly second: Uint8Array } {
  const first = new Uint8Array(26)
  for (const [index, value] of [...t, ...p].entries()) {
    first[2 * index] = value & 0xff
    first[2 * index + 1] = (value >> 8) & 0xff
  }
  const [H1, H2, H3, H4, H5, H6] = h
  first[25] = H1
  const shared = ((H5 & 0x0f) << 4) | (H4 & 0x0f)
  const second = [H2 & 0xff, (H2 >> 8) & 0xff, H3, (H4 >> 4) & 0xff, shared, (H5 >> 4) & 0xff, H6 & 0xff]
  return { first, second: Uint8Array.from(second) }
}

/** The numbers of the converters in that air: 20 bits, of humidity 16; the lowest are 0 at a lower resolution. */
export function convert(trim: Trim, air: Air, bits: { readonly temperature: number; readonly pressure: number }) {
  const temperature = invert(raw => fineTemperature(trim, raw), air.temperature * 5120, ADC_BITS, bits.temperature)
  const fine = fineTemperature(trim, temperature)
  return {
    temperature,
    pressure: invert(raw => pascal(trim, fine, raw), air.pressure, ADC_BITS, bits.pressure),
    humidity: invert(raw => percent(trim, fine, raw), air.humidity, HUMIDITY_BITS, HUMIDITY_BITS),
  }
}

/** In 1/5120 °C. */
export function fineTemperature({ t: [T1, T2, T3] }: Trim, raw: number): number {
  const linear = (((raw >> 3) - (T1 << 1)) * T2) >> 11
  const at = (raw >> 4) - T1
  return linear + ((((at * at) >> 12) * T3) >> 14)
}

/** In Pa, to 1/256. */
export function pascal({ p: coefficients }: Trim, fine: number, raw: number): number {
  const [P1, P2, P3, P4, P5, P6, P7, P8, P9] = coefficients.map(BigInt) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ]
  const at = BigInt(fine) - 128_000n
  const offset = at * at * P6 + ((at * P5) << 17n) + (P4 << 35n)
  const slope = (((1n << 47n) + ((at * at * P3) >> 8n) + ((at * P2) << 12n)) * P1) >> 33n
  if (slope === 0n) return 0
  const p = ((((1_048_576n - BigInt(raw)) << 31n) - offset) * 3125n) / slope
  const square = (P9 * (p >> 13n) * (p >> 13n)) >> 25n
  return Number(((p + square + ((P8 * p) >> 19n)) >> 8n) + (P7 << 4n)) / 256
}

/** In %, to 1/1024. */
export function percent({ h }: Trim, fine: number, raw: number): number {
  const [H1, H2, H3, H4, H5, H6] = h.map(BigInt) as [bigint, bigint, bigint, bigint, bigint, bigint]
  const at = BigInt(fine) - 76_800n
  const offset = ((BigInt(raw) << 14n) - (H4 << 20n) - H5 * at + 16_384n) >> 15n
  const slope = ((((((at * H6) >> 10n) * (((at * H3) >> 11n) + 32_768n)) >> 10n) + 2_097_152n) * H2 + 8192n) >> 14n
  const h0 = offset * slope
  const curved = h0 - (((((h0 >> 15n) * (h0 >> 15n)) >> 7n) * H1) >> 4n)
  return Math.min(Math.max(Number(curved), 0), 419_430_400) / 4096 / 1024
}

/** The number of `width` bits, only the upper `bits` of which may be set, whose value is nearest to `target`. */
function invert(value: (raw: number) => number, target: number, width: number, bits: number): number {
  const step = 2 ** (width - bits)
  const rises = value(0) < value(2 ** width - step)
  let below = 0
  let above = 2 ** bits - 1
  while (above - below > 1) {
    const middle = (below + above) >>> 1
    if (value(middle * step) < target === rises) below = middle
    else above = middle
  }
  const error = (code: number): number => Math.abs(value(code * step) - target)
  return (error(below) <= error(above) ? below : above) * step
}
