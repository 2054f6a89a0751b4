/** Requests of the onoff driver: what is exported, what is refused, and that nothing is left behind. */

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { claimLines } from '../../../drivers/onoff/claim.js'
import { PiWorkerError } from '../../../src/errors.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { FakeSysfs } from './fake-sysfs.js'
import { openOn } from './open.js'

const output = { direction: 'output' } as const

describe('a request', () => {
  it("exports the chip's base more than the BCM number", async () => {
    const { board, sysfs } = await openOn()
    await board.request({ lines: [17], settings: output })
    expect(sysfs.exported).toEqual([475])
  })

  it('of a line that this board holds already names the consumer', async () => {
    const { board, sysfs } = await openOn()
    const first = await board.request({ lines: [17], settings: output, consumer: 'valve' })
    await expect(board.request({ lines: [17], settings: output })).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      message: 'GPIO17 is held by "valve"',
      remedy: expect.stringContaining('Release the handle'),
    })
    first.set(1)
    expect(sysfs.read('gpio475/value')).toBe('1')
  })

  it('of a line that somebody exported does not take it over, and says how to unexport it', async () => {
    const { board, sysfs } = await openOn()
    sysfs.write('export', '475')
    await expect(board.request({ lines: [17], settings: output })).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      message: 'GPIO17 is held by "sysfs"',
      remedy: expect.stringContaining('echo 475 > /sys/class/gpio/unexport'),
    })
    expect(sysfs.writes).toEqual(['export 475'])
  })

  it('of a line that a program holds names it, where the character device can be asked', async () => {
    const sysfs = new FakeSysfs()
    sysfs.held.add(475)
    const holder = { name: undefined, used: true, consumer: 'gpiomon', direction: 'input' } as const
    const inspect = async () => ({
      findLine: () => undefined,
      lineInfo: (line: number) => ({ line, ...holder }),
      close: () => undefined,
    })
    const { board } = await openOn(sysfs, { inspect })
    await expect(board.request({ lines: [17], settings: output })).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      message: 'GPIO17 is held by "gpiomon"',
      details: { driver: 'onoff', line: 17, consumer: 'gpiomon' },
    })
  })

  it('of a line that a program holds says so even where nothing knows who', async () => {
    const sysfs = new FakeSysfs()
    sysfs.held.add(475)
    const { board } = await openOn(sysfs)
    await expect(board.request({ lines: [17], settings: output })).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      message: 'GPIO17 is held by somebody else',
    })
  })

  it('that one line refuses leaves none exported', async () => {
    const { board, sysfs } = await openOn()
    sysfs.held.add(462)
    await expect(board.request({ lines: [5, 6, 4], settings: output })).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      details: { line: 4 },
    })
    expect(sysfs.exported).toEqual([])
  })

  it('whose settings a line refuses leaves none exported', async () => {
    const { board, sysfs } = await openOn()
    sysfs.broken.set('gpio464/direction', 'EIO')
    await expect(board.request({ lines: [5, 6], settings: output })).rejects.toMatchObject({
      code: 'ERR_IO',
      message: expect.stringMatching(/GPIO6 .*EIO/),
    })
    expect(sysfs.exported).toEqual([])
  })

  it('that asks for more than sysfs has is refused before anything is exported', async () => {
    const { board, sysfs } = await openOn()
    for (const settings of [
      { direction: 'input', bias: 'pull-up' },
      { direction: 'output', drive: 'open-drain' },
    ] as const) {
      await expect(board.request({ lines: [17], settings })).rejects.toMatchObject({
        code: 'ERR_UNSUPPORTED',
        remedy: expect.stringContaining('gpiochip'),
      })
    }
    expect(sysfs.writes).toEqual([])
  })

  it('for edges of a line without an interrupt is refused, and exports nothing', async () => {
    const { board, sysfs } = await openOn()
    sysfs.deaf.add(475)
    await expect(board.request({ lines: [17], settings: { direction: 'input', edges: 'both' } })).rejects.toMatchObject(
      { code: 'ERR_UNSUPPORTED', message: expect.stringContaining('interrupt') },
    )
    expect(sysfs.exported).toEqual([])
  })

  it('of a line that the kernel does not give out says so', async () => {
    const { board, sysfs } = await openOn()
    sysfs.broken.set('export', 'EINVAL')
    await expect(board.request({ lines: [17], settings: output })).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: expect.stringMatching(/GPIO17.*EINVAL/),
    })
  })

  it('on a file system that is read-only says so', async () => {
    const { board, sysfs } = await openOn()
    sysfs.broken.set('export', 'EROFS')
    await expect(board.request({ lines: [17], settings: output })).rejects.toMatchObject({
      code: 'ERR_PERMISSION',
      message: expect.stringContaining('read-only'),
    })
  })
})

