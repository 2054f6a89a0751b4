import { describe, expect, test } from 'vitest'
import type { Task } from '../../src/worker/task.js'
import { failure, Stage } from './setup.js'

describe('timeout', () => {
  test('counts from the start of the function, not from submission', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.stubborn('before', 50), { on: 'pump' })
    const task = stage.worker.submit(stage.heeding('it', 15), { on: 'pump', timeout: 20 })
    await stage.idle()
    expect(task.state).toBe('succeeded')
  })

  test('aborts the signal with the error, and the task ends timedOut once its function has settled', async () => {
    const stage = new Stage()
    let reason: unknown
    const task = stage.worker.submit(
      async ({ signal }) => {
        await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()))
        reason = signal.reason
        await stage.wait(7) // tidies up
      },
      { name: 'pour', timeout: '20ms' },
    )
    await stage.wait(25)
    expect([task.state, task.finished]).toEqual(['stopping', false])
    await stage.idle()
    expect([task.state, task.elapsed]).toEqual(['timedOut', 27])
    expect(task.error).toBe(reason)
    expect(task.error).toMatchObject({
      code: 'ERR_TIMEOUT',
      place: task.id,
      message: 'pour ran longer than 20 ms',
    })
  })

  test('a function that ends in time leaves no timer behind', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.heeding('it', 5), { timeout: '1h' })
    await stage.idle()
    expect(stage.now).toBe(5)
  })

  test('zero stops a function that does not end at once', async () => {
    const stage = new Stage()
    const slow = stage.worker.submit(stage.heeding('slow', 1), { timeout: 0 })
    const quick = stage.worker.submit(() => 'quick', { timeout: 0 })
    await stage.idle()
    expect([slow.state, quick.state]).toEqual(['timedOut', 'succeeded'])
  })

  test('what the function throws on its way out is the cause of the error', async () => {
    const stage = new Stage()
    const thrown = new RangeError('valve is stuck')
    const task = stage.worker.submit(
      async context => {
        await context.sleep(100).catch(() => {
          throw thrown
        })
      },
      { timeout: 10 },
    )
    await stage.idle()
    expect(task.error?.cause).toBe(thrown)
  })

  test('an error that already names the reason as its cause makes no circle', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(
      async context => {
        try {
          await context.sleep(100)
        } catch (cause) {
          throw new RangeError('outer', { cause: new RangeError('inner', { cause }) })
        }
      },
      { timeout: 10 },
    )
    await stage.idle()
    const seen = new Set<unknown>()
    for (let error: unknown = task.error; error instanceof Error; error = error.cause) {
      expect(seen.has(error)).toBe(false)
      seen.add(error)
    }
  })
})

describe('cancel', () => {
  test('ends a queued task at once, and its function never runs', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.stubborn('before', 50), { on: 'pump' })
    const task = stage.worker.submit(stage.stubborn('it', 5), { on: 'pump', name: 'pour' })
    stage.at(10, () => {
      expect(task.cancel('nobody is thirsty')).toBe(true)
      expect([task.state, task.finished, stage.now]).toEqual(['cancelled', true, 10])
    })
    await stage.idle()
    expect(stage.log).toEqual(['0 before begins', '50 before ends'])
    expect(task.error).toMatchObject({
      code: 'ERR_CANCELLED',
      place: task.id,
      message: `task pour (${task.id}) was cancelled: nobody is thirsty`,
    })
  })

  test('before the first turn is in time', async () => {
    const stage = new Stage()
    const tasks = [stage.worker.run(() => stage.note('ran')), stage.worker.submit(() => stage.note('ran'), { on: 'a' })]
    for (const task of tasks) task.cancel()
    await stage.idle()
    expect(tasks.map(task => task.state)).toEqual(['cancelled', 'cancelled'])
    expect(stage.log).toEqual([])
  })

  test('stops a running task, which ends once its function has settled', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(stage.heeding('it', 100), { on: 'pump' })
    stage.at(10, () => {
      expect(task.cancel()).toBe(true)
      expect([task.state, task.finished]).toEqual(['stopping', false])
    })
    await stage.idle()
    expect([task.state, task.elapsed]).toEqual(['cancelled', 10])
    expect(await failure(task.result())).toMatchObject({ code: 'ERR_CANCELLED' })
  })

  test('a plain function that runs is waited for', async () => {
    const stage = new Stage()
    const task = stage.worker.run(stage.stubborn('it', 30))
    stage.at(10, () => task.cancel())
    await stage.idle()
    expect([task.state, task.elapsed]).toEqual(['cancelled', 30])
  })

  test('gives false for a task that is over or ending already', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(stage.stubborn('it', 30), { timeout: 10 })
    const answers: boolean[] = []
    stage.at(15, () => answers.push(task.cancel()))
    stage.at(50, () => answers.push(task.cancel()))
    await stage.idle()
    expect(answers).toEqual([false, false])
    expect(task.state).toBe('timedOut')
  })

  test('gives false for a task that has failed and is being made safe, and the failure stays', async () => {
    const stage = new Stage()
    stage.worker.queue('pump', { safe: () => stage.wait(20) })
    const task = stage.worker.submit(() => Promise.reject(new RangeError('stuck')), { on: 'pump' })
    stage.at(10, () => expect(task.cancel()).toBe(false))
    await stage.idle()
    expect([task.state, task.error?.message, task.elapsed]).toEqual(['failed', 'stuck', 20])
  })

  test('reaches a task from within its own function, before its first await too', async () => {
    const stage = new Stage()
    const task: Task = stage.worker.submit(async context => {
      expect(context.task.cancel()).toBe(true)
      await context.sleep(100)
    })
    const plain: Task = stage.worker.run(async () => {
      expect(plain.cancel()).toBe(true)
      await stage.wait(5)
    })
    const sync: Task = stage.worker.run(() => {
      expect(sync.cancel()).toBe(true)
      return 1
    })
    await stage.idle()
    expect([task.state, plain.state, sync.state]).toEqual(['cancelled', 'cancelled', 'cancelled'])
    expect(stage.now).toBe(5)
  })

  test('by a listener as soon as the task is queued keeps its function from being called', async () => {
    const stage = new Stage()
    stage.worker.listen(event => {
      if (event.type === 'queued') stage.worker.get(event.task)?.cancel()
    })
    const tasks = [
      stage.worker.run(() => stage.note('ran')),
      stage.worker.submit(() => stage.note('ran'), {
        on: ['a', 'b'],
        signal: new AbortController().signal,
        notAfter: '2000-01-01T01:00:00Z',
      }),
    ]
    await stage.idle()
    expect(tasks.map(task => task.state)).toEqual(['cancelled', 'cancelled'])
    expect(stage.log).toEqual([])
    expect(stage.now).toBe(0)
    expect(stage.seen('finished')).toHaveLength(2)
    expect([stage.worker.queue('a').waiting, stage.worker.queue('b').waiting]).toEqual([0, 0])
    await stage.worker.close()
  })

  test('by a listener as the task starts keeps its function from being called', async () => {
    const stage = new Stage()
    stage.worker.listen(event => {
      if (event.type === 'running') expect(stage.worker.get(event.task)?.cancel()).toBe(true)
    })
    const tasks = [
      stage.worker.run(() => stage.note('ran')),
      stage.worker.submit(() => stage.note('ran'), { on: 'a', timeout: 50 }),
      stage.worker.submit(() => stage.note('ran'), { on: 'a' }),
    ]
    await stage.idle()
    expect(tasks.map(task => task.state)).toEqual(['cancelled', 'cancelled', 'cancelled'])
    expect([stage.log, stage.now]).toEqual([[], 0])
  })
})
