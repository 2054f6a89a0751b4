/** The bytes of the uAPI v2 structs, against linux/gpio.h (offsets checked with a C compiler's offsetof). */

import { describe, expect, it } from 'vitest'
import {
  decodeChipInfo,
  decodeEvent,
  decodeLineInfo,
  decodeRequestFd,
  encodeFlags,
  encodeLineConfig,
  encodeLineInfoQuery,
  encodeLineRequest,
  IOCTL,
  SIZE,
} from '../../../drivers/gpiochip/layout.js'

/** All bytes that are not zero, by offset: what must be there and nothing else, padding included. */
function nonZero(bytes: Buffer): Record<number, number> {
  return Object.fromEntries([...bytes.entries()].filter(([, byte]) => byte !== 0))
}

describe('ioctl numbers', () => {
  it('are what _IOC makes of direction, struct size and number', () => {
    const READ = 2
    const READ_WRITE = 3
    const ioc = (direction: number, number: number, size: number) =>
      ((direction << 30) | (size << 16) | (0xb4 << 8) | number) >>> 0
    expect(IOCTL).toEqual({
      CHIPINFO: ioc(READ, 0x01, SIZE.chipInfo),
      LINEINFO: ioc(READ_WRITE, 0x05, SIZE.lineInfo),
      WATCH: ioc(READ_WRITE, 0x06, SIZE.lineInfo),
      UNWATCH: ioc(READ_WRITE, 0x0c, 4),
      GET_LINE: ioc(READ_WRITE, 0x07, SIZE.lineRequest),
      SET_CONFIG: ioc(READ_WRITE, 0x0d, SIZE.lineConfig),
      GET_VALUES: ioc(READ_WRITE, 0x0e, SIZE.lineValues),
      SET_VALUES: ioc(READ_WRITE, 0x0f, SIZE.lineValues),
    })
  })
})

describe('encodeFlags', () => {
  it('gives a plain input and a plain output their direction only', () => {
    expect(encodeFlags({ direction: 'input' })).toBe(0b100)
    expect(encodeFlags({ direction: 'output' })).toBe(0b1000)
  })

  it.each([
    ['pull-up', 1 << 8],
    ['pull-down', 1 << 9],
    ['disabled', 1 << 10],
    ['as-is', 0],
  ] as const)('gives bias %s its bit', (bias, bit) => {
    expect(encodeFlags({ direction: 'input', bias })).toBe(0b100 | bit)
  })

  it.each([
    ['push-pull', 0],
    ['open-drain', 1 << 6],
    ['open-source', 1 << 7],
  ] as const)('gives drive %s its bit', (drive, bit) => {
    expect(encodeFlags({ direction: 'output', drive })).toBe(0b1000 | bit)
  })

  it.each([
    ['none', 0],
    ['rising', 1 << 4],
    ['falling', 1 << 5],
    ['both', (1 << 4) | (1 << 5)],
  ] as const)('gives edges %s their bits', (edges, bits) => {
    expect(encodeFlags({ direction: 'input', edges })).toBe(0b100 | bits)
  })

  it('swaps single edges for an active-low line, since the kernel means logical ones', () => {
    expect(encodeFlags({ direction: 'input', activeLow: true, edges: 'rising' })).toBe(0b110 | (1 << 5))
    expect(encodeFlags({ direction: 'input', activeLow: true, edges: 'falling' })).toBe(0b110 | (1 << 4))
  })
})

