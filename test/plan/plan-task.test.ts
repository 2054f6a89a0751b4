import { describe, expect, it } from 'vitest'
import { PiWorkerError } from '../../src/errors.js'
import { PlanTask } from '../../src/plan/plan-task.js'
import { VIRTUAL_EPOCH_MS, VirtualClock } from '../../src/worker/virtual-clock.js'
import { Worker } from '../../src/worker/worker.js'

function setup() {
  const clock = new VirtualClock()
  const worker = new Worker({ clock, retain: { count: 0 } })
  return { clock, worker }
}
const iso = (ms: number) => new Date(VIRTUAL_EPOCH_MS + ms).toISOString()

describe('what a plan keeps of a task', () => {
  it('is live while the task is unfinished', async () => {
    const { clock, worker } = setup()
    const task = worker.submit(context => context.sleep(100), { name: 'a', on: 'a' })
    const kept = new PlanTask(task, 'a.run')
    expect(kept.toJSON()).toMatchObject({ state: 'queued', runningAt: null, finishedAt: null, elapsed: 0 })
    await clock.reach(40e6)
    expect(kept.toJSON()).toMatchObject({ state: 'running', runningAt: iso(0), finishedAt: null, elapsed: 40, ran: 40 })
    task.cancel()
    await task.toDict()
  })

  it('stays when the worker has forgotten the task', async () => {
    const { clock, worker } = setup()
    await clock.reach(5e6)
    void worker.submit(context => context.sleep(100), { on: 'a' })
    const task = worker.submit(
      async context => {
        await context.sleep(20)
        return { requested: 20, achieved: 20.5 }
      },
      { on: 'a' },
    )
    const kept = new PlanTask(task, 'a.pulse')
    await task.result()
    kept.settle()
    expect(worker.get(kept.id)).toBeUndefined()
    expect(kept.toJSON()).toEqual({
      id: task.id,
      name: 'a.pulse',
      state: 'succeeded',
      startedAt: iso(5),
      runningAt: iso(105),
      finishedAt: iso(125),
      elapsed: 120,
      waited: 100,
      ran: 20,
      result: { requested: 20, achieved: 20.5 },
      error: null,
      code: null,
    })
  })

  it('has the message and code of a failure', async () => {
    const { worker } = setup()
    const task = worker.submit(() => {
      throw new PiWorkerError('ERR_NO_EDGE', 'nothing came')
    })
    const kept = new PlanTask(task, 'level.waitFor')
    await task.toDict()
    kept.settle()
    expect(kept.toJSON()).toMatchObject({ state: 'failed', result: null, error: 'nothing came', code: 'ERR_NO_EDGE' })
  })

  it('never began when the task was cancelled in its queue', async () => {
    const { clock, worker } = setup()
    void worker.submit(context => context.sleep(100), { on: 'a' })
    const task = worker.submit(() => {}, { on: 'a' })
    const kept = new PlanTask(task, 'a.run')
    await clock.reach(30e6)
    task.cancel()
    kept.settle()
    expect(kept.toJSON()).toMatchObject({
      state: 'cancelled',
      runningAt: null,
      finishedAt: iso(30),
      waited: 30,
      ran: 0,
    })
  })

  it.each([
    [
      'circular',
      () => {
        const ring: Record<string, unknown> = { a: 1 }
        ring.self = ring
        return ring
      },
      { a: 1, self: '[Circular]' },
    ],
    ['a BigInt', () => 10n, '10'],
    ['nothing', () => undefined, null],
    ['not a number', () => Number.NaN, null],
  ])('holds in JSON a result that is %s', async (_what, fn, expected) => {
    const { worker } = setup()
    const task = worker.run(fn as () => unknown)
    const kept = new PlanTask(task, 'a.run')
    await task.result()
    kept.settle()
    expect(JSON.parse(JSON.stringify(kept)).result).toEqual(expected)
  })
})
