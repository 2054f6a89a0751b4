import { describe, expect, it } from 'vitest'
import type { MockBoard } from '../../mocks/board.js'
import type { MockI2cDevice } from '../../mocks/buses/i2c-device.js'
import type { Bme280Part } from '../../mocks/parts/bme280.js'
import { bme280 } from '../../src/peripherals/bme280.js'
import { failureOf, openMockBench } from '../bench/setup.js'
import { describeBusSensor } from './bus-sensor-suite.js'

const ADDRESS = 0x76

function i2c(board: MockBoard) {
  return board.buses.i2c(1)
}

function attach(board: MockBoard, part: unknown): void {
  i2c(board).attach(ADDRESS, part as MockI2cDevice)
}

describe('a BME280', () => {
  describeBusSensor({
    spec: bme280({}),
    simulate: { temperature: 23.4, humidity: 51, pressure: 950 },
    bus: 'i2c-1',
    hang: (board, giveUp) => i2c(board).hang(giveUp),
    recover: board => i2c(board).recover(),
    unplug: board => i2c(board).detach(ADDRESS),
    plug: attach,
    check: result => {
      const { temperature, humidity, pressure } = result as Record<'temperature' | 'humidity' | 'pressure', number>
      expect(temperature).toBeCloseTo(23.4, 1)
      expect(humidity).toBeCloseTo(51, 1)
      expect(Math.abs(pressure - 950)).toBeLessThan(0.1)
    },
    faults: {
      'bits are flipped now and then': { kind: 'flip', probability: 0.01 },
      'many bits are flipped': { kind: 'flip', probability: 0.05, for: '1s' },
      'it does not acknowledge now and then': { kind: 'nack', probability: 0.05 },
      'it holds the clock': { kind: 'stretch', by: '3ms' },
      'the driver fails now and then': { kind: 'error', errno: 'EIO', probability: 0.1 },
      'it is unplugged for a while': { kind: 'unplugged', from: '103ms', for: '200ms' },
      'it browns out': { kind: 'brown-out', from: '107ms', for: '11ms' },
    },
  })

  it('gives the pressure at sea level when the altitude is known', async () => {
    const simulate = { air: { pressure: 954.61, temperature: 12, humidity: 40 } }
    const { bench } = await openMockBench({ air: bme280({ altitude: 500 }) }, { simulate })
    // The standard atmosphere has 954.61 hPa at 500 m, and 1013.25 hPa at sea level.
    expect(Math.abs((await bench.air.read().result()).seaLevelPressure! - 1013.25)).toBeLessThan(0.2)
  })

  it('calibrates each value by itself', async () => {
    const calibration = {
      temperature: { offset: -1.5 },
      humidity: {
        points: [
          [0, 0],
          [50, 60],
          [100, 100],
        ] as [number, number][],
      },
    }
    const simulate = { air: { temperature: 20, humidity: 50, pressure: 1000 } }
    const { bench } = await openMockBench({ air: bme280({ calibration }) }, { simulate })
    const { temperature, humidity, pressure } = await bench.air.read().result()
    expect(temperature).toBeCloseTo(18.5, 1)
    expect(humidity).toBeCloseTo(60, 1)
    expect(pressure).toBeCloseTo(1000, 0)
  })

  it('follows the air as it changes', async () => {
    const ramp = { ramp: { from: -10, to: 40, over: '10s' as const } }
    const { bench, clock } = await openMockBench({ air: bme280({}) }, { simulate: { air: { temperature: ramp } } })
    for (let second = 1; second < 10; second++) {
      await new Promise<void>(resolve => clock.after(second * 1e9 - clock.now(), resolve))
      const { temperature } = await bench.air.read().result()
      const now = clock.now() / 1e9
      expect(Math.abs(temperature - (-10 + 5 * now))).toBeLessThan(0.1)
    }
  })

  it('gives finer values with more samples, and takes longer', async () => {
    const oversampling = { temperature: 16, pressure: 16, humidity: 16 } as const
    const { bench, clock } = await openMockBench(
      { air: bme280({ oversampling }) },
      { simulate: { air: { temperature: 21.123, pressure: 1012.345 } } },
    )
    const { temperature, pressure } = await bench.air.read().result()
    expect(temperature).toBeCloseTo(21.123, 2)
    expect(Math.abs(pressure! - 1012.345)).toBeLessThan(0.005)
    expect(clock.now()).toBeGreaterThan(97e6)
  })

  it('leaves out what is not wanted', async () => {
    const { bench } = await openMockBench({ air: bme280({ oversampling: { pressure: 0, humidity: 0 } }) })
    expect(Object.keys(await bench.air.read().result())).toEqual(['temperature'])
  })

  it('leaves the bus to others while the sensor measures', async () => {
    const { bench, clock } = await openMockBench({
      low: bme280({ oversampling: { temperature: 16, pressure: 16, humidity: 16 } }),
      high: bme280({ address: 0x77, oversampling: { temperature: 16, pressure: 16, humidity: 16 } }),
    })
    await Promise.all([bench.low.read().result(), bench.high.read().result()])
    expect(clock.now()).toBeLessThan(160e6)
  })

  it('reads a value in one transfer, so that its bytes belong together', async () => {
    const { bench, board } = await openMockBench({ air: bme280({}) })
    await bench.air.read().result()
    const data = i2c(board).log.filter(({ message }) => message.kind === 'readBlock' && message.register === 0xf7)
    expect(data).toHaveLength(3)
    expect(new Set(data.map(({ transfer }) => transfer)).size).toBe(1)
    expect(data[0]!.message).toMatchObject({ length: 8 })
  })

  it.each([
    ['hot', { temperature: 90 }, /temperature of 9/],
    ['cold', { temperature: -45 }, /temperature of -4/],
    ['high', { pressure: 280 }, /pressure of 2/],
    ['deep', { pressure: 1150 }, /pressure of 11/],
  ])('refuses a value that is out of its range: too %s', async (_, air, message) => {
    const { bench } = await openMockBench({ air: bme280({}) }, { simulate: { air } })
    const error = await failureOf(bench.air.read().result())
    expect(error).toMatchObject({ code: 'ERR_BAD_READING', details: { reason: 'range' } })
    expect(error.message).toMatch(message)
  })

  it('refuses another chip at its address', async () => {
    const { bench, board } = await openMockBench({ air: bme280({}) })
    attach(board, { write: () => true, read: (length: number) => new Uint8Array(length).fill(0x61) })
    const error = await failureOf(bench.air.read().result())
    expect(error).toMatchObject({ code: 'ERR_NO_DEVICE', details: { id: 0x61 } })
    expect(error.message).toContain('0x61')
  })

  it('takes the coefficients of a chip that came in the place of another', async () => {
    const specs = { old: bme280({}), other: bme280({ address: 0x77 }) }
    const simulate = { old: { temperature: 20 }, other: { temperature: 30 } }
    const { bench, board } = await openMockBench(specs, { simulate })
    expect((await bench.old.read().result()).temperature).toBeCloseTo(20, 1)
    const other = board.part('other') as Bme280Part
    other.reset()
    attach(board, other)
    expect((await bench.old.read().result()).temperature).toBeCloseTo(30, 1)
  })

  it('goes on when another program had left it measuring without end', async () => {
    const { bench, board } = await openMockBench({ air: bme280({}) }, { simulate: { air: { temperature: 20 } } })
    const part = board.part('air') as Bme280Part
    await bench.air.read().result()
    part.write(Uint8Array.of(0xf4, 0x27))
    expect((await bench.air.read().result()).temperature).toBeCloseTo(20, 1)
  })
})

