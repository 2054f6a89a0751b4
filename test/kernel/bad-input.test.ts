/** What can go wrong with lines and chips: every refusal has a code, names what it is about, and leaves nothing held. */

import { chmodSync, chownSync, renameSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { DriverName } from '../../drivers/driver.js'
import { EdgeLog, openForTest } from './board.js'
import { hide, NOBODY, runScript } from './child.js'
import { headerChip, openFds, SimulatedChip } from './gpio-sim.js'
import { Gpiomon, gpioinfoLine } from './gpiod.js'

const chip = headerChip()
const DRIVERS: readonly DriverName[] = ['gpiochip', 'onoff']
const INPUT = { direction: 'input' } as const

/** What every refusal has: a code, the place that it is about, and a remedy. */
function refusal(code: string, place: string) {
  return { code, place: expect.stringContaining(place), remedy: expect.stringMatching(/./) }
}

/** Whatever went wrong, the header's lines are had by the next who asks. */
async function nextIsServed(driver: DriverName, line = 17): Promise<void> {
  const board = await openForTest(driver)
  const handle = await board.request({ lines: [line], settings: { direction: 'output', initial: 1 } })
  expect(chip.level(line)).toBe('high')
  handle.release()
  await board.close()
}

/** `dialout` stands in for `gpio`, which only Raspberry Pi OS has. Its number is the same on every Debian. */
const DIALOUT = 20

/** Until the test is over, the chip belongs to a group, as udev makes it on a Pi. */
function giveChipToGroup(gid: number): void {
  chownSync(chip.path, 0, gid)
  chmodSync(chip.path, 0o660)
  onTestFinished(() => {
    chownSync(chip.path, 0, 0)
    chmodSync(chip.path, 0o600)
  })
}

describe.each(DRIVERS)('%s: a line that somebody else holds', driver => {
  test('is refused with the name of the program', async () => {
    const gpiomon = await Gpiomon.start(chip, 4)
    onTestFinished(async () => {
      await gpiomon.stop()
    })
    const board = await openForTest(driver)
    await expect(board.request({ lines: [4], settings: INPUT })).rejects.toMatchObject({
      ...refusal('ERR_LINE_BUSY', 'GPIO4'),
      message: expect.stringMatching(/GPIO4\b.*gpiomon/),
      details: { consumer: 'gpiomon' },
    })
    expect(gpioinfoLine(chip, 4).consumer).toBe('gpiomon')
    await gpiomon.stop()
    const handle = await board.request({ lines: [4], settings: INPUT, consumer: 'the next' })
    expect(gpioinfoLine(chip, 4).consumer).toBe(driver === 'onoff' ? 'sysfs' : 'the next')
    handle.release()
  })

  test('is refused when it is this process, too', async () => {
    const board = await openForTest(driver)
    const first = await board.request({ lines: [17], settings: { direction: 'output', initial: 1 } })
    await expect(board.request({ lines: [17], settings: INPUT })).rejects.toMatchObject({
      ...refusal('ERR_LINE_BUSY', 'GPIO17'),
      message: expect.stringContaining('GPIO17'),
    })
    expect(chip.level(17)).toBe('high')
    first.set(0)
    expect(chip.level(17)).toBe('low')
    first.release()
    await board.request({ lines: [17], settings: INPUT })
  })

  test('leaves the other lines of the same request free', async () => {
    const gpiomon = await Gpiomon.start(chip, 4)
    onTestFinished(async () => {
      await gpiomon.stop()
    })
    const board = await openForTest(driver)
    const request = { lines: [5, 4, 6], settings: { direction: 'output' } } as const
    await expect(board.request(request)).rejects.toMatchObject({
      ...refusal('ERR_LINE_BUSY', 'GPIO4'),
      message: expect.stringMatching(/GPIO4\b/),
    })
    expect([5, 6].map(line => gpioinfoLine(chip, line).consumer)).toEqual([undefined, undefined])
    await gpiomon.stop()
    // As inputs: a line that was left as an output is refused to `get` and `watch`, which other tests try on GPIO4.
    await board.request({ ...request, settings: INPUT })
  })
})

describe.each(DRIVERS)('%s: a line that does not exist', driver => {
  test('is refused with the range that does', async () => {
    const board = await openForTest(driver)
    await expect(board.request({ lines: [4, 54], settings: INPUT })).rejects.toMatchObject({
      ...refusal('ERR_UNKNOWN_LINE', 'GPIO54'),
      message: expect.stringMatching(/GPIO54\b.*53/),
    })
    expect(gpioinfoLine(chip, 4).consumer).toBeUndefined()
    await board.request({ lines: [4, 53], settings: INPUT })
  })
})

describe('a chip that cannot be opened', () => {
  test('for want of permission: the error names the group that may', async () => {
    giveChipToGroup(DIALOUT)
    const report = await runScript(`await openBoard({ driver: 'gpiochip', clock })`, { uid: NOBODY, gid: NOBODY })
    expect(report).toMatchObject({
      error: { ...refusal('ERR_PERMISSION', '/dev/gpiochip0'), message: expect.stringContaining('/dev/gpiochip0') },
    })
    expect(JSON.stringify(report)).toContain('dialout')
    const asMember = `const { board } = await openBoard({ driver: 'gpiochip', clock }); await board.close(); return 'open'`
    expect(await runScript(asMember, { uid: NOBODY, gid: DIALOUT })).toBe('open')
  })

  test('for want of permission on sysfs: the onoff driver says so', async () => {
    const body = `
      const { board } = await openBoard({ driver: 'onoff', clock })
      try { await board.request({ lines: [17], settings: { direction: 'output' } }) } finally { await board.close() }`
    const report = await runScript(body, { uid: NOBODY, gid: NOBODY })
    expect(report).toMatchObject({ error: refusal('ERR_PERMISSION', '/sys/class/gpio/export') })
    await nextIsServed('onoff')
  })

  test('because there is none of that path', async () => {
    await expect(openForTest('gpiochip', '/dev/gpiochip9')).rejects.toMatchObject({
      ...refusal('ERR_UNKNOWN_CHIP', '/dev/gpiochip9'),
      message: expect.stringContaining('/dev/gpiochip9'),
    })
    await nextIsServed('gpiochip')
  })

  test('because it is no chip at all', async () => {
    const before = openFds().filter(file => file === '/dev/null').length
    await expect(openForTest('gpiochip', '/dev/null')).rejects.toMatchObject(refusal('ERR_UNKNOWN_CHIP', '/dev/null'))
    expect(openFds().filter(file => file === '/dev/null')).toHaveLength(before)
    await nextIsServed('gpiochip')
  })

  test('because no chip has the label of a header', async () => {
    const decoy = SimulatedChip.create({ folder: 'decoy', label: 'raspberrypi-exp-gpio', lines: 8 })
    chip.vanish()
    try {
      for (const driver of DRIVERS) {
        await expect(openForTest(driver)).rejects.toMatchObject(refusal('ERR_UNKNOWN_CHIP', '/'))
      }
    } finally {
      decoy.remove()
      chip.appear()
    }
    for (const driver of DRIVERS) await nextIsServed(driver)
  })
})

describe('a chip that vanishes', () => {
  test('ends the edges with a failure, and every call on it says that it is gone', async () => {
    const usb = SimulatedChip.create({ folder: 'usb', label: 'usb-gpio', lines: 8 })
    const { name } = usb
    try {
      const board = await openForTest('gpiochip', usb.path)
      const output = await board.request({ lines: [1], settings: { direction: 'output' } })
      const input = await board.request({ lines: [2], settings: { direction: 'input', edges: 'both' } })
      const log = new EdgeLog(input)
      usb.pull(2, 'up')
      await log.reach(1)
      usb.vanish()
      await expect
        .poll(() => log.events.at(-1))
        .toMatchObject({
          kind: 'failed',
          error: { code: 'ERR_CHIP_GONE', message: expect.stringContaining(name) },
        })
      const gone = expect.objectContaining({ code: 'ERR_CHIP_GONE' })
      expect(() => output.set(1)).toThrow(gone)
      expect(() => input.get()).toThrow(gone)
      expect(() => input.reconfigure({ direction: 'output' })).toThrow(gone)
      expect(() => board.lineInfo(3)).toThrow(gone)
      await expect(board.request({ lines: [3], settings: INPUT })).rejects.toMatchObject(
        refusal('ERR_CHIP_GONE', 'GPIO3'),
      )
      expect(log.events.filter(event => event.kind === 'failed')).toHaveLength(1)
      expect(() => output.release()).not.toThrow()
      await board.close()
      expect(openFds().filter(file => file.includes(name) || file.includes('gpio-line'))).toEqual([])
      usb.appear()
      const again = await openForTest('gpiochip', usb.path)
      const back = await again.request({ lines: [1], settings: { direction: 'output', initial: 1 } })
      expect([usb.level(1), back.get()]).toEqual(['high', 1])
      await again.close()
    } finally {
      usb.remove()
    }
  })
})

describe('an install in which no addon could be compiled', () => {
  const EDGES = `
    const { writeFileSync } = await import('node:fs')
    const { board, choice } = await openBoard({ driver: 'auto', clock })
    const level = await board.request({ lines: [4], settings: { direction: 'input', edges: 'both' } })
    const directions = []
    const both = new Promise(resolve => level.edges(event => directions.push(event.direction) === 2 && resolve()))
    for (const pull of ['pull-up', 'pull-down']) {
      writeFileSync('/sys/devices/platform/gpio-sim.0/gpiochip0/sim_gpio4/pull', pull)
      await clock.reach(clock.now() + 30e6)
    }
    await both
    await board.close()
    return { driver: board.driver, choice, directions }`

  test('has gpiochip with edges', async () => {
    hide('node_modules/epoll/build')
    expect(await runScript(EDGES)).toMatchObject({ driver: 'gpiochip', directions: ['rising', 'falling'] })
  })

  test('has no onoff, and says what is missing', async () => {
    hide('node_modules/epoll/build')
    const report = await runScript(`await openBoard({ driver: 'onoff', clock })`)
    expect(report).toMatchObject({
      error: { ...refusal('ERR_DRIVER_MISSING', 'epoll'), message: expect.stringMatching(/onoff|epoll/) },
    })
  })

  test('is the same when onoff is not installed at all', async () => {
    hide('node_modules/onoff')
    expect(await runScript(EDGES)).toMatchObject({ driver: 'gpiochip', directions: ['rising', 'falling'] })
    const report = await runScript(`await openBoard({ driver: 'onoff', clock })`)
    expect(report).toMatchObject({ error: refusal('ERR_DRIVER_MISSING', 'onoff') })
  })
})

describe('the driver that is chosen by itself', () => {
  const CHOICE = `
    const { board, choice } = await openBoard({ driver: 'auto', clock })
    await board.close()
    return { driver: board.driver, choice }`

  test('is gpiochip where it can be used, with the reason', async () => {
    const report = await runScript(CHOICE)
    expect(report).toMatchObject({ driver: 'gpiochip', choice: expect.stringContaining('gpiochip') })
  })

  test('is onoff where there is no character device', async () => {
    renameSync(chip.path, '/dev/hidden')
    try {
      expect(await runScript(CHOICE)).toMatchObject({ driver: 'onoff', choice: expect.stringContaining('onoff') })
    } finally {
      renameSync('/dev/hidden', chip.path)
    }
  })

  test('is none where nothing can be used, with the reason of each', async () => {
    hide('node_modules/koffi')
    hide('node_modules/onoff')
    const report = await runScript(CHOICE)
    expect(report).toMatchObject({
      error: { ...refusal('ERR_NO_DRIVER', ''), message: expect.stringMatching(/gpiochip[\s\S]*koffi[\s\S]*onoff/) },
    })
  })
})
