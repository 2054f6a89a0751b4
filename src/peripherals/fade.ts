/** Fades: the values on the way from one duty cycle or one colour to another, and when each is due. Mostly pure. */

import { Type } from 'typebox'
import { Default, DurationSchema, OneOf } from '../bench/schema.js'
import type { TaskContext } from '../worker/attempt-context.js'
import { toMs, toNs } from '../worker/duration.js'

/**
 * How the value goes over time. `linear`: equal steps of duty. `gamma`: equal steps of what an eye sees, which takes
 * the power 1 / 2.2 of the light for its brightness (the exponent that displays are made for, IEC 61966-2-1).
 */
export const Curve = OneOf(['linear', 'gamma'], {
  description: 'linear: equal steps of the duty. gamma: equal steps for the eye (light to the power of 2.2).',
})
export type Curve = 'linear' | 'gamma'

const GAMMA = 2.2
/** 50 steps a second look smooth: as many as the pictures of television. */
const STEP_MS = 20
const MOST_STEPS = 1000

/** Fields of the input of a fade, beside what it fades to. */
export const fadeFields = {
  over: DurationSchema({ description: 'How long it takes.', exclusiveMinimum: 0 }),
  steps: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 100_000,
      description: `How many steps. Default: one every ${STEP_MS} ms, at most ${MOST_STEPS}.`,
    }),
  ),
  curve: Default(Curve, 'linear'),
}

export interface Fade {
  /** In ms. */
  readonly over: number
  readonly steps?: number | undefined
}

export function stepsOf({ over, steps }: Fade): number {
  return steps ?? Math.min(MOST_STEPS, Math.max(1, Math.round(over / STEP_MS)))
}

/** The value at a part of the way, 0 to 1, between two values of 0 to 1; exact at both ends. */
export function between(from: number, to: number, part: number, curve: Curve): number {
  if (part <= 0) return from
  if (part >= 1) return to
  if (curve === 'linear') return from + (to - from) * part
  const seen = from ** (1 / GAMMA) + (to ** (1 / GAMMA) - from ** (1 / GAMMA)) * part
  return seen ** GAMMA
}

/**
 * Calls `show` once for each step with the part of the way that is gone, above 0 to 1, each at its time from the
 * beginning on, so that lateness does not add up. Ends when the time is over. Gives how long it took, in ms.
 */
export async function fade(wanted: Fade, task: TaskContext, show: (part: number) => Promise<void>): Promise<number> {
  const steps = stepsOf(wanted)
  const began = task.clock.now()
  const ns = toNs(wanted.over)
  for (let step = 1; step <= steps; step++) {
    await task.until(began + Math.round((ns * step) / steps))
    await show(step / steps)
  }
  return toMs(task.clock.now() - began)
}
