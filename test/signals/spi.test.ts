/** The traffic of SPI devices, as a decoder at the four lines sees it. */

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SpiMode } from '../../drivers/buses/bus.js'
import { writeBusTrace } from '../../mocks/buses/bus-trace.js'
import { MockSpiBus } from '../../mocks/buses/spi.js'
import { mcp3008 } from '../../src/peripherals/index.js'
import { VcdWriter } from '../../src/records/vcd.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { openMockBench } from '../bench/setup.js'
import { tempFolder } from '../drivers/temp-folder.js'
import { decode } from './sigrok.js'

interface Transfer {
  readonly mosi: readonly number[]
  readonly miso: readonly number[]
  /** From chip select to chip select, in ns. */
  readonly took: number
}

/** What sigrok decodes of one chip select. */
function transfers(bus: MockSpiBus, cs = 0, mode: SpiMode = 0): Transfer[] {
  const file = join(tempFolder(), 'bus.vcd')
  writeBusTrace(bus, head => new VcdWriter({ ...head, path: file, timescale: '1ns' }))
  const channels = { clk: 'SCLK', mosi: 'MOSI', miso: 'MISO', cs: `CS${cs}` }
  const request = { file, decoder: 'spi', channels, options: { cpol: mode >> 1, cpha: mode & 1 } }
  const [mosi, miso] = ['MOSI transfer', 'MISO transfer'].map(row => decode({ ...request, row }))
  return (mosi ?? []).map(({ text, from, to }, index) => ({
    mosi: bytesOf(text),
    miso: bytesOf(miso?.[index]?.text ?? ''),
    took: to - from,
  }))
}

function bytesOf(text: string): number[] {
  return text.split(' ').map(byte => Number.parseInt(byte, 16))
}

describe('the traffic of an mcp3008', () => {
  it.each([
    { input: 0, volts: 1.65, steps: 512, request: [0x01, 0x80, 0] },
    { input: 3, volts: 0.33, steps: 102, request: [0x01, 0xb0, 0] },
    { input: 7, volts: 3.3, steps: 1023, request: [0x01, 0xf0, 0] },
  ])('asks for input $input as its data sheet says, and gets $volts V', async ({ input, volts, steps, request }) => {
    const specs = { adc: mcp3008({ vref: 3.3, cs: 1 }) }
    const { bench, board } = await openMockBench(specs, { simulate: { adc: { inputs: { [input]: volts } } } })
    await bench.adc.read({ channel: input }).result()
    const all = transfers(board.buses.spi(0), 1)
    expect(all.length).toBeGreaterThan(0)
    for (const { mosi, miso, took } of all) {
      // DS21295D, figure 6-1: a start bit, single-ended, the input; a null bit and ten bits come back.
      expect(mosi.slice(0, 3)).toEqual(request)
      const [, high = 0, low = 0] = miso
      expect([high & 0x04, ((high & 0x03) << 8) | low]).toEqual([0, steps])
      // At 1 MHz, but for the eighths of a bit at both ends.
      expect(took).toBe(mosi.length * 8000 - 250)
    }
  })
})

describe('SPI', () => {
  it.each([0, 1, 2, 3] as const)('in mode %i has every byte both ways', async mode => {
    const bus = new MockSpiBus({ clock: new VirtualClock() })
    bus.attach(0, sent => sent.map(byte => byte ^ 0x3c))
    const sent = [0x00, 0xff, 0x01, 0x80, 0xa5, 0x5a]
    await bus.transfer(Uint8Array.from(sent), { cs: 0, mode, speedHz: 500_000 })
    await bus.transfer(Uint8Array.of(0x77), { cs: 0, mode, speedHz: 5_000_000 })
    expect(transfers(bus, 0, mode)).toEqual([
      { mosi: sent, miso: sent.map(byte => byte ^ 0x3c), took: 48 * 2000 - 500 },
      { mosi: [0x77], miso: [0x77 ^ 0x3c], took: 8 * 200 - 50 },
    ])
  })

  it('tells its devices apart, also when each has a mode of its own', async () => {
    const bus = new MockSpiBus({ clock: new VirtualClock() })
    bus.attach(0, () => Uint8Array.of(0x0f, 0x0e))
    bus.attach(1, () => Uint8Array.of(0xf0))
    for (let round = 0; round < 2; round++) {
      await bus.transfer(Uint8Array.of(1, 2), { cs: 0, mode: 3 })
      await bus.transfer(Uint8Array.of(3), { cs: 1, mode: 0 })
    }
    expect(transfers(bus, 0, 3).map(({ mosi, miso }) => [mosi, miso])).toEqual(
      Array(2).fill([
        [1, 2],
        [0x0f, 0x0e],
      ]),
    )
    expect(transfers(bus, 1, 0).map(({ mosi, miso }) => [mosi, miso])).toEqual(Array(2).fill([[3], [0xf0]]))
  })
})
