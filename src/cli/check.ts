/** `pi-worker check FILE`: says everything that is wrong with a plan file, or what it holds and takes. Opens nothing. */

import { checkPlan } from '../plan/check.js'
import { type Amount, estimatePlan } from '../plan/estimate/estimate.js'
import { formatPlace, planError } from '../plan/place.js'
import { readPlanSource } from '../plan/source.js'
import { overAt } from '../plan/wall-times.js'
import { SystemClock } from '../worker/clock.js'
import { exit } from './exit.js'
import { formatMs, oneLine } from './format.js'
import type { Session } from './program.js'
import { parseParams, type RunFlags } from './run-flags.js'

/** @throws what is wrong with the file, all of it in one error; ERR_PARAM, ERR_USAGE */
export async function checkCommand(
  { io, out, err }: Session,
  file: string,
  flags: Pick<RunFlags, 'param'>,
): Promise<number> {
  const plan = checkPlan(await readPlanSource(file), undefined, { params: parseParams(flags) })
  const over = overAt(plan.steps, (io.clock ?? new SystemClock()).wall())
  if (over.length > 0) throw planError(over)
  const { duration, tasks, rows, on, endless } = estimatePlan(plan)
  const peripherals = count({ value: Object.keys(plan.bench).length, atLeast: false }, 'peripheral')
  out.write(`${file} is a valid plan: ${oneLine(plan.name)}, ${peripherals}, ${count(tasks, 'task')}\n`)
  out.write(`  takes ${endless ? 'until it is stopped' : amount(duration, formatMs)}\n`)
  for (const { peripheral, ms } of on) out.write(`  ${peripheral} is on for ${amount(ms, formatMs)}\n`)
  for (const { stream, count: many } of rows) out.write(`  records ${count(many, 'row')} (${oneLine(stream)})\n`)
  for (const { place, message, remedy } of plan.warnings) {
    err.write(`warning: ${oneLine(message)}\n  at ${formatPlace(place)}\n`)
    if (remedy !== undefined) err.write(`  remedy: ${oneLine(remedy)}\n`)
  }
  return exit.succeeded
}

function count(of: Amount, what: string): string {
  return `${amount(of, String)} ${what}${(of.atMost ?? of.value) === 1 ? '' : 's'}`
}

/** `12 s`, `about 12 s`, `at least 12 s`, `between 12 s and 16 m 0 s`, `up to 10 s`. */
function amount({ value, atLeast, atMost, about }: Amount, format: (value: number) => string): string {
  const least = format(value)
  if (atMost === undefined) return `${atLeast ? 'at least ' : about === true ? 'about ' : ''}${least}`
  const most = format(atMost)
  if (least === most) return `about ${least}`
  return value === 0 ? `up to ${most}` : `between ${least} and ${most}`
}
