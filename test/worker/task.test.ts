import { describe, expect, test } from 'vitest'
import { PiWorkerError } from '../../src/errors.js'
import { VIRTUAL_EPOCH_MS } from '../../src/worker/virtual-clock.js'
import { failure, Stage } from './setup.js'

const at = (ms: number) => new Date(VIRTUAL_EPOCH_MS + ms)

describe('a task', () => {
  test('has an id of its own that stays the same', () => {
    const { worker } = new Stage()
    const [a, b] = [worker.run(() => 1), worker.run(() => 1)]
    expect(a.id).toMatch(/^[\w-]{21}$/)
    expect(a.id).toBe(a.id)
    expect(a.id).not.toBe(b.id)
  })

  test('startedAt is when it was created, runningAt when its function began, finishedAt when it was over', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.stubborn('before', 30), { on: 'pump' })
    await stage.wait(10)
    const task = stage.worker.submit(stage.stubborn('it', 5), { on: 'pump' })
    expect([task.startedAt, task.runningAt, task.finishedAt]).toEqual([at(10), undefined, undefined])
    await stage.wait(22)
    expect([task.startedAt, task.runningAt, task.finishedAt]).toEqual([at(10), at(30), undefined])
    await stage.idle()
    expect([task.startedAt, task.runningAt, task.finishedAt]).toEqual([at(10), at(30), at(35)])
  })

  test('elapsed, waited and ran are live while it is unfinished, and stand still afterwards', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.stubborn('before', 30), { on: 'pump' })
    const task = stage.worker.submit(stage.stubborn('it', 5), { on: 'pump' })
    const times = () => [task.elapsed, task.waited, task.ran]
    expect(times()).toEqual([0, 0, 0])
    await stage.wait(10)
    expect(times()).toEqual([10, 10, 0])
    await stage.wait(23)
    expect(times()).toEqual([33, 30, 3])
    await stage.wait(100)
    expect(times()).toEqual([35, 30, 5])
  })

  test('durations come from the monotonic clock, whatever the wall clock does', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(stage.stubborn('it', 50))
    const wall = stage.clock.wall.bind(stage.clock)
    stage.clock.wall = () => wall() - 3_600_000 // summer time ends
    await stage.idle()
    expect([task.elapsed, task.ran]).toEqual([50, 50])
    expect(task.finishedAt?.getTime()).toBe(task.startedAt.getTime() + 50)
  })

  test('durations are never negative, even on a clock that goes back', async () => {
    const stage = new Stage()
    await stage.wait(100)
    const task = stage.worker.submit(stage.heeding('it', 50))
    await stage.wait(10)
    const now = stage.clock.now.bind(stage.clock)
    stage.clock.now = () => now() - 200e6
    expect([task.elapsed, task.waited, task.ran]).toEqual([0, 0, 0])
    await stage.idle()
    expect([task.elapsed, task.ran]).toEqual([0, 0])
  })

  test('one that never ran has waited all its time', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.stubborn('before', 30), { on: 'pump' })
    const task = stage.worker.submit(stage.stubborn('it', 5), { on: 'pump' })
    stage.at(20, () => task.cancel())
    await stage.idle()
    expect([task.elapsed, task.waited, task.ran, task.runningAt]).toEqual([20, 20, 0, undefined])
  })

  test('ran includes the time that it takes to stop and be made safe', async () => {
    const stage = new Stage()
    stage.worker.queue('pump', { safe: () => stage.wait(3) })
    const task = stage.worker.submit(stage.stubborn('it', 20), { on: 'pump', timeout: 10, grace: 100 })
    await stage.idle()
    expect(task.ran).toBe(23)
  })

  test('goes from queued through running to succeeded', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(stage.heeding('it', 10), { on: 'pump' })
    expect([task.state, task.finished]).toEqual(['queued', false])
    await stage.wait(5)
    expect([task.state, task.finished]).toEqual(['running', false])
    await stage.idle()
    expect([task.state, task.finished]).toEqual(['succeeded', true])
  })

  test('progress is what its function said last', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(async context => {
      context.progress(1, 4, 'pumping')
      await context.sleep(10)
      context.progress(2)
    })
    expect(task.progress).toBeUndefined()
    await stage.wait(5)
    expect(task.progress).toEqual({ done: 1, total: 4, note: 'pumping' })
    await stage.idle()
    expect(task.progress).toEqual({ done: 2, total: undefined, note: undefined })
  })

  test('is not thenable: awaiting it gives the task itself', async () => {
    const stage = new Stage()
    const task = stage.worker.run(() => 1)
    expect('then' in task).toBe(false)
    expect(await (async () => task)()).toBe(task)
  })
})

