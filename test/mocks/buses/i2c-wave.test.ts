/** The levels of SDA and SCL that the log of a simulated I²C bus stands for. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { I2cMessage } from '../../../drivers/buses/bus.js'
import { type I2cLogEntry, MockI2cBus, type MockI2cOptions } from '../../../mocks/buses/i2c.js'
import { type MockI2cDevice, RegisterMap } from '../../../mocks/buses/i2c-device.js'
import { type I2cSignal, i2cWave, type WaveChange } from '../../../mocks/buses/i2c-wave.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { refusal } from '../../drivers/buses/setup.js'

type Change = WaveChange<I2cSignal>

function open(options: Partial<MockI2cOptions> = {}) {
  const { frequency = 100_000 } = options
  const bus = new MockI2cBus({ clock: new VirtualClock(), ...options })
  return { bus, wave: () => [...i2cWave(bus.log, frequency)] }
}

/** Reads a wave as UM10204 says: S, Sr, P, and bits as the level of SDA while SCL is high. */
function symbols(changes: readonly Change[]): string {
  const levels = { SDA: 'high', SCL: 'high' }
  let text = ''
  let bit = ''
  let open = false
  for (const { signal, level } of changes) {
    levels[signal] = level
    if (signal === 'SCL') {
      if (level === 'high') bit = levels.SDA === 'high' ? '1' : '0'
      else {
        text += bit
        bit = ''
      }
    } else if (levels.SCL === 'high') {
      const rises = level === 'high'
      text += rises ? ' P ' : open ? ' Sr ' : 'S '
      open = !rises
      bit = ''
    }
  }
  return text.trim()
}

/** Bytes with what the receiver said, as `symbols` has them. */
const bits = (...bytes: readonly (readonly [number, '0' | '1'])[]): string =>
  bytes.map(([byte, acknowledge]) => byte.toString(2).padStart(8, '0') + acknowledge).join('')

const SENT: readonly [string, I2cMessage, string][] = [
  ['plain bytes', { kind: 'write', bytes: Uint8Array.of(1, 0xa5) }, bits([0xec, '0'], [1, '0'], [0xa5, '0'])],
  ['a byte', { kind: 'writeByte', register: 0xf4, value: 0x27 }, bits([0xec, '0'], [0xf4, '0'], [0x27, '0'])],
  [
    'a word, its low byte first',
    { kind: 'writeWord', register: 1, value: 0x1234 },
    bits([0xec, '0'], [1, '0'], [0x34, '0'], [0x12, '0']),
  ],
  [
    'a block',
    { kind: 'writeBlock', register: 7, bytes: Uint8Array.of(8, 9) },
    bits([0xec, '0'], [7, '0'], [8, '0'], [9, '0']),
  ],
]
const READ: readonly [string, I2cMessage, readonly number[]][] = [
  ['a byte', { kind: 'readByte', register: 0xd0 }, [0x60]],
  ['a word', { kind: 'readWord', register: 0xd0 }, [0x60, 0x61]],
  ['a block', { kind: 'readBlock', register: 0xd0, length: 3 }, [0x60, 0x61, 0x62]],
]
const REGISTERS = { 208: [0x60, 0x61, 0x62] }

