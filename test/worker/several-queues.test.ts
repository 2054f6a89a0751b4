import { describe, expect, test } from 'vitest'
import { deferred, Stage } from './setup.js'

describe('a task on several queues', () => {
  test('starts when all of them are free', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.stubborn('a', 10), { on: 'a' })
    stage.worker.submit(stage.stubborn('b', 30), { on: 'b' })
    stage.worker.submit(stage.stubborn('both', 5), { on: ['a', 'b'] })
    await stage.idle()
    expect(stage.log).toEqual(['0 a begins', '0 b begins', '10 a ends', '30 b ends', '30 both begins', '35 both ends'])
  })

  test('has them all while it runs', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.stubborn('both', 20), { on: ['a', 'b'] })
    stage.worker.submit(stage.stubborn('a', 1), { on: 'a' })
    stage.worker.submit(stage.stubborn('b', 1), { on: 'b' })
    await stage.idle()
    expect(stage.log.slice(0, 4)).toEqual(['0 both begins', '20 both ends', '20 a begins', '20 b begins'])
  })

  test('starts only when it is first by priority and submission on all of them', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.stubborn('busy', 10), { on: 'a' })
    stage.worker.submit(stage.stubborn('both', 5), { on: ['a', 'b'] })
    stage.worker.submit(stage.stubborn('urgent', 5), { on: 'b', priority: 1 })
    stage.worker.submit(stage.stubborn('later', 5), { on: 'b' })
    await stage.idle()
    expect(stage.log).toEqual([
      '0 busy begins',
      '0 urgent begins',
      '5 urgent ends',
      '10 busy ends',
      '10 both begins',
      '15 both ends',
      '15 later begins',
      '20 later ends',
    ])
  })

  test('waits behind an earlier one that waits for a third queue, though both its own are free', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.stubborn('busy', 20), { on: 'c' })
    stage.worker.submit(stage.stubborn('earlier', 5), { on: ['b', 'c'] })
    stage.worker.submit(stage.stubborn('later', 5), { on: ['a', 'b'] })
    await stage.idle()
    expect(stage.log.filter(line => line.endsWith('begins'))).toEqual([
      '0 busy begins',
      '20 earlier begins',
      '25 later begins',
    ])
  })

  test('holds none of them while it waits: a more urgent task gets the free one', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.stubborn('busy', 30), { on: 'b' })
    stage.worker.submit(stage.stubborn('both', 5), { on: ['a', 'b'] })
    stage.at(10, () => stage.worker.submit(stage.stubborn('urgent', 5), { on: 'a', priority: 1 }))
    await stage.idle()
    expect(stage.log).toEqual([
      '0 busy begins',
      '10 urgent begins',
      '15 urgent ends',
      '30 busy ends',
      '30 both begins',
      '35 both ends',
    ])
  })

  test('is not starved by tasks on one of them that come later', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.stubborn('busy', 10), { on: 'b' })
    const both = stage.worker.submit(stage.stubborn('both', 5), { on: ['a', 'b'] })
    for (let i = 0; i < 50; i++) stage.worker.submit(() => stage.wait(3), { on: 'a' })
    await stage.idle()
    expect(both.runningAt?.getTime()).toBe(both.startedAt.getTime() + 10)
  })

  test.each([
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    [
      ['a', 'b', 'c'],
      ['c', 'b', 'a'],
      ['b', 'c'],
      ['a', 'c'],
    ],
  ])('never deadlocks, whatever the order in which the queues are named: %j', async (...names: string[][]) => {
    const stage = new Stage()
    const tasks = Array.from({ length: 40 }, (_, i) =>
      stage.worker.submit(() => stage.wait(1 + (i % 3)), { on: names[i % names.length] as string[], priority: i % 2 }),
    )
    await stage.idle()
    expect(tasks.every(task => task.state === 'succeeded')).toBe(true)
  })

  test('that names a queue twice, or by name and by itself, needs it once', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(() => 'ran', { on: ['a', stage.worker.queue('a'), 'a'] })
    expect(await task.result()).toBe('ran')
    expect(stage.seen('running')).toMatchObject([{ queues: ['a'] }])
  })

  test('with no queue in its list is a task that names no peripheral', async () => {
    expect(await new Stage().worker.submit(() => 'ran', { on: [] }).result()).toBe('ran')
  })

  test('that is cancelled lets those behind it start on all of them', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.stubborn('busy', 50), { on: 'c' })
    const all = stage.worker.submit(stage.stubborn('all', 5), { on: ['a', 'b', 'c'] })
    stage.worker.submit(stage.stubborn('both', 5), { on: ['a', 'b'] })
    stage.at(10, () => all.cancel())
    await stage.idle()
    expect(stage.log).toEqual(['0 busy begins', '10 both begins', '15 both ends', '50 busy ends'])
  })

  test('is made safe on all of them at once', async () => {
    const stage = new Stage()
    for (const name of ['a', 'b']) {
      stage.worker.queue(name, { safe: () => stage.wait(10).then(() => stage.note(`${name} safe`)) })
    }
    const task = stage.worker.submit(() => Promise.reject(new RangeError('no')), { on: ['a', 'b'] })
    await stage.idle()
    expect([stage.log, task.elapsed]).toEqual([['10 a safe', '10 b safe'], 10])
  })

  test('and one on a queue between them run in the order of submission', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.stubborn('one', 5), { on: ['a', 'b'] })
    stage.worker.submit(stage.stubborn('two', 5), { on: 'b' })
    stage.worker.submit(stage.stubborn('three', 5), { on: ['b', 'c'] })
    stage.worker.submit(stage.stubborn('four', 5), { on: 'c' })
    await stage.idle()
    expect(stage.log.filter(line => line.endsWith('begins'))).toEqual([
      '0 one begins',
      '5 two begins',
      '10 three begins',
      '15 four begins',
    ])
  })
})

