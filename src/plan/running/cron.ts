/** Runs rounds at the times of a pattern, on the wall clock, which may jump. */

import { PiWorkerError } from '../../errors.js'
import { toNs } from '../../worker/duration.js'
import { formatPlace } from '../place.js'
import type { CronStep } from '../plan.js'
import { timesOver, WallTimes } from '../wall-times.js'
import type { Execution, Frame, LoopTimes, Next } from './execution.js'
import { firstRound, runRound } from './loops.js'

/** How long the wall clock is not looked at, at most: a jump is noticed so late. */
const PIECE_NS = 10e9
/** More times that were missed are not counted: a Pi without a clock may jump over decades. */
const MOST_MISSED = 1000

/** From the first to the last time that a round stood for, in ms of the wall clock. */
interface Done {
  from: number
  to: number
}

/**
 * Which time of the wall clock a round is for, whatever that clock does:
 * - A time that has come has one round. After a jump back (NTP, a changed setting) times that had theirs have none again;
 *   those before the first round, which never were, have theirs when they come.
 * - What a jump forward skips, or a round that takes too long, is one late round, which stands for all of it: the number
 *   of times that have none of their own is told, and none of them comes again.
 * - The time while the plan is paused, or an operator is waited for, is left out: no late round for it.
 */
export class Slots {
  readonly #times: WallTimes
  /** In the order in which they were done, those that touch as one. */
  readonly #done: Done[] = []
  /** What comes after it is still to be done, but for what is done. It goes back when the wall clock does. */
  #from: number

  constructor(times: WallTimes, wall: number) {
    this.#times = times
    this.#from = wall
  }

  /** The next time that has not had its round, seen from `wall`. */
  next(wall: number): number | undefined {
    this.#from = Math.min(this.#from, wall)
    let slot = this.#times.after(this.#from)
    for (let done = this.#doneAt(slot); slot !== undefined && done !== undefined; done = this.#doneAt(slot)) {
      slot = this.#times.after(done.to)
    }
    return slot
  }

  /** The time `slot` has come; gives how many after it have come too, and are done with it. */
  take(slot: number, wall: number): number {
    let missed = 0
    let to = slot
    for (let next = this.#times.after(slot); next !== undefined && next <= wall; next = this.#times.after(next)) {
      to = next
      if (++missed >= MOST_MISSED) break
    }
    if (missed >= MOST_MISSED) to = wall
    const before = this.#done.at(-1)
    if (before !== undefined && before.to < slot && this.#times.after(before.to) === slot) before.to = to
    else this.#done.push({ from: slot, to })
    this.#from = to
    return missed
  }

  /** Nothing up to `wall` is to have a round any more. */
  leaveOut(wall: number): void {
    this.#from = Math.max(this.#from, wall)
  }

  #doneAt(slot: number | undefined): Done | undefined {
    return slot === undefined ? undefined : this.#done.find(({ from, to }) => slot >= from && slot <= to)
  }
}

export async function runCron(execution: Execution, step: CronStep, frame: Frame): Promise<Next> {
  const { clock, pausing } = execution
  const { times: count = Number.POSITIVE_INFINITY, forMs } = step
  const { region } = frame
  const now = pausing.now()
  const times: LoopTimes = { due: now, end: forMs === undefined ? Number.POSITIVE_INFINITY : now + toNs(forMs) }
  const slots = new Slots(new WallTimes(step.pattern, step.timezone), clock.wall())
  let left = leftOut(execution, times)
  for (let round = firstRound(execution, step); round < count && !region.stopped; ) {
    const wall = clock.wall()
    // While the plan was paused, or somebody was asked, nothing was late.
    if (leftOut(execution, times) > left) slots.leaveOut(wall)
    left = leftOut(execution, times)
    const slot = slots.next(wall)
    if (slot === undefined && round === 0) throw overError(step, wall)
    if (slot === undefined || pausing.now() >= times.end) break
    if (slot > wall) {
      // Looked at in pieces, and never so long that the end is missed.
      const ns = Math.min(toNs(slot - wall), PIECE_NS, times.end - pausing.now())
      await execution.reach(pausing.now() + ns, region)
      continue
    }
    const missed = slots.take(slot, wall)
    if (missed > 0) {
      execution.missed += missed
      const many = missed >= MOST_MISSED ? `more than ${MOST_MISSED.toLocaleString('en')}` : missed
      const text = `cron ${step.pattern}: a late round for ${new Date(slot).toISOString()}; ${many} more ${missed === 1 ? 'time was' : 'times were'} missed`
      execution.note(text, step.place, frame)
    }
    await runRound(execution, step, frame, round++, times)
  }
  return 'step'
}

function overError(step: CronStep, wall: number): PiWorkerError {
  const { place, ...finding } = timesOver(step, wall)
  return new PiWorkerError(finding.code, finding.message, { place: formatPlace(place), remedy: finding.remedy })
}

/** How long the plan was held up, in ns: what its own time lacks, and what an operator took. */
function leftOut({ clock, pausing }: Execution, times: LoopTimes): number {
  return clock.now() - pausing.now() + times.due
}
