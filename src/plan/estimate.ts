/** What a plan will take, as far as that can be told before: how long, how many tasks and rows, how long outputs are on. */

import { VIRTUAL_EPOCH_MS } from '../worker/virtual-clock.js'
import type { CheckedPlan } from './check.js'
import { isEndless } from './endless.js'
import { EstimateState } from './estimate-state.js'
import { blocksOf, type CronStep, type EveryStep, isLoop, type ParallelStep, type Step } from './plan.js'
import { WallTimes } from './wall-times.js'

/** A number that may be the least of what it can be. */
export interface Amount {
  readonly value: number
  /** It may be more. */
  readonly atLeast: boolean
}

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

/** More times of a pattern are not counted one by one. */
const MOST_TIMES = 20_000

export function estimatePlan({ steps, bench, streams }: Pick<CheckedPlan, 'steps' | 'bench' | 'streams'>): Estimate {
  const types = new Map(Object.entries(bench).map(([name, { definition }]) => [name, definition.type]))
  const state = new EstimateState(
    types,
    streams.map(({ name }) => name),
  )
  const ms = walk(steps, state, 1)
  return { ...state.result(ms), endless: steps.some(isEndless) }
}

/** Does the steps so many times in the mind; gives how long they take once, in ms. */
function walk(steps: readonly Step[], state: EstimateState, times: number): number {
  let ms = 0
  for (const step of steps) {
    ms += walkStep(step, state, times)
    if (isEndless(step)) break
  }
  return ms
}

function walkStep(step: Step, state: EstimateState, times: number): number {
  switch (step.kind) {
    case 'action':
      return state.action(step, times)
    case 'computed':
      if (!step.fixed) openTime(step, state)
      return step.sample === undefined ? 0 : walkStep(step.sample, state, times)
    case 'wait':
      return state.pass(step.ms, times)
    case 'repeat':
      return rounds(step.steps, step.count, step.everyMs, state, times)
    case 'scan':
      return rounds(step.steps, step.points, undefined, state, times)
    case 'every':
      return walkEvery(step, state, times)
    case 'cron':
      return walkCron(step, state, times)
    case 'until':
      open([step], state)
      return walk(step.steps, state, times)
    case 'while':
      open([step], state)
      return 0
    case 'if': {
      const { constant } = step.condition
      if (constant !== undefined) return walk(constant === true ? step.then : step.else, state, times)
      open([step], state)
      return 0
    }
    case 'parallel':
      return walkParallel(step, state, times)
    case 'try':
      if (step.catch !== undefined) open(step.catch, state)
      return walk(step.steps, state, times) + walk(step.finally ?? [], state, times)
    case 'include':
      return walk(step.steps, state, times)
    case 'record':
      state.row(step.stream.name, times)
      return walkParallel({ kind: 'parallel', branches: step.actions, place: step.place }, state, times)
    case 'prompt':
      if (step.param?.given !== true) state.openTime()
      return 0
    case 'work':
      state.openTime()
      state.tasksOpen = true
      return 0
    case 'set':
    case 'note':
      return 0
  }
}

/** The first round finds outputs as they were before, the others as the round before left them. */
function rounds(
  steps: readonly Step[],
  count: number,
  everyMs: number | undefined,
  state: EstimateState,
  times: number,
): number {
  if (count < 1) return 0
  const first = walk(steps, state, times)
  if (count === 1) return first
  const gap = (ms: number): number => Math.max(0, (everyMs ?? 0) - ms)
  const pause = gap(first)
  state.pass(pause, times)
  const other = walk(steps, state, times * (count - 1))
  const between = gap(other)
  if (count > 2) state.pass(between, times * (count - 2))
  return first + pause + other * (count - 1) + between * (count - 2)
}

function walkEvery(step: EveryStep, state: EstimateState, times: number): number {
  const { everyMs, times: most = Number.POSITIVE_INFINITY, forMs } = step
  const count = Math.min(most, forMs === undefined ? Number.POSITIVE_INFINITY : Math.ceil(forMs / everyMs))
  if (count === Number.POSITIVE_INFINITY) {
    open([step], state)
    return walk(step.steps, state, times)
  }
  return rounds(step.steps, count, everyMs, state, times)
}

/** When a plan begins, nobody knows: the times are counted from a day like any other. */
function walkCron(step: CronStep, state: EstimateState, times: number): number {
  const { pattern, timezone, forMs } = step
  open([step], state)
  if (step.times === undefined && forMs === undefined) return walk(step.steps, state, times)
  const all = new WallTimes(pattern, timezone)
  const end = forMs === undefined ? Number.POSITIVE_INFINITY : VIRTUAL_EPOCH_MS + forMs
  const most = Math.min(step.times ?? MOST_TIMES, MOST_TIMES)
  let count = 0
  let last = VIRTUAL_EPOCH_MS
  for (let at = all.after(last); at !== undefined && at < end && count < most; at = all.after(at)) {
    count++
    last = at
  }
  const every = count > 0 ? (last - VIRTUAL_EPOCH_MS) / count : 0
  return state.pass(every, times) + rounds(step.steps, count, every, state, times)
}

/** Branches run beside each other: each counts its own outputs, and the rest waits for the longest. */
function walkParallel({ branches }: ParallelStep, state: EstimateState, times: number): number {
  if (branches.length === 1) return walk(branches, state, times)
  const own = branches.map(branch => namesIn([branch]))
  const durations = branches.map((branch, index) =>
    state.only(own[index] as Set<string>, () => walk([branch], state, times)),
  )
  const longest = Math.max(0, ...durations)
  durations.forEach((ms, index) => {
    state.only(own[index] as Set<string>, () => state.pass(longest - ms, times))
  })
  const touched = new Set(own.flatMap(names => [...names]))
  state.except(touched, () => state.pass(longest, times))
  return longest
}

/** Nobody knows how often these are done. */
function open(steps: readonly Step[], state: EstimateState): void {
  for (const step of steps) {
    openTime(step, state)
    if (step.kind === 'record') state.openRows(step.stream.name)
    if (step.kind === 'action') {
      state.tasksOpen = true
      state.openOutput(step.peripheral)
    }
    for (const block of blocksOf(step)) open(block, state)
  }
}

/** How long a step takes is not known; of a loop, not how often its steps are done. */
function openTime(step: Step, state: EstimateState): void {
  state.openTime()
  const known = step.kind === 'computed' ? step.sample : undefined
  if (known?.kind === 'action') state.openOutput(known.peripheral)
  else if (known !== undefined && isLoop(known)) open(known.steps, state)
}

function namesIn(steps: readonly Step[]): Set<string> {
  const names = new Set<string>()
  for (const step of steps) {
    if (step.kind === 'action') names.add(step.peripheral)
    for (const block of blocksOf(step)) for (const name of namesIn(block)) names.add(name)
  }
  return names
}
