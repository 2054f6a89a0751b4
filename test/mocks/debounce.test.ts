import { describe, expect, it } from 'vitest'
import { MockBoard } from '../../mocks/board.js'
import { brief, ManualClock, openBoard, watch } from './setup.js'

const settings = { direction: 'input', edges: 'both', debounceNs: 5_000 } as const

/** What the debouncer itself does is tested in test/drivers. */
describe('debounce', () => {
  it('delivers an edge when the line has been still for the period, with that time', async () => {
    const { board, clock } = openBoard()
    const events = watch(await board.request({ lines: [17], settings }))
    await clock.reach(1_000)
    board.drive(17, 'high')
    await clock.idle()
    expect(brief(events)).toEqual(['rising 17 @6000 #1'])
  })

  it('gives the debounced level to whoever reads', async () => {
    const { board, clock } = openBoard()
    const handle = await board.request({ lines: [17], settings: { direction: 'input', debounceNs: 5_000 } })
    board.drive(17, 'high')
    await clock.reach(4_999)
    expect(handle.get()).toBe(0)
    await clock.reach(5_000)
    expect(handle.get()).toBe(1)
  })

  it('delivers the selected direction only, and counts only that', async () => {
    const { board, clock } = openBoard()
    const events = watch(await board.request({ lines: [17], settings: { ...settings, edges: 'falling' } }))
    board.drive(17, 'high')
    await clock.reach(20_000)
    board.drive(17, 'low')
    await clock.idle()
    expect(brief(events)).toEqual(['falling 17 @25000 #1'])
  })

  it('puts the edges of several lines in the order in which their periods end', async () => {
    const { board, clock } = openBoard()
    const events = watch(await board.request({ lines: [17, 27], settings }))
    board.drive(27, 'high')
    board.drive(17, 'high')
    await clock.reach(1_000)
    board.drive(27, 'low')
    board.drive(27, 'high')
    await clock.idle()
    expect(brief(events)).toEqual(['rising 17 @5000 #1', 'rising 27 @6000 #2'])
  })

  it('moves no edge when the event loop is late', async () => {
    const clock = new ManualClock()
    const board = new MockBoard({ clock })
    const events = watch(await board.request({ lines: [17], settings }))
    board.drive(17, 'high')
    clock.time = 8_000
    board.drive(17, 'low')
    clock.time = 90_000
    clock.fire()
    await Promise.resolve()
    expect(brief(events)).toEqual(['rising 17 @5000 #1', 'falling 17 @13000 #2'])
  })

  it('sets one timer for a line that bounces, and none when it is released', async () => {
    const clock = new ManualClock()
    const board = new MockBoard({ clock })
    const handle = await board.request({ lines: [17], settings })
    for (let bounce = 0; bounce < 100; bounce++) board.drive(17, bounce % 2 === 0 ? 'high' : 'low')
    expect(clock.timers.size).toBe(1)
    handle.release()
    expect(clock.timers.size).toBe(0)
  })

  it('takes a new period from the next change on when it is reconfigured', async () => {
    const { board, clock } = openBoard()
    const handle = await board.request({ lines: [17], settings })
    const events = watch(handle)
    board.drive(17, 'high')
    handle.reconfigure({ ...settings, debounceNs: 1_000 })
    await clock.reach(10_000)
    board.drive(17, 'low')
    await clock.idle()
    expect(brief(events)).toEqual(['rising 17 @5000 #1', 'falling 17 @11000 #2'])
  })

  it('ends when it is reconfigured to none', async () => {
    const { board, clock } = openBoard()
    const handle = await board.request({ lines: [17], settings })
    const events = watch(handle)
    board.drive(17, 'high')
    handle.reconfigure({ direction: 'input', edges: 'both' })
    expect(handle.get()).toBe(1)
    board.drive(17, 'low')
    await clock.idle()
    expect(brief(events)).toEqual(['falling 17 @0 #1'])
  })
})