describe('result', () => {
  test('waits for the end and gives what the function returned', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(stage.heeding('it', 10))
    expect(await task.result()).toBe('it')
    expect(await task.result()).toBe('it')
    expect(stage.now).toBe(10)
  })

  test('rejects with the error of the task', async () => {
    const stage = new Stage()
    const error = new PiWorkerError('ERR_IO', 'the line is stuck')
    const task = stage.worker.run(() => Promise.reject(error))
    expect(await failure(task.result())).toBe(error)
    expect(task.error).toBe(error)
  })

  test('its own timeout rejects the wait with ERR_WAIT_TIMEOUT and leaves the task alone', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(stage.heeding('it', 100), { name: 'pour' })
    const error = await failure(task.result({ timeout: '30ms' }))
    expect(error).toMatchObject({
      code: 'ERR_WAIT_TIMEOUT',
      place: task.id,
      message: `task pour (${task.id}) is still running`,
    })
    expect([stage.now, task.state]).toEqual([30, 'running'])
    expect(await task.result()).toBe('it')
  })

  test('a wait that ends in time leaves no timer behind', async () => {
    const stage = new Stage()
    await stage.worker.submit(stage.heeding('it', 10)).result({ timeout: '1h' })
    await stage.idle()
    expect(stage.now).toBe(10)
  })

  test('a timeout that is no duration rejects, for a finished task too', async () => {
    const { worker } = new Stage()
    const task = worker.run(() => 1)
    expect(await failure(task.result({ timeout: -1 }))).toMatchObject({ code: 'ERR_BAD_DURATION' })
    await task.result()
    expect(await failure(task.result({ timeout: 'soon' as never }))).toMatchObject({ code: 'ERR_BAD_DURATION' })
  })
})

describe('toDict', () => {
  test('gives id, startedAt, finishedAt, result and a null error of a task that succeeded', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(stage.heeding('it', 5))
    expect(await task.toDict()).toEqual({
      id: task.id,
      startedAt: at(0),
      finishedAt: at(5),
      result: 'it',
      error: null,
    })
  })

  test('gives the message as a string and a null result of a task that failed; the code is on task.error', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(stage.heeding('it', 50), { name: 'pour', timeout: 5 })
    expect(await task.toDict(100)).toEqual({
      id: task.id,
      startedAt: at(0),
      finishedAt: at(5),
      result: null,
      error: 'pour ran longer than 5 ms',
    })
    expect(task.error).toMatchObject({ code: 'ERR_TIMEOUT' })
  })

  test('waits 10 ms for an unfinished task unless told otherwise, then gives it as it is', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(stage.heeding('it', 1000))
    expect(await task.toDict()).toEqual({
      id: task.id,
      startedAt: at(0),
      finishedAt: null,
      result: null,
      error: null,
    })
    expect(stage.now).toBe(10)
    await task.toDict(25)
    expect(stage.now).toBe(35)
    await task.toDict(0)
    expect(stage.now).toBe(35)
  })

  test('a function that returns nothing has a null result', async () => {
    expect((await new Stage().worker.run(() => {}).toDict()).result).toBeNull()
  })

  test('rejects for a timeout that is no duration', async () => {
    const task = new Stage().worker.run(() => 1)
    expect(await failure(task.toDict(Number.NaN))).toMatchObject({ code: 'ERR_BAD_DURATION' })
  })

  test('gives text for an error whose message cannot be read', async () => {
    class Unreadable extends Error {
      override get message(): string {
        throw new TypeError('no message for you')
      }
    }
    const task = new Stage().worker.run(() => Promise.reject(new Unreadable()))
    expect(typeof (await task.toDict()).error).toBe('string')
    expect(typeof task.toJSON().error).toBe('string')
  })
})

describe('toJSON', () => {
  test('is toDict at once, with ISO dates', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(stage.heeding('it', 1500))
    expect(task.toJSON()).toEqual({
      id: task.id,
      startedAt: '2000-01-01T00:00:00.000Z',
      finishedAt: null,
      result: null,
      error: null,
    })
    expect(stage.now).toBe(0)
    await stage.idle()
    expect(JSON.parse(JSON.stringify(task))).toEqual({
      id: task.id,
      startedAt: '2000-01-01T00:00:00.000Z',
      finishedAt: '2000-01-01T00:00:01.500Z',
      result: 'it',
      error: null,
    })
  })

  const circular: Record<string, unknown> = { level: 3 }
  circular.self = circular
  test.each([
    ['circular', circular, { level: 3, self: '[Circular]' }],
    ['BigInt', { ns: 9_007_199_254_740_993n }, { ns: '9007199254740993' }],
    ['Buffer', Buffer.from('hello'), { type: 'Buffer', base64: 'aGVsbG8=' }],
    ['Error', new PiWorkerError('ERR_IO', 'no'), { name: 'PiWorkerError', message: 'no', code: 'ERR_IO' }],
    ['function', () => 1, null],
    ['undefined', undefined, null],
  ])('JSON.stringify works for a result that is %s', async (_, result, plain) => {
    const task = new Stage().worker.run(() => result)
    await task.result()
    expect((JSON.parse(JSON.stringify(task)) as { result: unknown }).result).toEqual(plain)
  })

  test('JSON.stringify works for tasks that are part of their own results', async () => {
    const stage = new Stage()
    const own = stage.worker.submit(context => ({ by: context.task }))
    const first = stage.worker.run((): unknown => ({ other: second }))
    const second = stage.worker.run((): unknown => [first])
    await stage.idle()
    expect(JSON.parse(JSON.stringify(own))).toMatchObject({ id: own.id, result: { by: '[Circular]' } })
    expect(JSON.parse(JSON.stringify(first))).toMatchObject({
      id: first.id,
      result: { other: { id: second.id, result: ['[Circular]'] } },
    })
  })
})
