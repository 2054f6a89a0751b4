/** The simulated 1-Wire bus. */

import { describe, expect, it } from 'vitest'
import { MockOneWire, type MockThermometer } from '../../../mocks/buses/one-wire.js'
import { w1Text } from '../../../mocks/buses/w1-text.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { describeOneWire } from '../../drivers/buses/one-wire-suite.js'
import { refusal } from '../../drivers/buses/setup.js'

const ID = '28-0316a2794aff'

function open() {
  const clock = new VirtualClock()
  return { clock, bus: new MockOneWire({ clock }) }
}

describeOneWire('the simulated 1-Wire bus', async () => {
  const { bus } = open()
  const sensors = new Map<string, MockThermometer>()
  return {
    bus,
    put: (id, celsius, fault) => {
      const sensor = sensors.get(id) ?? bus.attach(id, celsius)
      sensors.set(id, sensor)
      sensor.temperature = celsius
      sensor.fault = fault
    },
    detach: id => {
      bus.detach(id)
      sensors.delete(id)
    },
  }
})

describe('a simulated thermometer', () => {
  it('takes 750 ms to measure, and measures what there is at their end', async () => {
    const { bus, clock } = open()
    bus.attach(ID, time => time / 1e8)
    expect(await bus.temperature(ID)).toBe(7.5)
    expect(clock.now()).toBe(750e6)
  })

  it('is unplugged while it measures', async () => {
    const { bus, clock } = open()
    bus.attach(ID, 20)
    clock.after(100e6, () => bus.detach(ID))
    expect(await refusal(bus.temperature(ID))).toMatchObject({ code: 'ERR_NO_DEVICE' })
  })

  it('measures in steps of 1/16 °C', async () => {
    const { bus } = open()
    bus.attach(ID, 20.1)
    expect(await bus.temperature(ID)).toBe(20.125)
  })

  it('does not come back from a bus that hangs', async () => {
    const { bus } = open()
    bus.attach(ID, 20)
    bus.hang()
    expect(await refusal(bus.temperature(ID))).toMatchObject({ code: 'ERR_BUS_HUNG' })
    bus.recover()
    await bus.settle()
    expect(await bus.temperature(ID)).toBe(20)
  })

  it('cannot be what is none, or say what does not fit two bytes', () => {
    const { bus } = open()
    expect(() => bus.attach('1d-0000000f2da1', 20)).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED' }))
    expect(() => bus.attach('DS18B20', 20)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }))
    for (const celsius of [3000, Number.NaN]) {
      expect(() => w1Text(celsius)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }))
    }
  })
})
