/** Runs the loops that count, that are timed by the monotonic clock, and that look at something. */

import { isPiWorkerError, PiWorkerError } from '../../errors.js'
import { toNs } from '../../worker/duration.js'
import { formatPlace } from '../place.js'
import type { ConditionStep, EveryStep, LoopStep, RepeatStep, ScanStep } from '../plan.js'
import { recallReadings } from '../resume.js'
import { type Execution, type Frame, type LoopTimes, type Next, roundFrame } from './execution.js'

/** Runs one round. @param round From 0. */
export async function runRound(
  execution: Execution,
  step: LoopStep,
  frame: Frame,
  round: number,
  times: LoopTimes,
): Promise<void> {
  if (step.round !== undefined) execution.values.slots[step.round] = round + 1
  const inner = roundFrame(frame, round, { times, rounds: roundsOf(step), changed: execution.changed })
  execution.at = inner
  await execution.steps(step.steps, inner)
}

/** How many rounds there will be, where that is known. */
function roundsOf(step: LoopStep): number | undefined {
  switch (step.kind) {
    case 'repeat':
      return step.count
    case 'scan':
      return step.points
    case 'every':
    case 'cron':
      return step.times
    default:
      return undefined
  }
}

/** The round that a loop begins with: not the first, when the run is resumed in it. */
export function firstRound(execution: Execution, { steps }: LoopStep): number {
  const from = execution.resumes.get(steps)
  if (from === undefined) return 0
  execution.resumes.delete(steps)
  execution.change(from.changed)
  if (from.after !== undefined) {
    recallReadings(execution.values.readings, from.after)
    // From here on everything is new.
    execution.answers = []
  }
  return from.round
}

/**
 * Rounds start at whole multiples of `every` after the first: lateness does not add up. A round that takes longer
 * shifts those after it, for a pump that is late must not give its doses all at once. The time of a pause is none.
 */
async function awaitTurn(execution: Execution, every: number, times: LoopTimes, { region }: Frame): Promise<void> {
  const { pausing } = execution
  times.due += every
  const now = pausing.now()
  if (times.due > now) await execution.reach(Math.min(times.due, times.end), region)
  else if (times.due < now) {
    execution.overruns++
    times.due = now
  }
}

export async function runRepeat(execution: Execution, step: RepeatStep, frame: Frame): Promise<Next> {
  const every = step.everyMs === undefined ? undefined : toNs(step.everyMs)
  const times: LoopTimes = { due: execution.pausing.now(), end: Number.POSITIVE_INFINITY }
  const first = firstRound(execution, step)
  for (let round = first; round < step.count && !frame.region.stopped; round++) {
    if (every !== undefined && round > first) await awaitTurn(execution, every, times, frame)
    await runRound(execution, step, frame, round, times)
  }
  return 'step'
}

export async function runEvery(execution: Execution, step: EveryStep, frame: Frame): Promise<Next> {
  const { times: count = Number.POSITIVE_INFINITY, forMs } = step
  const every = toNs(step.everyMs)
  const now = execution.pausing.now()
  const times: LoopTimes = { due: now, end: forMs === undefined ? Number.POSITIVE_INFINITY : now + toNs(forMs) }
  const first = firstRound(execution, step)
  for (let round = first; round < count && !frame.region.stopped; round++) {
    if (round > first) {
      // The last round may end long before the next one would be due.
      if (times.due + every >= times.end) break
      await awaitTurn(execution, every, times, frame)
      if (execution.pausing.now() >= times.end) break
    }
    await runRound(execution, step, frame, round, times)
  }
  return 'step'
}

export async function runScan(execution: Execution, step: ScanStep, frame: Frame): Promise<Next> {
  const { slots } = execution.values
  const times: LoopTimes = { due: execution.pausing.now(), end: Number.POSITIVE_INFINITY }
  for (let point = firstRound(execution, step); point < step.points && !frame.region.stopped; point++) {
    const indexes = indexesOf(step, point)
    step.axes.forEach((axis, index) => {
      slots[axis.slot] = axis.at(indexes[index] as number)
    })
    await runRound(execution, step, frame, point, times)
  }
  return 'step'
}

/** Which value of each axis a point is. Of a snake, an axis goes back whenever those before it have made an odd number of steps. */
export function indexesOf({ axes, snake }: ScanStep, point: number): number[] {
  const indexes: number[] = []
  let left = point
  let size = axes.reduce((product, { count }) => product * count, 1)
  let rows = 0
  for (const { count } of axes) {
    size /= count
    const index = Math.floor(left / size)
    left -= index * size
    indexes.push(snake && rows % 2 === 1 ? count - 1 - index : index)
    rows = rows * count + index
  }
  return indexes
}

export async function runConditional(execution: Execution, step: ConditionStep, frame: Frame): Promise<Next> {
  const { kind, condition, rounds = Number.POSITIVE_INFINITY, withinMs } = step
  const { region } = frame
  const every = step.everyMs === undefined ? undefined : toNs(step.everyMs)
  const now = execution.pausing.now()
  const times: LoopTimes = { due: now, end: withinMs === undefined ? Number.POSITIVE_INFINITY : now + toNs(withinMs) }
  const resumes = execution.resumes.get(step.steps)
  const first = firstRound(execution, step)
  const isSo = (round: number): boolean => {
    if (step.round !== undefined) execution.values.slots[step.round] = round
    return condition.evaluate(execution.values) === true
  }
  // An outer loop was in this round already; what nobody recorded, only another round can tell.
  if (resumes !== undefined && kind === 'until' && resumes.after && known(() => isSo(first)) === true) return 'step'
  if (resumes !== undefined && kind === 'while' && resumes.after && known(() => isSo(first + 1)) === false)
    return 'step'
  for (let round = first; !region.stopped; round++) {
    const isOpen = kind === 'while' && (resumes === undefined || round > first)
    if (isOpen && !isSo(round + 1)) return 'step'
    if (round >= rounds) throw limitError(step, `${rounds} ${rounds === 1 ? 'round' : 'rounds'}`)
    if (round > first && every !== undefined) await awaitTurn(execution, every, times, frame)
    if (execution.pausing.now() >= times.end) throw limitError(step, `${withinMs} ms`)
    if (region.stopped) break
    await runRound(execution, step, frame, round, times)
    if (kind === 'until' && !region.stopped && isSo(round + 1)) return 'step'
  }
  return 'step'
}

/** Undefined when that cannot be told. */
function known(isSo: () => boolean): boolean | undefined {
  try {
    return isSo()
  } catch (error) {
    if (isPiWorkerError(error, 'ERR_EXPRESSION')) return undefined
    throw error
  }
}

function limitError({ kind, condition, place }: ConditionStep, limit: string): PiWorkerError {
  const what = kind === 'until' ? 'is not so' : 'is still so'
  return new PiWorkerError('ERR_LOOP_LIMIT', `${condition.text} ${what} after ${limit}`, { place: formatPlace(place) })
}
