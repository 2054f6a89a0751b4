/** Traces of the simulated buses. */

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type BusTraceHead, writeBusTrace } from '../../../mocks/buses/bus-trace.js'
import { MockI2cBus } from '../../../mocks/buses/i2c.js'
import { RegisterMap } from '../../../mocks/buses/i2c-device.js'
import { MockSpiBus } from '../../../mocks/buses/spi.js'
import { readRecording } from '../../../src/records/recording.js'
import { VcdWriter } from '../../../src/records/vcd.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { tempFolder } from '../../drivers/temp-folder.js'

const pathOf = () => join(tempFolder(), 'bus.vcd')

async function i2c() {
  const clock = new VirtualClock()
  const bus = new MockI2cBus({ clock })
  bus.attach(0x48, new RegisterMap())
  await bus.transfer(0x48, [{ kind: 'write', bytes: Uint8Array.of(0) }])
  await clock.reach(5e9)
  await bus.transfer(0x48, [{ kind: 'write', bytes: Uint8Array.of(0) }])
  return bus
}

describe('the trace of a bus', () => {
  it('is a VCD file with the lines of I²C, at rest when nobody talks', async () => {
    const path = pathOf()
    writeBusTrace(await i2c(), head => new VcdWriter({ ...head, path }))
    const { signals, end } = readRecording(path)
    expect([...signals.keys()]).toEqual(['SDA', 'SCL'])
    const clock = [...(signals.get('SCL') ?? [])]
    expect(clock[0]).toEqual({ time: 0, level: 'high' })
    // Start to stop: 18 bits and the low before the stop, twice.
    expect(clock.filter(({ level }) => level === 'low')).toHaveLength(38)
    expect(end).toBe(5_000_201_000)
  })

  it('counts from where it is to begin', async () => {
    const path = pathOf()
    writeBusTrace(await i2c(), head => new VcdWriter({ ...head, path }), { from: 5e9 })
    const { signals, end } = readRecording(path)
    expect([...(signals.get('SCL') ?? [])].filter(({ level }) => level === 'low')).toHaveLength(19)
    expect(end).toBe(201_000)
  })

  it('has the lines of SPI and the chip selects that were used', async () => {
    const bus = new MockSpiBus({ clock: new VirtualClock() })
    await bus.transfer(Uint8Array.of(0x81), { cs: 1, speedHz: 10_000 })
    const path = pathOf()
    writeBusTrace(bus, head => new VcdWriter({ ...head, path }))
    const { signals } = readRecording(path)
    expect([...signals.keys()]).toEqual(['SCLK', 'MOSI', 'MISO', 'CS1'])
    expect([...(signals.get('CS1') ?? [])]).toEqual([
      { time: 0, level: 'high' },
      { time: 12_000, level: 'low' },
      { time: 787_000, level: 'high' },
    ])
  })

  it('is flat when nothing went over the bus', () => {
    const heads: BusTraceHead[] = []
    const levels: string[] = []
    const bus = new MockI2cBus({ clock: new VirtualClock(), name: 'i2c-3' })
    writeBusTrace(bus, head => {
      heads.push(head)
      return { level: (_line, level) => levels.push(level), close: () => levels.push('closed') }
    })
    expect(heads).toMatchObject([{ scope: 'i2c-3', signals: [{ name: 'SDA' }, { name: 'SCL' }] }])
    expect([...(heads[0]?.initial.values() ?? [])]).toEqual(['high', 'high'])
    expect(levels).toEqual(['closed'])
  })

  it('closes its file when a transfer cannot be drawn', async () => {
    const bus = new MockSpiBus({ clock: new VirtualClock() })
    await bus.transfer(Uint8Array.of(1, 2), { cs: 0, bits: 16 })
    let closed = 0
    const sink = { level: () => undefined, close: () => closed++ }
    expect(() => writeBusTrace(bus, () => sink)).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED' }))
    expect(closed).toBe(1)
  })

  it.each([
    [{ frequency: 0 }, 'frequency'],
    [{ frequency: 6e6 }, 'frequency'],
    [{ from: -1 }, 'from'],
    [{ from: 0.5 }, 'from'],
  ])('refuses %o', (options, name) => {
    const bus = new MockI2cBus({ clock: new VirtualClock() })
    const open = () => expect.fail('nothing is opened')
    expect(() => writeBusTrace(bus, open, options)).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_OPTION', message: expect.stringContaining(name) }),
    )
  })
})
