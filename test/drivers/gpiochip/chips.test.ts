/** Lines of other chips than the header's, and who takes and frees lines. */

import { fstatSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { EdgeFailure, LineChange } from '../../../drivers/driver.js'
import { FLAG, IOCTL } from '../../../drivers/gpiochip/layout.js'
import { resolveLine } from '../../../drivers/lines.js'
import { brief, watch } from '../../mocks/setup.js'
import { FakeKernel } from './fake-kernel.js'
import { kernelChange, kernelEvents } from './fake-thread.js'
import { openOn } from './open.js'

async function openWithExpander() {
  const kernel = new FakeKernel()
  kernel.addChip('gpiochip1', 'mcp23017', 16)
  return openOn(kernel)
}

describe('a line of another chip', () => {
  it('is found by chip and offset, and requested there', async () => {
    const { board, kernel } = await openWithExpander()
    const line = resolveLine(board, 'gpiochip1:3')
    const handle = await board.request({ lines: [line], settings: { direction: 'output' }, consumer: 'valve' })
    handle.set(1)
    expect(kernel.request).toMatchObject({ chip: 'gpiochip1', lines: [3], values: 1 })
    expect(board.lineInfo(line)).toMatchObject({ line, used: true, consumer: 'valve' })
    expect(kernel.line(3, 'gpiochip0').consumer).toBe('')
  })

  it('gives its edges the number that it was requested by', async () => {
    const { board, kernel, threads } = await openWithExpander()
    const line = resolveLine(board, 'gpiochip1:3')
    const events = watch(await board.request({ lines: [line], settings: { direction: 'input', edges: 'both' } }))
    const [fd = -1] = kernel.requests.keys()
    threads[0]?.read(fd, kernelEvents({ line: 3, active: true, time: 100, sequence: 1 }))
    expect(brief(events)).toEqual([`rising ${line} @100 #1`])
  })

  it('that somebody holds is named as it was asked for', async () => {
    const { board, kernel } = await openWithExpander()
    Object.assign(kernel.line(3, 'gpiochip1'), { consumer: 'gpioset', flags: FLAG.USED })
    const line = resolveLine(board, 'gpiochip1:3')
    await expect(board.request({ lines: [line], settings: { direction: 'input' } })).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      message: 'gpiochip1:3 is held by "gpioset"',
    })
  })

  it('cannot be in one request with a line of the header', async () => {
    const { board, kernel } = await openWithExpander()
    const line = resolveLine(board, 'gpiochip1:3')
    await expect(board.request({ lines: [17, line], settings: { direction: 'input' } })).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: 'GPIO17, gpiochip1:3 are lines of several chips',
    })
    expect(kernel.requests.size).toBe(0)
  })

  it('is called that, and not by its number alone, when the kernel does not tell of it', async () => {
    const { board, kernel } = await openWithExpander()
    const line = resolveLine(board, 'gpiochip1:3')
    kernel.failing.set(IOCTL.LINEINFO, 'EIO')
    expect(() => board.lineInfo(line)).toThrow(
      expect.objectContaining({
        code: 'ERR_IO',
        place: 'gpiochip1:3',
        message: 'the kernel does not tell about gpiochip1:3: EIO',
      }),
    )
  })

  it('beyond the last one of its chip is refused with the range that there is', async () => {
    const { board } = await openWithExpander()
    expect(() => resolveLine(board, 'gpiochip1:16')).toThrow(
      expect.objectContaining({
        code: 'ERR_UNKNOWN_LINE',
        place: 'gpiochip1:16',
        message: expect.stringContaining('0 to 15'),
      }),
    )
  })

  it('of a chip that is not there is refused', async () => {
    const { board } = await openWithExpander()
    expect(() => resolveLine(board, 'gpiochip7:0')).toThrow(expect.objectContaining({ code: 'ERR_UNKNOWN_CHIP' }))
  })

  it('that nobody has named is not known', async () => {
    const { board } = await openWithExpander()
    const line = resolveLine(board, 'gpiochip1:3')
    await expect(board.request({ lines: [line + 1], settings: { direction: 'input' } })).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_LINE',
    })
  })

  it('is the header line when the chip is the header, under another name too', async () => {
    const { board, kernel } = await openWithExpander()
    symlinkSync(join(kernel.dev, 'gpiochip0'), join(kernel.dev, 'gpiochip4'))
    expect([resolveLine(board, 'gpiochip0:17'), resolveLine(board, 'gpiochip4:17')]).toEqual([17, 17])
  })
})

