import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../../mocks/driver.js'
import type { Ds18b20Part } from '../../../mocks/parts/ds18b20.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

async function open(temperature: unknown, config: object = {}, seed?: number) {
  const clock = new VirtualClock()
  const parts = [{ name: 'tank', type: 'ds18b20', config: { ...config }, simulate: { temperature }, signals: [] }]
  const board = await new MockDriver().open({ clock, seed, parts })
  return { bus: board.buses.oneWire(), part: board.part('tank') as Ds18b20Part, clock }
}

describe('the part of a DS18B20', () => {
  it('has the serial number of the configuration, or one of its own that the seed decides', async () => {
    expect((await open(20, { id: '28-0316a2794aff' })).part.id).toBe('28-0316a2794aff')
    const [one, same, other] = [await open(20), await open(20), await open(20, {}, 2)]
    expect(same.part.id).toBe(one.part.id)
    expect(other.part.id).not.toBe(one.part.id)
    expect(await one.bus.list()).toEqual([one.part.id])
  })

  it.each([
    [21.3, 21.312],
    [-60, -55],
    [130, 125],
  ])('gives %d °C as %d °C: in its steps and within its range', async (celsius, read) => {
    const { bus, part } = await open(celsius)
    expect(await bus.temperature(part.id)).toBe(read)
  })

  it('follows its temperature', async () => {
    const { bus, part } = await open({ ramp: { from: 0, to: 75, over: 7500 } })
    expect([await bus.temperature(part.id), await bus.temperature(part.id)]).toEqual([7.5, 15])
  })

  it('says 85 °C only when it lost its supply while it measured', async () => {
    const { bus, part, clock } = await open(20)
    part.reset()
    await new Promise<void>(resolve => clock.after(1e9, resolve))
    expect(await bus.temperature(part.id)).toBe(20)
    clock.after(100e6, () => part.reset())
    await expect(bus.temperature(part.id)).rejects.toMatchObject({ code: 'ERR_BAD_READING' })
  })
})
