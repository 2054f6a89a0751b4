/**
 * What an oscilloscope at the lines of a simulated SPI bus would show, made from its log. Only for looking at: no byte
 * gets anywhere by these levels.
 *
 * The clock has the speed of the transfer and is active for half of each bit. The chip select, active low, begins and
 * ends an eighth of a bit within the transfer, so that two in a row are two.
 */

import type { Level } from '../../drivers/driver.js'
import { PiWorkerError } from '../../src/errors.js'
import type { WaveChange } from './i2c-wave.js'
import type { SpiLogEntry } from './spi.js'

/** The chip selects have their numbers: `CS0`. */
export type SpiSignal = 'SCLK' | 'MOSI' | 'MISO' | `CS${number}`

const BITS = 8
/** Shares of a bit, from its beginning. */
const LEADING_EDGE = 1 / 4
const TRAILING_EDGE = 3 / 4
const SELECT = 1 / 8

/**
 * The changes in the order of their times. Before the first the chip selects are high, and MOSI, MISO and SCLK low; after
 * a transfer MOSI and MISO stay as they were, and SCLK rests as its mode says. Where no device is, MISO shows what the
 * log says that was received.
 * @throws ERR_UNSUPPORTED for words that have not 8 bits
 */
export function* spiWave(log: readonly SpiLogEntry[]): Generator<WaveChange<SpiSignal>> {
  const levels = new Map<SpiSignal, Level>([
    ['SCLK', 'low'],
    ['MOSI', 'low'],
    ['MISO', 'low'],
  ])
  for (const entry of log) {
    for (const change of transferWave(entry)) {
      if ((levels.get(change.signal) ?? 'high') === change.level) continue
      levels.set(change.signal, change.level)
      yield change
    }
  }
}

/** All levels of a transfer that are set, whether they change or not. */
function* transferWave({ time, settings, sent, received }: SpiLogEntry): Generator<WaveChange<SpiSignal>> {
  const { cs, mode, speedHz, bits } = settings
  if (bits !== BITS) {
    throw new PiWorkerError('ERR_UNSUPPORTED', `a transfer with words of ${bits} bits cannot be drawn`, {
      remedy: `Draw transfers with words of ${BITS} bits only.`,
      details: { cs, time },
    })
  }
  const idle: Level = mode < 2 ? 'low' : 'high'
  const active: Level = mode < 2 ? 'high' : 'low'
  const late = mode % 2 === 1
  const count = sent.length * BITS
  const at = (bit: number): number => Math.round(time + (bit * 1e9) / speedHz)

  yield { signal: 'SCLK', level: idle, time: at(0) }
  yield { signal: `CS${cs}`, level: 'low', time: at(SELECT) }
  for (let bit = 0; bit < count; bit++) {
    // The edge that samples is the leading one in modes 0 and 2: data come before it, with the trailing one of the bit
    // before, or with the chip select. In modes 1 and 3 they come with the leading one.
    const dataAt = late ? bit + LEADING_EDGE : bit === 0 ? SELECT : bit - 1 + TRAILING_EDGE
    yield { signal: 'MOSI', level: levelOf(sent, bit), time: at(dataAt) }
    yield { signal: 'MISO', level: levelOf(received, bit), time: at(dataAt) }
    yield { signal: 'SCLK', level: active, time: at(bit + LEADING_EDGE) }
    yield { signal: 'SCLK', level: idle, time: at(bit + TRAILING_EDGE) }
  }
  yield { signal: `CS${cs}`, level: 'high', time: at(count - SELECT) }
}

/** Highest bit of each byte first. */
function levelOf(bytes: Uint8Array, bit: number): Level {
  return ((bytes[bit >> 3] as number) << (bit & 7)) & 0x80 ? 'high' : 'low'
}
