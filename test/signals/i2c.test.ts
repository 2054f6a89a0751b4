/** The traffic of I²C devices, as a decoder at SDA and SCL sees it. */

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeBusTrace } from '../../mocks/buses/bus-trace.js'
import { MockI2cBus } from '../../mocks/buses/i2c.js'
import { RegisterMap } from '../../mocks/buses/i2c-device.js'
import { bme280 } from '../../src/peripherals/index.js'
import { VcdWriter } from '../../src/records/vcd.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { failureOf, openMockBench } from '../bench/setup.js'
import { tempFolder } from '../drivers/temp-folder.js'
import { texts } from './sigrok.js'

/**
 * What sigrok decodes of a bus, a line for each message from start to stop: `76W F4 25`, `76W D0 | 76R 60n`; with a
 * repeated start as `|`, and an `n` after each byte that was not acknowledged.
 */
function messages(bus: MockI2cBus, timescale: '1us' | '1ns' = '1us'): string[] {
  const file = join(tempFolder(), 'bus.vcd')
  writeBusTrace(bus, head => new VcdWriter({ ...head, path: file, timescale }))
  const request = { file, decoder: 'i2c', channels: { scl: 'SCL', sda: 'SDA' } }
  const words = texts({ ...request, row: 'Address/Data' }).map(text => WORDS[text] ?? byteOf(text))
  return words
    .join(' ')
    .replace(/ n/g, 'n')
    .split('P')
    .map(message => message.replace(/\s+/g, ' ').trim())
    .filter(message => message !== '')
}

/** The decoder says the direction twice. */
const WORDS: Readonly<Record<string, string>> = {
  Start: '',
  'Start repeat': '|',
  Stop: 'P',
  ACK: '',
  NACK: 'n',
  Write: '',
  Read: '',
}

function byteOf(text: string): string {
  const [, kind, direction, byte] = /^(Address|Data) (read|write): ([0-9A-F]{2})$/.exec(text) ?? []
  if (byte === undefined) return text
  return kind === 'Data' ? byte : `${byte}${direction === 'read' ? 'R' : 'W'}`
}

/** The bytes of the first message that begins so. */
function replyTo(all: readonly string[], begin: string): number[] {
  const message = all.find(text => text.startsWith(begin)) ?? expect.fail(`no message begins with ${begin}`)
  return message
    .slice(begin.length)
    .replace('n', '')
    .trim()
    .split(' ')
    .map(byte => Number.parseInt(byte, 16))
}

/** Temperature in °C of the bytes from 0x88 and from 0xfa on (BST-BME280-DS002, appendix 8.1, in floating point). */
function bme280Temperature(calibration: readonly number[], data: readonly number[]): number {
  const view = new DataView(Uint8Array.from(calibration).buffer)
  const [t1, t2, t3] = [view.getUint16(0, true), view.getInt16(2, true), view.getInt16(4, true)]
  const [high = 0, middle = 0, low = 0] = data
  const raw = (high << 12) | (middle << 4) | (low >> 4)
  const first = (raw / 16384 - t1 / 1024) * t2
  const second = (raw / 131072 - t1 / 8192) ** 2 * t3
  return (first + second) / 5120
}

describe('the traffic of a bme280', () => {
  it.each([-17.5, 23.5, 61.25])('has the registers of its data sheet, and holds a temperature of %d °C', async warm => {
    const specs = { air: bme280({ address: 0x77 }) }
    const simulate = { air: { temperature: warm, humidity: 40, pressure: 990 } }
    const { bench, board } = await openMockBench(specs, { simulate })
    await bench.air.read().result()
    const all = messages(board.buses.i2c(1))
    // The id of a BME280, the reset word, one sample of each (5.4.3, 5.4.5), and forced mode.
    expect(all).toEqual(
      expect.arrayContaining(['77W D0 | 77R 60n', '77W E0 B6', '77W F2 01', '77W F4 25', '77W F3 | 77R 00n']),
    )
    const calibration = replyTo(all, '77W 88 | 77R ')
    const data = replyTo(all, '77W F7 | 77R ')
    expect([calibration.length, data.length]).toEqual([26, 8])
    expect(bme280Temperature(calibration, data.slice(3))).toBeCloseTo(warm, 1)
  })

  it('that is not there is an address that nobody acknowledges', async () => {
    const { bench, board } = await openMockBench({ air: bme280({}) }, { simulate: { air: { faults: UNPLUGGED } } })
    expect(await failureOf(bench.air.read({ attempts: 1 }).result())).toMatchObject({ code: 'ERR_NO_DEVICE' })
    expect(new Set(messages(board.buses.i2c(1)))).toEqual(new Set(['76Wn']))
  })
})

const UNPLUGGED = [{ kind: 'unplugged', from: 0, for: '1h' }]

describe('every kind of message', () => {
  it.each([
    [100_000, '1us'],
    [400_000, '1ns'],
    [1_000_000, '1ns'],
  ] as const)('is understood at %i Hz', async (frequency, timescale) => {
    const bus = new MockI2cBus({ clock: new VirtualClock(), frequency })
    bus.attach(0x50, new RegisterMap({ 16: [0xde, 0xad, 0x00, 0xff] }))
    await bus.transfer(0x50, [
      { kind: 'writeByte', register: 1, value: 0x80 },
      { kind: 'writeWord', register: 2, value: 0x1234 },
      { kind: 'writeBlock', register: 4, bytes: Uint8Array.of(7, 8, 9) },
      { kind: 'write', bytes: Uint8Array.of(0x10) },
      { kind: 'read', length: 2 },
      { kind: 'readByte', register: 0x13 },
      { kind: 'readWord', register: 0x10 },
      { kind: 'readBlock', register: 0x10, length: 4 },
    ])
    expect(messages(bus, timescale)).toEqual([
      '50W 01 80',
      '50W 02 34 12',
      '50W 04 07 08 09',
      '50W 10',
      '50R DE ADn',
      '50W 13 | 50R FFn',
      '50W 10 | 50R DE ADn',
      '50W 10 | 50R DE AD 00 FFn',
    ])
  })

  it('is understood when the device stretches the clock', async () => {
    const bus = new MockI2cBus({ clock: new VirtualClock() })
    const slow = { write: () => true, read: () => Uint8Array.of(0x42), stretchNs: () => 3e6 }
    bus.attach(0x40, slow)
    await bus.transfer(0x40, [
      { kind: 'readByte', register: 0xe3 },
      { kind: 'writeByte', register: 0xe6, value: 1 },
    ])
    expect(messages(bus)).toEqual(['40W E3 | 40R 42n', '40W E6 01'])
  })
})
