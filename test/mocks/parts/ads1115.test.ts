import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../../mocks/driver.js'
import type { Ads1115Part } from '../../../mocks/parts/ads1115.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

async function open(inputs: Readonly<Record<number, unknown>> = {}) {
  const clock = new VirtualClock()
  const config = { bus: 1, address: 0x48 }
  const parts = [{ name: 'adc', type: 'ads1115', config, simulate: { inputs }, signals: [] }]
  const board = await new MockDriver().open({ clock, parts })
  const part = board.part('adc') as Ads1115Part
  const read = (register: number): number => {
    part.write(Uint8Array.of(register))
    const [high, low] = part.read(2) as unknown as [number, number]
    return (high << 8) | low
  }
  return {
    part,
    read,
    configure: (config: number) => part.write(Uint8Array.of(1, config >> 8, config & 0xff)),
    pass: (ms: number) => new Promise<void>(resolve => clock.after(ms * 1e6, resolve)),
  }
}

/** Input 0 against ground, 4.096 V, single, 128 a second, no comparator. */
const SINGLE = 0x4383
const START = 0x8000

describe('the part of an ADS1115', () => {
  it('has the registers of the data sheet after power-on', async () => {
    const { read } = await open()
    expect([0, 1, 2, 3].map(read)).toEqual([0, 0x8583, 0x8000, 0x7fff])
  })

  it('takes its time for a conversion, and says that it is at it', async () => {
    const { read, configure, pass } = await open({ 0: 1.024 })
    configure(SINGLE | START)
    expect(read(1)).toBe(SINGLE)
    await pass(7)
    expect([read(0), read(1)]).toEqual([0, SINGLE])
    await pass(1.7)
    expect([read(0), read(1)]).toEqual([0x2000, SINGLE | START])
  })

  it('does not measure when it is not told to', async () => {
    const { read, configure, pass } = await open()
    configure(SINGLE)
    await pass(20)
    expect([read(0), read(1)]).toEqual([0, SINGLE | START])
  })

  it.each([
    [5, 0x7fff],
    [-5, 0x8000],
    [-0.000125, 0xffff],
  ])('gives %d V as %i, within its full scale', async (volts, value) => {
    const { read, configure, pass } = await open({ 0: volts })
    configure(SINGLE | START)
    await pass(10)
    expect(read(0)).toBe(value)
  })

  it('measures what it was told when the conversion began, and nothing more before that is over', async () => {
    const { read, configure, pass } = await open({ 0: 1.024, 3: 2.048 })
    configure(SINGLE | START)
    await pass(3)
    configure(0x7383 | START)
    await pass(10)
    expect(read(0)).toBe(0x2000)
  })

  it('measures again and again when it is told to', async () => {
    const { read, configure, pass } = await open({ 0: { ramp: { from: 0, to: 4, over: 1000 } } })
    configure(SINGLE & ~0x0100)
    const seen = new Set<number>()
    for (let look = 0; look < 10; look++) {
      await pass(10)
      seen.add(read(0))
    }
    expect(seen.size).toBe(10)
  })

  it('keeps its last value, which cannot be written, and loses it with its supply', async () => {
    const { part, read, configure, pass } = await open()
    configure(SINGLE | START)
    await pass(10)
    part.write(Uint8Array.of(0, 0x12, 0x34))
    expect(read(0)).toBe(0x1f40)
    part.reset()
    expect([read(0), read(1)]).toEqual([0, 0x8583])
  })
})
