import { expect, test } from 'vitest'
import { VIRTUAL_EPOCH_MS } from '../../src/worker/virtual-clock.js'
import { Stage } from './setup.js'

const at = (ms: number) => new Date(VIRTUAL_EPOCH_MS + ms)

test('a task that is still queued when notAfter passes fails with ERR_EXPIRED at once, and is never called', async () => {
  const stage = new Stage()
  stage.worker.submit(stage.stubborn('before', 50), { on: 'pump' })
  const task = stage.worker.submit(() => stage.note('ran'), { on: 'pump', name: 'pour', notAfter: at(20) })
  await stage.idle()
  expect([task.state, task.elapsed, task.runningAt]).toEqual(['failed', 20, undefined])
  expect(task.error).toMatchObject({
    code: 'ERR_EXPIRED',
    place: task.id,
    message: 'pour was still queued when its notAfter time passed',
  })
  expect(stage.log).toEqual(['0 before begins', '50 before ends'])
})

test('an ISO string is as good as a Date', async () => {
  const stage = new Stage()
  stage.worker.submit(stage.stubborn('before', 50), { on: 'pump' })
  const tasks = ['2000-01-01T00:00:00.020Z', '2000-01-01T01:00:00.020+01:00'].map(notAfter =>
    stage.worker.submit(() => 1, { on: 'pump', notAfter }),
  )
  await stage.idle()
  expect(tasks.map(task => task.elapsed)).toEqual([20, 20])
})

test('a task that starts in time may run past it', async () => {
  const stage = new Stage()
  const task = stage.worker.submit(stage.heeding('it', 100), { on: 'pump', notAfter: at(20) })
  await stage.idle()
  expect([task.state, task.elapsed]).toEqual(['succeeded', 100])
})

test('a time that has passed already expires the task before it starts', async () => {
  const stage = new Stage()
  await stage.wait(10)
  const tasks = [
    stage.worker.submit(() => stage.note('ran'), { notAfter: at(10) }),
    stage.worker.submit(() => stage.note('ran'), { on: ['a', 'b'], notAfter: at(5) }),
  ]
  await stage.idle()
  expect(tasks.map(({ error }) => error)).toMatchObject([{ code: 'ERR_EXPIRED' }, { code: 'ERR_EXPIRED' }])
  expect(stage.log).toEqual([])
  expect(stage.seen('running')).toEqual([])
})

test('a task that expires makes way for those behind it on all its queues', async () => {
  const stage = new Stage()
  stage.worker.submit(stage.stubborn('busy', 50), { on: 'b' })
  stage.worker.submit(() => stage.note('both'), { on: ['a', 'b'], notAfter: at(20) })
  stage.worker.submit(() => stage.note('a'), { on: 'a' })
  await stage.idle()
  expect(stage.log).toEqual(['0 busy begins', '20 a', '50 busy ends'])
})

test('a running task leaves no expiry behind', async () => {
  const stage = new Stage()
  stage.worker.submit(() => new Promise(() => {}), { on: 'pump', notAfter: at(1e6) })
  await stage.idle()
  expect(stage.now).toBe(0)
})

test('what counts is the wall clock: one that was set back lets the task wait on', async () => {
  const stage = new Stage()
  stage.worker.submit(stage.stubborn('before', 50), { on: 'pump' })
  const task = stage.worker.submit(() => 'ran', { on: 'pump', notAfter: at(20) })
  const wall = stage.clock.wall.bind(stage.clock)
  stage.clock.wall = () => wall() - 40
  await stage.idle()
  expect(task.state).toBe('succeeded')
})

test('what counts is the wall clock: one that jumps ahead expires the task before it starts', async () => {
  const stage = new Stage()
  stage.worker.submit(stage.stubborn('before', 50), { on: 'pump' })
  const task = stage.worker.submit(() => 'ran', { on: 'pump', notAfter: at(1000) })
  const wall = stage.clock.wall.bind(stage.clock)
  stage.clock.wall = () => wall() + 3_600_000
  await stage.idle()
  expect([task.error, task.elapsed]).toMatchObject([{ code: 'ERR_EXPIRED' }, 50])
})
