/** What loops of all kinds have in common. */

import type { Expression } from '../expressions/value.js'
import type { LoopStep, ScanStep, Step } from '../plan.js'
import { exactly, NONE, type Span } from './span.js'
import { type Ticks, ticksOf } from './ticks.js'

/** A loop, of whatever kind. */
export interface Loop {
  readonly steps: readonly Step[]
  /** How many rounds there are at most; infinite where only time or a condition ends it. */
  readonly count: number
  /** From the start of one round to the start of the next, at least. */
  readonly every: Span
  /** No round begins after that, in ms. */
  readonly end: number
  /** Looked at before each round, and after it. */
  readonly before?: Expression | undefined
  readonly after?: Expression | undefined
  /** What it sets for each round: its number (from 0), and values of axes. */
  readonly round: number | undefined
  readonly scan?: ScanStep | undefined
  /** Nobody knows how many there are, after the first one. */
  readonly open: boolean
}

/**
 * @param isUnknown Its numbers are only likely.
 * @param known Times of patterns that have been counted.
 */
export function loopOf(
  step: LoopStep,
  isUnknown: boolean,
  known: Map<string, Ticks>,
): { loop: Loop; delay: Span; about: boolean } {
  const { steps, round } = step
  const plain = { steps, round, every: NONE, count: Number.POSITIVE_INFINITY, end: Number.POSITIVE_INFINITY }
  const only = (loop: Partial<Loop>) => ({ loop: { ...plain, open: isUnknown, ...loop }, delay: NONE, about: false })
  if (isUnknown) return only({ scan: step.kind === 'scan' ? step : undefined })
  switch (step.kind) {
    case 'repeat':
      return only({ count: step.count, every: exactly(step.everyMs ?? 0) })
    case 'scan':
      return only({ count: step.points, scan: step })
    case 'every': {
      const { times: count = Number.POSITIVE_INFINITY, forMs: end = Number.POSITIVE_INFINITY } = step
      return only({ count, end, every: exactly(step.everyMs), open: !Number.isFinite(Math.min(count, end)) })
    }
    case 'until':
    case 'while': {
      const { rounds: count = Number.POSITIVE_INFINITY, withinMs: end = Number.POSITIVE_INFINITY } = step
      const condition = { [step.kind === 'while' ? 'before' : 'after']: step.condition }
      return only({ count, end, every: exactly(step.everyMs ?? 0), ...condition })
    }
    case 'cron': {
      const { times: count = Number.POSITIVE_INFINITY, forMs: end = Number.POSITIVE_INFINITY } = step
      if (!Number.isFinite(Math.min(count, end))) return only({ open: true })
      const { delay, gap, ticks } = ticksOf(step, known)
      const loop = { count: ticks, end: end - delay, every: { ...exactly(gap), about: true } }
      // So many times there are; of a time, nobody knows with which of them it begins.
      return { ...only(loop), delay: { ...exactly(delay), about: true }, about: step.times === undefined }
    }
  }
}
