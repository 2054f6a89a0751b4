import PQueue from 'p-queue'
import { describe, expect, test, vi } from 'vitest'
import { deferred, Stage } from './setup.js'

describe('no overlap', () => {
  test('the slot is freed only when a timed-out function has settled', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.stubborn('slow', 40), { on: 'pump', timeout: 10, grace: 100 })
    stage.worker.submit(stage.stubborn('next', 5), { on: 'pump' })
    await stage.idle()
    expect(stage.log).toEqual(['0 slow begins', '40 slow ends', '40 next begins', '45 next ends'])
  })

  test('the slot is freed only when a cancelled function has settled', async () => {
    const stage = new Stage()
    const slow = stage.worker.submit(stage.stubborn('slow', 40), { on: 'pump', grace: 100 })
    stage.worker.submit(stage.stubborn('next', 5), { on: 'pump' })
    stage.at(10, () => slow.cancel())
    await stage.idle()
    expect(stage.log).toEqual(['0 slow begins', '40 slow ends', '40 next begins', '45 next ends'])
  })

  test('after a stop the peripheral is made safe before the slot is freed', async () => {
    const stage = new Stage()
    stage.worker.queue('pump', {
      safe: async () => {
        stage.note('safe begins')
        await stage.wait(6)
        stage.note('safe ends')
      },
    })
    const slow = stage.worker.submit(stage.heeding('slow', 40), { on: 'pump', timeout: 10 })
    stage.worker.submit(stage.stubborn('next', 5), { on: 'pump' })
    stage.at(12, () => expect([slow.finished, slow.state]).toEqual([false, 'stopping']))
    await stage.idle()
    expect(stage.log).toEqual([
      '0 slow begins',
      '10 slow ends',
      '10 safe begins',
      '16 safe ends',
      '16 next begins',
      '21 next ends',
    ])
    expect(slow.finishedAt?.getTime()).toBe(slow.startedAt.getTime() + 16)
  })

  test('a function that throws leaves its peripheral safe before the next one starts', async () => {
    const stage = new Stage()
    stage.worker.queue('pump', { safe: () => stage.note('safe') })
    const task = stage.worker.submit(() => Promise.reject(new RangeError('stuck')), { on: 'pump' })
    stage.worker.submit(stage.stubborn('next', 5), { on: 'pump' })
    await stage.idle()
    expect(task.state).toBe('failed')
    expect(stage.log).toEqual(['0 safe', '0 next begins', '5 next ends'])
  })

  test('a function that succeeds is not followed by safe()', async () => {
    const stage = new Stage()
    stage.worker.queue('pump', { safe: () => stage.note('safe') })
    stage.worker.submit(() => 'on', { on: 'pump' })
    await stage.idle()
    expect(stage.log).toEqual([])
  })

  test('p-queue is given neither timeout nor signal: it would free the slot of a running function', async () => {
    const add = vi.spyOn(PQueue.prototype, 'add')
    const stage = new Stage({ concurrency: 2 })
    const { signal } = new AbortController()
    const task = stage.worker.submit(stage.heeding('it', 40), { on: ['a', 'b'], timeout: 10, signal })
    stage.worker.submit(stage.heeding('it', 40), { timeout: 10, signal })
    await stage.idle()
    expect(task.state).toBe('timedOut')
    expect(add.mock.calls.length).toBeGreaterThan(0)
    for (const [, options] of add.mock.calls) expect(options).toBeUndefined()
    add.mockRestore()
  })

  test('grace is 5 s unless the task says otherwise', async () => {
    const stage = new Stage()
    const patient = stage.worker.submit(stage.stubborn('a', 5009), { on: 'a', timeout: 10 })
    const given = stage.worker.submit(stage.stubborn('b', 5011), { on: 'b', timeout: 10 })
    await stage.idle()
    expect([patient.state, patient.elapsed]).toEqual(['timedOut', 5009])
    expect([given.state, given.elapsed]).toEqual(['indeterminate', 5010])
  })

  test('a task that names no peripheral is given up too, and its slot goes on', async () => {
    const stage = new Stage({ concurrency: 1 })
    const never = deferred()
    const task = stage.worker.submit(() => never.promise, { timeout: 10, grace: 10 })
    stage.worker.run(() => stage.note('next'))
    await stage.idle()
    expect([task.state, task.error]).toMatchObject(['indeterminate', { code: 'ERR_ABANDONED' }])
    expect(stage.log).toEqual(['20 next'])
  })
})
