/** Goes through the steps of a plan in the mind, and adds up what they come to. */

import { isEndless } from '../endless.js'
import {
  type Assignment,
  type BoundedStep,
  type ComputedStep,
  type IfStep,
  isLoop,
  type LoopStep,
  type Step,
  type TryStep,
} from '../plan.js'
import { estimateAction, estimateUnknownAction } from './actions.js'
import type { EstimateFacts } from './facts.js'
import { loopOf } from './kinds.js'
import { estimateLoop } from './loops.js'
import { Touched } from './names.js'
import { between, exactly, longer, NONE, ONE, plus, rest, UNKNOWN } from './span.js'
import type { EstimateState, OutputState } from './state.js'
import { Tally } from './tally.js'
import type { Ticks } from './ticks.js'

export class EstimateWalk {
  readonly facts: EstimateFacts
  readonly touched = new Touched()
  readonly #ticks = new Map<string, Ticks>()

  constructor(facts: EstimateFacts) {
    this.facts = facts
  }

  steps(steps: readonly Step[], state: EstimateState, tally: Tally): void {
    for (const step of steps) {
      this.step(step, state, tally)
      if (isEndless(step)) break
    }
  }

  step(step: Step, state: EstimateState, tally: Tally): void {
    const { facts } = this
    facts.left--
    switch (step.kind) {
      case 'action':
        estimateAction(facts, step, state, tally)
        break
      case 'computed':
        this.#computed(step, state, tally)
        break
      case 'wait':
        state.pass(exactly(step.ms), tally)
        break
      case 'repeat':
      case 'scan':
      case 'every':
      case 'cron':
      case 'until':
      case 'while':
        this.#loop(step, state, tally, false)
        break
      case 'if':
        this.#if(step, state, tally)
        break
      case 'parallel':
        this.#beside(step.branches, state, tally)
        break
      case 'try':
        this.#try(step, state, tally)
        break
      case 'bounded':
        this.#bounded(step, state, tally)
        break
      case 'include':
        this.#assign(step.assignments, state)
        this.steps(step.steps, state, tally)
        break
      case 'record':
        this.#beside(step.actions, state, tally)
        tally.addRows(step.stream.name, state.skips ? { ...ONE, about: true } : ONE)
        break
      case 'prompt':
        if (step.param?.given === true) break
        if (step.param !== undefined) state.slots[step.param.slot] = undefined
        state.pass(UNKNOWN, tally)
        break
      case 'set':
        // What it is made of matters where somebody looks at what it becomes.
        facts.quietly(() => this.#assign(step.assignments, state))
        break
      case 'work':
        tally.tasks = plus(tally.tasks, UNKNOWN)
        for (const stream of facts.streams) tally.addRows(stream, UNKNOWN)
        state.pass(UNKNOWN, tally)
        break
      case 'note':
        break
    }
  }

  /** Outputs that the steps do not touch are as they were, for as long as `work` says that it all takes. */
  apart(steps: readonly Step[], state: EstimateState, tally: Tally, work: (inner: Tally) => void): void {
    const names = this.touched.names(steps)
    const others = new Map<string, OutputState>()
    const own = new Map<string, OutputState>()
    for (const [name, output] of state.outputs) (names.has(name) ? own : others).set(name, output)
    const inner = new Tally()
    state.outputs = own
    work(inner)
    state.passBeside(inner.ms, tally, others)
    tally.add(inner)
    state.outputs = new Map([...others, ...state.outputs])
  }

  /** Parameters that the steps change hold what nobody knows. */
  forgetSlots(steps: readonly Step[], state: EstimateState): void {
    for (const slot of this.touched.slots(steps)) state.slots[slot] = undefined
  }

  /** Nothing fails in an estimate, but a limit may be what ends a step. */
  #bounded({ steps, timeoutMs: limit }: BoundedStep, state: EstimateState, tally: Tally): void {
    const began = state.now
    const inner = new Tally()
    this.steps(steps, state, inner)
    if (limit === undefined) {
      tally.add(inner)
      return
    }
    const most = typeof limit === 'number' ? limit : Number.POSITIVE_INFINITY
    const isCut = inner.ms.open || inner.ms.most > most
    const all = isCut ? inner.optional() : inner
    const { about, least } = inner.ms
    all.ms = isCut ? { ...between(Math.min(least, most), most), about } : inner.ms
    const cut = isCut ? this.touched.names(steps) : []
    for (const name of cut) if (state.outputs.has(name)) all.on.set(name, between(0, most))
    if (Number.isFinite(most)) state.now = Math.min(state.now, began + most)
    tally.add(all)
  }

