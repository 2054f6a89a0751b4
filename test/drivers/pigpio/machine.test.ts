/** What the driver finds out about the machine. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pwmClockOf, thisMachine } from '../../../drivers/pigpio/machine.js'
import { tempFolder } from '../temp-folder.js'

function machineIn(files: Readonly<Record<string, string | Buffer>>) {
  const folder = tempFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return thisMachine(folder, join(folder, 'revision'), join(folder, 'pigpio.pid'))
}

describe('the machine', () => {
  it('is a Raspberry Pi when it has a revision', () => {
    expect(machineIn({ revision: Buffer.from([0x00, 0xc0, 0x31, 0x11]) }).revision()).toBe(0xc03111)
    expect(machineIn({}).revision()).toBeUndefined()
    expect(machineIn({ revision: '' }).revision()).toBeUndefined()
  })

  it('has a holder of pigpio while the process of the lock file lives', () => {
    expect(machineIn({ 'pigpio.pid': '812\n', '812/comm': 'pigpiod\n' }).holder()).toEqual({
      pid: 812,
      name: 'pigpiod',
    })
    expect(machineIn({ 'pigpio.pid': '812\n' }).holder()).toBeUndefined()
    expect(machineIn({}).holder()).toBeUndefined()
    expect(machineIn({ 'pigpio.pid': 'x' }).holder()).toBeUndefined()
  })

  it('is not held by this very process', () => {
    const own = { 'pigpio.pid': `${process.pid}`, [`${process.pid}/comm`]: 'node' }
    expect(machineIn(own).holder()).toBeUndefined()
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
