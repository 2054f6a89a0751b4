/** The times that sigrok's decoders write. */

import { type Decode, decode } from './sigrok.js'
import { SigrokError } from './sigrok-error.js'

const NS: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, μs: 1e3, ns: 1 }

/** `1.500 ms (666.667 Hz)` in ns. @throws SigrokError */
export function nsOf(text: string): number {
  const [, number, unit = ''] = /^([\d.]+) (s|ms|μs|ns)\b/u.exec(text) ?? []
  const scale = NS[unit]
  if (number === undefined || scale === undefined) throw new SigrokError(`"${text}" is no time`)
  return Math.round(Number(number) * scale)
}

/** What the decoder `timing` measures from each edge of a signal to the next, in ns, from the first edge after #0 on. */
export function edgeTimes(file: string, signal: string): number[] {
  const options: Decode['options'] = { edge: 'any', avg_period: 0 }
  const request = { file, decoder: 'timing', channels: { data: signal }, options, row: 'Time' }
  return decode(request).map(({ text }) => nsOf(text))
}
