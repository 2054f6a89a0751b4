import { describe, expect, test, vi } from 'vitest'
import type { WorkerEvent } from '../../src/worker/events.js'
import { VIRTUAL_EPOCH_MS } from '../../src/worker/virtual-clock.js'
import { failure, Stage } from './setup.js'

describe('events', () => {
  test('tell of every step of a task: queued, running, progress, finished', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(
      async context => {
        await context.sleep(5)
        context.progress(1, 2, 'half')
      },
      { on: ['pump', 'valve'], name: 'pour' },
    )
    await stage.idle()
    const common = { task: task.id, name: 'pour' }
    const start = VIRTUAL_EPOCH_MS
    expect(stage.events).toEqual([
      { type: 'queued', ...common, queues: ['pump', 'valve'], sequence: 1, time: start },
      { type: 'running', ...common, queues: ['pump', 'valve'], sequence: 2, time: start },
      { type: 'progress', ...common, progress: { done: 1, total: 2, note: 'half' }, sequence: 3, time: start + 5 },
      { type: 'finished', ...common, state: 'succeeded', error: null, sequence: 4, time: start + 5 },
    ])
  })

  test('tell why a task is stopping and how it ended', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(stage.heeding('it', 50), { timeout: 10, name: 'pour' })
    await stage.idle()
    const error = 'pour ran longer than 10 ms'
    expect(stage.seen('stopping')).toMatchObject([{ task: task.id, error }])
    expect(stage.seen('finished')).toMatchObject([{ task: task.id, state: 'timedOut', error }])
  })

  test('are numbered from 1 without a gap', async () => {
    const stage = new Stage()
    for (let i = 0; i < 20; i++) stage.worker.submit(stage.heeding('it', i), { on: 'pump', timeout: 10 })
    await stage.idle()
    expect(stage.events.map(({ sequence }) => sequence)).toEqual(stage.events.map((_, index) => index + 1))
  })

  test('are what JSON can hold', async () => {
    const stage = new Stage()
    stage.worker.submit(
      context => {
        context.progress(1, 2, 'half')
        return { circular: context }
      },
      { on: 'pump' },
    )
    stage.worker.run(() => Promise.reject(Symbol('no')))
    await stage.idle()
    expect(JSON.parse(JSON.stringify(stage.events))).toEqual(stage.events)
  })

  test('go to a listener from when it is added until it is removed', async () => {
    const stage = new Stage()
    const types: string[] = []
    stage.worker.run(() => 1)
    const stop = stage.worker.listen(({ type }) => types.push(type))
    await stage.idle()
    stop()
    stop()
    stage.worker.run(() => 2)
    await stage.idle()
    expect(types).toEqual(['running', 'finished'])
  })

  test('go to one function as often as it was added', async () => {
    const stage = new Stage()
    const listener = vi.fn()
    const stop = stage.worker.listen(listener)
    stage.worker.listen(listener)
    stage.worker.run(() => 1)
    expect(listener).toHaveBeenCalledTimes(2)
    stop()
    await stage.idle()
    expect(listener).toHaveBeenCalledTimes(4)
  })

  test('reach every listener in the order of their numbers, even when a listener makes more of them happen', async () => {
    const stage = new Stage()
    const second: number[] = []
    stage.worker.listen(event => {
      if (event.type === 'queued' && event.name === 'first') {
        stage.worker.submit(() => 2, { name: 'second' })
        stage.worker.get(event.task)?.cancel()
      }
    })
    stage.worker.listen(({ sequence }) => second.push(sequence))
    stage.worker.submit(() => 1, { name: 'first' })
    await stage.idle()
    expect(second).toEqual([...second].sort((a, b) => a - b))
    expect(second).toHaveLength(5)
  })

  test('do not go to a listener that another one has just removed, nor to one that it has just added', async () => {
    const stage = new Stage()
    const heard: string[] = []
    stage.worker.listen(({ type }) => {
      stopLater()
      if (type === 'queued') stage.worker.listen(event => heard.push(`new ${event.type}`))
    })
    const stopLater = stage.worker.listen(({ type }) => heard.push(`removed ${type}`))
    stage.worker.run(() => 1)
    await stage.idle()
    expect(heard).toEqual(['new running', 'new finished'])
  })
})

describe('a listener that throws', () => {
  test('disturbs neither the task nor the other listeners, and its error is an uncaught exception', async () => {
    const stage = new Stage()
    const fault = new RangeError('listener fault')
    const uncaught: unknown[] = []
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', error => uncaught.push(error))
    try {
      stage.worker.listen(() => {
        throw fault
      })
      const seen: WorkerEvent[] = []
      stage.worker.listen(event => seen.push(event))
      const task = stage.worker.submit(() => 'fine', { on: 'pump' })
      expect(await failure(task.result())).toBeUndefined()
      await stage.idle()
      expect(seen.map(({ type }) => type)).toEqual(['queued', 'running', 'finished'])
      expect(uncaught).toEqual([fault, fault, fault])
    } finally {
      process.removeAllListeners('uncaughtException')
      for (const listener of others) process.on('uncaughtException', listener)
    }
  })
})
