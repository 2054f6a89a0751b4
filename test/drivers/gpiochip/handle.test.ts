/** Requests and handles of the gpiochip driver: levels, settings, release, and what the kernel refuses. */

import { fstatSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { LineSettings } from '../../../drivers/driver.js'
import { gpiochipDriver } from '../../../drivers/gpiochip/index.js'
import { FLAG, IOCTL } from '../../../drivers/gpiochip/layout.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { brief, watch } from '../../mocks/setup.js'
import { FakeKernel } from './fake-kernel.js'
import { kernelEvents } from './fake-thread.js'
import { openOn } from './open.js'

async function request(settings: LineSettings, lines: readonly number[] = [17]) {
  const opened = await openOn(new FakeKernel())
  const handle = await opened.board.request({ lines, settings, consumer: 'valve' })
  const [fd = -1] = opened.kernel.requests.keys()
  return { ...opened, handle, fd }
}

describe('a request', () => {
  it('hands consumer, lines, flags and initial values to the kernel', async () => {
    const { kernel } = await request({ direction: 'output', drive: 'open-drain', initial: 0b10 }, [17, 4])
    expect(kernel.request).toEqual({
      chip: 'gpiochip0',
      lines: [17, 4],
      values: 0b10,
      configs: [FLAG.OUTPUT | FLAG.OPEN_DRAIN],
    })
    expect(kernel.line(17).consumer).toBe('valve')
  })

  it('of a line that is held names the holder', async () => {
    const { board, kernel } = await openOn(new FakeKernel())
    kernel.hold(4, 'gpiomon')
    await expect(board.request({ lines: [5, 4], settings: { direction: 'input' } })).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      message: 'GPIO4 is held by "gpiomon"',
      details: { driver: 'gpiochip', line: 4, consumer: 'gpiomon' },
    })
  })

  it('for edges of a line without an interrupt says so', async () => {
    const { board, kernel } = await openOn(new FakeKernel())
    kernel.failing.set(IOCTL.GET_LINE, 'ENXIO')
    await expect(board.request({ lines: [50], settings: { direction: 'input', edges: 'both' } })).rejects.toMatchObject(
      { code: 'ERR_UNSUPPORTED', message: expect.stringContaining('GPIO50') },
    )
  })

  it('in virtual time is not possible: the board does not open', async () => {
    await expect(gpiochipDriver().open({ clock: new VirtualClock() })).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
    })
  })
})

