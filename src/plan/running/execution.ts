/** What a plan that runs lends to the functions that run its steps. */

import type PQueue from 'p-queue'
import type { Clock } from '../../worker/clock.js'
import type { Reading, Value, Values } from '../expressions/value.js'
import type { Place } from '../place.js'
import type { ActionStep, OnError, Step } from '../plan.js'
import type { PlanBench, PlanRunOptions } from '../plan-bench.js'
import type { PlanPause } from '../plan-pause.js'
import type { LoopResume } from '../resume.js'
import type { Cell, Changes, Stream } from '../rows.js'
import type { Region } from './region.js'

/** What comes after a step: the next one, or, of the innermost loop, the next round. */
export type Next = 'step' | 'round'

/** What comes after a failure that does not end the plan. */
export function nextAfter(onError: OnError): Next {
  return onError === 'skip' ? 'round' : 'step'
}

/** A loop that runs: its times, which move when an operator was waited for. */
export interface LoopTimes {
  /** When the round at hand was due, and when new ones begin no more; in ns of the plan's own time. */
  due: number
  end: number
  /** Until when the time in which operators were asked has been left out of both. */
  askedUntil?: number
}

/** Where a step runs: in which region and in which rounds. */
export interface Frame {
  readonly region: Region
  /** The rounds of the loops around it, from the outermost, each from 0. */
  readonly position: readonly number[]
  readonly times?: LoopTimes | undefined
  /** How many rounds the innermost loop will have; undefined when nobody knows. */
  readonly rounds?: number | undefined
  /** What the plan had changed when the round began. */
  readonly changed?: Changes | undefined
  readonly outer?: Frame | undefined
  /** It is within a `finally`. */
  readonly cleans?: boolean | undefined
}

/** The values of a run, as expressions see them. */
export interface RunValues extends Values {
  readonly slots: Value[]
  readonly readings: Map<string, Reading>
}

export interface Execution {
  readonly bench: PlanBench
  readonly clock: Clock
  readonly options: PlanRunOptions
  readonly pausing: PlanPause
  readonly values: RunValues
  /** Where the loops of a run that is resumed begin, by the list of a loop's steps; each is used once. */
  readonly resumes: Map<readonly Step[], LoopResume>
  /** What the plan has changed until now. */
  readonly changed: Changes
  /** Until a run that is resumed is where it was: what had been answered by then, by the depth of the loops around. */
  answers: readonly Changes[]
  /** Asks one question after the other. */
  readonly questions: PQueue
  /** How many questions are open. */
  asking: number
  overruns: number
  missed: number
  /** The round that was begun or gone back to last. */
  at: Frame | undefined
  /** Runs steps one after another, each in its turn. */
  steps(steps: readonly Step[], frame: Frame): Promise<Next>
  step(step: Step, frame: Frame): Promise<Next>
  /** Starts an action and waits for its end. Gives its result, or undefined when it did not succeed. */
  action(step: ActionStep, frame: Frame): Promise<Next>
  row(stream: Stream, values: readonly Cell[], measured: readonly number[], frame: Frame): Promise<void>
  note(text: string, place: Place, frame: Frame): void
  /** Gives parameters other values. */
  change(changes: Changes): void
  /** Gives parameters the values that they have wherever a file is included: nothing that a resumed run had to know. */
  begin(values: Changes): void
  /** Waits on the clock, or until the region is stopped. */
  sleep(ns: number, region: Region): Promise<void>
  /** Waits until the plan's own time is `due`. */
  reach(due: number, region: Region): Promise<void>
  /** A failure: stops the innermost region around it that catches, or the plan. */
  fail(region: Region, error: unknown, step: Step | undefined): void
  /** Runs the steps of a `finally`. */
  cleanUp(steps: readonly Step[], frame: Frame): Promise<Next>
  /** A failure that a `catch` was for. */
  passOver(): void
  /** Looks again for what can never happen, after something else was waited for. */
  watchIdle(): void
}

/** The frame of one round of a loop. */
export function roundFrame(
  outer: Frame,
  round: number,
  { times, rounds, changed }: Pick<Frame, 'times' | 'rounds' | 'changed'>,
): Frame {
  const { region, position, cleans } = outer
  return { region, position: [...position, round], times, rounds, changed, outer, cleans }
}

/** The same place, in another region. */
export function inRegion(frame: Frame, region: Region): Frame {
  return { ...frame, region }
}
