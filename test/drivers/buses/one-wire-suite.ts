/** What every 1-Wire bus has to do, the real one on a folder like sysfs and the simulated one. */

import { describe, expect, it } from 'vitest'
import type { OneWireBus } from '../../../drivers/buses/bus.js'
import type { W1Fault } from '../../../mocks/buses/w1-text.js'
import { refusal } from './setup.js'

export interface OneWireWorld {
  readonly bus: OneWireBus
  /** Plugs a sensor in, or changes one. */
  put(id: string, celsius: number, fault?: W1Fault): void
  detach(id: string): void
}

const ID = '28-0316a2794aff'
const OTHER = '28-000000000001'

export function describeOneWire(name: string, open: () => Promise<OneWireWorld>): void {
  describe(`the sensors of ${name}`, () => {
    it('are listed in order', async () => {
      const { bus, put } = await open()
      expect(await bus.list()).toEqual([])
      put(ID, 20)
      put(OTHER, 20)
      expect(await bus.list()).toEqual([OTHER, ID])
    })

    it.each([23.125, 0, -10.125, -55, 125, 84.9375, 85.0625])('say %d °C', async celsius => {
      const { bus, put } = await open()
      put(ID, celsius)
      // The kernel cuts what is below a thousandth.
      expect(await bus.temperature(ID)).toBe(Math.trunc(celsius * 1000) / 1000)
    })

    it.each<[W1Fault, RegExp]>([
      ['crc', /checksum is wrong/],
      ['power-on', /85 °C is what the sensor says after power-on/],
      ['shorted', /shorted to ground/],
    ])('with the fault %s give ERR_BAD_READING, and the next reading works when it is gone', async (fault, message) => {
      const { bus, put } = await open()
      put(ID, 20, fault)
      expect(await refusal(bus.temperature(ID))).toMatchObject({
        code: 'ERR_BAD_READING',
        message: expect.stringMatching(message),
        place: `w1 ${ID}`,
        remedy: expect.stringMatching(/./),
        details: { bus: 'w1', id: ID, text: expect.stringContaining('crc=') },
      })
      put(ID, 20)
      expect(await bus.temperature(ID)).toBe(20)
    })

    it('that do not answer give ERR_NO_DEVICE', async () => {
      const { bus, put } = await open()
      put(ID, 20, 'silent')
      expect(await refusal(bus.temperature(ID))).toMatchObject({ code: 'ERR_NO_DEVICE', place: `w1 ${ID}` })
    })

    it('that are unplugged between two readings give ERR_NO_DEVICE with those that are left, and work again', async () => {
      const { bus, put, detach } = await open()
      put(ID, 20)
      put(OTHER, 21)
      expect(await bus.temperature(ID)).toBe(20)
      detach(ID)
      expect(await refusal(bus.temperature(ID))).toMatchObject({
        code: 'ERR_NO_DEVICE',
        message: `${ID} is not on w1; there is ${OTHER}`,
      })
      put(ID, 22)
      expect(await bus.temperature(ID)).toBe(22)
    })

    it('of a family that is none of thermometers are ERR_UNSUPPORTED', async () => {
      const { bus } = await open()
      expect(await refusal(bus.temperature('1d-0000000f2da1'))).toMatchObject({
        code: 'ERR_UNSUPPORTED',
        remedy: expect.stringContaining('28 (DS18B20)'),
      })
    })

    it.each(['28', '../28-000000000001', '28-00000000000G', '00-400000000000', 28 as never])(
      'cannot be called %s',
      async id => {
        const { bus } = await open()
        expect(await refusal(bus.temperature(id))).toMatchObject({ code: 'ERR_BAD_OPTION', place: 'id' })
      },
    )
  })

  describe(`${name} that is closed`, () => {
    it('takes nothing any more', async () => {
      const { bus } = await open()
      await bus.close()
      await bus.close()
      expect(await refusal(bus.temperature(ID))).toMatchObject({ code: 'ERR_RELEASED' })
      expect(await refusal(bus.list())).toMatchObject({ code: 'ERR_RELEASED' })
    })
  })
}
