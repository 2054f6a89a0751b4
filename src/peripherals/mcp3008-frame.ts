/**
 * What goes over the wire to and from an MCP3008 and its kin (Microchip DS21295D, figures 5-1, 5-2 and 6-1). Pure.
 *
 * After a start bit and four bits that choose the input come a bit without meaning, a null bit, and the value with its
 * highest bit first. When the clock goes on, the same value follows with its lowest bit first (that one is shared), and
 * then zeros: a second copy, which tells flipped bits and a line that nobody drives from a value.
 */

import type { AnalogInput } from './analog-input.js'

/** Bits until the lowest of the first copy: three bytes, as the data sheet proposes. */
const FRAME = 24
/** With the second copy, of up to 11 bits, and some zeros. */
const BYTES = 5
const SINGLE_ENDED = 0x08

export type Reply =
  | { readonly kind: 'value'; readonly steps: number }
  /** The copies differ, or something follows them. */
  | { readonly kind: 'garbled' }
  /** Only ones: nobody drives the line. */
  | { readonly kind: 'floating' }

/** @param bits Of the value: 10 or 12. */
export function encodeRequest(input: AnalogInput, bits: number): Uint8Array {
  const choice = typeof input === 'number' ? SINGLE_ENDED | input : Number(input[0])
  const frame = (0x10 | choice) << (bits + 2)
  return Uint8Array.of(frame >> 16, (frame >> 8) & 0xff, frame & 0xff, 0, 0)
}

export function decodeReply(bytes: Uint8Array, bits: number): Reply {
  if (bytes.length === BYTES && bytes.every(byte => byte === 0xff)) return { kind: 'floating' }
  const all = [...bytes].map(byte => byte.toString(2).padStart(8, '0')).join('')
  const nullBit = all[FRAME - bits - 1]
  const first = all.slice(FRAME - bits, FRAME)
  const second = all.slice(FRAME - 1, FRAME - 1 + bits)
  const rest = all.slice(FRAME - 1 + bits)
  const same = [...second].reverse().join('') === first
  if (nullBit !== '0' || !same || rest.includes('1')) return { kind: 'garbled' }
  return { kind: 'value', steps: Number.parseInt(first, 2) }
}