describe('a chip beside the header that vanishes', () => {
  const input = { direction: 'input' } as const

  it('is gone for whoever asks, and there again when it is back, on the same board', async () => {
    const { board, kernel } = await openWithExpander()
    const lines = [resolveLine(board, 'gpiochip1:3')]
    kernel.vanish('gpiochip1')
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(board.request({ lines, settings: input })).rejects.toMatchObject({
        code: 'ERR_CHIP_GONE',
        place: expect.stringMatching(/gpiochip1$/),
      })
    }
    kernel.addChip('gpiochip1', 'mcp23017', 16)
    const handle = await board.request({ lines, settings: input })
    expect([kernel.request.chip, kernel.request.lines]).toEqual(['gpiochip1', [3]])
    handle.release()
    await board.request({ lines: [17], settings: input })
  })

  it('and is back before anybody asks, is not even missed', async () => {
    const { board, kernel } = await openWithExpander()
    const line = resolveLine(board, 'gpiochip1:3')
    kernel.vanish('gpiochip1')
    kernel.addChip('gpiochip1', 'mcp23017', 16)
    expect(board.lineInfo(line)).toMatchObject({ line, used: false })
    expect(resolveLine(board, 'gpiochip1:4')).toBe(line + 1)
    await board.request({ lines: [line], settings: input })
  })

  it('is found anew by name, too', async () => {
    const { board, kernel } = await openWithExpander()
    resolveLine(board, 'gpiochip1:3')
    kernel.vanish('gpiochip1')
    expect(() => resolveLine(board, 'gpiochip1:3')).toThrow(expect.objectContaining({ code: 'ERR_UNKNOWN_CHIP' }))
    kernel.addChip('gpiochip1', 'mcp23017', 16)
    expect(board.lineInfo(resolveLine(board, 'gpiochip1:3')).used).toBe(false)
  })

  it('and whose number another chip gets then, stays gone, and nothing is requested of the other', async () => {
    const { board, kernel } = await openWithExpander()
    const lines = [resolveLine(board, 'gpiochip1:3')]
    kernel.vanish('gpiochip1')
    kernel.addChip('gpiochip1', 'pcf8574', 8)
    await expect(board.request({ lines, settings: input })).rejects.toMatchObject({
      code: 'ERR_CHIP_GONE',
      remedy: expect.stringContaining('pcf8574'),
    })
    expect(kernel.requests.size).toBe(0)
  })

  it('ends its watches, once, and leaves no descriptor open', async () => {
    const { board, kernel, threads } = await openWithExpander()
    const line = resolveLine(board, 'gpiochip1:3')
    const kinds: string[] = []
    board.watchLines?.([line], change => kinds.push(change.kind))
    const [fd = -1] = kernel.watched.keys()
    kernel.vanish('gpiochip1')
    expect(() => board.lineInfo(line)).toThrow(expect.objectContaining({ code: 'ERR_CHIP_GONE' }))
    threads[0]?.fail(fd, 'ENODEV')
    expect(kinds).toEqual(['failed'])
    expect(() => fstatSync(fd)).toThrow(expect.objectContaining({ code: 'EBADF' }))
  })

  it('takes the header with it for nobody', async () => {
    const { board, kernel } = await openWithExpander()
    kernel.vanish('gpiochip0')
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(() => board.lineInfo(17)).toThrow(expect.objectContaining({ code: 'ERR_CHIP_GONE' }))
    }
  })
})

