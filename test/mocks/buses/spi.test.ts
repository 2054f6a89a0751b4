/** The simulated SPI bus. */

import { describe, expect, it } from 'vitest'
import { MockSpiBus, type MockSpiOptions } from '../../../mocks/buses/spi.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { describeSpi } from '../../drivers/buses/spi-suite.js'

function open(options: Partial<MockSpiOptions> = {}) {
  const clock = new VirtualClock()
  return { clock, bus: new MockSpiBus({ clock, ...options }) }
}

describeSpi('the simulated SPI bus', async () => {
  const { bus } = open()
  return {
    bus,
    attach: (cs, device) => bus.attach(cs, device),
    detach: cs => bus.detach(cs),
    hang: () => bus.hang(),
    recover: () => bus.recover(),
    expire: async () => undefined, // its clock goes by itself
  }
})

describe('a simulated SPI bus', () => {
  it('logs every transfer with its time, which its speed and length decide', async () => {
    const { bus } = open({ floating: 0 })
    await bus.transfer(Uint8Array.of(1, 2), { cs: 0, speedHz: 1e6 })
    await bus.transfer(Uint8Array.of(3), { cs: 1, mode: 2 })
    expect(bus.log).toEqual([
      {
        time: 0,
        settings: { cs: 0, mode: 0, speedHz: 1e6, bits: 8 },
        sent: Uint8Array.of(1, 2),
        received: Uint8Array.of(0, 0),
      },
      {
        time: 16_000,
        settings: { cs: 1, mode: 2, speedHz: 1e6, bits: 8 },
        sent: Uint8Array.of(3),
        received: Uint8Array.of(0),
      },
    ])
  })

  it('cuts what a device sends too much', async () => {
    const { bus } = open()
    bus.attach(0, () => Uint8Array.of(1, 2, 3))
    expect([...(await bus.transfer(Uint8Array.of(0), { cs: 0 }))]).toEqual([1])
  })

  it('takes no device for a chip select that it has not', () => {
    expect(() => open({ selects: [2] }).bus.attach(0, () => new Uint8Array())).toThrow(
      expect.objectContaining({ code: 'ERR_NO_DEVICE' }),
    )
  })
})
