import { beforeEach, describe, expect, it } from 'vitest'
import type { EdgeEvent, LineRequest } from '../../drivers/driver.js'
import { MockBoard } from '../../mocks/board.js'
import { ObservedBoard } from '../../src/bench/observed-board.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { withoutEdges } from './setup.js'

let board: MockBoard
let clock: VirtualClock
let observed: ObservedBoard
let told: string[]
beforeEach(() => {
  clock = new VirtualClock()
  board = new MockBoard({ clock })
  observed = new ObservedBoard(board, clock)
  told = []
  observed.onLevel((line, level) => told.push(`${line} ${level}`))
})

/** Edges reach listeners in microtasks. */
const delivered = () => new Promise<void>(resolve => setImmediate(resolve))

describe('an observed output', () => {
  it('tells its first level and every change', async () => {
    const handle = await observed.request({ lines: [17], settings: { direction: 'output' } })
    handle.set(1)
    handle.set(0)
    expect(told).toEqual(['17 low', '17 high', '17 low'])
  })

  it('tells every step of a sequence that it plays', async () => {
    const handle = await observed.request({ lines: [17], settings: { direction: 'output' } })
    const steps = [
      { values: 1, ns: 100 },
      { values: 0, ns: 100 },
    ]
    expect(await handle.play({ steps, repeat: 2 })).toMatchObject({ requestedNs: 400, achievedNs: 400, latestNs: 0 })
    expect(told).toEqual(['17 low', '17 high', '17 low', '17 high', '17 low'])
  })

  it('hands PWM on to the driver', async () => {
    const handle = await observed.request({ lines: [18], settings: { direction: 'output' } })
    expect(handle.pwm?.(18, { frequency: 50, duty: 0.5 })).toEqual({ frequency: 50, duty: 0.5, source: 'hardware' })
    expect(board.level(18)).toBe('high')
  })

  it('does not tell of a level that stays', async () => {
    const handle = await observed.request({ lines: [17], settings: { direction: 'output', initial: 1 } })
    handle.set(1)
    expect(told).toEqual(['17 high'])
  })

  it('tells only of the lines in the mask', async () => {
    const handle = await observed.request({ lines: [17, 18], settings: { direction: 'output' } })
    told.length = 0
    handle.set(0b11, 0b10)
    expect(told).toEqual(['18 high'])
  })

  it('tells levels, not values, of an active-low line', async () => {
    const handle = await observed.request({ lines: [17], settings: { direction: 'output', activeLow: true } })
    handle.set(1)
    expect(told).toEqual(['17 high', '17 low'])
  })

  it('tells what a new configuration changes', async () => {
    const handle = await observed.request({ lines: [17], settings: { direction: 'output' } })
    handle.reconfigure({ direction: 'output', initial: 1 })
    expect(told).toEqual(['17 low', '17 high'])
  })
})

describe('an observed output on hardware that times pulses itself', () => {
  /** The simulated board, as if nobody could watch it play. */
  function withDma({ lateNs = 0 } = {}) {
    const dma = Object.assign(Object.create(board) as MockBoard, {
      capabilities: { ...board.capabilities, pulses: 'dma' },
      request: async (request: LineRequest) => {
        const handle = await board.request(request)
        const play = handle.play.bind(handle)
        // As a thread that has to be started first.
        handle.play = async (sequence, signal, began) => {
          await clock.reach(clock.now() + lateNs)
          return await play(sequence, signal, began)
        }
        return handle
      },
      now: () => clock.now(),
    })
    const watched = new ObservedBoard(dma, clock)
    const timed: string[] = []
    watched.onLevel((line, level, time) => timed.push(`${line} ${level} @${time}`))
    return { watched, timed }
  }
  const blink = [
    { values: 1, ns: 30_000_400 },
    { values: 0, ns: 10_000_400 },
  ]

  it('tells every step at its time, in whole µs, after the call', async () => {
    const { watched, timed } = withDma()
    const handle = await watched.request({ lines: [17], settings: { direction: 'output' } })
    await clock.reach(5000)
    await handle.play({ steps: blink, repeat: 2 })
    expect(timed).toEqual(['17 low @0', '17 high @5000', '17 low @30005000', '17 high @40006000', '17 low @70006000'])
  })

  it('tells them at their times after the first step, when that begins later than the call', async () => {
    const { watched, timed } = withDma({ lateNs: 700 })
    const handle = await watched.request({ lines: [17], settings: { direction: 'output' } })
    await handle.play({ steps: blink })
    expect(timed).toEqual(['17 low @0', '17 high @700', '17 low @30000700'])
  })

  it('tells them while they are played, no later than a recording waits', async () => {
    const { watched, timed } = withDma()
    const handle = await watched.request({ lines: [17], settings: { direction: 'output' } })
    const playing = handle.play({ steps: blink, repeat: 2 })
    await clock.reach(60e6)
    expect(timed).toEqual(['17 low @0', '17 high @0', '17 low @30000000', '17 high @40001000'])
    await playing
  })

  it('tells only the lines of the mask, as levels', async () => {
    const { watched, timed } = withDma()
    const settings = { direction: 'output', activeLow: true } as const
    const handle = await watched.request({ lines: [17, 18], settings })
    timed.length = 0
    await handle.play({ steps: [{ values: 0b11, mask: 0b10, ns: 1000 }] })
    expect(timed).toEqual(['18 low @0'])
  })

  it('tells no step that was not reached when it was aborted', async () => {
    const { watched, timed } = withDma()
    const handle = await watched.request({ lines: [17], settings: { direction: 'output' } })
    const stop = new AbortController()
    const playing = handle.play({ steps: blink, repeat: 1000 }, stop.signal)
    await clock.reach(35e6)
    stop.abort(new RangeError('enough'))
    await expect(playing).rejects.toThrow('enough')
    await clock.reach(90e6)
    expect(timed).toEqual(['17 low @0', '17 high @0', '17 low @30000000'])
  })

  it('tells nothing of what the driver refuses to play', async () => {
    const { watched, timed } = withDma()
    const handle = await watched.request({ lines: [17], settings: { direction: 'output' } })
    await expect(handle.play({ steps: [{ values: 1, ns: 0.5 }] })).rejects.toMatchObject({ code: 'ERR_BAD_PULSES' })
    await clock.reach(90e6)
    expect(timed).toEqual(['17 low @0'])
  })

  it('rejects with what ended the play when the handle was released meanwhile', async () => {
    const { watched, timed } = withDma()
    const handle = await watched.request({ lines: [17], settings: { direction: 'output' } })
    const playing = handle.play({ steps: blink, repeat: 1000 })
    await clock.reach(35e6)
    handle.release()
    await expect(playing).rejects.toMatchObject({ code: 'ERR_RELEASED' })
    expect(timed).toEqual(['17 low @0', '17 high @0', '17 low @30000000'])
  })

  it('tells the edges of PWM until a level is set', async () => {
    const { watched, timed } = withDma()
    const handle = await watched.request({ lines: [18], settings: { direction: 'output' } })
    timed.length = 0
    handle.pwm?.(18, { frequency: 100, duty: 0.25 })
    await clock.reach(25e6)
    handle.set(0)
    await clock.reach(90e6)
    expect(timed).toEqual([
      '18 high @0',
      '18 low @2500000',
      '18 high @10000000',
      '18 low @12500000',
      '18 high @20000000',
      '18 low @22500000',
    ])
  })

  it.each([
    ['is steady', { frequency: 100, duty: 1 }, ['18 high @0']],
    ['is faster than is told', { frequency: 25_000, duty: 0.5 }, []],
  ])('tells of PWM that %s what there is', async (_, settings, expected) => {
    const { watched, timed } = withDma()
    const handle = await watched.request({ lines: [18], settings: { direction: 'output' } })
    timed.length = 0
    handle.pwm?.(18, settings)
    await clock.reach(1e9)
    expect(timed).toEqual(expected)
  })

  it('tells that PWM ends inactive with the handle, and tells no more', async () => {
    const { watched, timed } = withDma()
    const handle = await watched.request({ lines: [18], settings: { direction: 'output' } })
    timed.length = 0
    handle.pwm?.(18, { frequency: 100, duty: 0.5 })
    await clock.reach(2e6)
    handle.release()
    await clock.reach(1e9)
    expect(timed).toEqual(['18 high @0', '18 low @2000000'])
  })
})

