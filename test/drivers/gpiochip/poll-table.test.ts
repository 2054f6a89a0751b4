/** What main thread and poll thread agree on through shared memory. */

import { describe, expect, it } from 'vitest'
import { MAX_PENDING, PollTable } from '../../../drivers/gpiochip/poll-table.js'

/** The same table as both threads see it. */
function pair(slots = 2) {
  const main = PollTable.create(slots)
  return { main, thread: new PollTable(main.buffer) }
}

describe('entries', () => {
  it('begin with nothing to read', () => {
    const { thread } = pair(3)
    expect([0, 1, 2].map(slot => thread.fd(slot))).toEqual([-1, -1, -1])
    expect(thread.slots).toBe(3)
  })

  it('are seen by the other side', () => {
    const { main, thread } = pair()
    main.assign(1, 7)
    main.setFd(1, 42)
    expect([thread.id(1), thread.fd(1)]).toEqual([7, 42])
  })

  it('that failed are dropped, unless they were given another descriptor meanwhile', () => {
    const { main, thread } = pair()
    main.setFd(0, 42)
    main.setFd(1, 43)
    thread.drop(0, 42)
    thread.drop(1, 42)
    expect([main.fd(0), main.fd(1)]).toEqual([-1, 43])
  })
})

describe('events on their way', () => {
  it('are bounded: then the slot waits until some have arrived', () => {
    const { main, thread } = pair()
    thread.sent(0, MAX_PENDING - 1)
    expect(thread.room(0)).toBe(1)
    thread.sent(0, 1)
    expect(thread.room(0)).toBe(0)
    expect(main.received(0, 10)).toBe(true)
    expect(thread.room(0)).toBe(10)
  })

  it('that arrive wake nobody who does not wait', () => {
    const { main, thread } = pair()
    thread.sent(0, 5)
    expect(main.received(0, 5)).toBe(false)
  })

  it('of an owner before count for nothing', () => {
    const { main, thread } = pair()
    thread.sent(0, MAX_PENDING)
    main.assign(0, 8)
    expect(thread.room(0)).toBe(MAX_PENDING)
  })
})

describe('settled', () => {
  it('is true before the thread looks at anything', () => {
    const { main } = pair()
    main.changed()
    expect(main.settled(0)).toBe(true)
  })

  it('is true only when the thread has seen the change', () => {
    const { main, thread } = pair()
    thread.start()
    main.changed()
    expect(main.settled(0)).toBe(false)
    thread.follow(thread.wanted)
    expect(main.settled(0)).toBe(true)
  })

  it('is true when the thread has ended, which will look at nothing again', () => {
    const { main, thread } = pair()
    thread.start()
    main.changed()
    thread.end()
    expect(main.settled(0)).toBe(true)
  })

  it('is false again after the next change', () => {
    const { main, thread } = pair()
    thread.start()
    thread.follow(thread.wanted)
    main.changed()
    expect(main.settled(0)).toBe(false)
  })
})
