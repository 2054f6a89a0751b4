/** A checked plan, as data: what `check.ts` makes of a file and `run.ts` runs. */

import type { Text } from './expressions/text.js'
import type { Expression, Value, Values, ValueType } from './expressions/value.js'
import type { Place } from './place.js'
import type { Stream } from './rows.js'

/** What becomes of the plan when a task of it fails: it ends, it goes on, or the rest of the round is left out. */
export type OnError = 'stop' | 'continue' | 'skip'

export interface ActionStep {
  readonly kind: 'action'
  readonly peripheral: string
  readonly action: string
  /** As written; the bench checks it again and fills in defaults. */
  readonly input: unknown
  readonly options?: ActionOptions | undefined
  /** Default `stop`. */
  readonly onError?: OnError | undefined
  readonly place: Place
}

/** What a bench is told with a call. */
export interface ActionOptions {
  /** In ms. */
  readonly timeout?: number | undefined
  readonly retries?: number | undefined
  readonly onFailure?: 'safe' | 'keep' | undefined
}

/** A step with expressions in it: what it is, is known when it is its turn. */
export interface ComputedStep {
  readonly kind: 'computed'
  /** @throws ERR_EXPRESSION and what is wrong with what the expressions come to */
  readonly make: (values: Values) => Step
  /** The same with likely values, where there are some that fit. */
  readonly sample: Step | undefined
  /** It is the sample, whenever it is its turn: all in it is known before the run. */
  readonly fixed: boolean
  readonly onError?: OnError | undefined
  readonly place: Place
}

export interface WaitStep {
  readonly kind: 'wait'
  readonly ms: number
  readonly place: Place
}

/** What all loops have. */
interface Loop {
  readonly steps: readonly Step[]
  /** Where the number of the round is, from 1. */
  readonly round?: number | undefined
  readonly place: Place
}

export interface RepeatStep extends Loop {
  readonly kind: 'repeat'
  /** A whole number of 1 or more. */
  readonly count: number
  /** Time from the start of one round to the start of the next, or longer when a round takes longer; without it, none. */
  readonly everyMs: number | undefined
}

/** Rounds at whole multiples of a time, on the monotonic clock. */
export interface EveryStep extends Loop {
  readonly kind: 'every'
  readonly everyMs: number
  /** How many rounds, and how long new ones begin; with neither, for ever. */
  readonly times?: number | undefined
  readonly forMs?: number | undefined
}

/** Rounds at the times of a pattern, on the wall clock. */
export interface CronStep extends Loop {
  readonly kind: 'cron'
  readonly pattern: string
  readonly timezone?: string | undefined
  readonly times?: number | undefined
  readonly forMs?: number | undefined
}

/** Rounds until something is so (looked at after each), or while it is (looked at before each). */
export interface ConditionStep extends Loop {
  readonly kind: 'until' | 'while'
  readonly condition: Expression
  readonly everyMs?: number | undefined
  /** The limit: one of them is there. */
  readonly rounds?: number | undefined
  readonly withinMs?: number | undefined
}

export interface Axis {
  readonly name: string
  readonly slot: number
  readonly count: number
  readonly at: (index: number) => Value
}

/** A round for every point of a grid; the last axis changes first. */
export interface ScanStep extends Loop {
  readonly kind: 'scan'
  readonly axes: readonly Axis[]
  /** Every other row of the grid goes back. */
  readonly snake: boolean
  readonly points: number
}

/** Every step is a branch; they all start together, and the step is over when all of them are. */
export interface ParallelStep {
  readonly kind: 'parallel'
  readonly branches: readonly Step[]
  readonly place: Place
}

export interface IfStep {
  readonly kind: 'if'
  readonly condition: Expression
  readonly then: readonly Step[]
  readonly else: readonly Step[]
  readonly place: Place
}

export interface TryStep {
  readonly kind: 'try'
  readonly steps: readonly Step[]
  /** Run in the place of what is left of `steps` when one of them fails; without it, the plan ends then. */
  readonly catch: readonly Step[] | undefined
  /** Run at the end, whatever it is. */
  readonly finally: readonly Step[] | undefined
  readonly place: Place
}

