import { describe, expect, it } from 'vitest'
import type { MockBoard } from '../../mocks/board.js'
import { iio } from '../../src/peripherals/iio.js'
import { failureOf, openMockBench } from '../bench/setup.js'

async function open(
  config: Parameters<typeof iio>[0],
  channels: Readonly<Record<string, unknown>>,
  faults?: unknown[],
) {
  return await openMockBench({ air: iio(config) }, { simulate: { air: { channels, ...(faults && { faults }) } } })
}

function kernel(board: MockBoard) {
  return board.buses.iio()
}

describe('a sensor of the kernel', () => {
  it('gives every channel that it has, with its unit', async () => {
    const { bench } = await open({ device: 'bme280' }, { temp: 21.5, humidityrelative: 40, pressure: 101.2 })
    expect(await bench.air.read().result()).toEqual({
      humidityrelative: { value: 40, unit: '%' },
      pressure: { value: 101.2, unit: 'kPa' },
      temp: { value: 21.5, unit: '°C' },
    })
  })

  it('gives only the channels that are wanted, under their names and in their units', async () => {
    const channels = { inside: { channel: 'temp' }, air: { channel: 'pressure', scale: 10, unit: 'hPa' } }
    const { bench } = await open({ device: 'bme280', channels }, { temp: 21.5, humidityrelative: 40, pressure: 101.2 })
    expect(await bench.air.read().result()).toEqual({
      inside: { value: 21.5, unit: '°C' },
      air: { value: 1012, unit: 'hPa' },
    })
  })

  it('calibrates each channel by itself, after its scale', async () => {
    const calibration = {
      points: [
        [0, 100],
        [10, 200],
      ] as [number, number][],
    }
    const { bench } = await open(
      { device: 'adc', channels: { level: { channel: 'voltage0', scale: 2, unit: 'mm', calibration } } },
      { voltage0: 2.5 },
    )
    expect(await bench.air.read().result()).toEqual({ level: { value: 150, unit: 'mm' } })
  })

  it.each([
    ['below', -1],
    ['above', 51],
  ])('refuses a value that cannot be true: %s its range', async (_, temp) => {
    const { bench } = await open({ device: 'dht11', channels: { temp: { min: 0, max: 50 } } }, { temp })
    const error = await failureOf(bench.air.read().result())
    expect(error).toMatchObject({ code: 'ERR_BAD_READING', details: { reason: 'range' } })
    expect(error.message).toContain('0 to 50 °C')
  })

  it('takes the values at the ends of its range', async () => {
    const { bench } = await open({ device: 'dht11', channels: { temp: { min: 0, max: 50 } } }, { temp: 50 })
    expect(await bench.air.read().result()).toEqual({ temp: { value: 50, unit: '°C' } })
  })

  it('waits between two attempts as long as the sensor needs', async () => {
    const faults = [{ kind: 'flip', probability: 1, for: '1s' }]
    const { bench, clock } = await open({ device: 'dht11', pause: 1000, channels: { temp: {} } }, { temp: 20 }, faults)
    expect(await bench.air.read().result()).toEqual({ temp: { value: 20, unit: '°C' } })
    expect(clock.now()).toBe(25e6 + 1e9 + 25e6)
  })

  it.each([
    ['flip', 'ERR_BAD_READING'],
    ['unplugged', 'ERR_NO_DEVICE'],
    ['brown-out', 'ERR_NO_DEVICE'],
    ['error', 'ERR_IO'],
  ])('fails with a typed error, and works when it is over: %s', async (kind, code) => {
    const faults = [{ kind, for: '2s', ...((kind === 'flip' || kind === 'error') && { probability: 1 }) }]
    const { bench, clock } = await open({ device: 'dht11' }, { temp: 20 }, faults)
    expect((await failureOf(bench.air.read().result())).code).toBe(code)
    await new Promise<void>(resolve => clock.after(2e9, resolve))
    expect(await bench.air.read().result()).toEqual({ temp: { value: 20, unit: '°C' } })
  })

  it('fails when there is no such device, or no such channel', async () => {
    const { bench, board } = await open(
      { device: 'dht11', channels: { light: { channel: 'illuminance' } } },
      { temp: 20 },
    )
    kernel(board).detach('iio:device0')
    expect((await failureOf(bench.air.read().result())).code).toBe('ERR_NO_DEVICE')
    kernel(board).attach('dht11', { temp: 20 })
    const error = await failureOf(bench.air.read().result())
    expect(error.code).toBe('ERR_UNSUPPORTED')
    expect(error.remedy).toContain('temp')
  })

  it('fails when it is not there and all its channels are wanted', async () => {
    const { bench, board } = await open({ device: 'dht11' }, { temp: 20 })
    kernel(board).detach('iio:device0')
    expect((await failureOf(bench.air.read().result())).code).toBe('ERR_NO_DEVICE')
  })

  it('fails with a typed error when the kernel hangs, and works when it goes again', async () => {
    const { bench, board } = await open({ device: 'dht11' }, { temp: 20 })
    kernel(board).hang()
    const error = await failureOf(bench.air.read().result())
    expect(error).toMatchObject({ code: 'ERR_NOT_SAFE', cause: { code: 'ERR_BUS_HUNG' } })
    kernel(board).recover()
    await bench.busQueue('iio').reset()
    expect(await bench.air.read().result()).toEqual({ temp: { value: 20, unit: '°C' } })
  })

  it('can be cancelled while it measures, and measures again', async () => {
    const { bench, clock } = await open({ device: 'dht11' }, { temp: 20 })
    const task = bench.air.read()
    clock.after(10e6, () => task.cancel())
    await expect(task.result()).rejects.toMatchObject({ code: 'ERR_CANCELLED' })
    expect(await bench.air.read().result()).toEqual({ temp: { value: 20, unit: '°C' } })
  })

  it.each([
    [{}, 'device'],
    [{ device: '../x' }, 'device'],
    [{ device: 'dht11', channels: {} }, 'channels'],
    [{ device: 'dht11', channels: { air: { channel: '../temp' } } }, 'air'],
    [{ device: 'dht11', channels: { air: { scale: 2 } } }, 'air'],
    [{ device: 'dht11', channels: { air: { scale: 0, unit: 'K' } } }, 'air'],
    [{ device: 'dht11', channels: { air: { min: 5, max: 5 } } }, 'air'],
    [
      {
        device: 'dht11',
        channels: {
          air: {
            calibration: {
              points: [
                [1, 1],
                [0, 0],
              ],
            },
          },
        },
      },
      'air.calibration',
    ],
  ])('refuses the configuration %j', async (config, where) => {
    const error = await failureOf(openMockBench({ air: iio(config as never) }))
    expect(error.code).toBe('ERR_BAD_CONFIG')
    expect(`${error.place} ${error.message}`).toContain(where)
  })

  it('refuses the device of another peripheral', async () => {
    const error = await failureOf(openMockBench({ one: iio({ device: 'dht11' }), two: iio({ device: 'dht11' }) }))
    expect(error.message).toBe('one.device and two.device both want iio dht11')
  })
})
