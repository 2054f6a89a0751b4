import { describe, expect, test } from 'vitest'
import { deferred, Stage } from './setup.js'

const done = (promise: Promise<void>) => {
  const seen = { done: false }
  void promise.then(() => {
    seen.done = true
  })
  return seen
}

test('a closed worker takes no new tasks', async () => {
  const { worker } = new Stage()
  await worker.close()
  const closed = expect.objectContaining({ code: 'ERR_CLOSED' })
  expect(() => worker.run(() => 1)).toThrow(closed)
  expect(() => worker.submit(() => 1, { on: 'pump' })).toThrow(closed)
  expect(worker.size).toBe(0)
})

test('a worker with nothing to do is closed at once, and twice is as good as once', async () => {
  const { worker } = new Stage()
  await worker.close({ abort: true })
  await worker.close({ drain: true })
})

test('finished tasks can be found after the worker was closed', async () => {
  const { worker } = new Stage()
  const task = worker.run(() => 1)
  const { id } = task
  await worker.close()
  expect(worker.get(id)).toBe(task)
})

describe('drain', () => {
  test('is the default, and lets every task run to its end', async () => {
    const stage = new Stage({ concurrency: 1 })
    const tasks = [
      stage.worker.submit(stage.heeding('a', 10), { on: 'pump' }),
      stage.worker.submit(stage.heeding('b', 10), { on: 'pump' }),
      stage.worker.run(() => stage.wait(5)),
      stage.worker.run(() => 1),
    ]
    await stage.worker.close()
    expect(tasks.map(task => task.state)).toEqual(Array(4).fill('succeeded'))
    expect(stage.now).toBe(20)
  })

  test('cancels what waits for a quarantined queue, because nobody will reset it', async () => {
    const stage = new Stage()
    stage.worker.submit(() => deferred().promise, { on: 'pump', timeout: 10, grace: 10 })
    const waiting = stage.worker.submit(() => 1, { on: 'pump' })
    const both = stage.worker.submit(() => 1, { on: ['pump', 'valve'] })
    const valve = stage.worker.submit(stage.heeding('valve', 100), { on: 'valve' })
    await stage.wait(50)
    await stage.worker.close({ drain: true })
    expect([waiting.state, both.state, valve.state]).toEqual(['cancelled', 'cancelled', 'succeeded'])
    expect(waiting.error).toMatchObject({ code: 'ERR_QUARANTINED' })
  })

  test('cancels them too when the queue is quarantined only while the worker closes', async () => {
    const stage = new Stage()
    const stuck = stage.worker.submit(() => deferred().promise, { on: 'pump', timeout: 10, grace: 10 })
    const waiting = stage.worker.submit(() => 1, { on: 'pump' })
    await stage.worker.close()
    expect([stuck.state, waiting.state, stage.now]).toEqual(['indeterminate', 'cancelled', 20])
  })

  test('waits for safe states', async () => {
    const stage = new Stage()
    stage.worker.queue('pump', { safe: () => stage.wait(30) })
    stage.worker.submit(() => Promise.reject(new RangeError('no')), { on: 'pump' })
    await stage.worker.close()
    expect(stage.now).toBe(30)
  })

  test('does not wait for a function that was given up before', async () => {
    const stage = new Stage()
    stage.worker.submit(() => deferred().promise, { on: 'pump', timeout: 10, grace: 10 })
    await stage.idle()
    await stage.worker.close()
    expect(stage.now).toBe(20)
  })

  test('can be turned into abort by a second call', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(stage.heeding('a', 1000), { on: 'pump' })
    const first = done(stage.worker.close({ drain: true }))
    await stage.wait(10)
    expect(first.done).toBe(false)
    await stage.worker.close({ abort: true })
    expect([task.state, stage.now, first.done]).toEqual(['cancelled', 10, true])
  })
})

describe('abort', () => {
  test('cancels every task: queued, running, between attempts, on one queue, several or none', async () => {
    const stage = new Stage({ concurrency: 1 })
    stage.worker.queue('sensor', { safe: () => stage.wait(30) })
    const tasks = [
      stage.worker.submit(stage.heeding('running', 100), { on: 'pump' }),
      stage.worker.submit(stage.heeding('queued', 100), { on: 'pump' }),
      stage.worker.submit(stage.heeding('several', 100), { on: ['pump', 'valve'] }),
      stage.worker.submit(stage.heeding('behind', 100), { on: 'valve' }),
      stage.worker.submit(stage.heeding('plain', 100)),
      stage.worker.run(() => stage.note('ran')),
      stage.worker.submit(() => Promise.reject(new RangeError('no')), { on: 'sensor', retries: 3, effect: 'read' }),
    ]
    await stage.wait(10)
    await stage.worker.close({ abort: true })
    expect(tasks.map(task => task.state)).toEqual(Array(7).fill('cancelled'))
    expect(stage.log).toEqual(['0 running begins', '0 plain begins', '10 running ends', '10 plain ends'])
    expect(tasks[0]?.error?.message).toContain('the worker is closing')
    expect(stage.now).toBe(30)
  })

  test('waits for functions that do not heed it until they are given up', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(() => deferred().promise, { on: 'pump', grace: 40 })
    await stage.wait(10)
    await stage.worker.close({ abort: true })
    expect([task.state, stage.now]).toEqual(['indeterminate', 50])
  })

  test('from within a function, before its first await, stops that function too', async () => {
    const stage = new Stage()
    const closer = stage.worker.submit(() => stage.worker.close({ abort: true }), { on: 'pump', grace: 10 })
    await stage.idle()
    expect([closer.state, stage.now]).toEqual(['indeterminate', 10])
  })

  test('by a listener as a task starts stops that task', async () => {
    const stage = new Stage()
    let closed: Promise<void> | undefined
    stage.worker.listen(({ type }) => {
      if (type === 'running') closed ??= stage.worker.close({ abort: true })
    })
    const task = stage.worker.submit(stage.heeding('it', 100), { on: 'pump' })
    await stage.idle()
    await closed
    expect([task.state, stage.now]).toEqual(['cancelled', 0])
  })

  test('false is not abort', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(stage.heeding('it', 10))
    await stage.worker.close({ abort: false } as never)
    expect(task.state).toBe('succeeded')
  })
})