/** Where a parameter is, and what it may be. */
export interface ParamSlot {
  readonly name: string
  readonly slot: number
  readonly type: ValueType
  readonly unit?: string | undefined
  readonly min?: number | undefined
  readonly max?: number | undefined
  readonly choices?: readonly Value[] | undefined
  /** Whoever started the run has said what it is. */
  readonly given?: boolean | undefined
}

export interface Assignment {
  readonly param: ParamSlot
  readonly value: Value | Expression
  readonly place: Place
}

export interface SetStep {
  readonly kind: 'set'
  readonly assignments: readonly Assignment[]
  readonly place: Place
}

/** The steps of another file, with parameters of their own. */
export interface IncludeStep {
  readonly kind: 'include'
  readonly file: string
  readonly assignments: readonly Assignment[]
  readonly steps: readonly Step[]
  readonly place: Place
}

/** What stands in one column of a row: a value, or a field of the result of one of the step's own actions. */
export type CellSource =
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'slot'; readonly slot: number }
  | { readonly kind: 'field'; readonly action: string; readonly path: readonly string[]; readonly type: ValueType }

export interface RecordStep {
  readonly kind: 'record'
  /** Run before, those of different peripherals side by side. */
  readonly actions: readonly Step[]
  readonly stream: Stream
  /** In the order of the stream's columns. */
  readonly cells: readonly CellSource[]
  readonly place: Place
}

export interface PromptStep {
  readonly kind: 'prompt'
  readonly ask: Text
  readonly param: ParamSlot | undefined
  readonly choices: readonly string[] | undefined
  /** The answer when nobody can be asked, and to an empty one. */
  readonly default: string | undefined
  readonly place: Place
}

export interface NoteStep {
  readonly kind: 'note'
  readonly text: Text
  readonly place: Place
}

/** Any step but an action, with a limit of its time, or with what its failure means. */
export interface BoundedStep {
  readonly kind: 'bounded'
  /** What it is, for messages: `record`. */
  readonly word: string
  /** One. */
  readonly steps: readonly Step[]
  readonly timeoutMs: number | ((values: Values) => number) | undefined
  readonly onError: OnError
  readonly place: Place
}

/** Work of a program in the place of steps of a file; see `experiment.ts`. */
export interface WorkStep {
  readonly kind: 'work'
  /** @param execution What the run lends it. */
  readonly work: (execution: never, frame: never) => Promise<void>
  readonly place: Place
}

export type LoopStep = RepeatStep | EveryStep | CronStep | ConditionStep | ScanStep

export type Step =
  | ActionStep
  | ComputedStep
  | WaitStep
  | LoopStep
  | ParallelStep
  | IfStep
  | TryStep
  | SetStep
  | IncludeStep
  | RecordStep
  | PromptStep
  | NoteStep
  | BoundedStep
  | WorkStep

/** What a `Specs` and a `Simulate` are, the bench says; the plan only carries them. */
export interface Plan<Specs, Simulate> {
  readonly name: string
  /** Peripherals by name, ready for `openBench`. */
  readonly bench: Specs
  /** What the simulation is told, by peripheral. */
  readonly simulate: Simulate
  readonly steps: readonly Step[]
}

/** The lists of steps that are directly within a step; of a computed one, those of its likely form. */
export function blocksOf(step: Step): readonly (readonly Step[])[] {
  switch (step.kind) {
    case 'repeat':
    case 'every':
    case 'cron':
    case 'until':
    case 'while':
    case 'scan':
    case 'include':
    case 'bounded':
      return [step.steps]
    case 'parallel':
      return [step.branches]
    case 'if':
      return [step.then, step.else]
    case 'try':
      return [step.steps, step.catch ?? [], step.finally ?? []]
    case 'record':
      return [step.actions]
    case 'computed':
      return step.sample === undefined ? [] : [[step.sample]]
    default:
      return []
  }
}

/** These steps and all that are within them, in the order in which they are written. */
export function* allSteps(steps: readonly Step[]): Generator<Step> {
  for (const step of steps) {
    yield step
    for (const block of blocksOf(step)) yield* allSteps(block)
  }
}

/** Whether a step is a loop. */
export function isLoop(step: Step): step is LoopStep {
  return LOOPS.includes(step.kind)
}

const LOOPS: readonly Step['kind'][] = ['repeat', 'every', 'cron', 'until', 'while', 'scan']
