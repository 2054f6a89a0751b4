/** A checked plan, as data: what `check.ts` makes of a file and `run.ts` runs. */

import type { Place } from './place.js'

export interface ActionStep {
  readonly kind: 'action'
  readonly peripheral: string
  readonly action: string
  /** As written; the bench checks it again and fills in defaults. */
  readonly input: unknown
  readonly place: Place
}

export interface WaitStep {
  readonly kind: 'wait'
  readonly ms: number
  readonly place: Place
}

export interface RepeatStep {
  readonly kind: 'repeat'
  /** A whole number of 1 or more. */
  readonly count: number
  /** Time from the start of one round to the start of the next, or longer when a round takes longer; without it, none. */
  readonly everyMs: number | undefined
  readonly steps: readonly Step[]
  readonly place: Place
}

/** Every step is a branch; they all start together, and the step is over when all of them are. */
export interface ParallelStep {
  readonly kind: 'parallel'
  readonly branches: readonly Step[]
  readonly place: Place
}

export type Step = ActionStep | WaitStep | RepeatStep | ParallelStep

/** What a `Specs` and a `Simulate` are, the bench says; the plan only carries them. */
export interface Plan<Specs, Simulate> {
  readonly name: string
  /** Peripherals by name, ready for `openBench`. */
  readonly bench: Specs
  /** What the simulation is told, by peripheral. */
  readonly simulate: Simulate
  readonly steps: readonly Step[]
}
