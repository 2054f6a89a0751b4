import { performance } from 'node:perf_hooks'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SystemClock } from '../../src/worker/clock.js'
import { failure } from './setup.js'

afterEach(() => {
  // In this order: a spy on a fake timer would be replaced by the fake one.
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('the system clock', () => {
  test('counts whole nanoseconds from its making and never goes back', () => {
    const clock = new SystemClock()
    let last = 0
    for (let i = 0; i < 1000; i++) {
      const now = clock.now()
      expect(Number.isInteger(now) && now >= last).toBe(true)
      last = now
    }
  })

  test('has the wall time of the machine', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_123 })
    expect(new SystemClock().wall()).toBe(1_700_000_000_123)
  })

  test('puts times of the kernel on its own scale', () => {
    const clock = new SystemClock()
    const kernel = process.hrtime.bigint()
    expect(clock.fromKernel(kernel + 1234n) - clock.fromKernel(kernel)).toBe(1234)
  })

  test('knows the kernel time of its start even when the process was held up just then', () => {
    const read = process.hrtime.bigint.bind(process.hrtime)
    let reads = 0
    const holdUp = (): void => {
      const start = read()
      while (read() - start < 5_000_000n);
    }
    vi.spyOn(process.hrtime, 'bigint').mockImplementation(() => {
      if (reads++ > 0) return read()
      // Held up for 5 ms before its first reading, and after it.
      holdUp()
      const time = read()
      holdUp()
      return time
    })
    const clock = new SystemClock()
    const before = clock.now()
    const between = clock.fromKernel(read())
    const after = clock.now()
    expect(between).toBeGreaterThan(before - 1e6)
    expect(between).toBeLessThan(after + 1e6)
  })

  test('holds nothing up: hold gives what the work gives', async () => {
    const clock = new SystemClock()
    expect(await clock.hold(Promise.resolve(5))).toBe(5)
    expect(await failure(clock.hold(Promise.reject(new RangeError('no'))))).toMatchObject({ message: 'no' })
  })

  test('reaches a time, not a nanosecond early', async () => {
    const clock = new SystemClock()
    const time = clock.now() + 3_000_000
    await clock.reach(time)
    expect(clock.now()).toBeGreaterThanOrEqual(time)
    await clock.reach(time)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('waits for no %s', async ns => {
    const clock = new SystemClock()
    expect(() => clock.after(ns, () => {})).toThrow(expect.objectContaining({ code: 'ERR_BAD_DURATION' }))
    expect(await failure(clock.reach(ns))).toMatchObject({ code: 'ERR_BAD_DURATION' })
  })
})

describe('a timer of the system clock', () => {
  let now = 0
  beforeEach(() => {
    now = 1000
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    vi.spyOn(performance, 'now').mockImplementation(() => now)
  })
  /** Lets `ms` pass, for the timers of Node and for the monotonic clock alike. */
  const pass = (ms: number) => {
    now += ms
    vi.advanceTimersByTime(ms)
  }

  test('calls back once, when its time has come', () => {
    const called = vi.fn()
    new SystemClock().after(5e6, called)
    pass(4)
    expect(called).not.toHaveBeenCalled()
    pass(1)
    pass(100)
    expect(called).toHaveBeenCalledOnce()
  })

  test('never calls back early, even when the timer of Node does', () => {
    const called = vi.fn()
    new SystemClock().after(5.3e6, called)
    now += 5.1
    vi.advanceTimersByTime(6)
    expect(called).not.toHaveBeenCalled()
    pass(1)
    expect(called).toHaveBeenCalledOnce()
  })

  test('does not call back when it has been cancelled', () => {
    const called = vi.fn()
    const timer = new SystemClock().after(5e6, called)
    timer.cancel()
    timer.cancel()
    pass(10)
    expect(called).not.toHaveBeenCalled()
  })

  test('takes a wait that is too long for setTimeout in pieces', () => {
    const longest = 2 ** 31 - 1
    const called = vi.fn()
    const timeouts = vi.spyOn(globalThis, 'setTimeout')
    const days = 60 * 24 * 3600 * 1000
    new SystemClock().after(days * 1e6, called)
    pass(longest)
    pass(longest)
    expect(called).not.toHaveBeenCalled()
    pass(days - 2 * longest - 1)
    expect(called).not.toHaveBeenCalled()
    pass(1)
    expect(called).toHaveBeenCalledOnce()
    expect(timeouts.mock.calls.map(([, ms]) => ms)).toEqual([longest, longest, days - 2 * longest])
  })

  test('that was cancelled between two pieces does not call back', () => {
    const called = vi.fn()
    const timer = new SystemClock().after(60 * 24 * 3600 * 1e9, called)
    pass(2 ** 31 - 1)
    timer.cancel()
    pass(2 ** 31 - 1)
    pass(2 ** 31 - 1)
    expect(called).not.toHaveBeenCalled()
  })

  test('for a time that has passed calls back in the next turn', () => {
    const called = vi.fn()
    new SystemClock().after(-5, called)
    expect(called).not.toHaveBeenCalled()
    pass(0)
    expect(called).toHaveBeenCalledOnce()
  })

  test('keeps the process alive unless it is a background one', () => {
    vi.useRealTimers()
    const timeouts = vi.spyOn(globalThis, 'setTimeout')
    const clock = new SystemClock()
    const timers = [clock.after(1e12, () => {}), clock.after(1e12, () => {}, { background: true })]
    expect(timeouts.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([true, false])
    for (const timer of timers) timer.cancel()
  })
})
