/** Who may not open what, and the command that changes it. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { type PermissionContext, permissionError } from '../../drivers/permission.js'
import { tempFolder } from './temp-folder.js'

const DEVICE = '/dev/gpiochip0'
const GPIO = 997

// Only root can give a file to another group, so that the owner is made up.
const owners = vi.hoisted(() => new Map<string, number>())
vi.mock('node:fs', async original => {
  const fs = await original<typeof import('node:fs')>()
  return { ...fs, statSync: (path: string) => ({ gid: owners.get(path) ?? fs.statSync(path).gid }) }
})

const cause = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })

/** The error for a device that belongs to group `gid`. */
function refused(gid: number, context: PermissionContext = {}) {
  owners.set(DEVICE, gid)
  const groupFile = join(tempFolder(), 'group')
  writeFileSync(groupFile, `root:x:0:\ngpio:x:${GPIO}:pi\n`)
  return permissionError('gpiochip', DEVICE, cause, { user: 'anna', groupIds: [1000], groupFile, ...context })
}

describe('a device of a group', () => {
  it('is opened by joining the group, whose name and command are given', () => {
    expect(refused(GPIO)).toMatchObject({
      code: 'ERR_PERMISSION',
      place: DEVICE,
      message: 'anna may not open /dev/gpiochip0, which belongs to group gpio',
      remedy: 'Join the group with: sudo usermod -aG gpio anna; then log in again.',
      details: { driver: 'gpiochip', path: DEVICE, user: 'anna', group: 'gpio', errno: 'EACCES' },
      cause,
    })
  })

  it('that the user is in already has to be opened to the group', () => {
    expect(refused(GPIO, { groupIds: [1000, GPIO] })).toMatchObject({
      place: DEVICE,
      message: 'anna is in the group gpio, but /dev/gpiochip0 cannot be opened by that group',
      remedy: 'Let the group in: sudo chmod g+rw /dev/gpiochip0',
    })
  })

  it('without a name has its number', () => {
    expect(refused(4711).message).toContain('group 4711')
    expect(refused(GPIO, { groupFile: '/nowhere/group' }).message).toContain(`group ${GPIO}`)
  })
})

describe('a file of root alone', () => {
  it('needs a rule of udev, when it is a device', () => {
    expect(refused(0)).toMatchObject({
      place: DEVICE,
      message: 'anna may not open /dev/gpiochip0, which belongs to root alone',
      remedy: expect.stringMatching(/udev.*usermod -aG gpio anna/),
    })
  })

  it('is what a file counts as that cannot even be seen', () => {
    expect(permissionError('gpiochip', '/nowhere/gpiochip0', cause, { user: 'anna' }).message).toContain('root alone')
  })

  it('is out of reach of such a rule in sysfs', () => {
    owners.set('/sys/class/gpio/export', 0)
    const { remedy } = permissionError('onoff', '/sys/class/gpio/export', cause, { user: 'anna' })
    expect(remedy).not.toContain('rules.d')
    expect(remedy).toContain('gpiochip')
  })
})
