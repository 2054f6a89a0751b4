/** What a function that runs as a plan is given, as types. */

import type { Duration } from '../../worker/duration.js'
import type { Value } from '../expressions/value.js'
import type { Cell } from '../rows.js'

/** A parameter of an experiment: what it is unless somebody says otherwise, alone or with what it may be. */
export type ExperimentParam =
  | Value
  | {
      readonly default: Value
      readonly unit?: string
      readonly min?: number
      readonly max?: number
      readonly choices?: readonly Value[]
      readonly description?: string
    }

/** What `run.params` has: the types of the defaults. */
export type ParamsOf<P> = {
  readonly [K in keyof P]: Widened<P[K] extends { readonly default: infer D } ? D : P[K]>
}
type Widened<T> = T extends number ? number : T extends boolean ? boolean : T extends string ? string : never

/** What may be recorded: values, and the results of actions as they are. */
export type Recordable = Cell | undefined | { readonly [key: string]: unknown }

/** What the function is given. */
export interface Experiment<B, P> {
  /** The bench. What is started by it belongs to the run: it is told of, and cancelled when the run is stopped. */
  readonly bench: B
  readonly params: ParamsOf<P>
  /** Aborts when the run is stopped: then every wait rejects, and nothing can be started any more. */
  readonly signal: AbortSignal
  /** Seconds since the run began, without pauses. */
  readonly elapsed: number
  /** Waits; while the run is paused, until it goes on too. */
  wait(duration: Duration): Promise<void>
  /** Numbers of rounds, from 1, at whole multiples of a time: as the step `every` of a plan file. */
  every(
    duration: Duration,
    limits?: { readonly times?: number; readonly for?: Duration },
  ): AsyncGenerator<number, void, undefined>
  /** Records a row: objects become several columns. All rows of a stream have the columns of its first. */
  record(values: Readonly<Record<string, Recordable>>, options?: { readonly to?: string }): Promise<void>
  note(text: string): void
  /** Asks an operator; the time is none of the run. */
  ask(text: string, options?: { readonly choices?: readonly string[]; readonly default?: string }): Promise<string>
  /**
   * Does this at the end, whatever it is, the last that was asked for first. After a failure or a stop all is safe
   * before and after, and the bench of the run can be used once more in it.
   */
  atEnd(work: () => unknown): void
}
