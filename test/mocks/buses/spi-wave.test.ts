/** The levels of an SPI bus that its log stands for. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SpiMode } from '../../../drivers/buses/bus.js'
import type { SpiLogEntry } from '../../../mocks/buses/spi.js'
import { spiWave } from '../../../mocks/buses/spi-wave.js'

const MODES: readonly SpiMode[] = [0, 1, 2, 3]

interface Wanted {
  readonly sent: readonly number[]
  readonly received?: readonly number[]
  readonly time?: number
  readonly cs?: number
  readonly mode?: SpiMode
  readonly speedHz?: number
  readonly bits?: number
}

function entry({ sent, received = sent, time = 0, cs = 0, mode = 0, speedHz = 1e6, bits = 8 }: Wanted): SpiLogEntry {
  const settings = { cs, mode, speedHz, bits }
  return { time, settings, sent: Uint8Array.from(sent), received: Uint8Array.from(received) }
}

/** What a device in that mode takes and gives: per chip select that went low, the bytes on MOSI and on MISO. */
function read(log: readonly SpiLogEntry[], mode: SpiMode) {
  const levels: Record<string, string> = { SCLK: mode < 2 ? 'low' : 'high', MOSI: 'low', MISO: 'low' }
  const samplesRising = mode === 0 || mode === 3
  const transfers: { cs: string; mosi: number[]; miso: number[] }[] = []
  let bits: [string, string][] = []
  for (const { signal, level } of spiWave(log)) {
    levels[signal] = level
    if (signal.startsWith('CS') && level === 'low') bits = []
    if (signal.startsWith('CS') && level === 'high') {
      const bytes = (at: 0 | 1) =>
        Array.from({ length: Math.ceil(bits.length / 8) }, (_, byte) =>
          bits.slice(byte * 8, byte * 8 + 8).reduce((sum, bit) => sum * 2 + (bit[at] === 'high' ? 1 : 0), 0),
        )
      transfers.push({ cs: signal, mosi: bytes(0), miso: bytes(1) })
    }
    const selected = Object.entries(levels).some(([name, now]) => name.startsWith('CS') && now === 'low')
    if (signal === 'SCLK' && selected && (level === 'high') === samplesRising) {
      bits.push([levels.MOSI ?? '', levels.MISO ?? ''])
    }
  }
  return transfers
}

describe('the wave of an SPI transfer', () => {
  it.each(MODES)('has its bytes at the edges that mode %i samples', mode => {
    const bytes = fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 6,
    })
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1000, max: 10_000_000 }), (pairs, speedHz) => {
        const sent = pairs.map(([out]) => out)
        const received = pairs.map(([, back]) => back)
        expect(read([entry({ sent, received, mode, speedHz })], mode)).toEqual([
          { cs: 'CS0', mosi: sent, miso: received },
        ])
      }),
    )
  })

  it.each(MODES)(
    'keeps data still for half a bit on both sides of a sample in mode %i, at the speed asked for',
    mode => {
      const wave = [...spiWave([entry({ sent: [0xa5, 0x5a], mode })])]
      const sampled = mode === 0 || mode === 3 ? 'high' : 'low'
      const samples = wave.filter(({ signal, level }) => signal === 'SCLK' && level === sampled).map(({ time }) => time)
      // In modes 2 and 3 the clock first goes to where it rests.
      const taken = mode === 3 ? samples.slice(1) : samples
      expect(taken.slice(1).map((time, index) => time - (taken[index] ?? 0))).toEqual(Array(15).fill(1000))
      const data = wave.filter(({ signal }) => signal === 'MOSI').map(({ time }) => time)
      const distances = data.flatMap(time => taken.map(sample => Math.abs(time - sample)))
      // The first bit of modes 0 and 2 comes with the chip select.
      expect(Math.min(...distances)).toBe(mode % 2 === 0 ? 125 : 500)
      expect(distances.filter(ns => ns < 500)).toHaveLength(mode % 2 === 0 ? 1 : 0)
    },
  )

  it('stays within the time of its transfer, so that two in a row are two', () => {
    const log = [entry({ sent: [1, 2] }), entry({ sent: [3], time: 16_000 })]
    const selects = [...spiWave(log)].filter(({ signal }) => signal === 'CS0').map(({ level, time }) => [level, time])
    expect(selects).toEqual([
      ['low', 125],
      ['high', 15_875],
      ['low', 16_125],
      ['high', 23_875],
    ])
    expect(read(log, 0).map(({ mosi }) => mosi)).toEqual([[1, 2], [3]])
  })

  it('rests its clock as the mode says before it selects, also when the one before had another', () => {
    const log = [entry({ sent: [0x0f], mode: 3 }), entry({ sent: [0xf0], time: 8000, cs: 1, mode: 0 })]
    const clockAt = (select: string) => {
      const wave = [...spiWave(log)]
      const until = wave.findIndex(({ signal, level }) => signal === select && level === 'low')
      return wave.slice(0, until).findLast(({ signal }) => signal === 'SCLK')?.level
    }
    expect([clockAt('CS0'), clockAt('CS1')]).toEqual(['high', 'low'])
  })

  it('refuses words that it cannot draw', () => {
    expect(() => [...spiWave([entry({ sent: [1, 2], bits: 12 })])]).toThrow(
      expect.objectContaining({ code: 'ERR_UNSUPPORTED', message: 'a transfer with words of 12 bits cannot be drawn' }),
    )
  })
})
