import { describe, expect, it } from 'vitest'
import type { MockBoard } from '../../mocks/board.js'
import type { MockI2cDevice } from '../../mocks/buses/i2c-device.js'
import { ads1115 } from '../../src/peripherals/ads1115.js'
import { failureOf, openMockBench, refusalOf } from '../bench/setup.js'
import { describeBusSensor } from './bus-sensor-suite.js'

const ADDRESS = 0x48

function i2c(board: MockBoard) {
  return board.buses.i2c(1)
}

async function open(inputs: Readonly<Record<number, unknown>>, config: Parameters<typeof ads1115>[0] = {}) {
  return await openMockBench({ adc: ads1115(config) }, { simulate: { adc: { inputs } } })
}

describe('an ADS1115', () => {
  describeBusSensor({
    spec: ads1115({ rate: 860 }),
    simulate: { inputs: { 0: -0.5, 1: 3, 2: 1.234, 3: 0.25 } },
    input: { channel: 2 },
    bus: 'i2c-1',
    hang: (board, giveUp) => i2c(board).hang(giveUp),
    recover: board => i2c(board).recover(),
    unplug: board => i2c(board).detach(ADDRESS),
    plug: (board, part) => i2c(board).attach(ADDRESS, part as unknown as MockI2cDevice),
    check: result => expect((result as { volts: number }).volts).toBeCloseTo(1.234, 3),
    faults: {
      'bits are flipped now and then': { kind: 'flip', probability: 0.01 },
      'many bits are flipped': { kind: 'flip', probability: 0.05, for: '400ms' },
      'it does not acknowledge now and then': { kind: 'nack', probability: 0.05 },
      'it holds the clock': { kind: 'stretch', by: '3ms' },
      'the driver fails now and then': { kind: 'error', errno: 'EIO', probability: 0.1 },
      'it is unplugged for a while': { kind: 'unplugged', from: '53ms', for: '100ms' },
      'it browns out': { kind: 'brown-out', from: '53ms', for: '11ms' },
    },
  })

  it.each([
    [0, 0.5],
    [3, 2],
    ['0-1', -0.6],
    ['0-3', -1.5],
    ['1-3', -0.9],
    ['2-3', -0.4],
  ])('measures input %s', async (channel, volts) => {
    const { bench } = await open({ 0: 0.5, 1: 1.1, 2: 1.6, 3: 2 })
    expect((await bench.adc.read({ channel }).result()).volts).toBeCloseTo(volts, 3)
  })

  it.each([
    [6.144, 2.5],
    [2.048, -1.25],
    [1.024, 1],
    [0.512, 0.3],
    [0.256, 0.1234],
  ] as const)('measures with a full scale of %d V', async (range, volts) => {
    const { bench } = await open({ 0: volts }, { range })
    expect(Math.abs((await bench.adc.read({ channel: 0 }).result()).volts - volts)).toBeLessThan(range / 32_768)
  })

  it.each([8, 16, 32, 64, 128, 250, 475, 860] as const)(
    'waits for the conversion at %d a second, and not much longer',
    async rate => {
      const { bench, clock } = await open({ 0: 0.7 }, { rate })
      expect((await bench.adc.read({ channel: 0 }).result()).volts).toBeCloseTo(0.7, 3)
      expect(clock.now() / 1e6).toBeGreaterThan(900 / rate)
      expect(clock.now() / 1e6).toBeLessThan(1100 / rate + 8)
    },
  )

  it('gives what a named input means', async () => {
    const calibration = {
      points: [
        [1, 0],
        [3, 100],
      ] as [number, number][],
    }
    const { bench } = await open({ 1: 2.5 }, { channels: { soil: { input: 1, unit: '%', calibration } } })
    const result = await bench.adc.read({ channel: 'soil' }).result()
    expect(result).toMatchObject({ unit: '%' })
    expect(result.volts).toBeCloseTo(2.5, 3)
    expect(result.value).toBeCloseTo(75, 1)
  })

  it('gives each named input its own full scale', async () => {
    const { bench } = await open({ 0: 0.1 }, { channels: { fine: { input: 0, range: 0.256 } } })
    expect(Math.abs((await bench.adc.read({ channel: 'fine' }).result()).volts - 0.1)).toBeLessThan(8e-6)
  })

  it.each([
    [0, 2.1, /2\.048 V/],
    ['0-1', -2.5, /-2\.048 V/],
  ])('refuses a value at the end of the range: input %s', async (channel, volts, message) => {
    const { bench } = await open({ 0: Math.max(volts, 0), 1: Math.max(-volts, 0) }, { range: 2.048 })
    const error = await failureOf(bench.adc.read({ channel }).result())
    expect(error).toMatchObject({ code: 'ERR_BAD_READING', details: { reason: 'range' } })
    expect(error.message).toMatch(message)
    expect(error.remedy).toContain('4.096')
  })

  it('does not take the value of another input for its own after a cancel', async () => {
    const { bench, clock } = await open({ 0: 0.5, 3: 2 }, { rate: 8 })
    const first = bench.adc.read({ channel: 0 })
    clock.after(10e6, () => first.cancel())
    await expect(first.result()).rejects.toMatchObject({ code: 'ERR_CANCELLED' })
    expect((await bench.adc.read({ channel: 3 }).result()).volts).toBeCloseTo(2, 3)
  })

  it('stops conversions without end that another program began', async () => {
    const { bench, board } = await open({ 0: 0.5, 3: 2 }, { rate: 860 })
    const part = board.part('adc') as unknown as MockI2cDevice
    part.write(Uint8Array.of(1, 0x42, 0xe3))
    expect((await bench.adc.read({ channel: 3 }).result()).volts).toBeCloseTo(2, 3)
  })

  it.each([
    [4, '4', 'Use one of soil, 0 to 3, 0-1, 0-3, 1-3, 2-3.'],
    ['1-0', '"1-0"', 'Use one of soil, 0 to 3, 0-1, 0-3, 1-3, 2-3.'],
    ['sail', '"sail"', 'Write soil if that was meant.'],
    ['__proto__', '"__proto__"', 'Use one of soil, 0 to 3, 0-1, 0-3, 1-3, 2-3.'],
  ])('refuses channel %j at the call, and says what there is', async (channel, shown, remedy) => {
    const opened = await open({}, { channels: { soil: { input: 0 } } })
    expect(refusalOf(opened, () => opened.bench.adc.read({ channel }))).toMatchObject({
      code: 'ERR_BAD_INPUT',
      message: `adc.read: channel must be one of its channels, not ${shown}`,
      place: 'adc.read',
      remedy,
    })
    expect(i2c(opened.board).log).toEqual([])
  })

  it.each([{}, { channel: -1 }, { channel: 1.5 }, { channel: '' }, { channel: 0, attempts: 0 }])(
    'refuses the input %j',
    async input => {
      const opened = await open({})
      const refusal = refusalOf(opened, () => opened.bench.call('adc', 'read', input))
      expect(refusal).toMatchObject({ code: 'ERR_BAD_INPUT', place: 'adc.read' })
    },
  )

  it.each([
    [{ address: 0x47 }, 'address'],
    [{ range: 5 }, 'range'],
    [{ rate: 100 }, 'rate'],
    [{ channels: { soil: {} } }, 'soil'],
    [{ channels: { soil: { input: 4 } } }, 'soil'],
    [{ channels: { soil: { input: '1-0' } } }, 'soil'],
    [{ channels: { '0-1': { input: 0 } } }, '0-1'],
    [{ channels: { soil: { input: 0, gain: 2 } } }, 'gain'],
    [{ channels: { soil: { input: 0, calibration: { scale: 0 } } } }, 'soil.calibration'],
  ])('refuses the configuration %j', async (config, where) => {
    const error = await failureOf(openMockBench({ adc: ads1115(config as never) }))
    expect(error.code).toBe('ERR_BAD_CONFIG')
    expect(`${error.place} ${error.message}`).toContain(where)
  })

  it('refuses the address of another peripheral', async () => {
    const error = await failureOf(openMockBench({ one: ads1115({}), two: ads1115({}) }))
    expect(error.message).toBe('one.address and two.address both want i2c-1 0x48')
  })
})
