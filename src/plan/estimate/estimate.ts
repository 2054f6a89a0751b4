/** What a plan will take, as far as that can be told before: how long, how many tasks and rows, how long outputs are on. */

import type { CheckedPlan } from '../check.js'
import { isEndless } from '../endless.js'
import { EstimateFacts } from './facts.js'
import { NONE, type Span } from './span.js'
import { EstimateState } from './state.js'
import { Tally } from './tally.js'
import { EstimateWalk } from './walk.js'

/** A number as far as it is known. */
export interface Amount {
  /** What it is, or the least of what it can be. */
  readonly value: number
  /** It may be more. */
  readonly atLeast: boolean
  /** How much more, where that is known. */
  readonly atMost?: number | undefined
  /** It is typical: what happens will differ a little. */
  readonly about?: true | undefined
}

/** All of it is of a run in which nothing fails that ends the plan. */
export interface Estimate {
  /** In ms. Of a plan without end, until its first round is over that has none. */
  readonly duration: Amount
  readonly tasks: Amount
  readonly rows: readonly { readonly stream: string; readonly count: Amount }[]
  /** How long each output is on, in ms: those that are switched. */
  readonly on: readonly { readonly peripheral: string; readonly ms: Amount }[]
  /** It goes on until somebody stops it. */
  readonly endless: boolean
}

export type EstimatedPlan = Pick<CheckedPlan, 'steps' | 'bench' | 'streams' | 'slots'>

export function estimatePlan(plan: EstimatedPlan): Estimate {
  const { steps, slots } = plan
  const facts = new EstimateFacts(plan)
  const walk = new EstimateWalk(facts)
  const state = new EstimateState(slots, facts.outputsAtFirst(walk.touched.names(steps)))
  const tally = new Tally()
  walk.steps(steps, state, tally)
  return {
    duration: amountOf(tally.ms),
    tasks: countOf(tally.tasks),
    rows: facts.streams.map(stream => ({ stream, count: countOf(tally.rows.get(stream) ?? NONE) })),
    on: [...tally.on].map(([peripheral, ms]) => ({ peripheral, ms: amountOf(ms) })),
    endless: steps.some(isEndless),
  }
}

/** Less than that is no difference, but the rounding of sums. In parts of the whole. */
const ROUNDING = 1e-9

function amountOf({ least, most, about, open }: Span): Amount {
  const more = most - least > ROUNDING * most
  return {
    value: least,
    atLeast: open || more,
    ...(more && !open && { atMost: most }),
    ...(about && (most > 0 || open) && { about: true as const }),
  }
}

function countOf(span: Span): Amount {
  return amountOf({ ...span, least: Math.round(span.least), most: Math.round(span.most) })
}
