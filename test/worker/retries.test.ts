import { describe, expect, test } from 'vitest'
import type { Effect } from '../../src/worker/task-options.js'
import { deferred, failure, Stage } from './setup.js'

/** A function that fails `times` times, each after 10 ms. */
function flaky(stage: Stage, times: number) {
  let attempt = 0
  return async () => {
    const mine = ++attempt
    stage.note(`attempt ${mine}`)
    await stage.wait(10)
    if (mine <= times) throw new RangeError(`attempt ${mine} failed`)
    return mine
  }
}

describe('retries', () => {
  test.each(['read', 'idempotent'] as const)('may be asked for effect %s', async effect => {
    const stage = new Stage()
    const task = stage.worker.submit(flaky(stage, 2), { on: 'sensor', retries: 2, effect })
    expect(await task.result()).toBe(3)
    expect(stage.log).toEqual(['0 attempt 1', '10 attempt 2', '20 attempt 3'])
  })

  test.each([
    ['pulse', 'pulse'],
    ['irreversible', 'irreversible'],
    ['irreversible', undefined],
  ] as [string, Effect | undefined][])('are refused for effect %s (%s) when the task is submitted', (shown, effect) => {
    const { worker } = new Stage()
    expect(() => worker.submit(() => 1, { retries: 1, effect })).toThrow(
      expect.objectContaining({ code: 'ERR_RETRY_UNSAFE', message: expect.stringContaining(`'${shown}'`) as string }),
    )
    expect(worker.size).toBe(0)
  })

  test('do not happen unless they are asked for', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(flaky(stage, 1), { effect: 'read' })
    expect(await failure(task.result())).toMatchObject({ message: 'attempt 1 failed' })
    expect(stage.log).toEqual(['0 attempt 1'])
  })

  test('give up with the last error', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(flaky(stage, 9), { retries: 1, effect: 'read' })
    expect(await failure(task.result())).toMatchObject({ message: 'attempt 2 failed' })
    expect([task.state, task.ran]).toEqual(['failed', 20])
  })

  test('keep the slot', async () => {
    const stage = new Stage()
    stage.worker.submit(flaky(stage, 1), { on: 'sensor', retries: 1, effect: 'read' })
    stage.worker.submit(() => stage.note('urgent'), { on: 'sensor', priority: 9 })
    stage.at(1, () => stage.worker.submit(() => stage.note('most urgent'), { on: 'sensor', priority: 10 }))
    await stage.idle()
    expect(stage.log).toEqual(['0 urgent', '0 attempt 1', '10 attempt 2', '20 most urgent'])
  })

  test('are each given the whole timeout, counted from their own start', async () => {
    const stage = new Stage()
    let attempt = 0
    const task = stage.worker.submit(
      async context => {
        stage.note(`attempt ${++attempt}`)
        await context.sleep(attempt < 3 ? 100 : 12)
        return attempt
      },
      { timeout: 15, retries: 2, effect: 'read' },
    )
    expect(await task.result()).toBe(3)
    expect(stage.log).toEqual(['0 attempt 1', '15 attempt 2', '30 attempt 3'])
    expect([task.runningAt?.getTime(), task.ran]).toEqual([task.startedAt.getTime(), 42])
  })

  test('have contexts of their own: that of an attempt that was stopped stays stopped', async () => {
    const stage = new Stage()
    const signals: AbortSignal[] = []
    const task = stage.worker.submit(
      async context => {
        signals.push(context.signal)
        if (signals.length === 1) await context.sleep(100)
      },
      { timeout: 10, retries: 1, effect: 'read' },
    )
    await task.result()
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  })

  test('come after the peripheral has been made safe', async () => {
    const stage = new Stage()
    stage.worker.queue('sensor', { safe: () => stage.wait(3).then(() => stage.note('safe')) })
    stage.worker.submit(flaky(stage, 1), { on: 'sensor', retries: 1, effect: 'idempotent' })
    await stage.idle()
    expect(stage.log).toEqual(['0 attempt 1', '13 safe', '13 attempt 2'])
  })

  test('do not happen when the peripheral cannot be made safe', async () => {
    const stage = new Stage()
    stage.worker.queue('sensor', { safe: () => Promise.reject(new RangeError('stuck')) })
    const task = stage.worker.submit(flaky(stage, 1), { on: 'sensor', retries: 3, effect: 'idempotent' })
    await stage.idle()
    expect([task.state, stage.log]).toEqual(['indeterminate', ['0 attempt 1']])
  })

  test('do not happen to a function that was given up', async () => {
    const stage = new Stage()
    let attempts = 0
    const task = stage.worker.submit(
      () => {
        attempts++
        return deferred().promise
      },
      { on: 'sensor', timeout: 10, grace: 10, retries: 5, effect: 'read' },
    )
    await stage.idle()
    expect([task.state, attempts]).toEqual(['indeterminate', 1])
  })

  test('happen however often a synchronous function throws', async () => {
    const stage = new Stage()
    let attempts = 0
    const task = stage.worker.submit(
      () => {
        if (++attempts <= 20_000) throw new RangeError('not yet')
        return attempts
      },
      { on: 'sensor', retries: 20_000, effect: 'read' },
    )
    expect(await task.result()).toBe(20_001)
  })

  test('are not bounded by notAfter, which is about the start', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(flaky(stage, 3), {
      retries: 3,
      effect: 'read',
      notAfter: '2000-01-01T00:00:00.015Z',
    })
    await stage.idle()
    expect([task.state, stage.now]).toEqual(['succeeded', 40])
  })
})

describe('cancel', () => {
  test('between two attempts ends the task cancelled, with the failure as cause', async () => {
    const stage = new Stage()
    stage.worker.queue('sensor', { safe: () => stage.wait(20) })
    const task = stage.worker.submit(flaky(stage, 9), { on: 'sensor', retries: 9, effect: 'idempotent' })
    stage.at(15, () => expect(task.cancel()).toBe(true))
    await stage.idle()
    expect([task.state, task.elapsed]).toEqual(['cancelled', 30])
    expect(task.error).toMatchObject({ code: 'ERR_CANCELLED', cause: { message: 'attempt 1 failed' } })
    expect(stage.log).toEqual(['0 attempt 1'])
  })

  test('during an attempt ends the task without another', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(stage.heeding('it', 50), { retries: 9, effect: 'read' })
    stage.at(10, () => task.cancel())
    await stage.idle()
    expect([task.state, stage.log]).toEqual(['cancelled', ['0 it begins', '10 it ends']])
  })

  test('while a timed-out attempt is stopping keeps it from being tried again', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(stage.stubborn('it', 30), { timeout: 10, retries: 9, effect: 'read' })
    stage.at(20, () => {
      expect(task.cancel()).toBe(true)
      expect(task.cancel()).toBe(false)
    })
    await stage.idle()
    expect([task.state, stage.log]).toEqual(['timedOut', ['0 it begins', '30 it ends']])
  })
})
