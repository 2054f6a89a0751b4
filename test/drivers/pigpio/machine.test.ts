/** What the driver finds out about the machine. */

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pwmClockOf, thisMachine } from '../../../drivers/pigpio/machine.js'
import { tempFolder } from '../temp-folder.js'

/** Stands for a link to the lock file. */
const LOCK = 'the lock file'

/** A path that ends in a slash is an empty folder; an empty text below fd is a link to something else. */
function machineIn(files: Readonly<Record<string, string | Buffer>>) {
  const folder = tempFolder()
  const lock = join(folder, 'pigpio.pid')
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true })
    if (name.endsWith('/')) continue
    if (content === LOCK) symlinkSync(lock, path)
    else if (name.includes('/fd/')) symlinkSync('/dev/null', path)
    else writeFileSync(path, content)
  }
  return thisMachine(folder, join(folder, 'revision'), lock)
}

describe('the machine', () => {
  it('is a Raspberry Pi when it has a revision', () => {
    expect(machineIn({ revision: Buffer.from([0x00, 0xc0, 0x31, 0x11]) }).revision()).toBe(0xc03111)
    expect(machineIn({}).revision()).toBeUndefined()
    expect(machineIn({ revision: '' }).revision()).toBeUndefined()
  })

  it.each([
    ['has the lock open', { '812/comm': 'node\n', '812/fd/7': LOCK }],
    [
      'has the library in its memory',
      { '812/comm': 'python3\n', '812/fd/': '', '812/maps': 'r-xp /usr/lib/libpigpio.so.1' },
    ],
    ['is the daemon', { '812/comm': 'pigpiod\n' }],
  ])('has a holder of pigpio when the process of the lock file %s', (_, files) => {
    const machine = machineIn({ 'pigpio.pid': '812\n', ...files })
    expect(machine.holder()).toEqual({ pid: 812, name: files['812/comm'].trim() })
    expect(machine.staleLock()).toBeUndefined()
  })

  it('has a lock that was left, and no holder, when its number was given to another process', () => {
    const machine = machineIn({ 'pigpio.pid': '812\n', '812/comm': 'bash\n', '812/fd/0': '', '812/maps': 'libc.so.6' })
    expect(machine.holder()).toBeUndefined()
    expect(machine.staleLock()).toMatch(/\/pigpio\.pid$/)
  })

  it('has neither when the process is gone, or cannot be looked into, or there is no lock', () => {
    for (const files of [
      { 'pigpio.pid': '812\n' },
      { 'pigpio.pid': '812\n', '812/comm': 'bash\n' },
      { 'pigpio.pid': 'x' },
      {},
    ]) {
      const machine = machineIn(files)
      expect([machine.holder(), machine.staleLock()]).toEqual([undefined, undefined])
    }
  })

  it('is not held by this very process, which has the library in its memory, but has a lock that was left with its number', () => {
    const own = {
      'pigpio.pid': `${process.pid}`,
      [`${process.pid}/comm`]: 'node',
      [`${process.pid}/maps`]: 'libpigpio.so.1',
    }
    const left = machineIn({ ...own, [`${process.pid}/fd/`]: '' })
    expect([left.holder(), left.staleLock()]).toEqual([undefined, expect.stringMatching(/pigpio\.pid$/)])
    const locked = machineIn({ ...own, [`${process.pid}/fd/7`]: LOCK })
    expect([locked.holder(), locked.staleLock()]).toEqual([undefined, undefined])
  })

  it.each([
    [0x0010, 250e6],
    [0xa02082, 250e6],
    [0xc03111, 375e6],
    [0xc03130, 375e6],
    [0xa03140, 375e6],
  ])('with revision %i has a PWM clock of %i Hz', (revision, clock) => {
    expect(pwmClockOf(revision)).toBe(clock)
  })
})
