/** The table of tasks at the end of a run: all of a short run, the ends and the failures of a long one. */

import Table from 'cli-table3'
import pc from 'picocolors'
import type { PlanTask } from '../plan/plan-task.js'
import type { TaskState } from '../worker/task-record.js'
import { formatMs, formatResult, oneLine } from './format.js'

/** Up to so many tasks, all are shown. */
const ALL = 40
/** Of more tasks: so many of the first, of the last, and of those that did not succeed. */
const ENDS = 12
const FAILURES = 16

/** A table of all, or of the telling, tasks; an empty text when there are none. Ends in a line feed. */
export function taskTable(tasks: readonly PlanTask[], options: { colored: boolean; columns: number }): string {
  if (tasks.length === 0) return ''
  const colors = pc.createColors(options.colored)
  const table = new Table({
    head: ['#', 'task', 'state', 'waited', 'ran', 'result'],
    colAligns: ['right', 'left', 'left', 'right', 'right', 'left'],
    // The library colours heads and borders unless told not to.
    style: { head: [], border: [], compact: true },
  })
  const shown = choose(tasks)
  const widest = Math.max(...shown.map(index => tasks[index]?.name.length ?? 0))
  const forResult = Math.max(20, options.columns - widest - 60)
  let previous = 0
  for (const index of shown) {
    const task = tasks[index] as PlanTask
    const { state, number } = task
    if (number > previous + 1) table.push([{ colSpan: 6, content: `… ${number - previous - 1} more` }])
    previous = number
    const result =
      task.error === undefined ? formatResult(task.result, forResult) : oneLine(task.error.message, forResult)
    const cells = [formatMs(task.waited), formatMs(task.ran), result]
    table.push([String(number), oneLine(task.name), colorOf(state, colors)(state), ...cells])
  }
  return `${table.toString()}\n`
}

/** The indexes of the tasks to show, ascending. */
function choose(tasks: readonly PlanTask[]): number[] {
  if (tasks.length <= ALL) return tasks.map((_, index) => index)
  const chosen = new Set<number>()
  for (let index = 0; index < ENDS; index++) chosen.add(index).add(tasks.length - 1 - index)
  let failures = 0
  for (const [index, task] of tasks.entries()) {
    if (task.state !== 'succeeded' && failures++ < FAILURES) chosen.add(index)
  }
  return [...chosen].sort((a, b) => a - b)
}

/** Green for success, red for failure, yellow for what is neither. */
export function colorOf(state: TaskState, colors: ReturnType<typeof pc.createColors>): (text: string) => string {
  if (state === 'succeeded') return colors.green
  if (state === 'failed' || state === 'indeterminate') return colors.red
  return colors.yellow
}