describe('a handle', () => {
  it('reads and sets all lines at once', async () => {
    const { kernel, handle } = await request({ direction: 'output' }, [17, 4])
    handle.set(0b11)
    expect([kernel.request.values, handle.get()]).toEqual([0b11, 0b11])
  })

  it('sets the lines of the mask and no others', async () => {
    const { kernel, handle } = await request({ direction: 'output', initial: 0b01 }, [17, 4])
    handle.set(0b10, 0b10)
    expect(kernel.request.values).toBe(0b11)
    kernel.failing.set(IOCTL.SET_VALUES, 'EIO')
    expect(() => handle.set(0, 0)).not.toThrow()
  })

  it('has 32 lines whose values are a number that is not negative', async () => {
    const { handle } = await request(
      { direction: 'output' },
      Array.from({ length: 32 }, (_, line) => line),
    )
    handle.set(0xffff_ffff)
    expect(handle.get()).toBe(0xffff_ffff)
  })

  it('of an input cannot be set', async () => {
    const { handle } = await request({ direction: 'input' })
    expect(() => handle.set(1)).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED' }))
  })

  it('keeps the level of an output that is given new settings, also when its polarity changes', async () => {
    const { kernel, handle } = await request({ direction: 'output' }, [17, 4])
    handle.set(0b01)
    handle.reconfigure({ direction: 'output', drive: 'open-source' })
    expect(kernel.request.values).toBe(0b01)
    handle.reconfigure({ direction: 'output', activeLow: true })
    expect(kernel.request.values).toBe(0b10)
    handle.reconfigure({ direction: 'output', activeLow: true, initial: 0b11 })
    expect(kernel.request.values).toBe(0b11)
  })

  it('keeps its settings when the kernel refuses new ones', async () => {
    const { kernel, handle } = await request({ direction: 'output' })
    kernel.failing.set(IOCTL.SET_CONFIG, 'EINVAL')
    expect(() => handle.reconfigure({ direction: 'input' })).toThrow(
      expect.objectContaining({ code: 'ERR_UNSUPPORTED', message: expect.stringContaining('GPIO17') }),
    )
    expect(handle.settings).toEqual({ direction: 'output' })
    handle.set(1)
  })

  it('of a chip that vanished says so at every call', async () => {
    const { kernel, handle } = await request({ direction: 'output' })
    for (const call of [IOCTL.GET_VALUES, IOCTL.SET_VALUES, IOCTL.SET_CONFIG]) kernel.failing.set(call, 'ENODEV')
    const gone = expect.objectContaining({ code: 'ERR_CHIP_GONE' })
    expect(() => handle.get()).toThrow(gone)
    expect(() => handle.set(1)).toThrow(gone)
    expect(() => handle.reconfigure({ direction: 'input' })).toThrow(gone)
  })

  it('closes its descriptor when it is released, and throws from then on', async () => {
    const { handle, fd } = await request({ direction: 'output' })
    handle.release()
    expect(() => fstatSync(fd)).toThrow(expect.objectContaining({ code: 'EBADF' }))
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

  it('is released with its board, which then takes nothing more', async () => {
    const { board, handle } = await request({ direction: 'output' })
    await board.close()
    expect(() => handle.get()).toThrow(expect.objectContaining({ code: 'ERR_RELEASED' }))
    await expect(board.request({ lines: [4], settings: { direction: 'input' } })).rejects.toMatchObject({
      code: 'ERR_CLOSED',
    })
  })
})

describe('edges of a handle', () => {
  const both = { direction: 'input', edges: 'both' } as const

  it('are waited for by the request: until the thread looks, the handle is not given out', async () => {
    const { board, threads, kernel } = await openOn(new FakeKernel())
    let given = false
    const pending = board.request({ lines: [17], settings: both }).then(() => {
      given = true
    })
    await Promise.resolve()
    expect([threads.length, kernel.requests.size, given]).toEqual([1, 1, false])
    await pending
    expect(given).toBe(true)
  })

  it('need no thread when none are asked for', async () => {
    const { threads } = await request({ direction: 'input' })
    expect(threads).toEqual([])
  })

  it('are read only while somebody listens', async () => {
    const { handle, threads, fd } = await request(both)
    expect([...threads[0]!.sources.keys()]).toEqual([])
    const stop = handle.edges(() => undefined)
    expect([...threads[0]!.sources.keys()]).toEqual([fd])
    stop()
    expect([...threads[0]!.sources.keys()]).toEqual([])
  })

  it("have the kernel's time, since the board was opened", async () => {
    const { handle, threads, fd } = await request(both)
    const events = watch(handle)
    threads[0]?.read(fd, kernelEvents({ line: 17, active: true, time: 5000, sequence: 1 }))
    expect(brief(events)).toEqual(['rising 17 @5000 #1'])
  })

  it('end with a failure when the chip vanishes', async () => {
    const { handle, threads, fd } = await request(both)
    const events = watch(handle)
    threads[0]?.fail(fd, 'ENODEV')
    expect(brief(events)).toEqual(['failed ERR_CHIP_GONE'])
  })

  it('are not delivered any more once the handle is released', async () => {
    const { handle, threads, fd } = await request(both)
    const events = watch(handle)
    const id = threads[0]!.sources.get(fd)!
    handle.release()
    threads[0]?.emit('message', { id, bytes: kernelEvents({ line: 17, active: true, time: 1, sequence: 1 }) })
    expect(events).toEqual([])
  })
})