describe('encodeLineConfig', () => {
  it('has 272 bytes and no attribute for a plain input', () => {
    const bytes = encodeLineConfig({ direction: 'input' }, 1, 0)
    expect(bytes).toHaveLength(272)
    expect(nonZero(bytes)).toEqual({ 0: 4 })
  })

  it('gives outputs their values for all lines', () => {
    const bytes = encodeLineConfig({ direction: 'output' }, 3, 0b101)
    expect(nonZero(bytes)).toEqual({ 0: 8, 8: 1, 32: 2, 40: 0b101, 48: 0b111 })
  })

  it('gives outputs that start low their values too, since a config without them means low only by chance', () => {
    expect(nonZero(encodeLineConfig({ direction: 'output' }, 1, 0))).toEqual({ 0: 8, 8: 1, 32: 2, 48: 1 })
  })

  it('takes 32 lines and bit 31', () => {
    const bytes = encodeLineConfig({ direction: 'output' }, 32, 0x8000_0001 | 0)
    expect(bytes.readBigUInt64LE(40)).toBe(0x8000_0001n)
    expect(bytes.readBigUInt64LE(48)).toBe(0xffff_ffffn)
  })

  it('leaves out values of lines that are not there', () => {
    expect(encodeLineConfig({ direction: 'output' }, 2, 0xff).readBigUInt64LE(40)).toBe(0b11n)
  })

  it('gives the debounce period in microseconds, rounded up', () => {
    const bytes = encodeLineConfig({ direction: 'input', debounceNs: 5_000_001 }, 2, 0)
    expect(bytes.readUInt32LE(8)).toBe(1)
    expect(bytes.readUInt32LE(32)).toBe(3)
    expect(bytes.readUInt32LE(40)).toBe(5001)
    expect(bytes.readBigUInt64LE(48)).toBe(0b11n)
  })
})

describe('encodeLineRequest', () => {
  it('puts every field where the kernel reads it, and nothing in the padding', () => {
    const bytes = encodeLineRequest({
      lines: [17, 4],
      consumer: 'me',
      eventBuffer: 0x0102,
      settings: { direction: 'input', edges: 'both', bias: 'pull-up' },
      values: 0,
    })
    expect(bytes).toHaveLength(592)
    expect(nonZero(bytes)).toEqual({
      0: 17,
      4: 4,
      256: 'm'.charCodeAt(0),
      257: 'e'.charCodeAt(0),
      288: 0b0011_0100,
      289: 1,
      560: 2,
      564: 0x02,
      565: 0x01,
    })
  })

  it('keeps the zero that ends the longest consumer', () => {
    const request = { lines: [1], eventBuffer: 16, settings: { direction: 'input' }, values: 0 } as const
    const bytes = encodeLineRequest({ ...request, consumer: 'c'.repeat(31) })
    expect(bytes[286]).toBe('c'.charCodeAt(0))
    expect(bytes[287]).toBe(0)
    expect(() => encodeLineRequest({ ...request, consumer: 'c'.repeat(32) })).toThrowError(/31 bytes/)
  })

  it('reads the file descriptor that the kernel answers with', () => {
    const bytes = Buffer.alloc(592)
    bytes.writeInt32LE(23, 588)
    expect(decodeRequestFd(bytes)).toBe(23)
  })
})

describe('decoding', () => {
  it('reads gpiochip_info', () => {
    const bytes = Buffer.alloc(68)
    bytes.write('gpiochip0', 0)
    bytes.write('pinctrl-bcm2711', 32)
    bytes.writeUInt32LE(58, 64)
    expect(decodeChipInfo(bytes)).toEqual({ name: 'gpiochip0', label: 'pinctrl-bcm2711', lineCount: 58 })
  })

  it('asks for a line and reads gpio_v2_line_info', () => {
    const bytes = encodeLineInfoQuery(22)
    expect(bytes).toHaveLength(256)
    expect(nonZero(bytes)).toEqual({ 64: 22 })
    bytes.write('SENSOR_A', 0)
    bytes.write('gpiomon', 32)
    bytes.writeBigUInt64LE(5n, 72)
    expect(decodeLineInfo(bytes)).toEqual({ name: 'SENSOR_A', consumer: 'gpiomon', line: 22, flags: 5 })
  })

  it('reads gpio_v2_line_event at any offset, the time as bigint', () => {
    const bytes = Buffer.alloc(96)
    bytes.writeBigUInt64LE(0x0123_4567_89ab_cdefn, 48)
    bytes.writeUInt32LE(2, 56)
    bytes.writeUInt32LE(4, 60)
    bytes.writeUInt32LE(45, 64)
    bytes.writeUInt32LE(44, 68)
    expect(decodeEvent(bytes, 48)).toEqual({
      timestamp: 0x0123_4567_89ab_cdefn,
      active: false,
      line: 4,
      sequence: 45,
      lineSequence: 44,
    })
  })
})
