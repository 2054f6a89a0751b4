/** The real I²C bus on a stand-in for its package. */

import { describe, expect, it } from 'vitest'
import { type I2cOptions, openI2c } from '../../../drivers/buses/i2c.js'
import { RegisterMap } from '../../../mocks/buses/i2c-device.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { ManualClock } from '../../mocks/setup.js'
import { FakeI2c } from './fake-i2c.js'
import { describeI2c } from './i2c-suite.js'
import { pass, refusal, settle } from './setup.js'

function optionsOn(fake: FakeI2c, clock = new ManualClock()): I2cOptions {
  return { clock, load: async () => fake, platform: 'linux' }
}

async function openWorld(fake = new FakeI2c()) {
  const clock = new ManualClock()
  const bus = await openI2c(optionsOn(fake, clock))
  return {
    bus,
    attach: fake.devices.set.bind(fake.devices),
    detach: (address: number) => void fake.devices.delete(address),
    nackAt: (address: number, message: number) => fake.nackAt(address, message),
    hang: () => fake.hang(),
    recover: () => fake.recover(),
    expire: () => pass(clock, 5e9),
  }
}

describeI2c('the real I²C bus', () => openWorld())

const READ = [{ kind: 'readByte', register: 0 }] as const

describe('opening an I²C bus', () => {
  it('takes bus 1 unless another is named', async () => {
    const fake = new FakeI2c()
    const bus = await openI2c(optionsOn(fake))
    expect([bus.kind, bus.name, fake.open]).toEqual(['i2c', 'i2c-1', 1])
    await bus.close()
    expect(fake.open).toBe(0)
  })

  it('that the system does not have fails with ERR_DRIVER_MISSING and the command that turns it on', async () => {
    const fake = new FakeI2c()
    fake.failures.push('ENOENT')
    expect(await refusal(openI2c(optionsOn(fake)))).toMatchObject({
      code: 'ERR_DRIVER_MISSING',
      message: 'there is no /dev/i2c-1',
      remedy: expect.stringContaining('sudo raspi-config nonint do_i2c 0'),
    })
    expect(fake.open).toBe(0)
  })

  it('that this user may not open fails with ERR_PERMISSION and names the group', async () => {
    const fake = new FakeI2c()
    fake.failures.push('EACCES')
    expect(await refusal(openI2c({ ...optionsOn(fake), bus: 77 }))).toMatchObject({
      code: 'ERR_PERMISSION',
      message: expect.stringContaining('/dev/i2c-77'),
      remedy: expect.stringContaining('the group i2c'),
      place: 'i2c-77',
    })
  })

  it('that hangs gives ERR_BUS_HUNG, and nothing stays open when it ends after all', async () => {
    const fake = new FakeI2c()
    const clock = new ManualClock()
    fake.hang()
    const stuck = refusal(openI2c(optionsOn(fake, clock)))
    await pass(clock, 5e9)
    expect(await stuck).toMatchObject({ code: 'ERR_BUS_HUNG', message: expect.stringContaining('opening') })
    fake.recover()
    await settle()
    expect([fake.opened, fake.open]).toEqual([1, 0])
  })

  it('fails in virtual time and off Linux, before the package is loaded', async () => {
    const load = () => Promise.reject(new TypeError('not to be loaded'))
    expect(await refusal(openI2c({ clock: new VirtualClock(), load, platform: 'linux' }))).toMatchObject({
      code: 'ERR_UNSUPPORTED',
      remedy: expect.stringContaining('pi-worker/mocks'),
    })
    expect(await refusal(openI2c({ clock: new ManualClock(), load, platform: 'darwin' }))).toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: 'i2c-1 needs Linux; this is darwin',
    })
  })

  it('fails with ERR_BAD_OPTION for a number that no bus has', async () => {
    expect(await refusal(openI2c({ ...optionsOn(new FakeI2c()), bus: -1 }))).toMatchObject({ code: 'ERR_BAD_OPTION' })
  })
})

describe('a call that is under way when the bus is closed', () => {
  it('opens and sends nothing any more when it ends much later', async () => {
    const fake = new FakeI2c()
    const clock = new ManualClock()
    const bus = await openI2c(optionsOn(fake, clock))
    await bus.scan() // which leaves no file open
    fake.hang()
    const stuck = refusal(bus.transfer(0x48, READ))
    await settle()
    const closed = bus.close()
    await pass(clock, 1e9)
    await closed
    fake.recover()
    expect(await stuck).toMatchObject({ code: 'ERR_RELEASED' })
    expect(fake.open).toBe(0)
  })
})