describe('a quarantined neighbour', () => {
  const withStuckB = async () => {
    const stage = new Stage()
    const end = deferred()
    const b = stage.worker.queue('b', { whenQuarantined: 'keep' })
    stage.worker.submit(() => end.promise, { on: b, timeout: 10, grace: 10 })
    await stage.idle()
    return { stage, b, end }
  }

  test('is passed over: tasks that need it hold up nobody else', async () => {
    const { stage, b, end } = await withStuckB()
    const both = stage.worker.submit(stage.stubborn('both', 5), { on: ['a', 'b'], priority: 9 })
    stage.worker.submit(stage.stubborn('a', 5), { on: 'a' })
    await stage.idle()
    expect(stage.log).toEqual(['20 a begins', '25 a ends'])
    expect(both.state).toBe('queued')
    end.resolve()
    await stage.idle()
    await b.reset()
    await stage.idle()
    expect(both.state).toBe('succeeded')
  })

  test('lets those who stand behind a passed-over task start at the moment of the quarantine', async () => {
    const stage = new Stage()
    stage.worker.submit(() => deferred().promise, { on: 'b', timeout: 10, grace: 10 })
    stage.worker.submit(stage.stubborn('both', 5), { on: ['a', 'b'] })
    stage.worker.submit(stage.stubborn('a', 5), { on: 'a' })
    await stage.idle()
    expect(stage.log).toEqual(['20 a begins', '25 a ends'])
  })

  test('gives passed-over tasks their old places back when it is reset, however many there are', async () => {
    const { stage, b, end } = await withStuckB()
    const order: number[] = []
    const count = 20_000
    for (let i = 0; i < count; i++) stage.worker.submit(() => void order.push(i), { on: ['a', 'b'] })
    await stage.idle()
    stage.worker.submit(() => void order.push(count), { on: 'a' })
    const behind = stage.worker.submit(() => stage.wait(5), { on: 'a' })
    await stage.wait(1)
    stage.worker.submit(() => void order.push(count + 1), { on: 'a' })
    end.resolve()
    await stage.wait(1)
    await b.reset()
    await stage.idle()
    expect(behind.state).toBe('succeeded')
    expect(order).toEqual([count, ...Array.from({ length: count }, (_, i) => i), count + 1])
  })

  test('can be left by cancelling the task that waits for it', async () => {
    const { stage, b } = await withStuckB()
    const both = stage.worker.submit(stage.stubborn('both', 5), { on: ['a', 'b'] })
    await stage.idle()
    expect(both.cancel()).toBe(true)
    expect([stage.worker.queue('a').waiting, b.waiting]).toEqual([0, 0])
  })
})