describe('the wave of a message', () => {
  it.each(SENT)('that writes %s is one start, address, bytes and stop', async (_what, message, expected) => {
    const { bus, wave } = open()
    bus.attach(0x76, new RegisterMap())
    await bus.transfer(0x76, [message])
    expect(symbols(wave())).toBe(`S ${expected} P`)
  })

  it.each(READ)('that reads %s of a register has a repeated start, and no acknowledge at its end', async (...row) => {
    const [, message, reply] = row
    const { bus, wave } = open()
    bus.attach(0x76, new RegisterMap(REGISTERS))
    await bus.transfer(0x76, [message])
    const came = reply.map((byte, index) => [byte, index === reply.length - 1 ? '1' : '0'] as const)
    expect(symbols(wave())).toBe(`S ${bits([0xec, '0'], [0xd0, '0'])} Sr ${bits([0xed, '0'], ...came)} P`)
  })

  it('that only reads has no register', async () => {
    const { bus, wave } = open()
    bus.attach(0x76, new RegisterMap({ 0: [5, 6] }))
    await bus.transfer(0x76, [{ kind: 'read', length: 2 }])
    expect(symbols(wave())).toBe(`S ${bits([0xed, '0'], [5, '0'], [6, '1'])} P`)
  })

  it('ends before the next one of the same transfer begins', async () => {
    const { bus, wave } = open()
    bus.attach(0x76, new RegisterMap())
    await bus.transfer(0x76, [{ kind: 'write', bytes: Uint8Array.of(0) }, ...READ.map(([, message]) => message)])
    expect(symbols(wave()).match(/P\s+S /g)).toHaveLength(3)
  })

  it('to nobody is an address without an acknowledge', async () => {
    const { bus, wave } = open()
    await refusal(bus.transfer(0x10, [{ kind: 'readByte', register: 1 }]))
    expect(symbols(wave())).toBe(`S ${bits([0x20, '1'])} P`)
  })

  it('that a device refuses is an address without an acknowledge', async () => {
    const { bus, wave } = open()
    bus.attach(0x10, new RegisterMap())
    bus.nackAt(0x10, 2)
    await refusal(
      bus.transfer(0x10, [
        { kind: 'write', bytes: Uint8Array.of(1) },
        { kind: 'read', length: 1 },
      ]),
    )
    expect(symbols(wave())).toBe(`S ${bits([0x20, '0'], [1, '0'])} P S ${bits([0x21, '1'])} P`)
  })

  it('that never came onto the wire, or is under way, is flat', async () => {
    const { bus, wave } = open({ plain: false })
    bus.attach(0x10, new RegisterMap())
    await refusal(bus.transfer(0x10, [{ kind: 'read', length: 9 }]))
    expect(bus.log).toHaveLength(1)
    bus.hang()
    void bus.transfer(0x10, [{ kind: 'readByte', register: 0 }]).catch(() => undefined)
    await Promise.resolve()
    expect(wave()).toEqual([])
  })
})

/** UM10204, table 10, in ns: the shortest times. `tLOW` to `tBUF`. */
const TIMES = [
  {
    frequency: 100_000,
    low: 4700,
    high: 4000,
    startHold: 4000,
    startSetUp: 4700,
    dataSetUp: 250,
    stop: 4000,
    free: 4700,
  },
  { frequency: 400_000, low: 1300, high: 600, startHold: 600, startSetUp: 600, dataSetUp: 100, stop: 600, free: 1300 },
  { frequency: 1_000_000, low: 500, high: 260, startHold: 260, startSetUp: 260, dataSetUp: 50, stop: 260, free: 500 },
]

