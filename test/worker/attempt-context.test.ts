import { afterEach, describe, expect, test, vi } from 'vitest'
import { failure, Stage } from './setup.js'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('signal', () => {
  test('is made only when it is asked for', async () => {
    let made = 0
    const Original = AbortController
    vi.stubGlobal(
      'AbortController',
      class extends Original {
        constructor() {
          super()
          made++
        }
      },
    )
    const stage = new Stage()
    stage.worker.submit(stage.heeding('it', 5), { timeout: 50 })
    stage.worker.submit(stage.heeding('it', 5), { timeout: 1 })
    await stage.idle()
    expect(made).toBe(0)
    await stage.worker.submit(({ signal }) => signal.aborted).result()
    expect(made).toBe(1)
  })

  test('is the same each time, and does not abort when the task ends well', async () => {
    const stage = new Stage()
    const signal = await stage.worker
      .submit(async context => {
        const { signal } = context
        await context.sleep(5)
        expect(context.signal).toBe(signal)
        return signal
      })
      .result()
    expect(signal.aborted).toBe(false)
  })

  test('that is asked for after the stop has aborted with the reason', async () => {
    const stage = new Stage()
    let reason: unknown
    const task = stage.worker.submit(
      async context => {
        await stage.wait(20)
        reason = context.signal.reason
      },
      { timeout: 10 },
    )
    await stage.idle()
    expect(reason).toBe(task.error)
  })
})

describe('sleep', () => {
  test('waits as long as it is told, in numbers or with a unit', async () => {
    const stage = new Stage()
    await stage.worker
      .submit(async context => {
        await context.sleep(5)
        await context.sleep('2s')
        await context.sleep('10us')
      })
      .result()
    expect(stage.clock.now()).toBe(2_005_010_000)
  })

  test('rejects with the reason as soon as the task is stopped, all of them', async () => {
    const stage = new Stage()
    const ends: number[] = []
    const task = stage.worker.submit(async context => {
      await Promise.allSettled(
        [context.sleep(100), context.sleep(200)].map(sleep => sleep.finally(() => ends.push(stage.now))),
      )
      await context.sleep(1)
    })
    stage.at(10, () => task.cancel())
    await stage.idle()
    expect([ends, task.state]).toEqual([[10, 10], 'cancelled'])
  })

  test('rejects for a duration that is none', async () => {
    const task = new Stage().worker.submit(context => context.sleep('soon' as never))
    expect(await failure(task.result())).toMatchObject({ code: 'ERR_BAD_DURATION' })
  })

  test('that nobody awaits any more does not crash the process when the task is stopped', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(
      async context => {
        const least = context.sleep(100)
        await stage.wait(50)
        await least
      },
      { timeout: 10 },
    )
    await stage.idle()
    expect([task.state, task.elapsed]).toEqual(['timedOut', 50])
  })
})

describe('until', () => {
  test('waits for a time of the clock, to the nanosecond in virtual time', async () => {
    const stage = new Stage()
    await stage.wait(3)
    await stage.worker.submit(context => context.until(5_000_007)).result()
    expect(stage.clock.now()).toBe(5_000_007)
  })

  test('does not wait for a time that has passed', async () => {
    const stage = new Stage()
    await stage.wait(3)
    await stage.worker.submit(context => context.until(1)).result()
    expect(stage.now).toBe(3)
  })

  test('rejects as soon as the task is stopped', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(context => context.until(100e6), { timeout: 10 })
    await stage.idle()
    expect([task.state, stage.now]).toEqual(['timedOut', 10])
  })

  test('rejects for what is no time', async () => {
    const task = new Stage().worker.submit(context => context.until(Number.NaN))
    expect(await failure(task.result())).toMatchObject({ code: 'ERR_BAD_DURATION' })
  })
})

test('progress is not taken from an attempt that was stopped, nor from a task that is over', async () => {
  const stage = new Stage()
  const task = stage.worker.submit(
    async context => {
      context.progress(1)
      await stage.wait(20)
      context.progress(2)
      stage.at(20, () => context.progress(3))
    },
    { timeout: 10 },
  )
  await stage.idle()
  expect([task.progress?.done, stage.seen('progress').length]).toEqual([1, 1])
})

test('its functions may be taken out of it', async () => {
  const stage = new Stage()
  const task = stage.worker.submit(async ({ sleep, until, progress }) => {
    await sleep('1s')
    await until(3e9)
    progress(1, 2)
  })
  await task.result()
  expect([stage.clock.now(), task.progress]).toEqual([3e9, { done: 1, total: 2, note: undefined }])
})

test('clock is that of the worker', async () => {
  const stage = new Stage()
  expect(await stage.worker.submit(context => context.clock === stage.clock).result()).toBe(true)
})
