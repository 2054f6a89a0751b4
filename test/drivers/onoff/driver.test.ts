/** Opening a board of the onoff driver: which chip, and why not. */

import { describe, expect, it } from 'vitest'
import type { LineInspector } from '../../../drivers/driver.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { ManualClock } from '../../mocks/setup.js'
import { FakeSysfs, HEADER } from './fake-sysfs.js'
import { driverOn, openOn } from './open.js'

const DECOY = { base: 512, label: 'raspberrypi-exp-gpio', lines: 8, device: 'gpiochip1' }
const clock = new ManualClock()

describe('the chip of the onoff driver', () => {
  it("is the header's by its label, whatever its number", async () => {
    const { board } = await openOn(new FakeSysfs([{ ...DECOY, base: 0 }, HEADER]))
    expect(board.description).toMatch(/gpiochip458 \(pinctrl-bcm2711, 54 lines\)$/)
    expect(board.lineCount).toBe(54)
  })

  it.each(['/dev/gpiochip1', 'gpiochip1', 'raspberrypi-exp-gpio', 'gpiochip512'])('can be named as %s', async chip => {
    const sysfs = new FakeSysfs([HEADER, DECOY])
    const board = await driverOn(sysfs).open({ clock, chip })
    expect(board.lineCount).toBe(8)
    await board.close()
  })

  it('that nobody knows is refused with those that there are', async () => {
    await expect(driverOn(new FakeSysfs()).open({ clock, chip: '/dev/gpiochip9' })).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_CHIP',
      place: '/dev/gpiochip9',
      message: expect.stringMatching(/gpiochip9.*gpiochip458 \(pinctrl-bcm2711\)/),
    })
  })

  it('has to be a header when none is named', async () => {
    await expect(driverOn(new FakeSysfs([DECOY])).open({ clock })).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_CHIP',
      message: expect.stringContaining('raspberrypi-exp-gpio'),
      remedy: expect.stringContaining('--chip raspberrypi-exp-gpio'),
    })
  })

  it('is missing where the kernel has no GPIO in sysfs', async () => {
    const missing = driverOn(new FakeSysfs(), { sysfs: '/nowhere/class/gpio' })
    await expect(missing.open({ clock })).rejects.toMatchObject({
      code: 'ERR_DRIVER_MISSING',
      place: expect.stringMatching(/^\//),
    })
    await expect(driverOn(new FakeSysfs([])).open({ clock })).rejects.toMatchObject({ code: 'ERR_DRIVER_MISSING' })
  })
})

describe('the onoff driver', () => {
  it('needs Linux, and says so before it looks for anything', async () => {
    const driver = driverOn(new FakeSysfs([]), { platform: 'darwin' })
    await expect(driver.open({ clock })).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: expect.stringContaining('darwin'),
    })
  })

  it('does not run in virtual time', async () => {
    await expect(driverOn(new FakeSysfs()).open({ clock: new VirtualClock() })).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      remedy: expect.stringContaining('--virtual'),
    })
  })

  it('is refused at once to a user who may not export', async () => {
    const sysfs = new FakeSysfs()
    sysfs.closed.set('export', 1)
    await expect(driverOn(sysfs).open({ clock })).rejects.toMatchObject({
      code: 'ERR_PERMISSION',
      details: { driver: 'onoff', path: `${sysfs.root}/export` },
    })
  })

  it('says what its boards can do before one is open', async () => {
    const { board } = await openOn()
    expect(driverOn(new FakeSysfs()).capabilities).toEqual(board.capabilities)
  })
})

describe('a board of the onoff driver', () => {
  const inspector = (): LineInspector & { closed: boolean } => ({
    closed: false,
    findLine: name => (name === 'PUMP' ? 23 : undefined),
    lineInfo: line => ({ line, name: 'PUMP', used: true, consumer: 'sysfs', direction: 'output' }),
    close() {
      this.closed = true
    },
  })

  it('asks the character device for names and holders, and lets it go when it is closed', async () => {
    const asked = inspector()
    const paths: string[] = []
    const { board } = await openOn(new FakeSysfs(), {
      inspect: async path => {
        paths.push(path)
        return asked
      },
    })
    expect(paths).toEqual(['/dev/gpiochip0'])
    expect(board.findLine('PUMP')).toBe(23)
    expect(board.lineInfo(23)).toMatchObject({ name: 'PUMP', consumer: 'sysfs' })
    await board.close()
    expect(asked.closed).toBe(true)
  })

  it('shows a line of its own with its consumer', async () => {
    const { board } = await openOn(new FakeSysfs(), { inspect: async () => inspector() })
    await board.request({ lines: [23], settings: { direction: 'output' }, consumer: 'valve' })
    expect(board.lineInfo(23)).toMatchObject({ name: 'PUMP', used: true, consumer: 'valve' })
  })

  it('knows without the character device what it holds itself', async () => {
    const { board } = await openOn()
    await board.request({ lines: [4], settings: { direction: 'output' }, consumer: 'valve' })
    expect(board.lineInfo(4)).toEqual({
      line: 4,
      name: undefined,
      used: true,
      consumer: 'valve',
      direction: 'output',
    })
    expect(board.lineInfo(5)).toMatchObject({ used: false, consumer: undefined })
    expect(board.findLine('PUMP')).toBeUndefined()
  })

  it('takes nothing any more when it is closed', async () => {
    const { board } = await openOn()
    await board.close()
    await expect(board.request({ lines: [4], settings: { direction: 'input' } })).rejects.toMatchObject({
      code: 'ERR_CLOSED',
    })
    expect(() => board.lineInfo(4)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }))
    await expect(board.close()).resolves.toBeUndefined()
  })
})
