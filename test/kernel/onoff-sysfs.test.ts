/** The onoff driver where sysfs is at its limits: joined edges, files that come late, what outlives a process. */

import { chmodSync, chownSync, existsSync, writeFileSync } from 'node:fs'
import { SystemClock } from 'pi-worker'
import { describe, expect, onTestFinished, test } from 'vitest'
import { EdgeLog, openForTest } from './board.js'
import { NOBODY, runScript } from './child.js'
import { exportedLines, headerChip, toggle } from './gpio-sim.js'

const chip = headerChip()
const clock = new SystemClock()
const SYSFS = '/sys/class/gpio'

const pause = (ms: number) => clock.reach(clock.now() + ms * 1e6)

describe('edges that sysfs joins or hides', () => {
  test('are reported as lost when the level is as before', async () => {
    const board = await openForTest('onoff')
    const log = new EdgeLog(await board.request({ lines: [4], settings: { direction: 'input', edges: 'both' } }))
    chip.pull(4, 'up')
    chip.pull(4, 'down')
    await log.reach(2)
    expect(log.events.slice(0, 2)).toMatchObject([
      { kind: 'lost', line: 4, count: 1 },
      { kind: 'edge', line: 4, direction: 'falling', sequence: 1 },
    ])
  })

  test('are delivered in the one direction that is selected, even if the level is another by then', async () => {
    const board = await openForTest('onoff')
    const log = new EdgeLog(await board.request({ lines: [4], settings: { direction: 'input', edges: 'rising' } }))
    chip.pull(4, 'up')
    chip.pull(4, 'down')
    await log.reach(1)
    expect(log.directions).toEqual(['rising'])
  })

  test('are kept until somebody listens', async () => {
    const board = await openForTest('onoff')
    const level = await board.request({ lines: [4], settings: { direction: 'input', edges: 'both' } })
    await toggle(chip, 4, 2, 60)
    const before = board.now()
    const log = new EdgeLog(level)
    await log.reach(2)
    expect(log.directions).toEqual(['rising', 'falling'])
    expect(log.edges.every(edge => edge.time < before)).toBe(true)
  })

  test('are switched on and off in place, without the line being let go', async () => {
    const board = await openForTest('onoff')
    const bus = await board.request({ lines: [4], settings: { direction: 'input' } })
    const log = new EdgeLog(bus)
    await toggle(chip, 4, 2, 60)
    bus.reconfigure({ direction: 'input', edges: 'both' })
    await toggle(chip, 4, 2, 60)
    bus.reconfigure({ direction: 'output', initial: 1 })
    expect(chip.level(4)).toBe('high')
    bus.reconfigure({ direction: 'input' })
    await toggle(chip, 4, 2, 60)
    expect(log.directions).toEqual(['rising', 'falling'])
  })

  test('end with a failure when somebody else unexports the line', async () => {
    const board = await openForTest('onoff')
    const level = await board.request({ lines: [4], settings: { direction: 'input', edges: 'both' } })
    const log = new EdgeLog(level)
    writeFileSync(`${SYSFS}/unexport`, String(chip.base + 4))
    await expect
      .poll(() => log.events, { timeout: 5000 })
      .toMatchObject([{ kind: 'failed', error: { code: 'ERR_IO' } }])
    expect(() => level.get()).toThrow(expect.objectContaining({ code: 'ERR_IO' }))
    expect(() => level.release()).not.toThrow()
  })
})

describe('debounce in software', () => {
  test('hides a change that is shorter, and shows one that lasts', async () => {
    const board = await openForTest('onoff')
    const settings = { direction: 'input', edges: 'both', debounceNs: 150e6 } as const
    const level = await board.request({ lines: [4], settings })
    const log = new EdgeLog(level)
    chip.pull(4, 'up')
    await pause(40)
    chip.pull(4, 'down')
    await pause(400)
    expect([log.events, level.get()]).toEqual([[], 0])
    chip.pull(4, 'up')
    expect(level.get()).toBe(0)
    await log.reach(1)
    expect([log.directions, level.get()]).toEqual([['rising'], 1])
  })
})

describe('what sysfs does not know', () => {
  test('comes from the character device: names and holders of lines', async () => {
    const board = await openForTest('onoff')
    expect([board.findLine('PUMP_RELAY'), board.findLine('NOT_THERE')]).toEqual([23, undefined])
    await board.request({ lines: [23], settings: { direction: 'output' }, consumer: 'valve' })
    expect(board.lineInfo(23)).toMatchObject({ name: 'PUMP_RELAY', used: true, consumer: 'valve', direction: 'output' })
    expect(board.lineInfo(4)).toMatchObject({ used: false, consumer: undefined })
  })
})

describe('the chip', () => {
  test('can be named by its path, its label, or its folder', async () => {
    const names = [chip.path, 'pinctrl-bcm2711', `${SYSFS}/gpiochip${chip.base}`]
    const boards = await Promise.all(names.map(name => openForTest('onoff', name)))
    expect(boards.map(board => board.lineCount)).toEqual([54, 54, 54])
  })

  test('that does not exist is refused', async () => {
    await expect(openForTest('onoff', '/dev/gpiochip9')).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_CHIP',
      message: expect.stringContaining('/dev/gpiochip9'),
    })
  })
})

/** `dialout` stands in for `gpio`, which only Raspberry Pi OS has. Its number is the same on every Debian. */
const DIALOUT = 20

/** What udev does on a Pi: the file belongs to a group, which may read and write it. */
function giveToGroup(path: string): void {
  chownSync(path, 0, DIALOUT)
  chmodSync(path, 0o660)
}

describe('a user of the group that udev gives the files to', () => {
  test('gets the line although its files follow late', async () => {
    const controls = ['export', 'unexport'].map(name => `${SYSFS}/${name}`)
    for (const path of controls) giveToGroup(path)
    onTestFinished(() => {
      for (const path of controls) {
        chownSync(path, 0, 0)
        chmodSync(path, 0o200)
      }
    })
    const line = `${SYSFS}/gpio${chip.base + 17}`
    const body = `
      const { board } = await openBoard({ driver: 'onoff', clock })
      const handle = await board.request({ lines: [17], settings: { direction: 'output', initial: 1 } })
      const value = handle.get()
      await board.close()
      return value`
    const script = runScript(body, { uid: NOBODY, gid: DIALOUT })
    await expect.poll(() => existsSync(line), { timeout: 15_000 }).toBe(true)
    await pause(200)
    for (const name of ['direction', 'edge', 'value']) giveToGroup(`${line}/${name}`)
    expect(await script).toBe(1)
  })
})

describe('a process that closes nothing', () => {
  test('unexports its lines when it ends', async () => {
    const body = `
      const { board } = await openBoard({ driver: 'onoff', clock })
      await board.request({ lines: [17], settings: { direction: 'output', initial: 1 } })
      return (await import('node:fs')).readdirSync('${SYSFS}').length`
    expect(await runScript(body)).toBe(4)
    expect(exportedLines()).toEqual([])
  })
})