describe('what the kernel says of a device', () => {
  it.each(['ENXIO', 'ENODEV', 'EIO', 'EREMOTEIO'])(
    '%s for an address with nothing on it is ERR_NO_DEVICE',
    async errno => {
      const fake = new FakeI2c()
      const { bus } = await openWorld(fake)
      fake.silence = errno
      expect(await refusal(bus.transfer(0x48, READ))).toMatchObject({ code: 'ERR_NO_DEVICE', details: { errno } })
    },
  )

  it('ETIMEDOUT is ERR_BUS_HUNG, and the bus is not settled before it answers again', async () => {
    const fake = new FakeI2c()
    const { bus } = await openWorld(fake)
    fake.failures.push('ETIMEDOUT', 'ETIMEDOUT')
    expect(await refusal(bus.transfer(0x48, READ))).toMatchObject({ code: 'ERR_BUS_HUNG' })
    expect(await refusal(bus.settle())).toMatchObject({ code: 'ERR_BUS_HUNG' })
    await bus.settle()
    expect(fake.calls.slice(-2)).toEqual(['writeQuick 48', 'writeQuick 48'])
  })

  it('EBUSY is ERR_LINE_BUSY, and the file that the package left at no address is closed', async () => {
    const fake = new FakeI2c()
    const { bus } = await openWorld(fake)
    fake.devices.set(0x68, new RegisterMap({ 0: 5 }))
    fake.failures.push('EBUSY')
    expect(await refusal(bus.transfer(0x68, READ))).toMatchObject({
      code: 'ERR_LINE_BUSY',
      place: 'i2c-1 0x68',
      remedy: expect.stringContaining('dtoverlay'),
    })
    expect([fake.open, fake.opened]).toEqual([0, 1])
    expect(await bus.transfer(0x68, READ)).toEqual([Uint8Array.of(5)])
    expect([fake.open, fake.opened]).toEqual([1, 2])
  })

  it('EBUSY in a scan is a device that a driver of the kernel has', async () => {
    const fake = new FakeI2c()
    const { bus } = await openWorld(fake)
    fake.failures.push('EBUSY')
    expect(await bus.scan()).toEqual([0x03])
    expect(fake.open).toBe(0)
  })

  it.each([
    ['EOPNOTSUPP', 'ERR_UNSUPPORTED'],
    ['EACCES', 'ERR_PERMISSION'],
    ['ENOENT', 'ERR_DRIVER_MISSING'],
    ['EAGAIN', 'ERR_IO'],
  ])('%s is %s', async (errno, code) => {
    const fake = new FakeI2c()
    const { bus } = await openWorld(fake)
    fake.failures.push(errno)
    expect(await refusal(bus.transfer(0x48, READ))).toMatchObject({ code, details: { errno } })
  })

  it('is asked by a read where an empty write could change an EEPROM, or where the adapter has none', async () => {
    const fake = new FakeI2c()
    const { bus } = await openWorld(fake)
    await bus.answers(0x50)
    fake.funcs.smbusQuick = false
    await bus.answers(0x68)
    expect(fake.calls.slice(-2)).toEqual(['receiveByte 50', 'receiveByte 68'])
  })
})

describe('an adapter that has SMBus calls only', () => {
  const smbus = async () => {
    const fake = new FakeI2c()
    fake.funcs.i2c = false
    const { bus } = await openWorld(fake)
    const device = new RegisterMap({ 16: 7 })
    fake.devices.set(0x48, device)
    return { bus, fake, device }
  }

  it('sends plain messages by the calls that are the same on the wire', async () => {
    const { bus, fake, device } = await smbus()
    const write = (...bytes: number[]) => ({ kind: 'write', bytes: Uint8Array.from(bytes) }) as const
    const replies = await bus.transfer(0x48, [write(0x10), { kind: 'read', length: 1 }, write(1, 2), write(3, 4, 5)])
    expect(replies[1]).toEqual(Uint8Array.of(7))
    expect([...device.registers.slice(0, 5)]).toEqual([0, 2, 0, 4, 5])
    expect(fake.calls.slice(-4)).toEqual(['sendByte 48', 'receiveByte 48', 'writeByte 48', 'writeI2cBlock 48'])
  })

  it('refuses those that no call can say with ERR_UNSUPPORTED', async () => {
    const { bus } = await smbus()
    const refused = await refusal(bus.transfer(0x48, [{ kind: 'read', length: 2 }]))
    expect(refused).toMatchObject({ code: 'ERR_UNSUPPORTED', remedy: expect.stringContaining('registers') })
    const long = { kind: 'write', bytes: new Uint8Array(34) } as const
    expect(await refusal(bus.transfer(0x48, [long]))).toMatchObject({ code: 'ERR_UNSUPPORTED' })
  })
})
