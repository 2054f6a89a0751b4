/** The real IIO bus on folders like those of sysfs. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openIio } from '../../../drivers/buses/iio.js'
import { type SysfsFiles, sysfsFiles } from '../../../drivers/buses/sysfs.js'
import { ManualClock } from '../../mocks/setup.js'
import { tempFolder } from '../temp-folder.js'
import { describeIio } from './iio-suite.js'
import { errno, Gate, pass, refusal } from './setup.js'

const clock = new ManualClock()

/** A device of the kernel: its files by their names. */
function put(root: string, id: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(join(root, id))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, id, name), `${text}\n`)
}

describeIio('the real IIO bus', async () => {
  const root = tempFolder()
  mkdirSync(join(root, 'trigger0'))
  let next = 0
  return {
    bus: await openIio({ clock, root, platform: 'linux' }),
    attach: (name, values) => {
      const id = `iio:device${next++}`
      const files: Record<string, string> = { name }
      for (const [channel, value] of Object.entries(values)) {
        files[`in_${channel}_input`] = String(channel === 'pressure' ? value : value * 1000)
      }
      put(root, id, files)
      return id
    },
    detach: id => rmSync(join(root, id), { recursive: true }),
  }
})

describe('a channel that the kernel gives raw', () => {
  const read = async (channel: string, files: Readonly<Record<string, string>>) => {
    const root = tempFolder()
    put(root, 'iio:device0', { name: 'adc', ...files })
    const bus = await openIio({ clock, root, platform: 'linux' })
    return await bus.read('adc', channel)
  }

  it.each<[string, string, Record<string, string>, number]>([
    ['its own scale and offset', 'temp', { in_temp_raw: '300', in_temp_offset: '-100', in_temp_scale: '62.5' }, 12.5],
    ['the scale of its type', 'voltage0', { in_voltage0_raw: '1000', in_voltage_scale: '0.5' }, 0.5],
    ['the scale of all inputs', 'voltage1', { in_voltage1_raw: '1000', in_scale: '2' }, 2],
    ['the scale of the device', 'voltage1', { in_voltage1_raw: '1000', scale: '3' }, 3],
    ['no scale', 'voltage1', { in_voltage1_raw: '1500' }, 1.5],
    [
      'its own scale rather than that of its type',
      'voltage0',
      { in_voltage0_raw: '1000', in_voltage0_scale: '4', in_voltage_scale: '5' },
      4,
    ],
  ])('with %s is (raw + offset) · scale', async (_, channel, files, value) => {
    expect((await read(channel, files)).value).toBe(value)
  })

  it('has no unit where the kernel names none', async () => {
    expect(await read('count0', { in_count0_raw: '7' })).toEqual({ value: 7, unit: '' })
  })

  it.each(['', 'nan', '12 34'])('that holds %j is ERR_BAD_READING', async text => {
    expect(await refusal(read('temp', { in_temp_raw: text }))).toMatchObject({
      code: 'ERR_BAD_READING',
      message: expect.stringContaining('no number'),
    })
  })
})

describe('the real IIO bus', () => {
  it('that the system does not have is ERR_DRIVER_MISSING, with what loads it', async () => {
    const missing = openIio({ clock, root: join(tempFolder(), 'nothing'), platform: 'linux' })
    expect(await refusal(missing)).toMatchObject({
      code: 'ERR_DRIVER_MISSING',
      remedy: expect.stringContaining('dtoverlay=dht11'),
    })
  })

  const openOn = (read: SysfsFiles['read'], own = clock) => {
    const root = tempFolder()
    put(root, 'iio:device0', { name: 'dht11', in_temp_input: '20000' })
    const files = {
      ...sysfsFiles,
      read: (path: string) => (path.endsWith('input') ? read(path) : sysfsFiles.read(path)),
    }
    return openIio({ clock: own, root, files, platform: 'linux' })
  }

  it.each([
    ['ETIMEDOUT', 'ERR_NO_DEVICE'],
    ['ENODEV', 'ERR_NO_DEVICE'],
    ['ENXIO', 'ERR_NO_DEVICE'],
    ['EIO', 'ERR_BAD_READING'],
    ['EACCES', 'ERR_PERMISSION'],
    ['EBUSY', 'ERR_IO'],
  ])('gives for %s of the kernel %s, and works when the cause is gone', async (code, expected) => {
    const refusals = [code]
    const bus = await openOn(async () => {
      const next = refusals.shift()
      if (next !== undefined) throw errno(next)
      return '20000'
    })
    expect(await refusal(bus.read('dht11', 'temp'))).toMatchObject({ code: expected })
    expect(await bus.read('dht11', 'temp')).toEqual({ value: 20, unit: '°C' })
  })

  it('fails a reading that does not end with ERR_BUS_HUNG', async () => {
    const gate = new Gate()
    const reached = new Gate()
    const own = new ManualClock()
    const bus = await openOn(async () => {
      reached.open()
      await gate.wait()
      return '20000'
    }, own)
    const stuck = refusal(bus.read('dht11', 'temp'))
    await reached.wait()
    await pass(own, 5e9)
    expect(await stuck).toMatchObject({ code: 'ERR_BUS_HUNG' })
    gate.open()
    await bus.settle()
    expect(await bus.read('dht11', 'temp')).toEqual({ value: 20, unit: '°C' })
  })

  it('gives for folders that may not be read ERR_PERMISSION, and for others that fail ERR_IO', async () => {
    for (const [code, expected] of [
      ['EPERM', 'ERR_PERMISSION'],
      ['EMFILE', 'ERR_IO'],
    ] as const) {
      const files = { ...sysfsFiles, list: () => Promise.reject(errno(code)) }
      const opening = openIio({ clock, root: tempFolder(), files, platform: 'linux' })
      expect(await refusal(opening)).toMatchObject({ code: expected })
    }
  })

  it('leaves out a device that goes while it is listed', async () => {
    const root = tempFolder()
    put(root, 'iio:device0', { name: 'dht11' })
    mkdirSync(join(root, 'iio:device1'))
    const bus = await openIio({ clock, root, platform: 'linux' })
    expect((await bus.list()).map(({ id }) => id)).toEqual(['iio:device0'])
  })
})