  #computed(step: ComputedStep, state: EstimateState, tally: Tally): void {
    const made = this.facts.make(step, state)
    if (made !== undefined) this.step(made, state, tally)
    else if (step.sample === undefined) state.pass(UNKNOWN, tally)
    else this.#unknown(step.sample, state, tally)
  }

  #loop(step: LoopStep, state: EstimateState, tally: Tally, isUnknown: boolean): void {
    this.apart(step.steps, state, tally, inner => {
      const { loop, delay, about } = loopOf(step, isUnknown, this.#ticks)
      const rounds = new Tally()
      state.pass(delay, inner)
      estimateLoop(this, loop, state, rounds)
      inner.add(about ? rounds.map(span => ({ ...span, about: true })) : rounds)
    })
  }

  /** Its likely form shows what it touches, and no more. */
  #unknown(sample: Step, state: EstimateState, tally: Tally): void {
    if (sample.kind === 'action') estimateUnknownAction(this.facts, sample, state, tally)
    else if (isLoop(sample)) this.#loop(sample, state, tally, true)
    else state.pass(UNKNOWN, tally)
  }

  #if({ condition, then, else: otherwise }: IfStep, state: EstimateState, tally: Tally): void {
    const isSo = this.facts.valueOf(condition, state)
    if (isSo !== undefined) {
      this.steps(isSo === true ? then : otherwise, state, tally)
      return
    }
    const other = state.fork()
    const one = new Tally()
    const another = new Tally()
    this.steps(then, state, one)
    this.steps(otherwise, other, another)
    tally.addEither(one, another)
    state.orElse(other)
  }

  /** What is done after a failure is done or not. */
  #try({ steps, catch: caught, finally: last }: TryStep, state: EstimateState, tally: Tally): void {
    this.steps(steps, state, tally)
    if (caught !== undefined) {
      const after = state.fork()
      const more = new Tally()
      this.steps(caught, after, more)
      tally.add(more.optional())
      state.orElse(after)
    }
    this.steps(last ?? [], state, tally)
  }

  #assign(assignments: readonly Assignment[], state: EstimateState): void {
    const values = assignments.map(({ value }) =>
      typeof value === 'object' ? this.facts.valueOf(value, state) : value,
    )
    for (const [index, { param }] of assignments.entries()) state.slots[param.slot] = values[index]
  }

  /** Branches run beside each other, but for the tasks of one peripheral. All wait for the longest. */
  #beside(branches: readonly Step[], state: EstimateState, tally: Tally): void {
    if (branches.length <= 1) {
      this.steps(branches, state, tally)
      return
    }
    this.forgetSlots(branches, state)
    const { now: began, spread } = state
    let ended = NONE
    const queues = queuesOf(branches)
    this.apart(branches, state, tally, inner => {
      const { outputs } = state
      const after = new Map(outputs)
      const lasted = queues.map(queue => {
        const names = this.touched.names(queue)
        const own = new Tally()
        state.now = began
        state.spread = spread
        state.outputs = new Map([...outputs].filter(([name]) => names.has(name)))
        this.steps(queue, state, own)
        inner.addBesideTime(own)
        for (const [name, output] of state.outputs) after.set(name, output)
        return { names, ms: own.ms, outputs: state.outputs }
      })
      inner.ms = lasted.reduce((longest, { ms }) => longer(longest, ms), NONE)
      if (this.#haveQueues(queues)) inner.ms = { ...inner.ms, most: lasted.reduce((sum, { ms }) => sum + ms.most, 0) }
      for (const { ms, outputs } of lasted) state.passBeside(rest(inner.ms, ms), inner, outputs)
      state.outputs = after
      ended = inner.ms
    })
    state.now = began + ended.least
    state.spread = spread + ended.most - ended.least
    this.forgetSlots(branches, state)
  }

  /** Whether branches have to wait for each other's tasks. */
  #haveQueues(branches: readonly (readonly Step[])[]): boolean {
    const names = branches.flatMap(branch => [...this.touched.names(branch)])
    return new Set(names).size < names.length
  }
}

/** Actions of one peripheral follow each other. */
function queuesOf(branches: readonly Step[]): readonly (readonly Step[])[] {
  const queues = new Map<string, Step[]>()
  for (const [index, branch] of branches.entries()) {
    const action = branch.kind === 'computed' ? branch.sample : branch
    const key = action?.kind === 'action' ? action.peripheral : `${index} `
    const queue = queues.get(key)
    if (queue === undefined) queues.set(key, [branch])
    else queue.push(branch)
  }
  return [...queues.values()]
}
