/** Edges of the pigpio driver, made from alerts with ticks. */

import { describe, expect, it } from 'vitest'
import { brief, watch } from '../../mocks/setup.js'
import { openOn, request, settle } from './open.js'

const both = { direction: 'input', edges: 'both' } as const

describe('edges', () => {
  it('have the time of their tick', async () => {
    const { fake, handle } = await request(both)
    const events = watch(handle)
    fake.tick = 1
    fake.drive(17, 1)
    fake.tick = 3
    fake.drive(17, 0)
    await settle()
    expect(brief(events)).toEqual(['rising 17 @1000 #1', 'falling 17 @3000 #2'])
  })

  it('are physical on an active-low line', async () => {
    const { fake, handle } = await request({ ...both, activeLow: true })
    const events = watch(handle)
    fake.drive(17, 1)
    await settle()
    expect(brief(events)).toEqual(['rising 17 @0 #1'])
  })

  it('of the same direction twice mean that one between them was lost', async () => {
    const { fake, handle } = await request(both)
    const events = watch(handle)
    fake.drive(17, 1)
    fake.tick = 9
    fake.tell(17, 1)
    await settle()
    expect(brief(events)).toEqual(['rising 17 @0 #1', 'lost 1', 'rising 17 @9000 #2'])
  })

  it('of one direction come alone, and a lost one of the other is not missed', async () => {
    const { fake, handle } = await request({ direction: 'input', edges: 'rising' })
    const events = watch(handle)
    fake.drive(17, 1)
    fake.drive(17, 0)
    fake.drive(17, 1)
    fake.tell(17, 1)
    await settle()
    expect(brief(events)).toEqual(['rising 17 @0 #1', 'rising 17 @0 #2', 'rising 17 @0 #3'])
  })

  it('that the first reading of the level has seen already are not told again', async () => {
    const { fake, board } = await openOn()
    fake.levels[17] = 1
    const handle = await board.request({ lines: [17], settings: both })
    const events = watch(handle)
    fake.tick = 5
    fake.tell(17, 1)
    fake.tick = 200
    fake.drive(17, 0)
    await settle()
    expect(brief(events)).toEqual(['falling 17 @200000 #1'])
  })

  it('from before the watching began are not told', async () => {
    const { fake, handle } = await request({ direction: 'input' })
    const events = watch(handle)
    fake.tick = 100
    handle.reconfigure(both)
    fake.tell(17, 1, 99)
    await settle()
    expect(events).toEqual([])
  })

  it('of a level that changes while it is read first are counted once', async () => {
    const { fake, board } = await openOn()
    fake.afterRead = () => {
      fake.levels[17] = 1
      fake.afterRead = () => undefined
    }
    const handle = await board.request({ lines: [17], settings: both })
    const events = watch(handle)
    fake.tick = 1000
    fake.drive(17, 0)
    await settle()
    expect(brief(events)).toEqual(['falling 17 @1000000 #1'])
  })

  it('are not made from the timeouts of a watchdog', async () => {
    const { fake, handle } = await request(both)
    const events = watch(handle)
    fake.tell(17, 2)
    await settle()
    expect(events).toEqual([])
  })

  it('are not delivered inside the call that brings them', async () => {
    const { fake, handle } = await request(both)
    const events = watch(handle)
    fake.drive(17, 1)
    expect(events).toEqual([])
    await settle()
    expect(events).toHaveLength(1)
  })

  it('of several lines are numbered together', async () => {
    const { fake, handle } = await request(both, [4, 17])
    const events = watch(handle)
    fake.drive(17, 1)
    fake.drive(4, 1)
    await settle()
    expect(brief(events)).toEqual(['rising 17 @0 #1', 'rising 4 @0 #2'])
  })

  it('are kept until somebody listens, and the oldest are dropped when the buffer is full', async () => {
    const { board, fake } = await openOn()
    const handle = await board.request({ lines: [17], settings: both, eventBuffer: 2 })
    for (const level of [1, 0, 1, 0, 1]) fake.drive(17, level)
    const events = watch(handle)
    await settle()
    expect(brief(events)).toEqual(['lost 3', 'falling 17 @0 #1', 'rising 17 @0 #2'])
  })

  it('reach no listener that has been taken off', async () => {
    const { fake, handle } = await request(both)
    const events: unknown[] = []
    handle.edges(event => events.push(event))()
    fake.drive(17, 1)
    await settle()
    expect(events).toEqual([])
  })

  it('that come while the lines are let go reach nobody', async () => {
    const { fake, handle } = await request(both)
    const events = watch(handle)
    fake.drive(17, 1)
    handle.release()
    await settle()
    expect([events, fake.alerting.size, fake.alerts.get(17)?.size]).toEqual([[], 0, 0])
  })
})

describe('debounce', () => {
  it('is the glitch filter, in whole microseconds', async () => {
    const { fake, handle } = await request({ ...both, debounceNs: 1500 })
    expect(fake.glitchFilters.get(17)).toBe(2)
    handle.reconfigure(both)
    expect(fake.glitchFilters.get(17)).toBe(0)
  })

  it('reads the level that the filter let through, with edges or without', async () => {
    const { fake, handle } = await request({ direction: 'input', debounceNs: 1e6, activeLow: true })
    fake.levels[17] = 1
    expect(handle.get()).toBe(1)
    fake.tell(17, 1)
    expect(handle.get()).toBe(0)
  })

  it('takes no alert for a lost one', async () => {
    const { fake, handle } = await request({ ...both, debounceNs: 1e6 })
    const events = watch(handle)
    fake.tick = 5000
    fake.tell(17, 0)
    await settle()
    expect(events).toEqual([])
  })
})
