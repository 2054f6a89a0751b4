/** What an estimate knows of its plan all the time, and what it has spent on it. */

import { check, checkConfig } from '../../bench/check.js'
import { AT_ONCE, type Takes, type TakesContext } from '../../bench/takes.js'
import { isPiWorkerError, PiWorkerError } from '../../errors.js'
import type { CheckedPlan } from '../check.js'
import type { Expression, Value, Values } from '../expressions/value.js'
import type { ActionStep, ComputedStep, Step } from '../plan.js'
import { type EstimateState, Notes, type OutputState } from './state.js'

type Peripheral = { readonly definition: CheckedPlan['bench'][string]['definition']; readonly config: unknown }

/** So many steps are gone through, rounds of loops included; what is more is taken for like those. */
const MOST_STEPS = 20_000
const NO_READINGS: Values['readings'] = new Map()

export class EstimateFacts {
  readonly streams: readonly string[]
  readonly #peripherals: ReadonlyMap<string, Peripheral>
  /** Of steps without expressions, which come again and again. */
  readonly #inputs = new WeakMap<ActionStep, { readonly value: unknown }>()
  /** The slots whose values mattered since somebody began to look. */
  reads = new Set<number>()
  /** How many steps may still be gone through, in all and in the loop at hand. */
  left = MOST_STEPS
  share = MOST_STEPS / 2

  constructor({ bench, streams }: Pick<CheckedPlan, 'bench' | 'streams'>) {
    this.streams = streams.map(({ name }) => name)
    this.#peripherals = new Map(
      Object.entries(bench).map(([name, { definition, config }]) => [
        name,
        { definition, config: checkConfig(definition, config).value },
      ]),
    )
  }

  isOutput(peripheral: string): boolean {
    return this.#peripherals.get(peripheral)?.definition.type === 'output'
  }

  /** Outputs that are on in their safe state are so from the beginning. */
  outputsAtFirst(names: Iterable<string>): Map<string, OutputState> {
    const outputs = new Map<string, OutputState>()
    for (const name of names) {
      const { definition, config } = this.#peripherals.get(name) ?? {}
      if (definition?.type !== 'output' || config === undefined) continue
      const [line] = definition.outputs?.(config as never).lines ?? []
      if (line !== undefined && (line.safe === 'high') !== line.activeLow) outputs.set(name, 'on')
    }
    return outputs
  }

  /** The input with its defaults, and durations in ms; undefined when it does not fit. */
  inputOf(step: ActionStep): unknown {
    const known = this.#inputs.get(step)
    if (known !== undefined) return known.value
    const action = this.#peripherals.get(step.peripheral)?.definition.actions[step.action]
    const value = action === undefined ? undefined : check(action.input, step.input).value
    this.#inputs.set(step, { value })
    return value
  }

  /** How long an action takes by its definition, beside what outputs do. */
  takes({ peripheral, action }: ActionStep, input: unknown, state: EstimateState): Takes | undefined {
    const { definition, config } = this.#peripherals.get(peripheral) ?? {}
    const found = definition?.actions[action]
    if (found?.takes === undefined || config === undefined || input === undefined) {
      // What it leaves of the peripheral, nobody knows.
      state.notesOf(peripheral).forget()
      return undefined
    }
    const noted = state.notesOf(peripheral)
    const ask = ({ notes, times }: Notes, now: number): Takes | undefined => {
      const context: TakesContext = { now, notes, times }
      return sensible(found.takes?.(config as never, input as never, context))
    }
    // It may be later than `now`, and less is left of what it waits for.
    const later = Object.keys(noted.times).length === 0 ? 0 : Math.max(0, state.spread - noted.spread)
    noted.spread = state.spread
    try {
      const late = later === 0 ? undefined : ask(new Notes(noted), state.now + later)
      const takes = ask(noted, state.now)
      if (late === undefined || takes === undefined) return takes
      // It is over as soon as it can be, and so is what was noted of it.
      if (late.ms < takes.ms) noted.shift(late.ms - takes.ms, state.spread)
      return eitherOf(takes, late)
    } catch {
      // Definitions are anybody's: an estimate that cannot be made is no reason to stop.
      noted.forget()
      return undefined
    }
  }

  /** What a step with expressions is, as far as that is known; undefined otherwise. */
  make(step: ComputedStep, state: EstimateState): Step | undefined {
    return this.#known(() => step.make(this.#values(state)))
  }

  /** What an expression comes to; undefined when nobody knows. */
  valueOf({ constant, evaluate }: Expression, state: EstimateState): Value | undefined {
    return constant ?? this.#known(() => evaluate(this.#values(state)))
  }

  /** The same without a note of the slots that mattered. */
  quietly<T>(work: () => T): T {
    const { reads } = this
    this.reads = new Set()
    const result = work()
    this.reads = reads
    return result
  }

  #known<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      if (isPiWorkerError(error)) return undefined
      throw error
    }
  }

  #values({ slots }: EstimateState): Values {
    const watched = new Proxy(slots as Value[], {
      get: (target, key) => {
        if (typeof key === 'string') this.reads.add(Number(key))
        return target[key as never]
      },
    })
    return { slots: watched, readings: NO_READINGS, elapsed: unknownTime }
  }
}

function unknownTime(): never {
  throw new PiWorkerError('ERR_EXPRESSION', 'how much time has passed is known in the run only')
}

function eitherOf(one: Takes, other: Takes): Takes {
  const { ms: a, most: mostA = a } = one
  const { ms: b, most: mostB = b } = other
  if (a === b && mostA === mostB) return one
  return { ms: Math.min(a, b), exact: one.exact && other.exact, most: Math.max(mostA, mostB) }
}

function sensible(takes: Takes | undefined): Takes | undefined {
  if (takes === undefined || takes === AT_ONCE) return takes
  const { ms, most = ms } = takes
  return ms >= 0 && Number.isFinite(ms) && most >= 0 ? takes : undefined
}
