/** How many times of a pattern come, and how far they are apart. */

import { VIRTUAL_EPOCH_MS } from '../../worker/virtual-clock.js'
import type { CronStep } from '../plan.js'
import { WallTimes } from '../wall-times.js'

export interface Ticks {
  /** Until the first, in ms. */
  readonly delay: number
  /** From one to the next, in the mean. */
  readonly gap: number
  readonly ticks: number
}

/** More times of a pattern are not counted one by one. */
const MOST_TIMES = 500

/** When a plan begins, nobody knows: half way between two times, on a day like any other. */
export function ticksOf(step: CronStep, known: Map<string, Ticks>): Ticks {
  const { pattern, timezone, times, forMs } = step
  const key = JSON.stringify([pattern, timezone, times, forMs])
  const ticks = known.get(key) ?? countTicks(step)
  known.set(key, ticks)
  return ticks
}

function countTicks({ pattern, timezone, times = Number.POSITIVE_INFINITY, forMs }: CronStep): Ticks {
  const all = new WallTimes(pattern, timezone)
  const first = all.after(VIRTUAL_EPOCH_MS)
  const second = first === undefined ? undefined : all.after(first)
  const begin = first === undefined || second === undefined ? VIRTUAL_EPOCH_MS : (first + second) / 2
  const end = forMs === undefined ? Number.POSITIVE_INFINITY : begin + forMs
  let ticks = 0
  let from = begin
  let last = begin
  for (let at = all.after(begin); at !== undefined && at < end && ticks < times; at = all.after(at)) {
    if (ticks === 0) from = at
    ticks++
    last = at
    if (ticks >= MOST_TIMES) break
  }
  const gap = ticks > 1 ? (last - from) / (ticks - 1) : 0
  if (ticks >= MOST_TIMES) ticks = Math.min(times, Math.floor((end - from) / gap) + 1)
  return { delay: ticks === 0 ? 0 : from - begin, gap, ticks }
}
