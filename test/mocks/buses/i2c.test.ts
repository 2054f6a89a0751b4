/** The simulated I²C bus. */

import { describe, expect, it } from 'vitest'
import { MockI2cBus, type MockI2cOptions } from '../../../mocks/buses/i2c.js'
import { RegisterMap } from '../../../mocks/buses/i2c-device.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { describeI2c } from '../../drivers/buses/i2c-suite.js'
import { refusal } from '../../drivers/buses/setup.js'

function open(options: Partial<MockI2cOptions> = {}) {
  const clock = new VirtualClock()
  return { clock, bus: new MockI2cBus({ clock, ...options }) }
}

describeI2c('the simulated I²C bus', async () => {
  const { bus } = open()
  return {
    bus,
    attach: (address, device) => bus.attach(address, device),
    detach: address => bus.detach(address),
    nackAt: (address, message) => bus.nackAt(address, message),
    hang: () => bus.hang(),
    recover: () => bus.recover(),
    expire: async () => undefined, // its clock goes by itself
  }
})

describe('the log of a simulated I²C bus', () => {
  it('has every message with its transfer, its times, and what came', async () => {
    const { bus } = open()
    bus.attach(0x76, new RegisterMap({ 208: 0x60 }))
    const write = { kind: 'writeByte', register: 1, value: 2 } as const
    const read = { kind: 'readByte', register: 0xd0 } as const
    await bus.transfer(0x76, [write, read])
    await refusal(bus.transfer(0x77, [read]))
    // At 100 kHz: start, stop, and nine bits for each byte, the address among them.
    expect(bus.log).toEqual([
      { transfer: 1, address: 0x76, message: write, time: 0, end: 290_000, reply: new Uint8Array(), error: undefined },
      {
        transfer: 1,
        address: 0x76,
        message: read,
        time: 290_000,
        end: 690_000,
        reply: Uint8Array.of(0x60),
        error: undefined,
      },
      {
        transfer: 2,
        address: 0x77,
        message: read,
        time: 690_000,
        end: 1_090_000,
        reply: undefined,
        error: 'ERR_NO_DEVICE',
      },
    ])
  })

  it('has no end for a message that hangs', async () => {
    const { bus, clock } = open()
    bus.hang()
    const stuck = refusal(bus.transfer(0x76, [{ kind: 'read', length: 1 }]))
    await clock.reach(1e9)
    expect(bus.log).toMatchObject([{ end: undefined }])
    bus.recover()
    await stuck
    expect(bus.log).toMatchObject([{ end: 1_000_200_000, error: 'ERR_NO_DEVICE' }])
  })
})

describe('a simulated I²C bus', () => {
  it('is faster with a faster clock', async () => {
    const { bus, clock } = open({ frequency: 400_000 })
    bus.attach(0x48, new RegisterMap())
    await bus.transfer(0x48, [{ kind: 'read', length: 1 }])
    expect(clock.now()).toBe(50_000)
  })

  it('can hang as one whose adapter gives up by itself, and is settled only when it has recovered', async () => {
    const { bus, clock } = open()
    bus.hang('1s')
    expect(await refusal(bus.transfer(0x48, [{ kind: 'read', length: 1 }]))).toMatchObject({ code: 'ERR_BUS_HUNG' })
    expect(clock.now()).toBe(1e9)
    expect(await refusal(bus.settle())).toMatchObject({ code: 'ERR_BUS_HUNG' })
    bus.recover()
    await bus.settle()
  })

  it('can have an adapter with SMBus calls only', async () => {
    const { bus } = open({ plain: false })
    bus.attach(0x48, new RegisterMap({ 0: 9 }))
    expect(await bus.transfer(0x48, [{ kind: 'read', length: 1 }])).toEqual([Uint8Array.of(9)])
    const refused = await refusal(bus.transfer(0x48, [{ kind: 'read', length: 2 }]))
    expect(refused).toMatchObject({ code: 'ERR_UNSUPPORTED' })
  })

  it('refuses a clock and devices that cannot be', () => {
    const bad = expect.objectContaining({ code: 'ERR_BAD_OPTION' })
    expect(() => open({ frequency: 0 })).toThrow(bad)
    expect(() => open().bus.attach(0x78, new RegisterMap())).toThrow(bad)
    expect(() => open().bus.nackAt(0x48, 0)).toThrow(bad)
    expect(() => new RegisterMap({ 255: [1, 2] })).toThrow(bad)
  })
})

describe('a simulated device', () => {
  it('goes on with the next register, and from the last one to the first', async () => {
    const map = new RegisterMap({ 255: 1, 0: 2 })
    map.write(Uint8Array.of(255))
    expect([...map.read(2)]).toEqual([1, 2])
  })

  it('can compute what it is read for, and hears of what is written', async () => {
    const written: number[][] = []
    const map = new RegisterMap(
      { 2: 7 },
      { onRead: register => (register === 1 ? 42 : undefined), onWrite: (...write) => written.push(write) },
    )
    map.write(Uint8Array.of(1))
    expect([...map.read(2)]).toEqual([42, 7])
    map.write(Uint8Array.of(5, 6, 7))
    expect(written).toEqual([
      [5, 6],
      [6, 7],
    ])
  })

  it('that does not acknowledge is ERR_NACK', async () => {
    const { bus } = open()
    bus.attach(0x44, { write: () => true, read: () => undefined })
    bus.attach(0x45, { write: () => false, read: () => Uint8Array.of(1) })
    for (const address of [0x44, 0x45]) {
      const refused = await refusal(bus.transfer(address, [{ kind: 'readByte', register: 0 }]))
      expect(refused).toMatchObject({ code: 'ERR_NACK', details: { present: true } })
    }
  })
})
