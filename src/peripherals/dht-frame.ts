/**
 * The frame of a DHT sensor, from the edges of its line to values. Pure: it reads no line and no clock.
 *
 * After the host's start pulse the sensor pulls the line low for about 80 us and lets it go for about 80 us, then sends
 * 40 bits, the highest first: about 50 us low, then high for about 27 us (a 0) or 70 us (a 1); a last low of about
 * 50 us ends it. Bytes: two of humidity, two of temperature, and the low byte of their sum. (Aosong, datasheets of
 * DHT11 and AM2302.) Real sensors stretch the lows between bytes up to 80 us (seen in captures), so only the highs tell
 * a 0 from a 1.
 */

import { isPiWorkerError, type PiWorkerError } from '../errors.js'
import { type BadReason, badReading } from './sensor-attempts.js'

/** A level change on the sensor's line; times in ns. */
export interface DhtEdge {
  readonly direction: 'rising' | 'falling'
  readonly time: number
}

/** The sensors that speak this protocol; the AM23xx are the DHT22 in other housings. */
export const DHT_MODELS = ['dht11', 'dht22', 'am2301', 'am2302', 'am2303'] as const
export type DhtModel = (typeof DHT_MODELS)[number]

/** What one frame says. */
export interface DhtValues {
  /** In °C. */
  readonly temperature: number
  /** Relative, in %. */
  readonly humidity: number
}

/** What became of one answer of the sensor: its five bytes, or what was wrong with it. */
export type DhtFrame =
  | { readonly time: number; readonly bytes: readonly number[]; readonly fault?: undefined }
  | { readonly time: number; readonly bytes?: undefined; readonly fault: string }

const BITS = 40
/**
 * What can be a low or a high of a frame, in ns: the datasheets' limits with room for late interrupts, yet so narrow
 * that two of them, joined by two lost edges, are no single one: 22 + 48 + 22 us of high, 48 + 22 + 48 us of low.
 */
const LOW_NS = { min: 30e3, max: 105e3 } as const
const HIGH_NS = { min: 10e3, max: 90e3 } as const
/** A high from here on is a 1: in the middle between the longest 0 (30 us) and the shortest 1 (68 us). */
const ONE_NS = 49e3
/** The sensor's answer of about 80 us may look like a 1, but never like a 0. */
const RESPONSE_NS = 60e3
/** The line stays high for at least that long after a frame; two ones joined by lost edges are a high of 190 us. */
const END_NS = 300e3
/** A low from here on is a start pulse of the host: the AM2302 takes one of 0.8 ms. */
const START_NS = 750e3
/** The longest that a sensor leaves the line high before it answers. */
const BEFORE_ANSWER_NS = 400e3

/** A level between two edges. */
interface Pulse {
  readonly level: 'low' | 'high'
  readonly from: number
  /** Infinite after the last edge, not a number when the edge that ended it is missing. */
  readonly ns: number
}

/**
 * The frames on a line over any time, in order: good ones, and those that follow a start pulse but are not whole. What
 * the line did before the first edge does not matter: the end of a frame whose beginning is missing is passed over.
 */
export function dhtFrames(edges: readonly DhtEdge[]): DhtFrame[] {
  const frames: DhtFrame[] = []
  let run: Pulse[] = []
  let started = Number.NEGATIVE_INFINITY
  for (const pulse of pulsesOf(edges)) {
    const { min, max } = pulse.level === 'low' ? LOW_NS : HIGH_NS
    if (pulse.ns >= min && pulse.ns <= max) {
      run.push(pulse)
      continue
    }
    const time = run[0]?.from ?? 0
    if (run.length > 0) {
      const frame = frameOf(run, pulse)
      if (frame.bytes !== undefined || time - started <= BEFORE_ANSWER_NS) frames.push(frame)
      if (time >= started) started = Number.NEGATIVE_INFINITY
      run = []
    }
    if (pulse.level === 'low' && pulse.ns >= START_NS) started = pulse.from + pulse.ns
  }
  return frames
}

/**
 * The frame that answers a start pulse which ended at `released`, or undefined when nothing has pulled the line low
 * since then: no sensor is there.
 */
export function dhtAnswer(edges: readonly DhtEdge[], released: number): DhtFrame | undefined {
  if (!edges.some(({ direction }) => direction === 'falling')) return undefined
  const start: DhtEdge[] = [
    { direction: 'falling', time: released - START_NS },
    { direction: 'rising', time: released },
  ]
  const frames = dhtFrames([...start, ...edges])
  const answer = frames.find(({ bytes }) => bytes !== undefined) ?? frames[0]
  return answer ?? { time: released, fault: `${edges.length} edges came that are no frame` }
}

/**
 * All readings on a line over any time, as of a logic analyser's recording.
 * @param place What the line is called in errors.
 */
