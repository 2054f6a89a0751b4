/** What an action comes to: a task, the time that it takes, and what it does to an output. */

import { isNode } from '../../bench/schema.js'
import type { Takes } from '../../bench/takes.js'
import type { ActionStep } from '../plan.js'
import type { EstimateFacts } from './facts.js'
import { between, exactly, NONE, ONE, plus, type Span, UNKNOWN } from './span.js'
import type { EstimateState } from './state.js'
import type { Tally } from './tally.js'

export function estimateAction(facts: EstimateFacts, step: ActionStep, state: EstimateState, tally: Tally): void {
  tally.tasks = plus(tally.tasks, ONE)
  const input = facts.inputOf(step)
  const takes = facts.isOutput(step.peripheral)
    ? switched(step, input, state, tally)
    : spanOf(facts.takes(step, input, state))
  state.pass(inTime(takes, step), tally)
  if (step.onError === 'skip') state.skips = true
}

/** Of an action of which nobody knows what it is told. */
export function estimateUnknownAction(
  facts: EstimateFacts,
  step: ActionStep,
  state: EstimateState,
  tally: Tally,
): void {
  tally.tasks = plus(tally.tasks, ONE)
  const takes = facts.isOutput(step.peripheral) ? switched(step, undefined, state, tally) : UNKNOWN
  if (takes === UNKNOWN) facts.takes(step, undefined, state)
  state.pass(inTime(takes, step), tally)
  if (step.onError === 'skip') state.skips = true
}

/** What an output does; gives how long that takes. */
function switched({ peripheral, action }: ActionStep, input: unknown, state: EstimateState, tally: Tally): Span {
  const { outputs } = state
  const given = isNode(input) ? input : undefined
  tally.addOn(peripheral, NONE)
  switch (action) {
    case 'on':
    case 'off':
      outputs.set(peripheral, action)
      return NONE
    case 'toggle': {
      const before = outputs.get(peripheral) ?? 'off'
      outputs.set(peripheral, before === 'maybe' ? before : before === 'on' ? 'off' : 'on')
      return NONE
    }
    case 'pulse': {
      const width = given === undefined ? UNKNOWN : exactly(Number(given.width))
      outputs.set(peripheral, 'off')
      tally.addOn(peripheral, width)
      return width
    }
    case 'blink': {
      const times = (ms: unknown): Span => (given === undefined ? UNKNOWN : exactly(Number(ms) * Number(given.count)))
      outputs.set(peripheral, 'off')
      tally.addOn(peripheral, times(given?.on))
      return plus(times(given?.on), times(given?.off))
    }
    default:
      outputs.set(peripheral, 'maybe')
      tally.addOn(peripheral, UNKNOWN)
      return UNKNOWN
  }
}

function spanOf(takes: Takes | undefined): Span {
  if (takes === undefined) return UNKNOWN
  const { ms, exact, most = ms } = takes
  return { ...between(ms, most), about: !exact }
}

/** With what limits an attempt, with further attempts, and with failures that the plan goes on after. */
function inTime(takes: Span, { options: { timeout, retries = 0 } = {}, onError = 'stop' }: ActionStep): Span {
  let { least, most, about, open } = takes
  // What waits for something fails when its time is over; of what else fails, nobody knows when it does.
  const limited = timeout !== undefined || (!open && most > least)
  if (timeout !== undefined) {
    most = open ? timeout : Math.min(most, timeout)
    least = Math.min(least, most)
    open = false
  }
  if (retries > 0) most *= retries + 1
  if (!limited && (retries > 0 || onError !== 'stop')) open = true
  return { least, most: open ? Math.max(least, takes.most) : most, about, open }
}
