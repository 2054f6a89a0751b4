/** Runs `record`: the actions that measure, and the row that comes of them. */

import { fieldOf } from '../expressions/value.js'
import type { CellSource, RecordStep, Step } from '../plan.js'
import type { Cell } from '../rows.js'
import type { Execution, Frame, Next } from './execution.js'

export async function runRecord(execution: Execution, step: RecordStep, frame: Frame): Promise<Next> {
  const { actions, stream, cells } = step
  // What an action that fails had measured before is no value of this row.
  for (const action of actions) execution.values.readings.delete(nameOf(action))
  if ((await measure(execution, actions, frame)) === 'round' || frame.region.stopped) return 'round'
  const now = execution.clock.wall()
  const values: Cell[] = []
  const measured: number[] = []
  for (const cell of cells) {
    values.push(cellValue(execution, cell))
    measured.push(cell.kind === 'field' ? (execution.values.readings.get(cell.action)?.wall ?? now) : now)
  }
  await execution.row(stream, values, measured, frame)
  return 'step'
}

async function measure(execution: Execution, actions: readonly Step[], frame: Frame): Promise<Next> {
  const [only] = actions
  if (only === undefined) return 'step'
  if (actions.length === 1) return await execution.step(only, frame)
  const over = execution.pausing.fork(actions.length)
  const next = await Promise.all(actions.map(action => execution.step(action, frame).finally(over)))
  return next.includes('round') ? 'round' : 'step'
}

function cellValue({ values }: Execution, cell: CellSource): Cell {
  switch (cell.kind) {
    case 'slot':
      return values.slots[cell.slot] ?? null
    case 'field':
      return fieldOf(values.readings.get(cell.action)?.result, cell.path, cell.type) ?? null
    case 'expression':
      return cell.expression.evaluate(values)
  }
}

function nameOf(step: Step): string {
  if (step.kind === 'computed') return step.sample === undefined ? '' : nameOf(step.sample)
  return step.kind === 'action' ? `${step.peripheral}.${step.action}` : ''
}
