import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import type { Task } from '../../src/worker/task.js'
import { Worker } from '../../src/worker/worker.js'
import { Stage } from './setup.js'

const found = (stage: Stage, ids: readonly string[]) => ids.map(id => stage.worker.get(id) !== undefined)

describe('finished tasks', () => {
  test('can be found for 10 minutes, then they are gone', async () => {
    const stage = new Stage()
    const { id } = stage.worker.run(() => 1)
    await stage.wait(599_999)
    expect([stage.worker.get(id)?.state, stage.worker.size]).toEqual(['succeeded', 1])
    await stage.wait(2)
    expect([stage.worker.get(id), stage.worker.size]).toEqual([undefined, 0])
  })

  test('are kept for retain.ms, each counted from its own end', async () => {
    const stage = new Stage({ retain: { ms: '100ms' } })
    const ids = [10, 40, 70].map(ms => stage.worker.submit(stage.heeding('it', ms)).id)
    await stage.wait(109)
    expect(found(stage, ids)).toEqual([true, true, true])
    await stage.wait(2)
    expect(found(stage, ids)).toEqual([false, true, true])
    await stage.wait(30)
    expect(found(stage, ids)).toEqual([false, false, true])
    await stage.wait(30)
    expect(found(stage, ids)).toEqual([false, false, false])
  })

  test('are at most retain.count, the oldest end goes first', async () => {
    const stage = new Stage({ retain: { count: 2 } })
    const ids = [30, 10, 20].map(ms => stage.worker.submit(stage.heeding('it', ms)).id)
    await stage.idle()
    expect(found(stage, ids)).toEqual([true, false, true])
    expect(stage.worker.size).toBe(2)
  })

  test('are at most 10,000 by default', async () => {
    const stage = new Stage()
    for (let i = 0; i < 10_050; i++) stage.worker.run(() => i)
    await stage.idle()
    expect(stage.worker.size).toBe(10_000)
  })

  test('are not kept at all with a count of 0', async () => {
    const stage = new Stage({ retain: { count: 0 } })
    const task = stage.worker.run(() => 1)
    const { id } = task
    expect(await task.result()).toBe(1)
    expect([stage.worker.get(id), stage.worker.size]).toEqual([undefined, 0])
    expect(stage.worker.get(task.id)).toBeUndefined()
  })

  test('whose id is asked for only after they are gone cannot be found by it', async () => {
    const worker = new Worker({ retain: { count: 1 } })
    const early: Task = worker.run(() => 1)
    await worker.run(() => 2).result()
    expect(worker.get(early.id)).toBeUndefined()
  })

  test('never count those that are unfinished', async () => {
    const stage = new Stage({ retain: { ms: 10, count: 1 } })
    const tasks = Array.from({ length: 5 }, () => stage.worker.submit(stage.heeding('it', 1000)))
    const ids = tasks.map(({ id }) => id)
    await stage.wait(500)
    expect(found(stage, ids)).toEqual(Array(5).fill(true))
    expect(stage.worker.size).toBe(5)
  })

  test('let go of their function, arguments and result when they are gone', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const stage = new Stage({ retain: { ms: 100 } })
    const kept: WeakRef<object>[] = []
    const heavy = () => {
      const data = { bytes: new Uint8Array(1000) }
      kept.push(new WeakRef(data))
      return data
    }
    const submit = () => {
      stage.worker.submit(() => heavy(), { on: ['a', 'b'], timeout: 5000, grace: 10 })
      stage.worker.submit(() => heavy(), { on: 'a', timeout: 5000, notAfter: '2000-01-01T01:00:00Z' })
      stage.worker.run(data => data, heavy())
      stage.worker.run(() => Promise.resolve(heavy()))
      stage.worker.submit(() => Promise.reject(heavy()), { on: 'b', retries: 1, effect: 'read' })
    }
    submit()
    await stage.idle()
    await stage.wait(200)
    expect([stage.worker.size, kept.length]).toEqual([0, 6])
    stage.events.length = 0
    // A WeakRef holds its target until the end of the turn in which it was made or read.
    await new Promise(resolve => setImmediate(resolve))
    collect()
    expect(kept.filter(ref => ref.deref() !== undefined)).toHaveLength(0)
  })
})

test.each([
  [{ ms: -1 }, 'ERR_BAD_DURATION', 'retain.ms'],
  [{ ms: 'forever' }, 'ERR_BAD_DURATION', 'retain.ms'],
  [{ count: -1 }, 'ERR_BAD_OPTION', 'retain.count'],
  [{ count: 1.5 }, 'ERR_BAD_OPTION', 'retain.count'],
  [{ count: Number.NaN }, 'ERR_BAD_OPTION', 'retain.count'],
])('retain %o is refused', (retain, code, place) => {
  expect(() => new Worker({ retain: retain as never })).toThrow(expect.objectContaining({ code, place }))
})
