/** Times of traces as short text, with the unit that suits them. */

/** The largest unit first. */
const UNITS = [
  ['s', 1e9],
  ['ms', 1e6],
  ['us', 1e3],
  ['ns', 1],
] as const

/** The unit in which a time reads well, and its ns. */
export function unitOf(ns: number): readonly [name: string, ns: number] {
  return UNITS.find(([, size]) => Math.abs(ns) >= size) ?? (ns === 0 ? ['s', 1e9] : ['ns', 1])
}

/** `20.01 ms`, `970 us`, `0 s`: so many digits at most (those before the point always), and no needless ones. */
export function timeText(ns: number, digits = 5): string {
  const [unit, size] = unitOf(ns)
  const value = ns / size
  return `${Math.abs(value) >= 10 ** digits ? Math.round(value) : Number(value.toPrecision(digits))} ${unit}`
}

/** `1 kHz`, `50 Hz`, `0.2 Hz`. */
export function frequencyText(hertz: number): string {
  const [unit, size] = hertz >= 1e6 ? ['MHz', 1e6] : hertz >= 1e3 ? ['kHz', 1e3] : ['Hz', 1]
  return `${Number((hertz / size).toPrecision(4))} ${unit}`
}