describe('what fails on the way', () => {
  it('to a watch of two chips ends the watch of the first', async () => {
    const { board, kernel } = await openWithExpander()
    const line = resolveLine(board, 'gpiochip1:3')
    kernel.refuseWatch = 'gpiochip1'
    expect(() => board.watchLines?.([17, line], () => undefined)).toThrow(
      expect.objectContaining({ message: expect.stringContaining('gpiochip1:3') }),
    )
    expect([...kernel.watched.values()].map(lines => lines.size)).toEqual([0])
  })

  it('to a handle closes the descriptor of the request', async () => {
    const { board, kernel } = await openWithExpander()
    const request = () => {
      kernel.release(0)
      return board.request({ lines: [0], settings: { direction: 'input' } })
    }
    // One place for each line of the header and 256 for other chips: the next request is one too many.
    for (let held = 0; held < 54 + 256; held++) await request()
    await expect(request()).rejects.toMatchObject({ code: 'ERR_IO' })
    const last = [...kernel.requests.keys()].at(-1) ?? -1
    expect(kernel.requests.size).toBe(54 + 256 + 1)
    expect(() => fstatSync(last)).toThrow(expect.objectContaining({ code: 'EBADF' }))
  })
})

describe('a watch of lines', () => {
  async function watching(lines: readonly (number | string)[]) {
    const opened = await openWithExpander()
    const { board, kernel, threads } = opened
    const changes: (LineChange | EdgeFailure)[] = []
    const numbers = lines.map(line => resolveLine(board, line))
    const stop = board.watchLines?.(numbers, change => changes.push(change))
    const tell = (fd: number, bytes: Uint8Array) => threads[0]?.read(fd, bytes)
    return { ...opened, changes, stop: () => stop?.(), tell, fds: [...kernel.watched.keys()], numbers }
  }

  it('tells who takes a line and who lets it go, with the time of the kernel', async () => {
    const { changes, tell, fds } = await watching([17])
    tell(fds[0] ?? -1, kernelChange(17, 1, 500, 'gpioset', FLAG.USED | FLAG.OUTPUT))
    tell(fds[0] ?? -1, kernelChange(17, 2, 900))
    expect(changes).toEqual([
      {
        kind: 'requested',
        time: 500,
        info: { line: 17, name: undefined, used: true, consumer: 'gpioset', direction: 'output' },
      },
      {
        kind: 'released',
        time: 900,
        info: { line: 17, name: undefined, used: false, consumer: undefined, direction: 'input' },
      },
    ])
  })

  it('takes several changes in one reading', async () => {
    const { changes, tell, fds } = await watching([17, 4])
    tell(fds[0] ?? -1, Buffer.concat([kernelChange(17, 1, 1, 'a', FLAG.USED), kernelChange(4, 3, 2, 'b', FLAG.USED)]))
    expect(changes.map(change => [change.kind, 'info' in change && change.info.line])).toEqual([
      ['requested', 17],
      ['reconfigured', 4],
    ])
  })

  it('is of every chip that has one of the lines, in the numbers of the board', async () => {
    const { changes, tell, fds, numbers } = await watching([17, 'gpiochip1:3'])
    expect(fds).toHaveLength(2)
    tell(fds[1] ?? -1, kernelChange(3, 1, 7, 'x', FLAG.USED))
    expect(changes).toMatchObject([{ kind: 'requested', info: { line: numbers[1] } }])
  })

  it('asks the kernel once for a line that two watch, until both have ended', async () => {
    const { board, kernel, stop, fds, changes, tell } = await watching([17])
    const other: unknown[] = []
    const stopOther = board.watchLines?.([17], change => other.push(change))
    tell(fds[0] ?? -1, kernelChange(17, 1, 1, 'a', FLAG.USED))
    stop()
    stop()
    expect(kernel.watched.get(fds[0] ?? -1)).toEqual(new Set([17]))
    stopOther?.()
    expect([changes.length, other.length]).toEqual([1, 1])
    expect(kernel.watched.get(fds[0] ?? -1)).toEqual(new Set())
  })

  it('ends with a failure when the chip vanishes', async () => {
    const { changes, threads, fds } = await watching([17])
    threads[0]?.fail(fds[0] ?? -1, 'ENODEV')
    expect(changes).toMatchObject([{ kind: 'failed', error: { code: 'ERR_CHIP_GONE' } }])
  })

  it('of a line that is not there is refused, and nothing is watched', async () => {
    const { board, kernel } = await openWithExpander()
    expect(() => board.watchLines?.([17, 99], () => undefined)).toThrow(
      expect.objectContaining({ code: 'ERR_UNKNOWN_LINE' }),
    )
    expect(kernel.watched.size).toBe(0)
  })
})
