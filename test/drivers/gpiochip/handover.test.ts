/** What a handle of gpiochip hands over, carried out on the same fake kernel; and requests that are taken over. */

import { fstatSync, openSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { LineHandle, LineRequest, LineSettings } from '../../../drivers/driver.js'
import { FLAG, IOCTL } from '../../../drivers/gpiochip/layout.js'
import type { SafeLevel } from '../../../drivers/handover.js'
import { FakeKernel } from './fake-kernel.js'
import { openOn } from './open.js'

async function request(settings: LineSettings, lines: readonly number[] = [17, 18, 22]) {
  const { kernel, board } = await openOn(new FakeKernel())
  const handle = await board.request({ lines, settings })
  return { kernel, board, handle }
}

/** Does what was handed over, as a guardian would, and gives the values afterwards. */
function carryOut(kernel: FakeKernel, handle: LineHandle, safe: readonly SafeLevel[], settings?: LineSettings): number {
  const handover = handle.handover?.(safe, settings)
  if (handover?.kind !== 'line') throw new TypeError('it hands nothing over')
  for (const { request, bytes } of handover.calls) kernel.libc.ioctl(handover.fd, request, Buffer.from(bytes, 'base64'))
  return kernel.request.values
}

describe('what a handle hands over', () => {
  it('sets all lines to their safe levels', async () => {
    const { kernel, handle } = await request({ direction: 'output', initial: 0b001 })
    expect(carryOut(kernel, handle, ['low', 'high', 'high'])).toBe(0b110)
  })

  it('sets levels, not values, of lines that are active-low, which they stay', async () => {
    const { kernel, handle } = await request({ direction: 'output', activeLow: true, drive: 'open-drain' })
    expect(carryOut(kernel, handle, ['low', 'high', 'high'])).toBe(0b001)
    expect(kernel.request.configs.at(-1)).toBe(FLAG.OUTPUT | FLAG.ACTIVE_LOW | FLAG.OPEN_DRAIN)
  })

  it('leaves a line alone that is to be kept', async () => {
    const { kernel, handle } = await request({ direction: 'output' })
    handle.set(0b111)
    expect(carryOut(kernel, handle, ['low', 'keep', 'low'])).toBe(0b010)
    expect(handle.handover?.(['keep', 'keep', 'keep'])).toMatchObject({ calls: [] })
  })

  it('makes inputs of lines that nobody is to drive', async () => {
    const { kernel, handle } = await request({ direction: 'output', bias: 'pull-up' })
    carryOut(kernel, handle, ['input', 'input', 'input'])
    expect(kernel.request.configs.at(-1)).toBe(FLAG.INPUT | FLAG.PULL_UP)
  })

  it('drives lines that are inputs then, and are safe when they are driven', async () => {
    const { kernel, handle } = await request({ direction: 'input' })
    expect(carryOut(kernel, handle, ['high', 'low', 'low'])).toBe(0b001)
    expect(kernel.request.configs.at(-1)).toBe(FLAG.OUTPUT)
  })

  it('is for the settings that the lines are about to have', async () => {
    const { kernel, handle } = await request({ direction: 'output' })
    expect(carryOut(kernel, handle, ['low', 'low', 'low'], { direction: 'output', activeLow: true })).toBe(0b111)
  })

  it.each<[readonly SafeLevel[], LineSettings]>([
    [['input', 'low', 'low'], { direction: 'output' }],
    [['input', 'keep', 'keep'], { direction: 'output' }],
    [['low', 'keep', 'keep'], { direction: 'input' }],
  ])('is refused for %s of lines with %o', async (safe, settings) => {
    const { handle } = await request(settings)
    expect(() => handle.handover?.(safe)).toThrow(
      expect.objectContaining({ code: 'ERR_GUARDIAN', place: 'GPIO17, GPIO18, GPIO22' }),
    )
  })

  it('is nothing when the lines have been let go', async () => {
    const { handle } = await request({ direction: 'output' })
    handle.release()
    expect(() => handle.handover?.(['low', 'low', 'low'])).toThrow(expect.objectContaining({ code: 'ERR_RELEASED' }))
  })
})

describe('a request that is taken over', () => {
  /** Lines that another process has requested, and the descriptor that it sent. */
  async function inherit(settings: LineSettings) {
    const { kernel, board } = await openOn(new FakeKernel())
    const fd = openSync('/dev/null', 'r+')
    kernel.requests.set(fd, { chip: 'gpiochip0', lines: [17, 18], values: 0b11, configs: [] })
    const asked: LineRequest = { lines: [17, 18], settings, inherited: { kind: 'line', fd } }
    return { kernel, board, fd, asked }
  }

  it('is set up anew in place, and requested from nobody', async () => {
    const { kernel, board, asked } = await inherit({ direction: 'output', activeLow: true, initial: 0b10 })
    const handle = await board.request(asked)
    expect([kernel.requests.size, kernel.request.values]).toEqual([1, 0b10])
    expect(kernel.request.configs).toEqual([FLAG.OUTPUT | FLAG.ACTIVE_LOW])
    handle.set(0b01)
    expect([handle.get(), kernel.request.values]).toEqual([0b01, 0b01])
  })

  it('is closed when the kernel does not have it so', async () => {
    const { kernel, board, fd, asked } = await inherit({ direction: 'output' })
    kernel.failing.set(IOCTL.SET_CONFIG, 'EIO')
    await expect(board.request(asked)).rejects.toMatchObject({ code: 'ERR_IO' })
    expect(() => fstatSync(fd)).toThrow('EBADF')
  })
})
