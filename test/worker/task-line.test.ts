import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { TaskLine } from '../../src/worker/task-line.js'
import type { TaskQueue } from '../../src/worker/task-queue.js'
import type { TaskRecord } from '../../src/worker/task-record.js'
import { Stage } from './setup.js'

/** As much of a queue and of its tasks as a line looks at. */
function setUp() {
  const queue = { corked: false }
  const line = new TaskLine(queue as TaskQueue)
  const runner = async () => {}
  line.enqueue(runner)
  let sequence = 0
  const add = (priority: number, blocked = () => false) => {
    const record = { sequence: sequence++, priority, canStart: () => true, blockedByQuarantine: blocked }
    line.add(record as unknown as TaskRecord)
    return record as unknown as TaskRecord
  }
  const next = () => (line.dequeue() === runner ? line.taken : undefined)
  return { queue, line, add, next }
}

const place = (record: TaskRecord) => record.place as NonNullable<TaskRecord['place']>

test('gives tasks by priority, first in first out within one, for any mix of adding, removing and taking (seed 11)', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ add: fc.constantFrom(-1, -0, 0, 0.5, 1, 2, Number.MAX_VALUE) }) },
    { weight: 2, arbitrary: fc.record({ remove: fc.nat() }) },
    { weight: 3, arbitrary: fc.constant('take' as const) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), steps => {
      const { line, add, next } = setUp()
      const waiting: TaskRecord[] = []
      for (const step of steps) {
        if (step === 'take') {
          const [first] = [...waiting].sort((a, b) => b.priority - a.priority || a.sequence - b.sequence)
          expect(line.head).toBe(first)
          expect(next()).toBe(first)
          if (first !== undefined) waiting.splice(waiting.indexOf(first), 1)
        } else if ('add' in step) {
          waiting.push(add(step.add))
        } else if (waiting.length > 0) {
          const [record] = waiting.splice(step.remove % waiting.length, 1)
          line.take(place(record as TaskRecord))
          line.take(place(record as TaskRecord))
        }
        expect([line.size, line.count]).toEqual([waiting.length, waiting.length])
        expect(new Set(line.records())).toEqual(new Set(waiting))
      }
    }),
    { seed: 11, numRuns: 200 },
  )
})

test('is the queue that p-queue itself takes the tasks from', async () => {
  const dequeue = vi.spyOn(TaskLine.prototype, 'dequeue')
  const stage = new Stage()
  for (let i = 0; i < 5; i++) stage.worker.submit(() => i, { on: 'pump', priority: i % 2 })
  await stage.idle()
  expect(dequeue.mock.results.filter(({ value }) => value !== undefined)).toHaveLength(5)
  dequeue.mockRestore()
})

test('gives nothing while its queue is corked', () => {
  const { queue, line, add, next } = setUp()
  const record = add(0)
  queue.corked = true
  expect(line.size).toBe(0)
  queue.corked = false
  expect([line.size, next()]).toEqual([1, record])
})

test('passes over tasks that need a quarantined queue, and gives them their places back', () => {
  const { line, add, next } = setUp()
  let quarantined = true
  const blocked = () => quarantined
  const [a, b, c, d] = [add(1, blocked), add(0, blocked), add(0), add(0, blocked)]
  expect([next(), line.count, line.size, line.head]).toEqual([c, 3, 0, undefined])
  expect(new Set(line.records())).toEqual(new Set([a, b, d]))
  line.unpark()
  expect([line.head, line.count]).toEqual([undefined, 3])
  line.take(place(b as TaskRecord))
  quarantined = false
  line.unpark()
  const e = add(0)
  expect([next(), next(), next(), next()]).toEqual([a, d, e, undefined])
})

test('forgets the priorities that nobody has any more, when each task has one of its own', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const { line, add } = setUp()
  add(1e9)
  const buckets: WeakRef<object>[] = []
  const pass = (priority: number) => {
    const at = place(add(priority))
    buckets.push(new WeakRef(at.bucket as object))
    line.take(at)
  }
  for (let i = 0; i < 2000; i++) pass(-i)
  // A WeakRef holds its target until the end of the turn in which it was made.
  await new Promise(resolve => setImmediate(resolve))
  collect()
  expect(buckets.filter(ref => ref.deref() !== undefined).length).toBeLessThan(200)
})