describe('the times of a wave', () => {
  it.each(TIMES)('are those of the specification at $frequency Hz', async ({ frequency, ...shortest }) => {
    const { bus, wave } = open({ frequency })
    bus.attach(0x76, new RegisterMap(REGISTERS))
    await bus.transfer(
      0x76,
      [...SENT, ...READ].map(([, message]) => message),
    )
    const found = shortestTimes(wave())
    for (const [name, ns] of Object.entries(shortest)) {
      expect(found.get(name), name).toBeGreaterThanOrEqual(ns)
    }
  })

  it('fill what the log says to the end, in order, and no two changes are at one time', async () => {
    const { bus, wave } = open()
    bus.attach(0x76, new RegisterMap(REGISTERS))
    await bus.transfer(
      0x76,
      [...SENT, ...READ].map(([, message]) => message),
    )
    const times = wave().map(({ time }) => time)
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
    expect(times.at(-1)).toBe(bus.log.at(-1)?.end)
  })

  it('show a stretched clock as low after the address, and the rest at the speed of the bus', async () => {
    const { bus, wave } = open()
    const slow: MockI2cDevice = { write: () => true, read: () => Uint8Array.of(7), stretchNs: () => 50_000 }
    bus.attach(0x48, slow)
    await bus.transfer(0x48, [{ kind: 'readByte', register: 3 }])
    const changes = wave()
    const clock = changes.filter(({ signal }) => signal === 'SCL')
    const lows = clock.flatMap(({ level, time }, index) =>
      level === 'high' ? [time - (clock[index - 1]?.time ?? 0)] : [],
    )
    // 27 bits of bytes before it; the repeated start is a low of its own.
    expect(lows.indexOf(55_500)).toBe(28)
    expect(lows.filter(ns => ns === 5500)).toHaveLength(lows.length - 1)
    expect(symbols(changes)).toBe(`S ${bits([0x90, '0'], [3, '0'])} Sr ${bits([0x91, '0'], [7, '1'])} P`)
  })

  it('are shorter when the bus is faster than was said', async () => {
    const { bus } = open({ frequency: 400_000 })
    bus.attach(0x48, new RegisterMap())
    await bus.transfer(0x48, [{ kind: 'read', length: 1 }])
    expect([...i2cWave(bus.log, 100_000)]).toEqual([...i2cWave(bus.log, 400_000)])
  })

  it('give every message back, whatever its bytes and the frequency are', () => {
    const entry = fc.record({
      address: fc.integer({ min: 3, max: 0x77 }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
      frequency: fc.integer({ min: 1000, max: 1_000_000 }),
      read: fc.boolean(),
    })
    fc.assert(
      fc.property(entry, ({ address, bytes, frequency, read }) => {
        const message: I2cMessage = read ? { kind: 'read', length: bytes.length } : { kind: 'write', bytes }
        const end = Math.round(((2 + 9 * (1 + bytes.length)) * 1e9) / frequency)
        const reply = read ? bytes : new Uint8Array()
        const log: I2cLogEntry[] = [{ transfer: 1, address, message, time: 0, end, reply, error: undefined }]
        const last = (index: number) => (read && index === bytes.length - 1 ? '1' : '0')
        const all = [...bytes].map((byte, index) => [byte, last(index)] as const)
        expect(symbols([...i2cWave(log, frequency)])).toBe(`S ${bits([address * 2 + (read ? 1 : 0), '0'], ...all)} P`)
      }),
    )
  })
})

/** The shortest time of each kind that a wave has, in ns. */
function shortestTimes(changes: readonly Change[]): Map<string, number> {
  const found = new Map<string, number>()
  const note = (name: string, ns: number): void => {
    found.set(name, Math.min(ns, found.get(name) ?? Number.POSITIVE_INFINITY))
  }
  const levels = { SDA: 'high', SCL: 'high' }
  const since = { SDA: Number.NEGATIVE_INFINITY, SCL: Number.NEGATIVE_INFINITY }
  let started: number | undefined
  let stopped: number | undefined
  for (const { signal, level, time } of changes) {
    const clockFor = time - since.SCL
    if (signal === 'SCL' && level === 'high') {
      note('low', clockFor)
      note('dataSetUp', time - since.SDA)
    } else if (signal === 'SCL') {
      // The high before a start is no bit; its times are those of the start.
      if (started === undefined) note('high', clockFor)
      else note('startHold', time - started)
      started = undefined
    } else if (levels.SCL === 'high' && level === 'low') {
      if (stopped === undefined && Number.isFinite(clockFor)) note('startSetUp', clockFor)
      if (stopped !== undefined) note('free', time - stopped)
      stopped = undefined
      started = time
    } else if (levels.SCL === 'high') {
      note('stop', clockFor)
      stopped = time
    }
    levels[signal] = level
    since[signal] = time
  }
  return found
}
