/** What is said to a user whom the kernel keeps from a bus. */

import { chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { busPermission } from '../../../drivers/buses/permission.js'
import { tempFolder } from '../temp-folder.js'
import { errno } from './setup.js'

describe('ERR_PERMISSION of a bus', () => {
  it('names the group that has the device, and how to join it', () => {
    const folder = tempFolder()
    const device = join(folder, 'i2c-1')
    const groupFile = join(folder, 'group')
    // Root may give the device to any group; anybody else has it in an own one.
    const gid = process.getgid?.() || 4242
    writeFileSync(device, '')
    chownSync(device, process.getuid?.() ?? 0, gid)
    writeFileSync(groupFile, `i2c:x:${gid}:\n`)
    const error = busPermission('i2c', 'i2c-1', device, errno('EACCES'), { user: 'pi', groupIds: [], groupFile })
    expect(error).toMatchObject({
      code: 'ERR_PERMISSION',
      place: 'i2c-1',
      remedy: expect.stringContaining('sudo usermod -aG i2c pi'),
      details: { bus: 'i2c-1', user: 'pi', group: 'i2c' },
    })
    expect('driver' in error.details).toBe(false)
  })

  it.each([
    ['i2c', /SUBSYSTEM=="i2c-dev", GROUP="i2c".*usermod -aG i2c pi/],
    ['spi', /SUBSYSTEM=="spidev", GROUP="spi".*usermod -aG spi pi/],
    ['pwm', /Run it as root/],
    ['iio', /Run it as root/],
  ] as const)('of %s that is root alone says how to open it', (kind, remedy) => {
    const error = busPermission(kind, 'bus', '/nowhere/at/all', errno('EACCES'), { user: 'pi' })
    expect(error).toMatchObject({ remedy: expect.stringMatching(remedy) })
  })
})