export function dhtReadings(
  edges: readonly DhtEdge[],
  model: DhtModel,
  place: string,
): ({ readonly time: number } & (DhtValues | { readonly error: PiWorkerError }))[] {
  return dhtFrames(edges).map(frame => {
    try {
      return { time: frame.time, ...dhtValues(frame, model, place) }
    } catch (error) {
      if (!isPiWorkerError(error)) throw error
      return { time: frame.time, error }
    }
  })
}

/**
 * The values in a frame. A DHT11 has whole numbers and tenths in bytes of their own; the others have tenths in 16 bits.
 * The highest bit of the temperature is its sign (not two's complement).
 * @param place Whose frame it is, for errors.
 * @throws ERR_BAD_READING; `details.reason` is `incomplete`, `checksum` or `range`
 */
export function dhtValues(frame: DhtFrame, model: DhtModel, place: string): DhtValues {
  if (frame.bytes === undefined) throw bad(place, 'incomplete', frame.fault)
  const [h1 = 0, h2 = 0, t1 = 0, t2 = 0, sum = 0] = frame.bytes
  const bytes = frame.bytes.map(byte => byte.toString(16).padStart(2, '0')).join(' ')
  const expected = (h1 + h2 + t1 + t2) & 0xff
  if (sum !== expected) {
    throw bad(place, 'checksum', `the checksum of ${bytes} should be ${expected.toString(16).padStart(2, '0')}`)
  }
  const small = model === 'dht11'
  const humidity = small ? (h1 * 10 + h2) / 10 : (h1 * 256 + h2) / 10
  const degrees = small ? (t1 * 10 + (t2 & 0x7f)) / 10 : ((t1 & 0x7f) * 256 + t2) / 10
  const negative = ((small ? t2 : t1) & 0x80) !== 0
  const temperature = negative && degrees !== 0 ? -degrees : degrees
  if (small && (h2 > 9 || (t2 & 0x7f) > 9)) throw bad(place, 'range', `${bytes} has tenths above 9`)
  inRange({ temperature, humidity }, model, place)
  // Its sum is right, but it is what a line gives that something holds or a sensor that is starting.
  if (frame.bytes.every(byte => byte === 0)) throw bad(place, 'range', 'all bits of the frame are 0')
  return { temperature, humidity }
}

/** °C; the DHT11's are those of its newer make, which goes below zero. (Aosong, datasheets.) */
const DHT11_RANGE = { coldest: -20, hottest: 60 } as const
const DHT22_RANGE = { coldest: -40, hottest: 80 } as const

/** The same values, when they are within what the model can measure. @throws ERR_BAD_READING (range) */
export function inRange(values: DhtValues, model: DhtModel, place: string): DhtValues {
  const { temperature, humidity } = values
  const { coldest, hottest } = model === 'dht11' ? DHT11_RANGE : DHT22_RANGE
  if (temperature >= coldest && temperature <= hottest && humidity >= 0 && humidity <= 100) return values
  throw bad(place, 'range', `${temperature} °C and ${humidity} % are outside what a ${model} can measure`)
}

function bad(place: string, reason: BadReason, what: string): PiWorkerError {
  return badReading(
    place,
    what,
    reason,
    'Read again; if it comes back, shorten the cable, add a pull-up of 4.7 to 10 kOhm, or check the supply.',
  )
}

function pulsesOf(edges: readonly DhtEdge[]): Pulse[] {
  return edges.map(({ direction, time }, index) => {
    const next = edges[index + 1]
    const ns =
      next === undefined ? Number.POSITIVE_INFINITY : next.direction === direction ? Number.NaN : next.time - time
    return { level: direction === 'rising' ? 'high' : 'low', from: time, ns }
  })
}

/** @param run Lows and highs in turn, each of a length that a frame can have. @param after What came then. */
function frameOf(run: readonly Pulse[], after: Pulse): DhtFrame {
  const time = run[0]?.from ?? 0
  const fault = (what: string): DhtFrame => ({ time, fault: what })
  const highs = run.filter(({ level }) => level === 'high').map(({ ns }) => ns)
  const extra = highs.length - BITS
  // A frame is whole only with the low that ends it: what is lost at its end would shift the bits otherwise.
  if (after.level !== 'high' || !(after.ns >= END_NS)) return fault(`the frame breaks off after ${highs.length} pulses`)
  if (extra < 0) return fault(`the frame has ${highs.length} pulses, fewer than its ${BITS} bits`)
  // Before the bits come the answer, and before that the time in which nobody drives; either may have been missed.
  if (extra > 2 || (extra > 0 && (highs[extra - 1] ?? 0) < RESPONSE_NS)) {
    return fault(`the frame has ${highs.length} pulses, which are no answer and ${BITS} bits`)
  }
  const bytes = [0, 0, 0, 0, 0]
  for (const [bit, ns] of highs.slice(extra).entries()) {
    if (ns >= ONE_NS) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7))
  }
  return { time, bytes }
}
