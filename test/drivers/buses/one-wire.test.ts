/** The real 1-Wire bus on folders like those of sysfs. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openOneWire } from '../../../drivers/buses/one-wire.js'
import { sysfsFiles } from '../../../drivers/buses/sysfs.js'
import { crc8, parseW1Slave } from '../../../drivers/buses/w1-slave.js'
import { w1Text } from '../../../mocks/buses/w1-text.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { ManualClock } from '../../mocks/setup.js'
import { tempFolder } from '../temp-folder.js'
import { describeOneWire } from './one-wire-suite.js'
import { errno, Gate, pass, refusal } from './setup.js'

const ID = '28-0316a2794aff'
const clock = new ManualClock()

describeOneWire('the real 1-Wire bus', async () => {
  const root = tempFolder()
  mkdirSync(join(root, 'w1_bus_master1'))
  mkdirSync(join(root, '00-400000000000'))
  return {
    bus: await openOneWire({ clock: new ManualClock(), root, platform: 'linux' }),
    put: (id, celsius, fault) => {
      mkdirSync(join(root, id), { recursive: true })
      writeFileSync(join(root, id, 'w1_slave'), w1Text(celsius, fault))
    },
    detach: id => rmSync(join(root, id), { recursive: true }),
  }
})

describe('the real 1-Wire bus', () => {
  it('that the system does not have is ERR_DRIVER_MISSING, with the command that turns it on', async () => {
    const missing = openOneWire({ clock, root: join(tempFolder(), 'nothing'), platform: 'linux' })
    expect(await refusal(missing)).toMatchObject({
      code: 'ERR_DRIVER_MISSING',
      remedy: expect.stringContaining('sudo raspi-config nonint do_onewire 0'),
    })
  })

  it('does not run in virtual time', async () => {
    const virtual = openOneWire({ clock: new VirtualClock(), root: tempFolder() })
    expect(await refusal(virtual)).toMatchObject({ code: 'ERR_UNSUPPORTED' })
  })

  it.each([
    ['EACCES', 'ERR_PERMISSION'],
    ['EIO', 'ERR_NO_DEVICE'],
    ['ENODEV', 'ERR_NO_DEVICE'],
    ['ETIMEDOUT', 'ERR_BUS_HUNG'],
    ['EAGAIN', 'ERR_IO'],
  ])('gives for %s of the kernel %s', async (code, expected) => {
    const files = { ...sysfsFiles, read: () => Promise.reject(errno(code)) }
    const bus = await openOneWire({ clock, root: tempFolder(), files, platform: 'linux' })
    expect(await refusal(bus.temperature(ID))).toMatchObject({ code: expected })
  })

  it('gives for a folder that may not be read ERR_PERMISSION', async () => {
    const files = { ...sysfsFiles, list: () => Promise.reject(errno('EACCES')) }
    const opening = openOneWire({ clock, root: tempFolder(), files, platform: 'linux' })
    expect(await refusal(opening)).toMatchObject({ code: 'ERR_PERMISSION' })
  })

  it('fails a reading that does not end with ERR_BUS_HUNG, and works when the cause is gone', async () => {
    const gate = new Gate()
    const own = new ManualClock()
    const read = async () => {
      await gate.wait()
      return w1Text(20)
    }
    const files = { ...sysfsFiles, read, list: async () => [ID] }
    const bus = await openOneWire({ clock: own, files, platform: 'linux' })
    const stuck = refusal(bus.temperature(ID))
    await pass(own, 5e9)
    expect(await stuck).toMatchObject({ code: 'ERR_BUS_HUNG', message: expect.stringContaining(ID) })
    gate.open()
    await bus.settle()
    expect(await bus.temperature(ID)).toBe(20)
  })
})

describe('the text of a w1_slave file', () => {
  const parse = (text: string, id = ID) => parseW1Slave('w1', id, text)
  const bad = (message: RegExp) =>
    expect.objectContaining({ code: 'ERR_BAD_READING', message: expect.stringMatching(message) })

  it('as a Pi gives it is read', () => {
    expect(parse('72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125\n')).toBe(23.125)
  })

  it('that says NO is ERR_BAD_READING', () => {
    const text = '73 01 4b 46 7f ff 0e 10 57 : crc=23 NO\n73 01 4b 46 7f ff 0e 10 57 t=23187\n'
    expect(() => parse(text)).toThrow(bad(/checksum/))
  })

  it('whose bytes do not fit their checksum is ERR_BAD_READING although it says YES', () => {
    const text = '73 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n73 01 4b 46 7f ff 0e 10 57 t=23187\n'
    expect(() => parse(text)).toThrow(bad(/checksum/))
  })

  it('of a line that nobody drives is ERR_BAD_READING, and asks for the plug', () => {
    const ones = 'ff ff ff ff ff ff ff ff ff'
    expect(() => parse(`${ones} : crc=c9 NO\n${ones} t=-62\n`)).toThrow(bad(/nobody drives/))
  })

  it.each([
    ['is not one of a thermometer', 'hello'],
    ['has no temperature', '72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n'],
  ])('that %s is ERR_BAD_READING', (message, text) => {
    expect(() => parse(text)).toThrow(bad(new RegExp(message)))
  })

  it('with a temperature that the kind of sensor cannot measure is ERR_BAD_READING', () => {
    expect(() => parse(w1Text(125.0625))).toThrow(bad(/125.062 °C is outside of its range, -55 to 125/))
    expect(() => parse(w1Text(-41), '42-000000000001')).toThrow(bad(/-40 to 85/))
  })

  it('may say 85 °C when the sensor is one that does not say so after power-on', () => {
    expect(parse(w1Text(85), '3b-000000000001')).toBe(85)
  })

  it('has the checksum of Dallas', () => {
    // Maxim application note 27: the address 02 1c b8 01 00 00 00 has the checksum a2.
    expect(crc8([0x02, 0x1c, 0xb8, 0x01, 0, 0, 0])).toBe(0xa2)
  })
})
