/** Edges and debounce of the onoff driver, made from interrupts and the levels that are read after them. */

import { describe, expect, it } from 'vitest'
import { brief, watch } from '../../mocks/setup.js'
import { openOn, request, settle } from './open.js'

const both = { direction: 'input', edges: 'both' } as const

describe('edges', () => {
  it('are delivered with direction, number and the time at which JavaScript saw them', async () => {
    const { sysfs, clock, handle } = await request(both)
    const events = watch(handle)
    clock.time = 1000
    sysfs.drive(475, 1)
    clock.time = 3000
    sysfs.drive(475, 0)
    await settle()
    expect(brief(events)).toEqual(['rising 17 @1000 #1', 'falling 17 @3000 #2'])
  })

  it('are physical on an active-low line', async () => {
    const { sysfs, handle } = await request({ ...both, activeLow: true })
    const events = watch(handle)
    sysfs.drive(475, 1)
    await settle()
    expect(brief(events)).toEqual(['rising 17 @0 #1'])
  })

  it('that leave the level as it was mean that one was lost', async () => {
    const { sysfs, handle } = await request(both)
    const events = watch(handle)
    sysfs.interrupt(475)
    await settle()
    expect(events).toMatchObject([
      { kind: 'lost', line: 17, count: 1 },
      { direction: 'falling', sequence: 1 },
    ])
  })

  it('of one direction are that direction, whatever the level is when it is read', async () => {
    const { sysfs, handle } = await request({ direction: 'input', edges: 'rising' })
    const events = watch(handle)
    sysfs.interrupt(475)
    sysfs.drive(475, 1)
    sysfs.drive(475, 0)
    await settle()
    expect(brief(events)).toEqual(['rising 17 @0 #1', 'rising 17 @0 #2'])
  })

  it('of one direction are asked of the kernel, so that the other one wakes nobody', async () => {
    const { sysfs } = await request({ direction: 'input', edges: 'falling' })
    expect(sysfs.read('gpio475/edge')).toBe('falling')
  })

  it('are not delivered inside the call that finds them', async () => {
    const { sysfs, handle } = await request(both)
    const events = watch(handle)
    sysfs.drive(475, 1)
    expect(events).toEqual([])
    await settle()
    expect(events).toHaveLength(1)
  })

  it('of several lines are numbered together', async () => {
    const { sysfs, handle } = await request(both, [4, 17])
    const events = watch(handle)
    sysfs.drive(475, 1)
    sysfs.drive(462, 1)
    await settle()
    expect(brief(events)).toEqual(['rising 17 @0 #1', 'rising 4 @0 #2'])
  })

  it('are kept until somebody listens, with their own times', async () => {
    const { sysfs, clock, handle } = await request(both)
    clock.time = 1000
    sysfs.drive(475, 1)
    clock.time = 9000
    const events = watch(handle)
    await settle()
    expect(brief(events)).toEqual(['rising 17 @1000 #1'])
  })

  it('that nobody hears drop the oldest when the buffer is full, and say how many', async () => {
    const { board, sysfs } = await openOn()
    const handle = await board.request({ lines: [17], settings: both, eventBuffer: 2 })
    for (const level of [1, 0, 1, 0, 1] as const) sysfs.drive(475, level)
    const events = watch(handle)
    await settle()
    expect(brief(events)).toEqual(['lost 3', 'falling 17 @0 #1', 'rising 17 @0 #2'])
  })

  it('reach no listener that has been taken off, not even by one that was called before it', async () => {
    const { sysfs, handle } = await request(both)
    let stop: () => void = () => undefined
    handle.edges(() => stop())
    const events: unknown[] = []
    stop = handle.edges(event => events.push(event))
    sysfs.drive(475, 1)
    await settle()
    expect(events).toEqual([])
  })

  it('can be switched off and on while the line is held', async () => {
    const { sysfs, handle } = await request({ direction: 'input' })
    const events = watch(handle)
    sysfs.drive(475, 1)
    handle.reconfigure(both)
    sysfs.drive(475, 0)
    handle.reconfigure({ direction: 'input' })
    sysfs.drive(475, 1)
    handle.reconfigure(both)
    sysfs.drive(475, 0)
    await settle()
    expect(brief(events)).toEqual(['falling 17 @0 #1', 'falling 17 @0 #2'])
  })

  it('are not taken away by reading the level', async () => {
    const { sysfs, handle } = await request(both)
    const reads: number[] = []
    const gpio = sysfs.watchers.get(475)
    const readSync = gpio?.readSync.bind(gpio)
    if (gpio && readSync) {
      gpio.readSync = () => {
        reads.push(1)
        return readSync()
      }
    }
    handle.get()
    expect(reads).toEqual([])
  })
})

describe('a line that vanishes', () => {
  it('ends its edges with a failure instead of ending the process', async () => {
    const { sysfs, handle } = await request(both)
    const events = watch(handle)
    sysfs.write('unexport', '475')
    sysfs.interrupt(475)
    sysfs.interrupt(475)
    await settle()
    expect(events).toMatchObject([
      { kind: 'failed', error: { code: 'ERR_IO', message: 'another program unexported GPIO17 while it was in use' } },
    ])
  })

  it('together with its chip is a chip that is gone', async () => {
    const { sysfs, handle } = await request(both)
    const events = watch(handle)
    sysfs.write('unexport', '475')
    sysfs.removeChip(458)
    sysfs.interrupt(475)
    await settle()
    expect(brief(events)).toEqual(['failed ERR_CHIP_GONE'])
  })
})

describe('debounce', () => {
  const debounced = { ...both, debounceNs: 5000 }

  it('delivers an edge when the level has been still for the period, with that time', async () => {
    const { sysfs, clock, handle } = await request(debounced)
    const events = watch(handle)
    clock.time = 1000
    sysfs.drive(475, 1)
    clock.time = 6000
    clock.fire()
    await settle()
    expect(brief(events)).toEqual(['rising 17 @6000 #1'])
  })

  it('sees nothing of a pulse that is shorter, in edges and in the level', async () => {
    const { sysfs, clock, handle } = await request(debounced)
    const events = watch(handle)
    sysfs.drive(475, 1)
    expect(handle.get()).toBe(0)
    clock.time = 4000
    sysfs.drive(475, 0)
    clock.time = 90_000
    clock.fire()
    await settle()
    expect([brief(events), handle.get()]).toEqual([[], 0])
  })

  it('watches both directions to deliver the one that is selected', async () => {
    const { sysfs, clock, handle } = await request({ ...debounced, edges: 'falling' })
    const events = watch(handle)
    sysfs.drive(475, 1)
    clock.time = 10_000
    clock.fire()
    sysfs.drive(475, 0)
    clock.time = 20_000
    clock.fire()
    await settle()
    expect(brief(events)).toEqual(['falling 17 @15000 #1'])
  })

  it('goes on when the selection changes, with the change that nobody watched', async () => {
    const { sysfs, clock, handle } = await request({ direction: 'input', debounceNs: 5000 })
    const events = watch(handle)
    sysfs.change(475, 1)
    handle.reconfigure(debounced)
    clock.time = 5000
    clock.fire()
    await settle()
    expect([brief(events), handle.get()]).toEqual([['rising 17 @5000 #1'], 1])
  })

  it('leaves no timer when the line is released', async () => {
    const { sysfs, clock, handle } = await request(debounced)
    sysfs.drive(475, 1)
    handle.release()
    expect(clock.timers.size).toBe(0)
  })
})
