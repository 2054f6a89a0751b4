/** `pi-worker check FILE`: says everything that is wrong with a plan file, or what it holds. Opens nothing. */

import { checkPlan } from '../plan/check.js'
import type { Step } from '../plan/plan.js'
import { readPlanSource } from '../plan/source.js'
import { exit } from './exit.js'
import { oneLine } from './format.js'
import type { Session } from './program.js'

/** @throws what is wrong with the file, all of it in one error */
export async function checkCommand({ out }: Session, file: string): Promise<number> {
  const plan = checkPlan(await readPlanSource(file))
  const peripherals = count(Object.keys(plan.bench).length, 'peripheral')
  out.write(`${file} is a valid plan: ${oneLine(plan.name)}, ${peripherals}, ${count(tasksOf(plan.steps), 'task')}\n`)
  return exit.succeeded
}

/** How many tasks the steps make when all goes well. */
function tasksOf(steps: readonly Step[]): number {
  let tasks = 0
  for (const step of steps) {
    if (step.kind === 'action') tasks++
    else if (step.kind === 'repeat') tasks += step.count * tasksOf(step.steps)
    else if (step.kind === 'parallel') tasks += tasksOf(step.branches)
  }
  return tasks
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
