/** Frames of a DHT sensor as edges, for tests: written down from the datasheet, and with nothing of the decoder's. */

import type { DhtEdge } from '../../src/peripherals/dht-frame.js'

/** Times in us. */
export interface FrameTimes {
  readonly start?: number
  readonly go?: number
  readonly answerLow?: number
  readonly answerHigh?: number
  readonly low?: (bit: number) => number
  readonly zero?: (bit: number) => number
  readonly one?: (bit: number) => number
  readonly end?: number
}

/** A start pulse of the host and the sensor's answer: 2 and 84 edges. @param at When it begins, in us. */
export function frameEdges(bytes: readonly number[], at = 0, times: FrameTimes = {}): DhtEdge[] {
  const { start = 1000, go = 30, answerLow = 80, answerHigh = 80, end = 50 } = times
  const { low = () => 50, zero = () => 27, one = () => 70 } = times
  const bits = bytes.flatMap(byte => [...byte.toString(2).padStart(8, '0')])
  const lengths = [start, go, answerLow, answerHigh]
  for (const [index, bit] of bits.entries()) lengths.push(low(index), bit === '1' ? one(index) : zero(index))
  lengths.push(end)
  let time = at
  const edges: DhtEdge[] = [{ direction: 'falling', time: time * 1000 }]
  for (const [index, length] of lengths.entries()) {
    time += length
    edges.push({ direction: index % 2 === 0 ? 'rising' : 'falling', time: time * 1000 })
  }
  return edges
}

/** With the checksum at the end. */
export function summed(...bytes: readonly number[]): number[] {
  return [...bytes, bytes.reduce((sum, byte) => sum + byte, 0) % 256]
}
