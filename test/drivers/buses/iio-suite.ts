/** What every IIO bus has to do, the real one on a folder like sysfs and the simulated one. */

import { describe, expect, it } from 'vitest'
import type { IioBus } from '../../../drivers/buses/bus.js'
import { refusal } from './setup.js'

export interface IioWorld {
  readonly bus: IioBus
  /** Plugs a sensor in: values in °C, % and so on by channel. Gives its id. */
  attach(name: string, values: Readonly<Record<string, number>>): string
  detach(id: string): void
}

export function describeIio(name: string, open: () => Promise<IioWorld>): void {
  describe(`the sensors of ${name}`, () => {
    it('are listed with their channels', async () => {
      const { bus, attach } = await open()
      expect(await bus.list()).toEqual([])
      attach('dht11', { temp: 20, humidityrelative: 50 })
      attach('bme280', { temp: 20 })
      expect(await bus.list()).toEqual([
        { id: 'iio:device0', name: 'dht11', channels: ['humidityrelative', 'temp'] },
        { id: 'iio:device1', name: 'bme280', channels: ['temp'] },
      ])
    })

    it('are read by name or id, in units that people use', async () => {
      const { bus, attach } = await open()
      attach('bme280', { temp: -3.25, humidityrelative: 41.5, pressure: 100.125 })
      expect(await bus.read('bme280', 'temp')).toEqual({ value: -3.25, unit: '°C' })
      expect(await bus.read('iio:device0', 'humidityrelative')).toEqual({ value: 41.5, unit: '%' })
      expect(await bus.read('bme280', 'pressure')).toEqual({ value: 100.125, unit: 'kPa' })
    })

    it('that share a name have to be called by their ids', async () => {
      const { bus, attach } = await open()
      attach('dht11', { temp: 20 })
      attach('dht11', { temp: 21 })
      expect(await refusal(bus.read('dht11', 'temp'))).toMatchObject({
        code: 'ERR_BAD_OPTION',
        message: 'both iio:device0 and iio:device1 are called dht11',
      })
      expect(await bus.read('iio:device1', 'temp')).toEqual({ value: 21, unit: '°C' })
    })

    it('that are not there are ERR_NO_DEVICE, with those that are', async () => {
      const { bus, attach } = await open()
      expect(await refusal(bus.read('bme280', 'temp'))).toMatchObject({
        message: 'bme280 is not on iio; there is none',
      })
      attach('dht11', { temp: 20 })
      expect(await refusal(bus.read('bme280', 'temp'))).toMatchObject({
        code: 'ERR_NO_DEVICE',
        message: 'bme280 is not on iio; there is dht11 (iio:device0)',
        place: 'iio bme280',
      })
    })

    it('that are unplugged between two readings are ERR_NO_DEVICE, and work when they are back', async () => {
      const { bus, attach, detach } = await open()
      const id = attach('dht11', { temp: 20 })
      await bus.read('dht11', 'temp')
      detach(id)
      expect(await refusal(bus.read('dht11', 'temp'))).toMatchObject({ code: 'ERR_NO_DEVICE' })
      attach('dht11', { temp: 22 })
      expect(await bus.read('dht11', 'temp')).toEqual({ value: 22, unit: '°C' })
    })

    it('have the channels that they have, and no other', async () => {
      const { bus, attach } = await open()
      attach('dht11', { temp: 20, humidityrelative: 50 })
      expect(await refusal(bus.read('dht11', 'pressure'))).toMatchObject({
        code: 'ERR_UNSUPPORTED',
        message: 'dht11 (iio:device0) has no channel pressure',
        remedy: 'Read one of these: humidityrelative, temp.',
      })
    })

    it.each([
      ['../../etc', 'temp'],
      ['', 'temp'],
      ['dht11', '../temp'],
      ['dht11', ''],
      [5 as never, 'temp'],
    ])('cannot be called %j and %j', async (device, channel) => {
      const { bus } = await open()
      expect(await refusal(bus.read(device, channel))).toMatchObject({ code: 'ERR_BAD_OPTION' })
    })

    it('cannot be read when the bus is closed', async () => {
      const { bus } = await open()
      await bus.close()
      await bus.close()
      expect(await refusal(bus.read('dht11', 'temp'))).toMatchObject({ code: 'ERR_RELEASED' })
      expect(await refusal(bus.list())).toMatchObject({ code: 'ERR_RELEASED' })
    })
  })
}
