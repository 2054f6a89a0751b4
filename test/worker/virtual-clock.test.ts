import { readFile } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { deferred, failure, Stage } from './setup.js'

afterEach(() => {
  // In this order: a spy on a fake timer would be replaced by the fake one.
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('the virtual clock', () => {
  test('starts at 0 and at a fixed wall time, 2000-01-01, unless told otherwise', async () => {
    const clock = new VirtualClock()
    expect([clock.now(), new Date(clock.wall()).toISOString()]).toEqual([0, '2000-01-01T00:00:00.000Z'])
    expect(new VirtualClock({ epoch: 5 }).wall()).toBe(5)
    clock.after(1_500_999_999, () => {})
    await clock.idle()
    expect(new Date(clock.wall()).toISOString()).toBe('2000-01-01T00:00:01.500Z')
  })

  test('jumps from timer to timer: by time, then by creation, to the nanosecond', async () => {
    const clock = new VirtualClock()
    const order: string[] = []
    const note = (name: string) => () => order.push(`${name} ${clock.now()}`)
    clock.after(7, note('b'))
    clock.after(3, note('a'))
    clock.after(7, note('c'))
    clock.after(7.2, note('d'))
    clock.after(3, () => clock.after(4, note('nested')))
    await clock.idle()
    expect(order).toEqual(['a 3', 'b 7', 'c 7', 'nested 7', 'd 8'])
  })

  test('stands still until microtasks, ticks and one round of immediates have run', async () => {
    const clock = new VirtualClock()
    const seen: number[] = []
    clock.after(1, () => {
      void Promise.resolve().then(() => setImmediate(() => seen.push(clock.now())))
      process.nextTick(() => setImmediate(() => seen.push(clock.now())))
      setImmediate(() => seen.push(clock.now()))
      let left = 1000
      const spin = (): void => {
        if (left-- > 0) queueMicrotask(spin)
        else seen.push(clock.now())
      }
      spin()
    })
    clock.after(2, () => {})
    await clock.idle()
    expect(seen).toEqual([1, 1, 1, 1])
  })

  test('forgets timers that were cancelled', async () => {
    const clock = new VirtualClock()
    const called = vi.fn()
    const timer = clock.after(10, called)
    clock.after(5, () => timer.cancel())
    await clock.idle()
    expect([called.mock.calls.length, clock.now()]).toEqual([0, 5])
    timer.cancel()
  })

  test('does not advance for background timers, which are called on the way', async () => {
    const clock = new VirtualClock()
    const called = vi.fn()
    clock.after(10, called, { background: true })
    await clock.idle()
    expect([called.mock.calls.length, clock.now()]).toEqual([0, 0])
    clock.after(20, () => {})
    await clock.idle()
    expect([called.mock.calls.length, clock.now()]).toEqual([1, 20])
  })

  test('reaches a time exactly, and at once when it has passed', async () => {
    const clock = new VirtualClock()
    await clock.reach(1_000_001)
    expect(clock.now()).toBe(1_000_001)
    await clock.reach(5)
    expect(clock.now()).toBe(1_000_001)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('waits for no %s, and goes on as before', async ns => {
    const clock = new VirtualClock()
    expect(() => clock.after(ns, () => {})).toThrow(expect.objectContaining({ code: 'ERR_BAD_DURATION' }))
    expect(await failure(clock.reach(ns))).toMatchObject({ code: 'ERR_BAD_DURATION' })
    clock.after(5, () => {})
    await clock.idle()
    expect(clock.now()).toBe(5)
  })

  test('takes a time that has passed for now', async () => {
    const clock = new VirtualClock()
    await clock.reach(10)
    clock.after(-5, () => {})
    await clock.idle()
    expect(clock.now()).toBe(10)
  })

  test('knows no kernel time', () => {
    expect(() => new VirtualClock().fromKernel()).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED' }))
  })

  test('idle waits for everything that is still to happen, and resolves at once when nothing is', async () => {
    const clock = new VirtualClock()
    await clock.idle()
    const ends: number[] = []
    const waits = [clock.idle(), clock.idle()].map(idle => idle.then(() => ends.push(clock.now())))
    clock.after(5, () => clock.after(5, () => {}))
    await Promise.all(waits)
    expect(ends).toEqual([10, 10])
  })

  test('runs the same program twice with the same times', async () => {
    const run = async () => {
      const stage = new Stage()
      for (let i = 0; i < 30; i++) {
        const name = `task ${i}`
        const on = ['a', 'b', 'c'].filter((_, bit) => ((i + 1) >> bit) & 1)
        stage.worker.submit(i % 3 === 0 ? stage.stubborn(name, i % 7) : stage.heeding(name, i % 5), {
          on,
          priority: i % 4,
          timeout: 4,
          grace: 3,
        })
      }
      await stage.idle()
      return stage.log
    }
    expect(await run()).toEqual(await run())
  })
})

describe('hold', () => {
  test('stops the clock until the work is over, and gives what it gives', async () => {
    const clock = new VirtualClock()
    const work = deferred<string>()
    const ticks: number[] = []
    for (let i = 1; i <= 3; i++) clock.after(i, () => ticks.push(i))
    const held = clock.hold(work.promise)
    for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve))
    expect([ticks, clock.now()]).toEqual([[], 0])
    work.resolve('read')
    expect(await held).toBe('read')
    expect(clock.now()).toBe(0)
    await clock.idle()
    expect(ticks).toEqual([1, 2, 3])
  })

  test('gives the error of work that fails, and the clock goes on', async () => {
    const clock = new VirtualClock()
    clock.after(5, () => {})
    expect(await failure(clock.hold(Promise.reject(new RangeError('no disk'))))).toMatchObject({ message: 'no disk' })
    await clock.idle()
    expect(clock.now()).toBe(5)
  })

  test('counts: the clock goes on when the last work is over', async () => {
    const clock = new VirtualClock()
    const [a, b] = [deferred(), deferred()]
    const held = [clock.hold(a.promise), clock.hold(b.promise)]
    clock.after(5, () => {})
    a.resolve()
    await held[0]
    for (let i = 0; i < 5; i++) await new Promise(resolve => setImmediate(resolve))
    expect(clock.now()).toBe(0)
    b.resolve()
    await clock.idle()
    expect(clock.now()).toBe(5)
  })

  test('takes what is no promise, and a thenable that throws, as an await does', async () => {
    const clock = new VirtualClock()
    expect(await clock.hold('there already' as never)).toBe('there already')
    const rude = {
      // biome-ignore lint/suspicious/noThenProperty: this is what is tested
      then() {
        throw new RangeError('rude')
      },
    }
    expect(await failure(clock.hold(rude as never))).toMatchObject({ message: 'rude' })
    clock.after(5, () => {})
    await clock.idle()
    expect(clock.now()).toBe(5)
  })

  test('makes real input and output happen at one virtual time, in every run', async () => {
    const run = async () => {
      const clock = new VirtualClock()
      let ticking = true
      const tick = (): void => {
        if (ticking) clock.after(1e6, tick)
      }
      tick()
      await clock.reach(5e6)
      const { length } = await clock.hold(readFile(new URL(import.meta.url)))
      const end = clock.now()
      ticking = false
      await clock.idle()
      return [end, length > 0]
    }
    for (let i = 0; i < 20; i++) expect(await run()).toEqual([5e6, true])
  })

  describe('between two timers of a simulation', () => {
    const simulated = { simulated: true }
    /** Calls back at 1, 2, 3 ... ns until told to stop, as a part does. */
    function source(clock: VirtualClock, act: (count: number) => void): { stop: () => void } {
      let count = 0
      let stopped = false
      const next = (): void => {
        if (stopped) return
        act(++count)
        clock.after(1, next, simulated)
      }
      clock.after(1, next, simulated)
      return {
        stop: () => {
          stopped = true
        },
      }
    }

    test('runs all microtasks and ticks, however many follow each other', async () => {
      const clock = new VirtualClock()
      const seen: number[] = []
      const { stop } = source(clock, async count => {
        if (count === 300) stop()
        for (let hop = 0; hop < 30; hop++) await undefined
        await new Promise<void>(resolve => process.nextTick(resolve))
        for (let hop = 0; hop < 30; hop++) await undefined
        seen.push(clock.now())
      })
      await clock.idle()
      expect(seen).toEqual(Array.from({ length: 300 }, (_, index) => index + 1))
    })

    test('runs an immediate after 64 of them at the latest', async () => {
      const clock = new VirtualClock()
      const seen: number[] = []
      const { stop } = source(clock, count => {
        if (count % 1000 === 0) setImmediate(() => seen.push(clock.now() - count))
        if (count === 10_000) stop()
      })
      await clock.idle()
      expect(seen.length).toBe(10)
      expect(Math.max(...seen)).toBeLessThanOrEqual(64)
    })

    // After so many events of the simulation: the first of all, and one in the midst of many.
    test.each([1, 100])('runs the immediates when the next timer is one of the program (after %i)', async events => {
      const clock = new VirtualClock()
      const order: string[] = []
      const { stop } = source(clock, count => {
        if (count === events) setImmediate(() => order.push(`immediate ${clock.now()}`))
      })
      clock.after(events + 0.1, () => {
        order.push(`program ${clock.now()}`)
        stop()
      })
      clock.after(events + 1, () => order.push('simulated'), simulated)
      await clock.idle()
      expect(order).toEqual([`immediate ${events}`, `program ${events + 1}`, 'simulated'])
    })

    test('stands still while work is held', async () => {
      const clock = new VirtualClock()
      const work = deferred()
      let held: Promise<unknown> | undefined
      const { stop } = source(clock, count => {
        if (count === 100) held = clock.hold(work.promise)
      })
      await new Promise<void>(resolve => {
        const wait = (): unknown => (held === undefined ? setImmediate(wait) : resolve())
        wait()
      })
      for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
      expect(clock.now()).toBe(100)
      work.resolve()
      await held
      expect(clock.now()).toBe(100)
      await clock.reach(200)
      stop()
    })

    test('runs the immediates before it is idle, and fires no background timer then', async () => {
      const clock = new VirtualClock()
      const order: string[] = []
      const { stop } = source(clock, count => {
        if (count < 100) return
        stop()
        setImmediate(() => clock.after(5, () => order.push('program')))
      })
      clock.after(150, () => order.push('background'), { simulated: true, background: true })
      await clock.idle()
      expect(order).toEqual(['program'])
    })

    test('goes on after one that throws, whose error is an uncaught exception', async () => {
      const clock = new VirtualClock()
      const uncaught: unknown[] = []
      const others = process.listeners('uncaughtException')
      process.removeAllListeners('uncaughtException')
      process.on('uncaughtException', error => uncaught.push(error))
      try {
        const seen: number[] = []
        for (let time = 1; time <= 200; time++) {
          clock.after(
            time,
            () => {
              seen.push(clock.now())
              if (time % 20 === 0) throw new RangeError(`at ${time}`)
            },
            simulated,
          )
        }
        await clock.idle()
        expect(seen).toEqual(Array.from({ length: 200 }, (_, index) => index + 1))
        expect(uncaught).toEqual(Array.from({ length: 10 }, (_, index) => new RangeError(`at ${(index + 1) * 20}`)))
      } finally {
        process.removeAllListeners('uncaughtException')
        for (const listener of others) process.on('uncaughtException', listener)
      }
    })
  })

  describe('that stalls', () => {
    const setUp = () => {
      let now = 1000
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      vi.spyOn(performance, 'now').mockImplementation(() => now)
      return (ms: number) => {
        now += ms
        vi.advanceTimersByTime(ms)
      }
    }

    test('for 5 s of real time rejects with ERR_CLOCK_STALLED, and the clock goes on', async () => {
      const pass = setUp()
      const clock = new VirtualClock()
      const work = deferred()
      let error: unknown
      void failure(clock.hold(work.promise)).then(reason => {
        error = reason
      })
      clock.after(5, () => {})
      pass(4999)
      await new Promise(resolve => setImmediate(resolve))
      expect(error).toBeUndefined()
      pass(1)
      await clock.idle()
      expect(error).toMatchObject({ code: 'ERR_CLOCK_STALLED' })
      expect(clock.now()).toBe(5)
      work.reject(new RangeError('too late to matter'))
      await clock.idle()
    })

    test('not at all leaves no timer behind', async () => {
      setUp()
      await new VirtualClock().hold(Promise.resolve())
      expect(vi.getTimerCount()).toBe(0)
    })
  })
})
