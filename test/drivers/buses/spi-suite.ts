/** What every SPI bus has to do, the real one on a stand-in for its package and the simulated one. */

import { describe, expect, it } from 'vitest'
import type { SpiBus, SpiSettings } from '../../../drivers/buses/bus.js'
import type { MockSpiDevice } from '../../../mocks/buses/spi.js'
import { refusal } from './setup.js'

/** A bus with the chip selects 0 and 1. */
export interface SpiWorld {
  readonly bus: SpiBus
  attach(cs: number, device: MockSpiDevice): void
  detach(cs: number): void
  hang(): void
  recover(): void
  /** Lets the longest time pass that a call may take. */
  expire(): Promise<void>
}

/** An MCP3008: three bytes, of which the last ten bits are the reading of the channel that was asked for. */
const adc: MockSpiDevice = sent => Uint8Array.of(0, 0b10, (sent[1] ?? 0) >> 4)
const ASK = Uint8Array.of(1, 0b1011_0000, 0)

export function describeSpi(name: string, open: () => Promise<SpiWorld>): void {
  describe(`a transfer over ${name}`, () => {
    it('sends bytes and gives as many, which came at the same time', async () => {
      const { bus, attach } = await open()
      attach(0, adc)
      expect([...(await bus.transfer(ASK, { cs: 0 }))]).toEqual([0, 2, 11])
    })

    it('has mode 0, 1 MHz and 8 bits unless it says otherwise, each time anew', async () => {
      const { bus, attach } = await open()
      const seen: unknown[] = []
      attach(1, (_, settings) => {
        seen.push(settings)
        return new Uint8Array()
      })
      await bus.transfer(ASK, { cs: 1, mode: 3, speedHz: 5000 })
      await bus.transfer(Uint8Array.of(1, 2), { cs: 1, bits: 16 })
      expect(seen).toEqual([
        { cs: 1, mode: 3, speedHz: 5000, bits: 8 },
        { cs: 1, mode: 0, speedHz: 1e6, bits: 16 },
      ])
    })

    it('reads a floating line where no device is, before and after it is plugged in', async () => {
      const { bus, attach, detach } = await open()
      expect([...(await bus.transfer(ASK, { cs: 0 }))]).toEqual([255, 255, 255])
      attach(0, adc)
      expect([...(await bus.transfer(ASK, { cs: 0 }))]).toEqual([0, 2, 11])
      detach(0)
      expect([...(await bus.transfer(ASK, { cs: 0 }))]).toEqual([255, 255, 255])
    })

    it('with a chip select that the bus has not fails with ERR_NO_DEVICE and those that it has', async () => {
      const { bus } = await open()
      expect(await refusal(bus.transfer(ASK, { cs: 5 }))).toMatchObject({
        code: 'ERR_NO_DEVICE',
        message: 'spi0 has no chip select 5; it has 0, 1',
        place: 'spi0 cs 5',
      })
    })

    it.each<[string, Uint8Array, SpiSettings]>([
      ['no bytes', new Uint8Array(), { cs: 0 }],
      ['what is no bytes', [1] as never, { cs: 0 }],
      ['no settings', ASK, undefined as never],
      ['mode 4', ASK, { cs: 0, mode: 4 as never }],
      ['a speed of 0', ASK, { cs: 0, speedHz: 0 }],
      ['33 bits', ASK, { cs: 0, bits: 33 }],
      ['a chip select of -1', ASK, { cs: -1 }],
      ['three bytes in words of two', ASK, { cs: 0, bits: 12 }],
      ['three bytes in words of four', ASK, { cs: 0, bits: 24 }],
    ])('is refused with ERR_BAD_OPTION for %s', async (_, bytes, settings) => {
      const { bus } = await open()
      expect(await refusal(bus.transfer(bytes, settings))).toMatchObject({ code: 'ERR_BAD_OPTION' })
    })

    it('that hangs fails with ERR_BUS_HUNG, and the next one works when the cause is gone', async () => {
      const { bus, attach, hang, recover, expire } = await open()
      attach(0, adc)
      hang()
      const stuck = refusal(bus.transfer(ASK, { cs: 0 }))
      await expire()
      expect(await stuck).toMatchObject({ code: 'ERR_BUS_HUNG', place: 'spi0' })
      recover()
      await bus.settle()
      expect([...(await bus.transfer(ASK, { cs: 0 }))]).toEqual([0, 2, 11])
    })

    it('is refused with ERR_RELEASED when the bus is closed', async () => {
      const { bus } = await open()
      await bus.close()
      await bus.close()
      expect(await refusal(bus.transfer(ASK, { cs: 0 }))).toMatchObject({ code: 'ERR_RELEASED' })
    })
  })
}
