import { describe, expect, it, onTestFinished } from 'vitest'
import { PlayControl } from '../../drivers/play-order.js'
import { ThreadPlayer } from '../../drivers/play-threads.js'
import { PiWorkerError } from '../../src/errors.js'
import { failureOf } from '../bench/setup.js'
import { ManualClock } from '../mocks/setup.js'
import { FakePlayThread } from './fake-play-thread.js'

const square = {
  steps: [
    { values: 1, ns: 2e6 },
    { values: 2, mask: 2, ns: 3e6 },
  ],
}

function setUp() {
  const threads: FakePlayThread[] = []
  const left: [number, number][] = []
  const player = new ThreadPlayer({
    clock: new ManualClock(),
    lineCount: 2,
    target: () => ({ kind: 'files', fds: [] }),
    failure: errno => new PiWorkerError('ERR_IO', errno),
    left: (values, mask) => left.push([values, mask]),
    start: data => {
      const thread = new FakePlayThread(data)
      threads.push(thread)
      return thread
    },
  })
  onTestFinished(() => player.close(new PiWorkerError('ERR_RELEASED', 'over')))
  const thread = (): FakePlayThread => threads.at(-1)!
  return { player, threads, thread, left }
}

const reason = new PiWorkerError('ERR_CANCELLED', 'enough')

describe('a play on a thread', () => {
  it('starts the thread when it is the first, and uses it again', async () => {
    const { player, threads, thread, left } = setUp()
    expect(threads).toHaveLength(0)
    const first = player.play({ ...square, repeat: 2 }, 0)
    thread().run()
    expect(await first).toMatchObject({ player: 'software', requestedNs: 10e6, realtime: { scheduling: 'fifo' } })
    const second = player.play(square, 0)
    thread().run()
    expect((await second).lateness?.steps).toBe(2)
    expect([threads.length, thread().writes.length]).toEqual([1, 6])
    expect(left).toEqual([
      [3, 3],
      [3, 3],
    ])
  })

  it('says when it began, on the clock of the board, and how long it was and how late', async () => {
    const { player, thread } = setUp()
    const playing = player.play(square, 0)
    thread().run()
    const { beganNs = 0, achievedNs, requestedNs, latestNs, lateness } = await playing
    expect(beganNs).toBeGreaterThan(0)
    expect(achievedNs).toBeGreaterThanOrEqual(requestedNs)
    expect(latestNs).toBe(Math.max(...(lateness?.firstNs ?? [])))
  })

  it('tells when its first step is due, before that comes', async () => {
    const { player, thread } = setUp()
    const told: [number, number][] = []
    const playing = player.play(square, 0, undefined, time => told.push([time, thread().writes.length]))
    thread().run()
    const { beganNs } = await playing
    expect(told).toEqual([[beganNs, 0]])
  })

  it('keeps the process alive as long as it lasts, and not longer', async () => {
    const { player, thread } = setUp()
    const playing = player.play(square, 0)
    const during = thread().referenced
    thread().run()
    await playing
    expect([during, thread().referenced]).toEqual([true, false])
  })

  it('waits while another one is played on the same lines', async () => {
    const { player, thread } = setUp()
    const both = Promise.all([player.play(square, 0), player.play({ steps: [{ values: 0, ns: 1 }] }, 0)])
    expect(thread().orders).toHaveLength(2)
    thread().run()
    thread().run()
    await both
    expect(thread().writes.at(-1)).toEqual([0, 3])
  })

  it('is never begun when it is cancelled before, and rejects with the reason', async () => {
    const { player, thread } = setUp()
    const stop = new AbortController()
    const playing = player.play(square, 0, stop.signal)
    playing.catch(() => undefined)
    await Promise.resolve()
    stop.abort(reason)
    await expect(playing).rejects.toBe(reason)
    expect([thread().run(), thread().writes]).toEqual([undefined, []])
  })

  it('that is cancelled under way writes no further step, and tells what it left on the lines', async () => {
    const { player, thread, left } = setUp()
    const playing = player.play({ ...square, repeat: 100 }, 0)
    // In a world of one thread the main thread cannot wait for the play: only the flag is set.
    thread().before.set(3, () => new PlayControl(thread().orders[0]?.control ?? control).halt(0))
    const control = thread().orders[0]!.control
    thread().run()
    expect(await failureOf(playing)).toMatchObject({ code: 'ERR_IO' })
    expect(thread().writes).toHaveLength(4)
    expect(left).toEqual([[3, 3]])
  })

  it('is refused before the thread hears of it when it cannot be played', async () => {
    const { player, threads } = setUp()
    expect(await failureOf(player.play({ steps: [] }, 0))).toMatchObject({ code: 'ERR_BAD_PULSES' })
    await expect(player.play(square, 0, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(threads).toHaveLength(0)
  })

  it('fails with the error that the driver makes of the errno', async () => {
    const { player, thread, left } = setUp()
    const playing = player.play(square, 0)
    thread().errno = 'EPERM'
    thread().run()
    expect(await failureOf(playing)).toMatchObject({ code: 'ERR_IO', message: 'EPERM' })
    expect(left).toEqual([])
  })

  it('fails when the thread ends, and the next one gets another thread', async () => {
    const { player, threads, thread } = setUp()
    const playing = player.play(square, 0)
    thread().tell('error', new RangeError('out of memory'))
    thread().tell('exit', undefined)
    expect(await failureOf(playing)).toMatchObject({
      code: 'ERR_IO',
      message: 'the thread that plays pulses ended: out of memory',
    })
    const again = player.play(square, 0)
    thread().run()
    await again
    expect(threads).toHaveLength(2)
  })

  it('ends with the player, and so does its thread', async () => {
    const { player, thread } = setUp()
    const playing = player.play(square, 0)
    playing.catch(() => undefined)
    await Promise.resolve()
    player.close(reason)
    await expect(playing).rejects.toBe(reason)
    expect(thread().terminated).toBe(true)
  })

  it('has the values turned round that the lines have so', async () => {
    const { player, thread } = setUp()
    const playing = player.play({ steps: [{ values: 1, ns: 1 }] }, -1)
    thread().run()
    await playing
    expect(thread().writes.map(([values, mask]) => [values & 3, mask])).toEqual([[2, 3]])
  })
})

describe('plays on several threads', () => {
  it('spin on all processors but one; a play beyond those is real-time only when it mostly sleeps', async () => {
    const { player, thread } = setUp()
    const playing = Promise.all([
      player.play({ steps: [{ values: 1, ns: 300_000 }] }, 0),
      player.play({ steps: [{ values: 1, ns: 3_000_000 }] }, 0),
    ])
    // Of the whole process: a thread of another test may still be counted.
    const spinners = new Int32Array(thread().data.spinners)
    const before = Atomics.load(spinners, 0)
    thread().processors = 3 + before
    Atomics.add(spinners, 0, 2)
    thread().run()
    thread().run()
    Atomics.sub(spinners, 0, 2)
    await playing
    expect(thread().notFifo).toEqual(['other plays have the processors', undefined])
    expect(Atomics.load(spinners, 0)).toBe(before)
  })

  it('are not real-time when they would be stopped for it', async () => {
    const { player, thread } = setUp()
    const playing = player.play({ steps: [{ values: 1, ns: 150_000 }], repeat: 5000 }, 0)
    thread().run()
    await playing
    expect(thread().notFifo[0]).toMatch(/no time to sleep/)
  })
})
