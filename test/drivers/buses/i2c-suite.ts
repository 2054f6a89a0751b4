/** What every I²C bus has to do, the real one on a simulated kernel and the simulated one. */

import { describe, expect, it } from 'vitest'
import type { I2cBus, I2cMessage } from '../../../drivers/buses/bus.js'
import { I2cDevice } from '../../../drivers/buses/i2c-device.js'
import { type MockI2cDevice, RegisterMap } from '../../../mocks/buses/i2c-device.js'
import { refusal } from './setup.js'

export interface I2cWorld {
  readonly bus: I2cBus
  attach(address: number, device: MockI2cDevice): void
  detach(address: number): void
  /** In the next transfer the device does not acknowledge this message, counted from 1. */
  nackAt(address: number, message: number): void
  hang(): void
  recover(): void
  /** Lets the longest time pass that a call may take. */
  expire(): Promise<void>
}

const BME280 = 0x76
const ID: I2cMessage = { kind: 'readByte', register: 0xd0 }

export function describeI2c(name: string, open: () => Promise<I2cWorld>): void {
  const withSensor = async () => {
    const world = await open()
    const sensor = new RegisterMap({ 208: 0x60, 247: [0x80, 0x12, 0x34] })
    world.attach(BME280, sensor)
    return { ...world, world, sensor, device: new I2cDevice(world.bus, BME280) }
  }

  describe(`registers over ${name}`, () => {
    it('are read and written as bytes', async () => {
      const { device, sensor } = await withSensor()
      expect(await device.readByte(0xd0)).toBe(0x60)
      await device.writeByte(0xf4, 0x25)
      expect(sensor.registers[0xf4]).toBe(0x25)
    })

    it('are read and written as words, low byte first or high byte first', async () => {
      const { device, sensor } = await withSensor()
      expect([await device.readWord(0xf7), await device.readWord(0xf7, 'big')]).toEqual([0x1280, 0x8012])
      await device.writeWord(0x10, 0x1234)
      await device.writeWord(0x12, 0x1234, 'big')
      expect([...sensor.registers.slice(0x10, 0x14)]).toEqual([0x34, 0x12, 0x12, 0x34])
    })

    it('are read and written as blocks', async () => {
      const { device, sensor } = await withSensor()
      expect([...(await device.readBlock(0xf7, 3))]).toEqual([0x80, 0x12, 0x34])
      await device.writeBlock(0x20, Uint8Array.of(1, 2, 3))
      expect([...sensor.registers.slice(0x20, 0x23)]).toEqual([1, 2, 3])
    })

    it('can be chosen by a plain write and read by a plain read', async () => {
      const { device } = await withSensor()
      await device.write(Uint8Array.of(0xf7))
      expect([...(await device.read(3))]).toEqual([0x80, 0x12, 0x34])
    })
  })

  describe(`a transfer over ${name}`, () => {
    it('gives for every message the bytes that came, in order', async () => {
      const { bus } = await withSensor()
      const messages: I2cMessage[] = [
        { kind: 'writeWord', register: 2, value: 0x0201 },
        { kind: 'readWord', register: 2 },
        ID,
      ]
      expect((await bus.transfer(BME280, messages)).map(reply => [...reply])).toEqual([[], [1, 2], [0x60]])
    })

    it('to an address where nothing answers fails with ERR_NO_DEVICE, the place and the remedy', async () => {
      const { bus } = await withSensor()
      expect(await refusal(bus.transfer(0x77, [ID]))).toMatchObject({
        code: 'ERR_NO_DEVICE',
        message: 'nothing answers at i2c-1 0x77',
        place: 'i2c-1 0x77',
        remedy: expect.stringContaining('i2cdetect -y 1'),
        details: { bus: 'i2c-1', address: 0x77 },
      })
    })

    it('works when the missing device has been plugged in', async () => {
      const { bus, world } = await withSensor()
      await refusal(bus.transfer(0x48, [ID]))
      world.attach(0x48, new RegisterMap({ 208: 7 }))
      expect([...(await bus.transfer(0x48, [ID]))[0]!]).toEqual([7])
    })

    it('after the sensor was unplugged between two reads fails with ERR_NO_DEVICE, and works when it is back', async () => {
      const { device, world, sensor } = await withSensor()
      expect(await device.readByte(0xd0)).toBe(0x60)
      world.detach(BME280)
      expect(await refusal(device.readByte(0xd0))).toMatchObject({ code: 'ERR_NO_DEVICE' })
      world.attach(BME280, sensor)
      expect(await device.readByte(0xd0)).toBe(0x60)
    })

    it('that is not acknowledged in its middle fails with ERR_NACK and says where, and the next one works', async () => {
      const { bus, world } = await withSensor()
      world.nackAt(BME280, 2)
      expect(await refusal(bus.transfer(BME280, [ID, ID, ID]))).toMatchObject({
        code: 'ERR_NACK',
        message: 'i2c-1 0x76 stopped answering in message 2 of 3; it answers again now',
        place: 'i2c-1 0x76',
        remedy: expect.stringContaining('pull-ups'),
        details: { address: BME280, message: 2, of: 3, present: true },
      })
      expect(await bus.transfer(BME280, [ID])).toHaveLength(1)
    })

    it('whose first message is not acknowledged by a device that is there fails with ERR_NACK', async () => {
      const { bus, world } = await withSensor()
      world.nackAt(BME280, 1)
      expect(await refusal(bus.transfer(BME280, [ID]))).toMatchObject({ code: 'ERR_NACK', details: { message: 1 } })
    })

    it('in whose middle the sensor is unplugged fails with ERR_NACK, and says that it is gone', async () => {
      const { bus, world, sensor } = await withSensor()
      world.attach(BME280, {
        write: bytes => sensor.write(bytes),
        read: length => {
          world.detach(BME280)
          return sensor.read(length)
        },
      })
      expect(await refusal(bus.transfer(BME280, [ID, ID]))).toMatchObject({
        code: 'ERR_NACK',
        message: expect.stringContaining('it does not answer any more'),
        remedy: expect.stringContaining('unplugged'),
        details: { message: 2, present: false },
      })
    })

    it.each<[string, number, I2cMessage[]]>([
      ['an address below 0x03', 0x02, [ID]],
      ['an address above 0x77', 0x78, [ID]],
      ['an address that is no number', '0x76' as never, [ID]],
      ['no message', BME280, []],
      ['a message that is none', BME280, [null as never]],
      ['a message of no kind', BME280, [{ kind: 'shout' } as never]],
      ['a register above 255', BME280, [{ kind: 'readByte', register: 256 }]],
      ['a register that is missing', BME280, [{ kind: 'readWord' } as never]],
      ['a byte above 255', BME280, [{ kind: 'writeByte', register: 0, value: 256 }]],
      ['a word above 65,535', BME280, [{ kind: 'writeWord', register: 0, value: 65_536 }]],
      ['a block of 33 bytes', BME280, [{ kind: 'readBlock', register: 0, length: 33 }]],
      ['a block that is no bytes', BME280, [{ kind: 'writeBlock', register: 0, bytes: [1] as never }]],
      ['a read of nothing', BME280, [{ kind: 'read', length: 0 }]],
      ['a write of nothing', BME280, [{ kind: 'write', bytes: new Uint8Array() }]],
    ])('is refused with ERR_BAD_OPTION for %s', async (_, address, messages) => {
      const { bus } = await withSensor()
      expect(await refusal(bus.transfer(address, messages))).toMatchObject({ code: 'ERR_BAD_OPTION' })
    })
  })

  describe(`the devices of ${name}`, () => {
    it('are found by a scan, in order', async () => {
      const { bus, world } = await withSensor()
      world.attach(0x50, new RegisterMap())
      world.attach(0x03, new RegisterMap())
      expect(await bus.scan()).toEqual([0x03, 0x50, BME280])
    })

    it('can be asked for one by one', async () => {
      const { bus } = await withSensor()
      expect([await bus.answers(BME280), await bus.answers(0x77)]).toEqual([true, false])
    })
  })

  describe(`${name} that hangs`, () => {
    it('fails the call with ERR_BUS_HUNG when its time is over', async () => {
      const { bus, world } = await withSensor()
      world.hang()
      const stuck = refusal(bus.transfer(BME280, [ID]))
      await world.expire()
      expect(await stuck).toMatchObject({
        code: 'ERR_BUS_HUNG',
        message: 'i2c-1 hangs: a transfer with 0x76 did not end within 5000 ms',
        place: 'i2c-1',
      })
      world.recover()
    })

    it('refuses at once whatever comes while the call is still under way', async () => {
      const { bus, world } = await withSensor()
      world.hang()
      const stuck = refusal(bus.transfer(BME280, [ID]))
      const waiting = refusal(bus.scan())
      await world.expire()
      await stuck
      expect(await waiting).toMatchObject({ code: 'ERR_BUS_HUNG' })
      expect(await refusal(bus.transfer(0x48, [ID]))).toMatchObject({
        code: 'ERR_BUS_HUNG',
        message: 'i2c-1 hangs: a transfer with 0x76 is still under way',
      })
      world.recover()
    })

    it('works again when the cause is gone, and sends nothing more of the call that was given up', async () => {
      const { bus, world, sensor, device } = await withSensor()
      world.hang()
      const stuck = refusal(bus.transfer(BME280, [ID, { kind: 'writeByte', register: 1, value: 9 }]))
      await world.expire()
      await stuck
      world.recover()
      await bus.settle()
      expect(await device.readByte(0xd0)).toBe(0x60)
      expect(sensor.registers[1]).toBe(0)
    })

    it('is not settled before that', async () => {
      const { bus, world } = await withSensor()
      await bus.settle()
      world.hang()
      const stuck = refusal(bus.transfer(BME280, [ID]))
      await world.expire()
      await stuck
      const unsettled = refusal(bus.settle())
      await world.expire()
      expect(await unsettled).toMatchObject({ code: 'ERR_BUS_HUNG' })
      world.recover()
    })

    it('can be closed all the same', async () => {
      const { bus, world } = await withSensor()
      world.hang()
      const stuck = refusal(bus.transfer(BME280, [ID]))
      await world.expire()
      await stuck
      const closed = bus.close()
      await world.expire()
      await closed
      world.recover()
    })
  })

  describe(`${name} that is closed`, () => {
    it('takes nothing any more, and can be closed twice', async () => {
      const { bus } = await withSensor()
      await bus.close()
      await bus.close()
      expect(await refusal(bus.transfer(BME280, [ID]))).toMatchObject({ code: 'ERR_RELEASED', place: 'i2c-1' })
      expect(await refusal(bus.scan())).toMatchObject({ code: 'ERR_RELEASED' })
      await expect(bus.settle()).resolves.toBeUndefined()
    })

    it('lets the call that is under way end before', async () => {
      const { device, bus } = await withSensor()
      const reading = device.readByte(0xd0)
      await Promise.resolve()
      await Promise.resolve()
      const closed = bus.close()
      expect(await reading).toBe(0x60)
      await closed
    })
  })
}
