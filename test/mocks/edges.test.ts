import { afterEach, describe, expect, it, vi } from 'vitest'
import type { EdgeSelection } from '../../drivers/driver.js'
import type { MockBoard } from '../../mocks/board.js'
import { brief, openBoard, watch } from './setup.js'

const both = { direction: 'input', edges: 'both' } as const

function toggle(board: MockBoard, line: number, times: number): void {
  for (let count = 0; count < times; count++) board.drive(line, board.level(line) === 'low' ? 'high' : 'low')
}

describe('edges', () => {
  it('come with line, direction, time, and numbers from 1', async () => {
    const { board, clock } = openBoard()
    const events = watch(await board.request({ lines: [17, 4], settings: both }))
    await clock.reach(100)
    board.drive(4, 'low')
    await clock.reach(250)
    board.drive(17, 'high')
    await clock.idle()
    expect(brief(events)).toEqual(['falling 4 @100 #1', 'rising 17 @250 #2'])
  })

  it.each([
    ['none', []],
    ['rising', ['rising 17 @0 #1']],
    ['falling', ['falling 17 @0 #1']],
    ['both', ['rising 17 @0 #1', 'falling 17 @0 #2']],
  ] as const)('are selected and numbered by direction: %s', async (edges: EdgeSelection, expected) => {
    const { board, clock } = openBoard()
    const events = watch(await board.request({ lines: [17], settings: { direction: 'input', edges } }))
    toggle(board, 17, 2)
    await clock.idle()
    expect(brief(events)).toEqual(expected)
  })

  it('are physical on a line that is active low', async () => {
    const { board, clock } = openBoard()
    const events = watch(await board.request({ lines: [17], settings: { ...both, activeLow: true } }))
    board.drive(17, 'high')
    await clock.idle()
    expect(brief(events)).toEqual(['rising 17 @0 #1'])
  })

  it('reach the listener at the instant of the change, but not inside the call that makes it', async () => {
    const { board, clock } = openBoard()
    const handle = await board.request({ lines: [17], settings: both })
    const heard: number[] = []
    handle.edges(() => heard.push(clock.now()))
    clock.after(70, () => {
      board.drive(17, 'high')
      expect(heard).toEqual([])
    })
    clock.after(71, () => {})
    await clock.idle()
    expect(heard).toEqual([70])
  })

  it('of several requests arrive in the order of the changes', async () => {
    const { board, clock } = openBoard()
    const order: number[] = []
    for (const line of [17, 27]) {
      const handle = await board.request({ lines: [line], settings: both })
      handle.edges(event => event.kind === 'edge' && order.push(event.line))
    }
    for (const line of [17, 27, 27, 17, 27]) toggle(board, line, 1)
    await clock.idle()
    expect(order).toEqual([17, 27, 27, 17, 27])
  })

  it('keep their order when a listener sets lines that others listen to', async () => {
    const { board, clock } = openBoard()
    const output = await board.request({ lines: [22], settings: { direction: 'output' } })
    board.onLevel((_line, level) => board.drive(27, level), 22)
    const order: string[] = []
    const first = await board.request({ lines: [17], settings: both })
    first.edges(event => {
      if (event.kind !== 'edge') return
      output.set(event.direction === 'rising' ? 1 : 0)
      order.push(`17 ${event.direction}`)
    })
    const second = await board.request({ lines: [27], settings: both })
    second.edges(event => event.kind === 'edge' && order.push(`27 ${event.direction}`))
    toggle(board, 17, 2)
    await clock.idle()
    expect(order).toEqual(['17 rising', '17 falling', '27 rising', '27 falling'])
  })

  it('made before anybody listens are kept for the first listener', async () => {
    const { board, clock } = openBoard()
    const handle = await board.request({ lines: [17], settings: both })
    toggle(board, 17, 2)
    const events = watch(handle)
    expect(events).toEqual([])
    await clock.idle()
    expect(brief(events)).toEqual(['rising 17 @0 #1', 'falling 17 @0 #2'])
  })

  it('that overflow the buffer push out the oldest, and the gap is told as lost', async () => {
    const { board, clock } = openBoard()
    const handle = await board.request({ lines: [17], settings: both, eventBuffer: 16 })
    toggle(board, 17, 60)
    const events = watch(handle)
    await clock.idle()
    expect(events[0]).toEqual({ kind: 'lost', line: 17, count: 44, time: 0 })
    expect(brief(events.slice(1, 2))).toEqual(['rising 17 @0 #45'])
    expect(brief(events.slice(-1))).toEqual(['falling 17 @0 #60'])
    expect(events.length).toBe(17)
  })

  it("lost from a request of several lines are nobody's in particular", async () => {
    const { board, clock } = openBoard()
    const handle = await board.request({ lines: [17, 27], settings: both, eventBuffer: 1 })
    toggle(board, 17, 2)
    const events = watch(handle)
    await clock.idle()
    expect(events[0]).toMatchObject({ kind: 'lost', line: undefined, count: 1 })
  })

  it('are 128 a line in the buffer unless asked otherwise', async () => {
    const { board, clock } = openBoard()
    const handle = await board.request({ lines: [17], settings: both })
    toggle(board, 17, 129)
    const events = watch(handle)
    await clock.idle()
    expect(brief(events.slice(0, 2))).toEqual(['lost 1', 'falling 17 @0 #2'])
  })

  it('are at most 1024 in the buffer, as the kernel allows no more', async () => {
    const { board, clock } = openBoard()
    const handle = await board.request({ lines: [17], settings: both, eventBuffer: 5_000 })
    toggle(board, 17, 1_500)
    const events = watch(handle)
    await clock.idle()
    expect(events.length).toBe(1 + 1024)
  })

  it('are not lost while somebody listens, however many come at once', async () => {
    const { board, clock } = openBoard()
    const events = watch(await board.request({ lines: [17], settings: both, eventBuffer: 16 }))
    await clock.reach(7)
    toggle(board, 17, 1000)
    await clock.idle()
    const expected = Array.from(
      { length: 1000 },
      (_, index) => `${index % 2 ? 'falling' : 'rising'} 17 @7 #${index + 1}`,
    )
    expect(brief(events)).toEqual(expected)
  })

  it('reach every listener of a handle, but one that another has removed', async () => {
    const { board, clock } = openBoard()
    const handle = await board.request({ lines: [17], settings: both })
    const heard: string[] = []
    handle.edges(() => {
      heard.push('first')
      stop()
    })
    const stop = handle.edges(() => heard.push('second'))
    handle.edges(() => heard.push('third'))
    board.drive(17, 'high')
    await clock.idle()
    expect(heard).toEqual(['first', 'third'])
  })

  it('stop at once when the listener is removed, and are kept for the next one', async () => {
    const { board, clock } = openBoard()
    const handle = await board.request({ lines: [17], settings: both })
    const heard: unknown[] = []
    const stop = handle.edges(event => {
      heard.push(event)
      stop()
    })
    toggle(board, 17, 3)
    await clock.idle()
    expect(heard.length).toBe(1)
    const events = watch(handle)
    await clock.idle()
    expect(brief(events)).toEqual(['falling 17 @0 #2', 'rising 17 @0 #3'])
  })

  it('are not delivered after the handle is released', async () => {
    const { board, clock } = openBoard()
    const handle = await board.request({ lines: [17], settings: both })
    const events = watch(handle)
    board.drive(17, 'high')
    handle.release()
    await clock.idle()
    expect(events).toEqual([])
  })

  it('count on when the handle is reconfigured to an output and back', async () => {
    const { board, clock } = openBoard()
    const handle = await board.request({ lines: [17], settings: both })
    const events = watch(handle)
    toggle(board, 17, 2)
    board.drive(17, 'floating')
    handle.reconfigure({ direction: 'output', initial: 1 })
    handle.reconfigure(both)
    toggle(board, 17, 1)
    await clock.idle()
    expect(brief(events)).toEqual(['rising 17 @0 #1', 'falling 17 @0 #2', 'rising 17 @0 #3'])
  })
})

describe('a listener that throws', () => {
  afterEach(() => vi.restoreAllMocks())

  it('is an uncaught exception, and the other listeners are told all the same', async () => {
    const { board } = openBoard()
    const handle = await board.request({ lines: [17], settings: both })
    const microtasks: (() => void)[] = []
    vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(callback => void microtasks.push(callback))
    handle.edges(() => {
      throw new RangeError('of the listener')
    })
    const events = watch(handle)
    board.drive(17, 'high')
    await undefined
    expect(events.length).toBe(1)
    expect(() => microtasks.shift()?.()).toThrow(new RangeError('of the listener'))
    expect(microtasks).toEqual([])
  })
})
