/** What handles of gpiochip and onoff have to do with play threads. */

import { fstatSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { gpiochipCapabilities } from '../../drivers/gpiochip/board.js'
import { EdgeReader } from '../../drivers/gpiochip/edge-reader.js'
import { GpiochipHandle } from '../../drivers/gpiochip/handle.js'
import { IOCTL } from '../../drivers/gpiochip/layout.js'
import { onoffCapabilities } from '../../drivers/onoff/board.js'
import { OnoffHandle } from '../../drivers/onoff/handle.js'
import { SysfsLine } from '../../drivers/onoff/line.js'
import type { PlayTarget, PlayThreadData } from '../../drivers/play-order.js'
import { PiWorkerError } from '../../src/errors.js'
import { failureOf } from '../bench/setup.js'
import { ManualClock } from '../mocks/setup.js'
import { FakePlayThread } from './fake-play-thread.js'
import { FakeKernel } from './gpiochip/fake-kernel.js'
import { FakeSysfs } from './onoff/fake-sysfs.js'

const LINES = [17, 27]
const square = [
  { values: 0b01, ns: 2e6 },
  { values: 0b10, ns: 3e6 },
]
const reason = new PiWorkerError('ERR_CANCELLED', 'enough')

/** Starts fake threads, and keeps them. */
function starter() {
  const threads: FakePlayThread[] = []
  const start = (data: PlayThreadData): FakePlayThread => {
    const thread = new FakePlayThread(data)
    threads.push(thread)
    return thread
  }
  return { threads, start, thread: () => threads.at(-1)! }
}

function gpiochip(settings: { activeLow?: boolean; direction?: 'input' | 'output' } = {}) {
  const { threads, start, thread } = starter()
  const configs: number[] = []
  const fd = openSync('/dev/null', 'r+')
  const kernel = new FakeKernel()
  const libc = {
    ...kernel.libc,
    // A line request that takes everything, and remembers what values it was configured with.
    ioctl: (_fd: number, request: number, argument: Uint8Array | Uint32Array) => {
      const bytes = Buffer.from(argument.buffer, argument.byteOffset, argument.byteLength)
      if (request === IOCTL.SET_CONFIG) configs.push(bytes.readUInt32LE(40))
      return 0
    },
  }
  const handle = new GpiochipHandle({
    libc,
    fd,
    path: '/dev/gpiochip0',
    lines: LINES,
    firstLine: 0,
    settings: { direction: 'output', ...settings },
    consumer: 'test',
    limits: { lineCount: 54, description: 'chip', driver: 'gpiochip', capabilities: gpiochipCapabilities },
    reader: new EdgeReader(libc, 1, () => {
      throw new TypeError('no edges here')
    }),
    clock: new ManualClock(),
    now: () => 0,
    toTime: Number,
    released: () => undefined,
    startPlayer: start,
  })
  onTestFinished(() => handle.release())
  return { handle, threads, thread, configs, fd }
}

function onoff(settings: { activeLow?: boolean } = {}) {
  const { threads, start, thread } = starter()
  const sysfs = new FakeSysfs()
  const lines = LINES.map(line => {
    const number = 458 + line
    sysfs.write('export', String(number))
    const id = { line, number, chip: join(sysfs.root, 'gpiochip458') }
    return new SysfsLine(sysfs.Gpio as never, sysfs.root, id, sysfs.files)
  })
  const handle = new OnoffHandle({
    lines,
    settings: { direction: 'output', ...settings },
    consumer: 'test',
    eventBuffer: 1,
    limits: { lineCount: 54, description: 'chip', driver: 'onoff', capabilities: onoffCapabilities },
    clock: new ManualClock(),
    now: () => 0,
    released: () => undefined,
    startPlayer: start,
  })
  onTestFinished(() => handle.release())
  return { handle, threads, thread, sysfs }
}

describe('pulses on gpiochip', () => {
  it('are played by a thread that sets the lines of the request itself, with logical values', async () => {
    const { handle, thread, fd } = gpiochip({ activeLow: true })
    const playing = handle.play({ steps: square })
    const target: PlayTarget = { kind: 'ioctl', fd, request: IOCTL.SET_VALUES }
    expect(thread().data.target).toEqual(target)
    thread().run()
    expect(await playing).toMatchObject({ player: 'software', requestedNs: 5e6 })
    expect(thread().writes).toEqual([
      [0b01, 0b11],
      [0b10, 0b11],
    ])
  })

  it('leave the levels of the last step, which a new configuration keeps', async () => {
    const { handle, thread, configs } = gpiochip()
    const playing = handle.play({ steps: square })
    thread().run()
    await playing
    handle.reconfigure({ direction: 'output', drive: 'open-drain' })
    expect(configs).toEqual([0b10])
  })

  it('start no thread before the first one, and none on an input', async () => {
    const { handle, threads } = gpiochip({ direction: 'input' })
    expect(await failureOf(handle.play({ steps: square }))).toMatchObject({ code: 'ERR_UNSUPPORTED' })
    expect(threads).toEqual([])
  })

  it('fail with what the kernel says', async () => {
    const { handle, thread } = gpiochip()
    const playing = handle.play({ steps: square })
    thread().errno = 'ENODEV'
    thread().run()
    expect(await failureOf(playing)).toMatchObject({ code: 'ERR_CHIP_GONE' })
  })
})

describe('pulses on onoff', () => {
  it('are played by a thread that writes the value files, as levels', async () => {
    const { handle, thread, sysfs } = onoff({ activeLow: true })
    const playing = handle.play({ steps: [{ values: 0b01, mask: 0b01, ns: 1e6 }] })
    const { target } = thread().data
    if (target.kind !== 'files') throw new TypeError(target.kind)
    expect(target.fds.map(fd => readFileSync(fd, 'utf8'))).toEqual(['1', '1'])
    expect(sysfs.read('gpio475/value')).toBe('1')
    thread().run()
    await playing
    expect(thread().writes.map(([values, mask]) => [values & 1, mask])).toEqual([[0, 1]])
  })

  it('fail with what the kernel says', async () => {
    const { handle, thread } = onoff()
    const playing = handle.play({ steps: square })
    thread().errno = 'EACCES'
    thread().run()
    expect(await failureOf(playing)).toMatchObject({ code: 'ERR_PERMISSION' })
  })

  it('close what was opened for them', async () => {
    const { handle, thread } = onoff()
    const playing = handle.play({ steps: square })
    const { target } = thread().data
    const fds = target.kind === 'files' ? target.fds : []
    thread().run()
    await playing
    handle.release()
    for (const fd of fds) expect(() => fstatSync(fd)).toThrow('EBADF')
  })
})

describe.each([
  ['gpiochip', () => gpiochip()],
  ['onoff', () => onoff()],
])('pulses on %s', (_, open) => {
  it('are over before the lines are let go, and so is the thread', async () => {
    const { handle, thread } = open()
    const playing = handle.play({ steps: square, repeat: 1e6 })
    playing.catch(() => undefined)
    await Promise.resolve()
    handle.release()
    expect(await failureOf(playing)).toMatchObject({ code: 'ERR_RELEASED' })
    expect([thread().terminated, thread().run()]).toEqual([true, undefined])
  })

  it('are over before the lines are configured anew', async () => {
    const { handle, thread } = open()
    const playing = handle.play({ steps: square })
    playing.catch(() => undefined)
    await Promise.resolve()
    handle.reconfigure({ direction: 'output', initial: 0b11 })
    expect(await failureOf(playing)).toMatchObject({ code: 'ERR_CANCELLED' })
    expect([thread().run(), thread().writes]).toEqual([undefined, []])
  })

  it('are over when their signal aborts', async () => {
    const { handle, thread } = open()
    const stop = new AbortController()
    const playing = handle.play({ steps: square }, stop.signal)
    playing.catch(() => undefined)
    await Promise.resolve()
    stop.abort(reason)
    await expect(playing).rejects.toBe(reason)
    expect([thread().run(), thread().writes]).toEqual([undefined, []])
  })
})
