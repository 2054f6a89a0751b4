import { describe, expect, test } from 'vitest'
import type { TaskContext } from '../../src/worker/attempt-context.js'
import { Worker } from '../../src/worker/worker.js'
import { Stage } from './setup.js'

describe('submit', () => {
  test('calls the function with a context: signal, sleep, progress, task', async () => {
    const { worker } = new Stage()
    let given: TaskContext | undefined
    const task = worker.submit(context => {
      given = context
      return 'done'
    })
    expect(await task.result()).toBe('done')
    expect(given?.task).toBe(task)
    expect(given?.signal).toBeInstanceOf(AbortSignal)
    expect(typeof given?.sleep).toBe('function')
    expect(typeof given?.progress).toBe('function')
  })

  test('a name that is given comes before that of the function', () => {
    const { worker } = new Stage()
    expect(worker.submit(function open() {}, { name: 'open the valve' }).name).toBe('open the valve')
    expect(worker.submit(function open() {}).name).toBe('open')
  })

  test('one queue runs one task at a time, in the order of submission', async () => {
    const stage = new Stage()
    for (const name of ['one', 'two', 'three']) stage.worker.submit(stage.stubborn(name, 10), { on: 'pump' })
    await stage.idle()
    expect(stage.log).toEqual([
      '0 one begins',
      '10 one ends',
      '10 two begins',
      '20 two ends',
      '20 three begins',
      '30 three ends',
    ])
  })

  test('different queues do not wait for each other', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.stubborn('pump', 10), { on: 'pump' })
    stage.worker.submit(stage.stubborn('valve', 10), { on: 'valve' })
    await stage.idle()
    expect(stage.log).toEqual(['0 pump begins', '0 valve begins', '10 pump ends', '10 valve ends'])
  })

  test('on takes a name, a queue, or a peripheral that has one', async () => {
    const stage = new Stage()
    const queue = stage.worker.queue('pump')
    for (const on of ['pump', queue, { queue }]) stage.worker.submit(stage.stubborn('it', 10), { on })
    await stage.idle()
    expect(stage.now).toBe(30)
  })

  test('a higher priority starts first; equal ones start in the order of submission', async () => {
    const stage = new Stage()
    const order: string[] = []
    const submit = (name: string, priority?: number) =>
      stage.worker.submit(() => void order.push(name), { on: 'pump', priority })
    submit('default')
    submit('low', -1)
    submit('zero', 0)
    submit('minus zero', -0)
    submit('high', 7)
    submit('half', 0.5)
    await stage.idle()
    expect(order).toEqual(['high', 'half', 'default', 'zero', 'minus zero', 'low'])
  })

  test('what is submitted in one turn is ordered before anything of it starts', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.stubborn('first', 1), { on: 'pump' })
    stage.worker.submit(stage.stubborn('urgent', 1), { on: 'pump', priority: 1 })
    await stage.idle()
    expect(stage.log[0]).toBe('0 urgent begins')
  })

  const AbortSignalLike = { aborted: false }
  test.each([
    ['priority', { priority: Number.NaN }, 'ERR_BAD_OPTION'],
    ['priority', { priority: Number.POSITIVE_INFINITY }, 'ERR_BAD_OPTION'],
    ['priority', { priority: '1' }, 'ERR_BAD_OPTION'],
    ['retries', { retries: -1, effect: 'read' }, 'ERR_BAD_OPTION'],
    ['retries', { retries: 1.5, effect: 'read' }, 'ERR_BAD_OPTION'],
    ['effect', { effect: 'harmless' }, 'ERR_BAD_OPTION'],
    ['effect', { effect: Object.create(null) }, 'ERR_BAD_OPTION'],
    ['notAfter', { notAfter: 'tomorrow' }, 'ERR_BAD_OPTION'],
    ['notAfter', { notAfter: '12' }, 'ERR_BAD_OPTION'],
    ['notAfter', { notAfter: 12 }, 'ERR_BAD_OPTION'],
    ['notAfter', { notAfter: new Date(Number.NaN) }, 'ERR_BAD_OPTION'],
    ['timeout', { timeout: -1 }, 'ERR_BAD_DURATION'],
    ['timeout', { timeout: '3 weeks' }, 'ERR_BAD_DURATION'],
    ['grace', { grace: Number.NaN }, 'ERR_BAD_DURATION'],
    ['signal', { signal: AbortSignalLike }, 'ERR_BAD_OPTION'],
    ['name', { name: 5 }, 'ERR_BAD_OPTION'],
    ['on', { on: 5 }, 'ERR_BAD_OPTION'],
    ['on', { on: null }, 'ERR_BAD_OPTION'],
    ['on', { on: ['a', new Worker().queue('a')] }, 'ERR_BAD_OPTION'],
  ])('%s is checked before anything is queued: %o', async (place, options, code) => {
    const { worker, events } = new Stage()
    expect(() => worker.submit(() => 1, options as never)).toThrow(expect.objectContaining({ code, place }))
    expect(worker.size).toBe(0)
    expect(events).toEqual([])
  })
})
