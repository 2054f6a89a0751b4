/** The timers and the date of a program on a virtual clock. */

import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { expectNothingPending } from '../../../mocks/vitest/pending.js'
import { putOnVirtualTime } from '../../../mocks/vitest/user-time.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

function virtual(): { clock: VirtualClock; restore: () => void } {
  const clock = new VirtualClock()
  const restore = putOnVirtualTime(clock)
  onTestFinished(restore)
  return { clock, restore }
}

describe('a program whose time is virtual', () => {
  it('has its setTimeout at once, in order, with its arguments', async () => {
    const { clock } = virtual()
    const order: string[] = []
    setTimeout((name: string) => order.push(`${name} ${clock.now() / 1e6}`), 3_600_000, 'late')
    setTimeout((name: string) => order.push(`${name} ${clock.now() / 1e6}`), 5, 'early')
    setTimeout(() => order.push(`now ${clock.now() / 1e6}`))
    await clock.idle()
    expect(order).toEqual(['now 1', 'early 5', 'late 3600000'])
  })

  it('has its setInterval until it is cleared', async () => {
    const { clock } = virtual()
    let count = 0
    const timer = setInterval(() => {
      if (++count === 3) clearInterval(timer)
    }, 1000)
    await clock.idle()
    expect([count, clock.now()]).toEqual([3, 3e9])
  })

  it('clears a timer by what setTimeout gave, or by its number', async () => {
    const { clock } = virtual()
    clearTimeout(setTimeout(() => expect.unreachable(), 5))
    clearTimeout(Number(setTimeout(() => expect.unreachable(), 5)))
    clearTimeout(undefined)
    await clock.idle()
    expect(clock.now()).toBe(0)
  })

  it('has the date of the clock, of the same class as ever', async () => {
    const RealDate = Date
    const { clock } = virtual()
    await promisify(setTimeout)(1500)
    expect([new Date().toISOString(), Date.now()]).toEqual(['2000-01-01T00:00:01.500Z', clock.wall()])
    expect(new Date(0).getTime()).toBe(0)
    expect(Date.UTC(2000, 0)).toBe(946_684_800_000)
    expect(Date()).toContain('2000')
    expect([new Date() instanceof Date, new Date() instanceof RealDate]).toEqual([true, true])
    class Deadline extends Date {}
    expect(new Deadline().getTime()).toBe(clock.wall())
    expect(new Deadline()).toBeInstanceOf(Deadline)
  })

  it('can start a timer anew, and let one go that does not keep time going', async () => {
    const { clock } = virtual()
    const fired: number[] = []
    const timer = setTimeout(() => fired.push(clock.now() / 1e6), 10)
    setTimeout(() => timer.refresh(), 7)
    expect(
      setTimeout(() => expect.unreachable(), 1000)
        .unref()
        .hasRef(),
    ).toBe(false)
    await clock.idle()
    expect(fired).toEqual([17])
  })

  it('waits for held work in real time', async () => {
    const { clock } = virtual()
    const held = clock.hold(new Promise(resolve => setImmediate(() => resolve('done'))))
    expect(await held).toBe('done')
    expectNothingPending(clock)
  })

  it('has the real ones back afterwards, and no timer is left', async () => {
    const before = [setTimeout, setInterval, clearTimeout, clearInterval, Date]
    const { clock, restore } = virtual()
    setTimeout(() => expect.unreachable(), 5)
    expect(setTimeout).not.toBe(before[0])
    restore()
    expect([setTimeout, setInterval, clearTimeout, clearInterval, Date]).toEqual(before)
    expectNothingPending(clock)
    const timer = setTimeout(() => {}, 60_000)
    expect(timer.hasRef()).toBe(true)
    clearTimeout(timer)
  })

  it('can still clear a timer that was there before', () => {
    const armed = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
    const before = armed()
    const timer = setTimeout(() => expect.unreachable(), 60_000)
    const between = armed()
    virtual()
    clearTimeout(timer)
    expect([between - before, armed() - before]).toEqual([1, 0])
  })
})
