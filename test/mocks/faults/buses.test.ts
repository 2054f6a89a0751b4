/** Faults of devices on buses: what a transaction meets. */

import { describe, expect, it } from 'vitest'
import { MockBoard } from '../../../mocks/board.js'
import { FaultyBuses } from '../../../mocks/buses/faulty-buses.js'
import { RegisterMap } from '../../../mocks/buses/i2c-device.js'
import { type Fault, Faults } from '../../../mocks/faults/faults.js'
import { Random } from '../../../mocks/random.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

function setup(...list: Partial<Fault>[]) {
  const clock = new VirtualClock()
  const board = new MockBoard({ clock })
  const whole = list.map(fault => ({ from: 0, ...fault })) as Fault[]
  const buses = new FaultyBuses(board.buses, new Faults(whole, clock, board.now(), new Random(1)))
  return { clock, board, buses }
}

const READ = { kind: 'readByte', register: 0 } as const

async function i2c(...list: Partial<Fault>[]) {
  const { clock, board, buses } = setup(...list)
  buses.attachI2c(1, 0x48, new RegisterMap({ 0: 0x5a }))
  const bus = board.buses.i2c()
  return { clock, read: async () => (await bus.transfer(0x48, [READ]))[0]![0], bus }
}

describe('an I²C device', () => {
  it('that is unplugged does not answer, and does again when it is back', async () => {
    const { clock, read } = await i2c({ kind: 'unplugged', for: 1000 })
    await expect(read()).rejects.toMatchObject({ code: 'ERR_NO_DEVICE' })
    await clock.reach(1e9)
    expect(await read()).toBe(0x5a)
  })

  it('that browns out while it is unplugged is back when both are over', async () => {
    const { clock, read } = await i2c({ kind: 'unplugged', for: 1000 }, { kind: 'brown-out', from: 500, for: 1000 })
    await clock.reach(1.2e9)
    await expect(read()).rejects.toMatchObject({ code: 'ERR_NO_DEVICE' })
    await clock.reach(1.5e9)
    expect(await read()).toBe(0x5a)
  })

  it('does not acknowledge as often as its fault says', async () => {
    const { read } = await i2c({ kind: 'nack', probability: 0.5 })
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, () =>
        read().then(
          () => 1,
          () => 0,
        ),
      ),
    )
    const answered = outcomes.reduce<number>((sum, one) => sum + one, 0)
    // A message has two chances to fail: the write of the register and the read.
    expect(answered).toBeGreaterThan(10)
    expect(answered).toBeLessThan(40)
  })

  it('is heard with one wrong bit a byte at most', async () => {
    const { bus } = await i2c({ kind: 'flip', probability: 1 })
    const [bytes] = await bus.transfer(0x48, [{ kind: 'read', length: 8 }])
    const weights = [...bytes!].map(
      (byte, index) => (byte ^ (index === 0 ? 0x5a : 0)).toString(2).replaceAll('0', '').length,
    )
    expect(weights).toEqual([1, 1, 1, 1, 1, 1, 1, 1])
  })

  it('that holds the clock makes the message as much longer', async () => {
    const [plain, slow] = [await i2c(), await i2c({ kind: 'stretch', by: 20 })]
    await plain.read()
    await slow.read()
    expect(slow.clock.now() - plain.clock.now()).toBe(20e6)
  })

  it('that holds the clock longer than a call may take hangs the bus', async () => {
    const { read } = await i2c({ kind: 'stretch', by: 6000 })
    await expect(read()).rejects.toMatchObject({ code: 'ERR_BUS_HUNG' })
  })

  it('that the kernel refuses to talk to gives its error', async () => {
    const { read } = await i2c({ kind: 'error', errno: 'EIO', probability: 1 })
    await expect(read()).rejects.toMatchObject({ code: 'ERR_IO', details: { errno: 'EIO' } })
  })
})

describe('an SPI device', () => {
  it('that is unplugged leaves the line floating', async () => {
    const { clock, board, buses } = setup({ kind: 'unplugged', for: 1000 })
    buses.attachSpi(0, 0, () => Uint8Array.of(1, 2))
    const read = async () => [...(await board.buses.spi().transfer(Uint8Array.of(0, 0), { cs: 0 }))]
    expect(await read()).toEqual([0xff, 0xff])
    await clock.reach(1e9)
    expect(await read()).toEqual([1, 2])
  })

  it('is misheard, and mishears, when bits turn over', async () => {
    const { board, buses } = setup({ kind: 'flip', probability: 1 })
    const heard: number[] = []
    buses.attachSpi(0, 0, sent => {
      heard.push(...sent)
      return Uint8Array.of(0)
    })
    const [received] = await board.buses.spi().transfer(Uint8Array.of(0), { cs: 0 })
    expect([heard[0] !== 0, received !== 0]).toEqual([true, true])
  })
})

describe('a 1-Wire thermometer', () => {
  it.each([
    ['unplugged', 'ERR_NO_DEVICE'],
    ['flip', 'ERR_BAD_READING'],
    ['brown-out', 'ERR_BAD_READING'],
    ['stuck', 'ERR_BAD_READING'],
    ['error', 'ERR_IO'],
  ] as const)('that is %s ends a reading with %s, and the next after it works', async (kind, code) => {
    const { clock, board, buses } = setup({ kind, for: 900, probability: 1 })
    buses.attachOneWire('28-000000000001', () => 21.5)
    const read = () => board.buses.oneWire().temperature('28-000000000001')
    await expect(read()).rejects.toMatchObject({ code })
    await clock.reach(1e9)
    expect(await read()).toBe(21.5)
  })
})

describe('a sensor of the kernel', () => {
  it.each([
    ['unplugged', 'ERR_NO_DEVICE'],
    ['flip', 'ERR_BAD_READING'],
    ['error', 'ERR_IO'],
  ] as const)('that is %s ends a reading with %s, and the next after it works', async (kind, code) => {
    const { clock, board, buses } = setup({ kind, for: 900, probability: 1 })
    buses.attachIio('dht11', { temp: () => 21.5 })
    const read = () => board.buses.iio().read('dht11', 'temp')
    await expect(read()).rejects.toMatchObject({ code })
    await clock.reach(1e9)
    expect(await read()).toEqual({ value: 21.5, unit: '°C' })
  })
})