describe('an observed input', () => {
  it('tells of every edge although nobody listens to its edges', async () => {
    board.drive(4, 'low')
    await observed.request({ lines: [4], settings: { direction: 'input' } })
    board.drive(4, 'high')
    await delivered()
    expect(told).toEqual(['4 low', '4 high'])
  })

  it('gives its listeners only the edges that were selected', async () => {
    board.drive(4, 'low')
    const handle = await observed.request({ lines: [4], settings: { direction: 'input', edges: 'falling' } })
    const edges: EdgeEvent[] = []
    handle.edges(event => edges.push(event))
    board.drive(4, 'high')
    board.drive(4, 'low')
    await delivered()
    expect(edges).toMatchObject([{ kind: 'edge', direction: 'falling' }])
    expect(handle.settings.edges).toBe('falling')
  })

  it('calls a listener no more that was taken off', async () => {
    const handle = await observed.request({ lines: [4], settings: { direction: 'input', edges: 'both' } })
    const edges: EdgeEvent[] = []
    handle.edges(event => edges.push(event))()
    board.drive(4, 'low')
    await delivered()
    expect(edges).toEqual([])
  })

  it('is watched again after it has been an output', async () => {
    board.drive(4, 'low')
    const handle = await observed.request({ lines: [4], settings: { direction: 'input' } })
    handle.reconfigure({ direction: 'output', initial: 0 })
    handle.reconfigure({ direction: 'input' })
    board.drive(4, 'high')
    await delivered()
    expect(told).toEqual(['4 low', '4 high'])
  })

  it('that can have no edges is read all the same, and tells its first level', async () => {
    const expander = withoutEdges(board)
    const calm = new ObservedBoard(expander, clock)
    calm.onLevel((line, level) => told.push(`${line} ${level}`))
    board.drive(4, 'high')
    const handle = await calm.request({ lines: [4], settings: { direction: 'input' } })
    expect([handle.get(), told]).toEqual([1, ['4 high']])
    await expect(calm.request({ lines: [5], settings: { direction: 'input', edges: 'both' } })).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
    })
  })

  it('tells its listeners that the chip has vanished', async () => {
    const handle = await observed.request({ lines: [4], settings: { direction: 'input', edges: 'both' } })
    const edges: EdgeEvent[] = []
    handle.edges(event => edges.push(event))
    board.unplug()
    await delivered()
    expect(edges).toMatchObject([{ kind: 'failed', error: { code: 'ERR_CHIP_GONE' } }])
  })
})

describe('an observed board', () => {
  it('lets lines go like the board itself', async () => {
    const handle = await observed.request({ lines: [17], settings: { direction: 'output' } })
    handle.release()
    expect(board.lineInfo(17).used).toBe(false)
  })

  it('calls no listener that was taken off', async () => {
    const heard: string[] = []
    observed.onLevel((_line, level) => heard.push(level))()
    await observed.request({ lines: [17], settings: { direction: 'output' } })
    expect(heard).toEqual([])
  })
})