describe('a BMP280', () => {
  it('gives no humidity', async () => {
    const simulate = { air: { chip: 'bmp280', temperature: 20, pressure: 990 } }
    const { bench } = await openMockBench({ air: bme280({}) }, { simulate })
    const result = await bench.air.read().result()
    expect(result.temperature).toBeCloseTo(20, 1)
    expect(result.pressure).toBeCloseTo(990, 0)
    expect(result).not.toHaveProperty('humidity')
  })
})

describe('the configuration of a bme280', () => {
  it.each([
    [{ address: 0x75 }, 'address'],
    [{ address: 0x78 }, 'address'],
    [{ bus: -1 }, 'bus'],
    [{ oversampling: { temperature: 0 } }, 'oversampling.temperature'],
    [{ oversampling: { humidity: 3 } }, 'oversampling.humidity'],
    [{ altitude: 20_000 }, 'altitude'],
    [{ calibration: { light: { offset: 1 } } }, 'light'],
    [
      {
        calibration: {
          temperature: {
            points: [
              [0, 0],
              [0, 1],
            ],
          },
        },
      },
      'calibration.temperature',
    ],
    [{ calibration: { pressure: { scale: 0 } } }, 'calibration.pressure'],
  ])('refuses %j', async (config, where) => {
    const error = await failureOf(openMockBench({ air: bme280(config as never) }))
    expect(error.code).toBe('ERR_BAD_CONFIG')
    expect(`${error.place} ${error.message}`).toContain(where)
  })

  it('refuses the address of another peripheral', async () => {
    const error = await failureOf(openMockBench({ one: bme280({}), two: bme280({}) }))
    expect(error).toMatchObject({ code: 'ERR_LINE_CLAIMED' })
    expect(error.message).toBe('one.address and two.address both want i2c-1 0x76')
  })

  it('takes the same address on another bus', async () => {
    const { bench } = await openMockBench({ one: bme280({}), two: bme280({ bus: 3 }) })
    expect(bench.names).toEqual(['one', 'two'])
  })
})
