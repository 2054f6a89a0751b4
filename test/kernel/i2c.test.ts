/**
 * I²C on a real kernel: its own `i2c-stub` is an adapter that has SMBus calls only, with chips whose registers hold
 * what was written last. The witness is the package `i2c-bus` itself, by its synchronous calls.
 */

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import i2cBus from 'i2c-bus'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { I2cDevice, openI2c, SharedBus } from '../../drivers/buses/index.js'
import { SystemClock } from '../../src/worker/clock.js'
import { Worker } from '../../src/worker/worker.js'
import { NOBODY } from './child.js'
import { openFds } from './gpio-sim.js'

const BME280 = 0x76
const TMP102 = 0x48
const clock = new SystemClock()

/** What the package can do beyond what the driver uses. */
interface Witness {
  readByteSync(address: number, register: number): number
  writeByteSync(address: number, register: number, byte: number): void
  closeSync(): void
}

function plugIn(...addresses: number[]): void {
  execFileSync('insmod', [process.env.PI_WORKER_I2C_STUB ?? '', `chip_addr=${addresses.join(',')}`])
}

/** Every chip goes, and the adapter with them. */
function unplug(): void {
  execFileSync('rmmod', ['i2c_stub'])
}

function witness<T>(look: (witness: Witness) => T): T {
  const bus = (i2cBus as unknown as { openSync(bus: number): Witness }).openSync(0)
  try {
    return look(bus)
  } finally {
    bus.closeSync()
  }
}

async function open() {
  const bus = await openI2c({ clock, bus: 0 })
  onTestFinished(async () => {
    await bus.close()
    expect(openFds().filter(file => file.startsWith('/dev/i2c'))).toEqual([])
  })
  return { bus, sensor: new I2cDevice(bus, BME280), other: new I2cDevice(bus, TMP102) }
}

beforeAll(() => plugIn(BME280, TMP102))
afterAll(() => unplug())

