/** The rounds of a loop that are like those before: how many there are, and what they come to. */

import type { Loop } from './kinds.js'
import { longer, optional, plus, rest, type Span, times } from './span.js'
import type { EstimateState } from './state.js'
import type { Tally } from './tally.js'

/** Where a loop is. */
export interface LoopSoFar {
  /** Of the last round. */
  readonly start: Span
  readonly end: Span
  /** When the loop is over, if that was the last one. */
  readonly ended: Span
  readonly done: number
  /** Whether the condition lets it go on, as far as there is one. */
  readonly certain: boolean
}

/** Adds what rounds of that cost come to, but for the time; gives when the loop is over. */
export function addRest(loop: Loop, sofar: LoopSoFar, cost: Tally, state: EstimateState, tally: Tally): Span {
  const { every, end } = loop
  const next = longer(plus(sofar.start, every), sofar.end)
  // What most probably fits between two rounds does not shift them.
  const fits = cost.ms.most * 2 <= every.least
  const period = fits ? every : longer(every, cost.ms)
  const count = roundsLeft(loop, sofar, next, period, fits)
  tally.addBesideTime(cost, count)
  const pause = fits ? rest(every, { ...cost.ms, open: false }) : rest(period, cost.ms)
  for (const [name, output] of state.outputs) {
    if (output === 'off') continue
    const on = times(pause, count)
    tally.addOn(name, output === 'on' ? on : optional(on))
  }
  return endOf(loop, sofar, { next, period, count, each: cost.ms, end })
}

function roundsLeft({ count, end }: Loop, { done, certain }: LoopSoFar, next: Span, period: Span, fits: boolean): Span {
  const left = count - done
  const inTime = (from: number, each: number): number => {
    if (from >= end) return 0
    if (end === Number.POSITIVE_INFINITY || each <= 0) return Number.POSITIVE_INFINITY
    return Math.ceil((end - from) / each)
  }
  const most = Math.min(left, inTime(next.least, period.least))
  const least = certain ? Math.min(left, inTime(next.most, period.most)) : 0
  if (!Number.isFinite(most)) {
    const known = Number.isFinite(least) ? least : 0
    return { least: known, most: known, about: false, open: true }
  }
  // A time ends it, and when it comes is not known exactly.
  const about = !fits && most < left && (period.about || period.open)
  return { least, most, about, open: false }
}

interface Rest {
  readonly next: Span
  readonly period: Span
  readonly count: Span
  /** How long a round takes. */
  readonly each: Span
  readonly end: number
}

function endOf(
  { every, count: all }: Loop,
  { ended, certain }: LoopSoFar,
  { next, period, count, each, end }: Rest,
): Span {
  const after = (which: 'least' | 'most'): number =>
    count[which] < 1 ? ended[which] : next[which] + (count[which] - 1) * period[which] + each[which]
  let least = after('least')
  let most = after('most')
  if (end !== Number.POSITIVE_INFINITY) {
    // Every round begins before the end, and the first that would not ends the loop.
    most = count.open ? end + each.most : Math.max(ended.most, Math.min(most, end + each.most))
    if (certain && all === Number.POSITIVE_INFINITY)
      least = Math.max(least, end - Math.max(0, every.least - each.least))
  }
  const several = count.most > 1
  return {
    least: Math.min(least, most),
    most,
    about: ended.about || next.about || each.about || count.about || (several && period.about),
    open: each.open || next.open || (several && period.open) || (count.open && end === Number.POSITIVE_INFINITY),
  }
}
