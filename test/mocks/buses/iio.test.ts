/** The simulated IIO bus. */

import { describe, expect, it } from 'vitest'
import { MockIio } from '../../../mocks/buses/iio.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { describeIio } from '../../drivers/buses/iio-suite.js'
import { refusal } from '../../drivers/buses/setup.js'

function open() {
  const clock = new VirtualClock()
  return { clock, bus: new MockIio({ clock }) }
}

describeIio('the simulated IIO bus', async () => {
  const { bus } = open()
  return {
    bus,
    attach: (name, values) => bus.attach(name, { ...values }).id,
    detach: id => bus.detach(id),
  }
})

describe('a simulated sensor of the kernel', () => {
  it('takes its time, and measures what there is at its end', async () => {
    const { bus, clock } = open()
    bus.attach('dht11', { temp: time => time / 1e6 })
    expect(await bus.read('dht11', 'temp')).toEqual({ value: 25, unit: '°C' })
    expect(clock.now()).toBe(25e6)
  })

  it.each([
    ['silent', 'ERR_NO_DEVICE'],
    ['garbled', 'ERR_BAD_READING'],
  ] as const)('that is %s gives %s, and works when it is not any more', async (fault, code) => {
    const { bus } = open()
    const sensor = bus.attach('dht11', { temp: 20 })
    sensor.fault = fault
    expect(await refusal(bus.read('dht11', 'temp'))).toMatchObject({ code })
    sensor.fault = undefined
    expect(await bus.read('dht11', 'temp')).toEqual({ value: 20, unit: '°C' })
  })

  it('is unplugged while it is read', async () => {
    const { bus, clock } = open()
    const { id } = bus.attach('dht11', { temp: 20 })
    clock.after(1e6, () => bus.detach(id))
    expect(await refusal(bus.read('dht11', 'temp'))).toMatchObject({ code: 'ERR_NO_DEVICE' })
  })

  it('does not come back from a bus that hangs', async () => {
    const { bus } = open()
    bus.attach('dht11', { temp: 20 })
    bus.hang()
    expect(await refusal(bus.read('dht11', 'temp'))).toMatchObject({ code: 'ERR_BUS_HUNG' })
    bus.recover()
    await bus.settle()
    expect(await bus.read('dht11', 'temp')).toEqual({ value: 20, unit: '°C' })
  })
})
