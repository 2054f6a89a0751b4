import { describe, expect, it } from 'vitest'
import { widthOf } from '../../src/cli/live/text.js'
import { taskTable } from '../../src/cli/task-table.js'
import { PlanTask } from '../../src/plan/plan-task.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { Worker } from '../../src/worker/worker.js'

/** So many tasks that are over; those whose index is in `failing` have failed. */
async function tasksOf(count: number, failing: readonly number[] = []): Promise<PlanTask[]> {
  const worker = new Worker({ clock: new VirtualClock() })
  const tasks: PlanTask[] = []
  for (let index = 0; index < count; index++) {
    const task = worker.run(() => {
      if (failing.includes(index)) throw new RangeError(`broken ${index}`)
      return { index }
    })
    const kept = new PlanTask(task, `a.run${index}`, index + 1)
    await task.toDict()
    kept.settle()
    tasks.push(kept)
  }
  return tasks
}

const table = (tasks: readonly PlanTask[], columns = 120) => taskTable(tasks, { colored: false, columns })
const rows = (text: string) => text.split('\n').filter(line => /^│ +\d/.test(line))

describe('the table of tasks', () => {
  it('is nothing for no tasks', () => {
    expect(table([])).toBe('')
  })

  it('has a row for each task of a short run', async () => {
    const text = table(await tasksOf(40))
    expect(rows(text)).toHaveLength(40)
    expect(text).toMatch(/│ +1 │ a\.run0 +│ succeeded │ +0 ms │ +0 ms │ index=0 +│/)
    expect(text).not.toContain('more')
  })

  it('keeps the numbers of tasks where others of the run are not known any more', async () => {
    const tasks = await tasksOf(30)
    const text = table([...tasks.slice(0, 5), ...tasks.slice(20)])
    expect(rows(text)).toHaveLength(15)
    expect(text).toContain('… 15 more')
    expect(text).toContain('│ 21 │')
  })

  it('has the first, the last and the failed of a long run, and counts the others', async () => {
    const text = table(await tasksOf(200, [100]))
    const shown = [...Array(12).keys(), 100, ...Array.from({ length: 12 }, (_, n) => 188 + n)]
    expect(rows(text).map(row => Number(/\d+/.exec(row)?.[0]) - 1)).toEqual(shown)
    expect(text).toContain('… 88 more')
    expect(text).toContain('… 87 more')
    expect(text).toMatch(/failed .*broken 100/)
  })

  it('has why a task was cancelled, without the id of the task', async () => {
    const worker = new Worker({ clock: new VirtualClock() })
    const task = worker.submit(({ sleep }) => sleep('1h'), { name: 'pump.pulse' })
    const kept = new PlanTask(task, 'pump.pulse')
    task.cancel('the plan was stopped')
    await task.result().catch(() => undefined)
    kept.settle()
    expect(table([kept])).toMatch(/ pump\.pulse │ cancelled │ .* │ the plan was stopped │/)
    expect(table([kept], 60)).toMatch(/ pump\.pulse │ cancelled │ .*the plan was /)
  })

  it.each([140, 80, 60, 40, 30])('is no wider than %d columns, and its borders are whole', async columns => {
    const tasks = await tasksOf(60, [3, 30])
    const lines = table(tasks, columns).trimEnd().split('\n')
    expect(new Set(lines.map(widthOf)).size).toBe(1)
    expect(widthOf(lines[0] ?? '')).toBeLessThanOrEqual(columns)
    for (const line of lines) expect(line).toMatch(/^[┌├│└].*[┐┤│┘]$/)
    expect(lines.join('\n')).toMatch(/a\.run0 .*succeeded/)
  })

  it('has what matters most where there is little room', async () => {
    const text = table(await tasksOf(3, [1]), 45)
    expect(text).toMatch(/ # │ task +│ state +│ +ran │ result/)
    expect(text).toContain('broken 1')
  })

  it('stays short however many have failed', async () => {
    const all = Array.from({ length: 200 }, (_, n) => n)
    expect(rows(table(await tasksOf(200, all))).length).toBeLessThan(45)
  })
})
