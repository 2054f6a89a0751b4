/** The main thread's side of the poll thread: when it runs, what it reads, and how it ends. */

import { describe, expect, it } from 'vitest'
import { EdgeReader } from '../../../drivers/gpiochip/edge-reader.js'
import { MAX_PENDING } from '../../../drivers/gpiochip/poll-table.js'
import { FakeKernel } from './fake-kernel.js'
import { fakeThreads, kernelEvents } from './fake-thread.js'

function setUp(slots = 4) {
  const kernel = new FakeKernel()
  const { threads, start } = fakeThreads()
  return { kernel, threads, reader: new EdgeReader(kernel.libc, slots, start) }
}

/** Somebody who owns descriptor `fd`, and what it was told. */
function sink(fd: number) {
  const told: string[] = []
  return {
    fd,
    told,
    receive: (bytes: Uint8Array) => told.push(`${bytes.length} bytes`),
    failed: (errno: string, cause?: Error) => told.push(cause === undefined ? errno : `${errno}: ${cause.message}`),
  }
}

const event = kernelEvents({ line: 4, active: true, time: 1, sequence: 1 })

describe('the poll thread', () => {
  it('is started for the first descriptor that is to be read, and once', async () => {
    const { reader, threads } = setUp()
    const first = reader.open(sink(100))
    const second = reader.open(sink(101))
    expect(threads).toHaveLength(0)
    first.start()
    second.start()
    expect(threads).toHaveLength(1)
    expect([...threads[0]!.sources.keys()].toSorted()).toEqual([100, 101])
    await reader.close()
  })

  it('keeps the process alive only while something is read', async () => {
    const { reader, threads } = setUp()
    const source = reader.open(sink(100))
    source.start()
    expect(threads[0]?.referenced).toBe(true)
    source.stop()
    expect(threads[0]?.referenced).toBe(false)
    await reader.close()
  })

  it('is asked to end, and awaited', async () => {
    const { reader, threads } = setUp()
    reader.open(sink(100)).start()
    await reader.close()
    expect(threads[0]?.table.stopping).toBe(true)
    await expect(reader.close()).resolves.toBeUndefined()
  })

  it('leaves no listener on the process', async () => {
    const before = process.listenerCount('exit')
    const { reader } = setUp()
    reader.open(sink(100)).start()
    expect(process.listenerCount('exit')).toBe(before + 1)
    await reader.close()
    expect(process.listenerCount('exit')).toBe(before)
  })

  it('that cannot have a pipe is an error of the call that wanted it', () => {
    const { reader, kernel } = setUp()
    kernel.failing.set(0, 'EMFILE')
    const source = reader.open(sink(100))
    expect(() => source.start()).toThrow(
      expect.objectContaining({ code: 'ERR_IO', message: expect.stringContaining('EMFILE') }),
    )
  })

  it('that dies tells everybody who reads, and whoever comes later', async () => {
    const { reader, threads } = setUp()
    const [early, late] = [sink(100), sink(101)]
    reader.open(early).start()
    threads[0]?.emit('error', new TypeError('out of memory'))
    threads[0]?.emit('exit')
    expect(early.told).toEqual(['the edge thread ended: out of memory'])
    reader.open(late).start()
    await Promise.resolve()
    expect(late.told).toEqual(['the edge thread ended: out of memory'])
    await reader.close()
  })
})

describe('a source', () => {
  it('receives what was read from its descriptor', async () => {
    const { reader, threads } = setUp()
    const [mine, other] = [sink(100), sink(101)]
    reader.open(mine).start()
    reader.open(other).start()
    threads[0]?.read(100, event)
    expect([mine.told, other.told]).toEqual([['48 bytes'], []])
    await reader.close()
  })

  it('that failed is read no more', async () => {
    const { reader, threads } = setUp()
    const mine = sink(100)
    reader.open(mine).start()
    threads[0]?.fail(100, 'ENODEV')
    expect(mine.told).toEqual(['ENODEV'])
    expect(threads[0]?.sources.size).toBe(0)
    await reader.close()
  })

  it('that is closed receives nothing, not even what is on its way', async () => {
    const { reader, threads } = setUp()
    const mine = sink(100)
    const source = reader.open(mine)
    source.start()
    const id = threads[0]!.sources.get(100)!
    source.close()
    threads[0]?.emit('message', { id, bytes: event })
    expect(mine.told).toEqual([])
    source.close()
    await reader.close()
  })

  it('is not mistaken for the one that had its place before', async () => {
    const { reader, threads } = setUp(1)
    const [first, second] = [sink(100), sink(100)]
    const source = reader.open(first)
    source.start()
    const id = threads[0]!.sources.get(100)!
    source.close()
    reader.open(second).start()
    threads[0]?.emit('message', { id, bytes: event })
    expect(second.told).toEqual([])
    await reader.close()
  })

  it('wakes a thread that waits for its events to be received', async () => {
    const { reader, threads } = setUp(1)
    reader.open(sink(100)).start()
    const { table } = threads[0]!
    table.sent(0, MAX_PENDING)
    expect(table.room(0)).toBe(0)
    threads[0]?.read(100, event)
    expect(table.room(0)).toBe(1)
    await reader.close()
  })

  it('more than the chip has lines is refused', () => {
    const { reader } = setUp(1)
    reader.open(sink(100))
    expect(() => reader.open(sink(101))).toThrow(expect.objectContaining({ code: 'ERR_IO' }))
  })
})