describe('I²C on a real kernel', () => {
  test('finds the chips that are there', async () => {
    const { bus } = await open()
    expect(await bus.scan()).toEqual([TMP102, BME280])
    expect([await bus.answers(BME280), await bus.answers(0x77)]).toEqual([true, false])
  })

  test('reads and writes bytes, as the witness sees them', async () => {
    const { sensor } = await open()
    await sensor.writeByte(0xf4, 0x25)
    expect(witness(bus => bus.readByteSync(BME280, 0xf4))).toBe(0x25)
    witness(bus => bus.writeByteSync(BME280, 0xd0, 0x60))
    expect(await sensor.readByte(0xd0)).toBe(0x60)
  })

  test('reads and writes words, low byte first or high byte first', async () => {
    const { other } = await open()
    await other.writeWord(1, 0x1234)
    expect([await other.readWord(1), await other.readWord(1, 'big')]).toEqual([0x1234, 0x3412])
    await other.writeWord(1, 0x1234, 'big')
    expect(await other.readWord(1)).toBe(0x3412)
  })

  test('reads and writes blocks of up to 32 bytes', async () => {
    const { sensor } = await open()
    const bytes = Uint8Array.from({ length: 32 }, (_, index) => 200 - index)
    await sensor.writeBlock(0x20, bytes)
    expect(await sensor.readBlock(0x20, 32)).toEqual(bytes)
    expect(witness(bus => bus.readByteSync(BME280, 0x21))).toBe(199)
  })

  test('sends plain messages that an SMBus call can say, and says which it cannot', async () => {
    const { sensor } = await open()
    await sensor.write(Uint8Array.of(0x10, 0x77))
    await sensor.write(Uint8Array.of(0x10))
    expect(await sensor.read(1)).toEqual(Uint8Array.of(0x77))
    await sensor.write(Uint8Array.of(0x11, 1, 2, 3))
    expect([...(await sensor.readBlock(0x10, 4))]).toEqual([0x77, 1, 2, 3])
    await expect(sensor.read(2)).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: expect.stringContaining('SMBus calls only'),
    })
  })

  test('gives ERR_NO_DEVICE for an address where nothing answers, and the next transfer works', async () => {
    const { bus, sensor } = await open()
    await expect(new I2cDevice(bus, 0x77).readByte(0)).rejects.toMatchObject({
      code: 'ERR_NO_DEVICE',
      message: 'nothing answers at i2c-0 0x77',
      place: 'i2c-0 0x77',
      details: { address: 0x77, errno: 'ENODEV' },
    })
    await sensor.writeByte(1, 1)
    expect(await sensor.readByte(1)).toBe(1)
  })

  test('gives ERR_NO_DEVICE for a chip unplugged between two reads, and works when it is back', async () => {
    const { bus, sensor, other } = await open()
    await sensor.readByte(0)
    await bus.scan() // which leaves no file open, or the kernel would not let the adapter go
    unplug()
    plugIn(TMP102)
    await expect(sensor.readByte(0)).rejects.toMatchObject({ code: 'ERR_NO_DEVICE' })
    expect(await other.readByte(0)).toBe(0)
    await bus.scan()
    unplug()
    plugIn(BME280, TMP102)
    expect(await sensor.readByte(0)).toBe(0)
  })

  test('gives ERR_DRIVER_MISSING while the whole adapter is gone, and works when it is back', async () => {
    const { bus, sensor } = await open()
    await bus.scan()
    unplug()
    await expect(sensor.readByte(0)).rejects.toMatchObject({
      code: 'ERR_DRIVER_MISSING',
      message: 'there is no /dev/i2c-0',
    })
    plugIn(BME280, TMP102)
    expect(await sensor.readByte(0)).toBe(0)
  })

  test('gives ERR_LINE_BUSY for a chip that a driver of the kernel has, and works when it lets go', async () => {
    const { sensor, other } = await open()
    writeFileSync('/sys/bus/i2c/devices/i2c-0/new_device', `dummy ${BME280}`)
    try {
      for (const _ of ['first', 'second']) {
        await expect(sensor.readByte(0)).rejects.toMatchObject({ code: 'ERR_LINE_BUSY', place: 'i2c-0 0x76' })
      }
      expect(await other.readByte(0)).toBe(0)
    } finally {
      writeFileSync('/sys/bus/i2c/devices/i2c-0/delete_device', String(BME280))
    }
    expect(await sensor.readByte(0)).toBe(0)
  })

  test('runs the transactions of two sensors one after the other, and leaves the queue free after a failure', async () => {
    const { bus } = await open()
    const worker = new Worker({ clock })
    const shared = new SharedBus(bus, worker)
    const order: number[] = []
    const measure = (address: number) =>
      shared.transaction(async (leased, { sleep }) => {
        const device = new I2cDevice(leased, address)
        order.push(address)
        await device.writeByte(0, address)
        await sleep(5)
        order.push(address)
        return await device.readByte(0)
      })
    const tasks = [BME280, TMP102, 0x10, BME280].map(address => measure(address).toDict(20_000))
    expect((await Promise.all(tasks)).map(({ result, error }) => result ?? error)).toEqual([
      BME280,
      TMP102,
      'nothing answers at i2c-0 0x10',
      BME280,
    ])
    expect(order).toEqual([BME280, BME280, TMP102, TMP102, 0x10, BME280, BME280])
    await worker.close()
  })
})

describe('opening an I²C bus on a real kernel', () => {
  test('that is not there gives ERR_DRIVER_MISSING with the command that turns it on', async () => {
    await expect(openI2c({ clock, bus: 9 })).rejects.toMatchObject({
      code: 'ERR_DRIVER_MISSING',
      message: 'there is no /dev/i2c-9',
      remedy: expect.stringContaining('sudo raspi-config nonint do_i2c 0'),
    })
  })

  test('that is root alone gives ERR_PERMISSION with the command that opens it', async () => {
    process.seteuid?.(NOBODY)
    try {
      await expect(openI2c({ clock, bus: 0 })).rejects.toMatchObject({
        code: 'ERR_PERMISSION',
        place: 'i2c-0',
        remedy: expect.stringContaining('GROUP="i2c"'),
      })
    } finally {
      process.seteuid?.(0)
    }
  })
})
