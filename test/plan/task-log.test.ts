import { describe, expect, it } from 'vitest'
import type { PlanTask } from '../../src/plan/plan-task.js'
import { TaskLog } from '../../src/plan/running/task-log.js'
import { act, FakeBench, repeat } from './fake-bench.js'

/** A log of so many tasks, of which these fail. */
function logged(count: number, failing: (number: number) => boolean = () => false): string[] {
  const log = new TaskLog()
  for (let index = 0; index < count; index++) {
    const task = { name: String(index) } as PlanTask
    const number = log.add(task)
    if (failing(index)) log.failed(number, task)
  }
  expect(log.count).toBe(count)
  return log.list().map(({ name }) => name)
}
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => String(from + index))

describe('the tasks that a run keeps', () => {
  it.each([0, 1, 999, 1000, 1001, 1999, 2000])('are all of a run of %i', count => {
    expect(logged(count)).toEqual(range(0, count))
  })

  it('are the first and the last of a long run, in order', () => {
    expect(logged(5300)).toEqual([...range(0, 1000), ...range(4300, 5300)])
  })

  it('and those between that failed, once each', () => {
    expect(logged(5000, number => [5, 2000, 3000, 4500].includes(number))).toEqual([
      ...range(0, 1000),
      '2000',
      '3000',
      ...range(4000, 5000),
    ])
  })

  it('are bounded however many fail', () => {
    expect(logged(50_000, () => true)).toHaveLength(3000)
  })

  it('are counted in the result', async () => {
    const bench = new FakeBench({ 'a.run': () => {} })
    const result = await bench.run([repeat(3500, undefined, act('a.run'))])
    expect([result.taskCount, result.tasks.length]).toEqual([3500, 2000])
  })
})