describe('the files of a fresh line', () => {
  const claim = (sysfs: FakeSysfs, clock: VirtualClock) =>
    claimLines([{ line: 17, number: 475, chip: join(sysfs.root, 'gpiochip458') }], {
      Gpio: sysfs.Gpio,
      root: sysfs.root,
      files: sysfs.files,
      clock,
      busy: () => new PiWorkerError('ERR_LINE_BUSY', 'busy'),
    })

  it('are waited for until udev has given them to the group', async () => {
    const sysfs = new FakeSysfs()
    const clock = new VirtualClock()
    sysfs.closed.set('gpio475/direction', 3)
    sysfs.closed.set('gpio475/value', 20)
    const [line] = await claim(sysfs, clock)
    expect(line?.read()).toBe(0)
    expect(clock.now()).toBeGreaterThanOrEqual(200e6)
    line?.release()
  })

  it('that stay closed are an error after 5 s, and the line is unexported', async () => {
    const sysfs = new FakeSysfs()
    const clock = new VirtualClock()
    sysfs.closed.set('gpio475/value', Number.POSITIVE_INFINITY)
    await expect(claim(sysfs, clock)).rejects.toMatchObject({
      code: 'ERR_PERMISSION',
      details: { path: join(sysfs.root, 'gpio475/value') },
    })
    expect(clock.now()).toBe(5e9)
    expect(sysfs.exported).toEqual([])
  })
})

describe('release', () => {
  it('unexports the line, and every call but release throws from then on', async () => {
    const { board, sysfs } = await openOn()
    const handle = await board.request({ lines: [17], settings: output, consumer: 'valve' })
    handle.release()
    expect(sysfs.exported).toEqual([])
    const released = expect.objectContaining({ code: 'ERR_RELEASED', message: 'GPIO17 was released by "valve"' })
    for (const use of [
      () => handle.get(),
      () => handle.set(1),
      () => handle.reconfigure({ direction: 'input' }),
      () => handle.edges(() => undefined),
    ]) {
      expect(use).toThrow(released)
    }
    expect(() => handle.release()).not.toThrow()
  })

  it('of the board unexports all lines', async () => {
    const { board, sysfs } = await openOn()
    await board.request({ lines: [17, 18], settings: output })
    await board.request({ lines: [4], settings: { direction: 'input', edges: 'both' } })
    await board.close()
    expect(sysfs.exported).toEqual([])
  })

  it('lets the same line be requested again', async () => {
    const { board, sysfs } = await openOn()
    const first = await board.request({ lines: [17], settings: output })
    first.release()
    await board.request({ lines: [17], settings: output })
    expect(sysfs.exported).toEqual([475])
  })

  it('reaches lines whose request is still waiting when the board is closed', async () => {
    const { board, sysfs } = await openOn()
    const pending = board.request({ lines: [17], settings: output })
    const closed = board.close()
    await expect(pending).rejects.toMatchObject({ code: 'ERR_CLOSED' })
    await closed
    expect(sysfs.exported).toEqual([])
  })

  it('comes at the end of the process when nobody closed the board, and not twice', async () => {
    const before = process.listeners('exit')
    const { board, sysfs } = await openOn()
    await board.request({ lines: [17], settings: output })
    const [atExit] = process.listeners('exit').filter(listener => !before.includes(listener))
    atExit?.(0)
    expect(sysfs.exported).toEqual([])
    await board.close()
    expect(process.listeners('exit')).toEqual(before)
  })

  it('does not mind a line that somebody else unexported', async () => {
    const { board, sysfs } = await openOn()
    const handle = await board.request({ lines: [17], settings: output })
    sysfs.write('unexport', '475')
    expect(() => handle.release()).not.toThrow()
  })
})
