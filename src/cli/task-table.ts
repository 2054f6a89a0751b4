/** The table of tasks at the end of a run: all of a short run, the ends and the failures of a long one. */

import Table from 'cli-table3'
import pc from 'picocolors'
import type { PlanTask } from '../plan/plan-task.js'
import type { TaskState } from '../worker/task-record.js'
import { formatMs, formatResult, oneLine } from './format.js'
import { fitWidths } from './live/columns.js'
import { cut, widthOf } from './live/text.js'
import { reasonText } from './task-reason.js'

/** Up to so many tasks, all are shown. */
const ALL = 40
/** Of more tasks: so many of the first, of the last, and of those that did not succeed. */
const ENDS = 12
const FAILURES = 16

interface TableColumn {
  readonly head: string
  readonly align: 'left' | 'right'
  readonly min: number
  /** 0 for what must be there; the highest is left out first. */
  readonly rank: number
  readonly cell: (task: PlanTask) => string
}

const COLUMNS: readonly TableColumn[] = [
  { head: '#', align: 'right', min: 8, rank: 3, cell: ({ number }) => String(number) },
  { head: 'task', align: 'left', min: 8, rank: 0, cell: ({ name }) => oneLine(name) },
  // The longest state, so that none is cut.
  { head: 'state', align: 'left', min: 13, rank: 1, cell: ({ state }) => state },
  { head: 'waited', align: 'right', min: 10, rank: 5, cell: ({ waited }) => formatMs(waited) },
  { head: 'ran', align: 'right', min: 10, rank: 4, cell: ({ ran }) => formatMs(ran) },
  { head: 'result', align: 'left', min: 16, rank: 2, cell: outcomeText },
]
/** Between two cells: a blank, the border, a blank. */
const GAP = 3
/** The border and a blank, at both ends. */
const ENDS_OF_ROW = 4
const MOST_RESULT = 200

/**
 * A table of all, or of the telling, tasks, no wider than `columns`: what there is no room for is cut at its end, or the
 * column left out. An empty text when there are none. Ends in a line feed.
 */
export function taskTable(tasks: readonly PlanTask[], options: { colored: boolean; columns: number }): string {
  if (tasks.length === 0) return ''
  const colors = pc.createColors(options.colored)
  const shown = choose(tasks).map(index => tasks[index] as PlanTask)
  const texts = shown.map(task => COLUMNS.map(({ cell }) => cell(task)))
  const wanted = COLUMNS.map(({ head }, at) => Math.max(...[head, ...texts.map(row => row[at] ?? '')].map(widthOf)))
  const widths = fitWidths(COLUMNS, wanted, options.columns - ENDS_OF_ROW, GAP)
  const there = COLUMNS.map((_, at) => at).filter(at => widths[at] !== 0)
  const table = new Table({
    head: there.map(at => cut(COLUMNS[at]?.head ?? '', widths[at] ?? 0, '…')),
    colAligns: there.map(at => COLUMNS[at]?.align ?? 'left'),
    colWidths: there.map(at => (widths[at] ?? 0) + 2),
    // The library colours heads and borders unless told not to.
    style: { head: [], border: [], compact: true },
  })
  let previous = 0
  for (const [index, { number, state }] of shown.entries()) {
    if (number > previous + 1) table.push([{ colSpan: there.length, content: `… ${number - previous - 1} more` }])
    previous = number
    table.push(
      there.map(at => {
        const text = cut(texts[index]?.[at] ?? '', widths[at] ?? 0, '…')
        return COLUMNS[at]?.head === 'state' ? colorOf(state, colors)(text) : text
      }),
    )
  }
  return `${table.toString()}\n`
}

/** What it gave, or why it did not. */
function outcomeText(task: PlanTask): string {
  if (task.error === undefined) return formatResult(task.result, MOST_RESULT)
  return reasonText(task.error.message, task, MOST_RESULT)
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
