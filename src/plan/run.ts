/**
 * Runs a checked plan on an open bench. A task that does not succeed ends the plan: what else runs is cancelled, and
 * every peripheral is made safe.
 */

import type { PauseOptions, PlanState } from '../bench/stop/running-plans.js'
import { PiWorkerError } from '../errors.js'
import type { Clock } from '../worker/clock.js'
import { toNs } from '../worker/duration.js'
import type { Task } from '../worker/task.js'
import { badOption } from '../worker/task-options.js'
import { VirtualClock } from '../worker/virtual-clock.js'
import type { ActionStep, ParallelStep, RepeatStep, Step } from './plan.js'
import type {
  PlanBench,
  PlanEvent,
  PlanOutcome,
  PlanResult,
  PlanRunOptions,
  Runnable,
  RunningPlan,
} from './plan-bench.js'
import { PlanPause } from './plan-pause.js'
import { PlanTask } from './plan-task.js'

export type { PlanBench, PlanEvent, PlanOutcome, PlanResult, PlanRunOptions, Runnable, RunningPlan }

/** Runs every step of `plan` on `bench`. Never rejects: what went wrong is in the result. */
export async function runPlan(bench: PlanBench, plan: Runnable, options: PlanRunOptions = {}): Promise<PlanResult> {
  return await startPlan(bench, plan, options).result
}

/** The same, for those who want to pause it. */
export function startPlan(bench: PlanBench, plan: Runnable, options: PlanRunOptions = {}): RunningPlan {
  return new PlanRun(bench, plan, options)
}

/**
 * After so many steps without a pause the event loop gets a turn, or a plan of quick actions alone would keep signals
 * and edges from being heard.
 */
const STEPS_WITHOUT_PAUSE = 256

class PlanRun implements RunningPlan {
  readonly name: string
  readonly result: Promise<PlanResult>
  readonly #bench: PlanBench
  readonly #pausing: PlanPause
  /** The clock ran idle while the plan was paused. */
  #idle = false
  readonly #clock: Clock
  readonly #options: PlanRunOptions
  readonly #tasks: PlanTask[] = []
  readonly #running = new Map<Task, Step>()
  /** Ends the pauses that are under way. */
  readonly #pauses = new Set<() => void>()
  #outcome: PlanOutcome = 'succeeded'
  #error: unknown
  #failedStep: Step | undefined
  #overruns = 0
  #stepsWithoutPause = 0
  #over = false
  /** Gives the error of peripherals that could not be made safe; set when the plan is stopped. */
  #safety: Promise<unknown> | undefined

  constructor(bench: PlanBench, { name, steps }: Runnable, options: PlanRunOptions) {
    this.name = name
    this.#bench = bench
    this.#clock = bench.clock
    this.#pausing = new PlanPause(bench.clock)
    this.#options = options
    this.result = this.#run(steps)
  }

  get state(): PlanState {
    return this.#pausing.state
  }

  /**
   * Begins no more steps, and waits until those that are under way have ended; then all is made safe if that is asked
   * for. Resolves earlier when the plan is resumed or ends meanwhile.
   * @throws ERR_NOT_RUNNING when the plan is over, ERR_NOT_SAFE (it stays paused), ERR_BAD_OPTION
   */
  async pause({ outputs = 'keep' }: PauseOptions = {}): Promise<void> {
    if (outputs !== 'keep' && outputs !== 'safe') throw badOption('outputs', outputs, "'keep' or 'safe'")
    await this.#pausing.close(this.name)
    if (this.state !== 'paused') return
    if (outputs === 'safe') await this.#bench.safe()
    this.#bench.worker?.tell({ type: 'paused', plan: this.name, outputs })
  }

  /** Goes on with the next steps. Does nothing when the plan is not paused. */
  resume(): void {
    if (!this.#pausing.closed) return
    this.#pausing.resume()
    this.#bench.worker?.tell({ type: 'resumed', plan: this.name })
    if (this.#idle && this.#clock instanceof VirtualClock) this.#watchIdle(this.#clock)
  }

  async #run(steps: readonly Step[]): Promise<PlanResult> {
    const { signal } = this.#options
    const cancel = (): void => this.#stop('cancelled', signal?.reason, undefined)
    signal?.addEventListener('abort', cancel, { once: true })
    if (signal?.aborted) cancel()
    if (this.#clock instanceof VirtualClock) this.#watchIdle(this.#clock)
    const detach = this.#bench.attach?.(this)
    const deaf = this.#bench.onStop?.(error => this.#stop('failed', error, undefined))
    await this.#steps(steps)
    this.#over = true
    this.#pausing.end()
    detach?.()
    deaf?.()
    signal?.removeEventListener('abort', cancel)
    const notSafe = await this.#safety
    return {
      name: this.name,
      outcome: this.#outcome,
      tasks: this.#tasks,
      error: this.#error,
      failedStep: this.#failedStep,
      notSafe,
      overruns: this.#overruns,
    }
  }

  get #stopped(): boolean {
    return this.#outcome !== 'succeeded'
  }

  async #steps(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (this.#pausing.closed) await this.#pausing.pass()
      if (this.#stopped) return
      if (++this.#stepsWithoutPause > STEPS_WITHOUT_PAUSE) await this.#pause(0)
      await this.#step(step)
    }
  }

  #step(step: Step): Promise<void> {
    switch (step.kind) {
      case 'action':
        return this.#action(step)
      case 'wait':
        return this.#pause(toNs(step.ms))
      case 'repeat':
        return this.#repeat(step)
      case 'parallel':
        return this.#parallel(step)
    }
  }

  async #action(step: ActionStep): Promise<void> {
    if (this.#stopped) return
    let task: Task
    try {
      task = this.#bench.call(step.peripheral, step.action, step.input)
    } catch (error) {
      this.#stop('failed', error, step)
      return
    }
    const record = new PlanTask(task, `${step.peripheral}.${step.action}`)
    this.#tasks.push(record)
    this.#running.set(task, step)
    this.#tell('created', record, step)
    const error = await failureOf(task)
    this.#running.delete(task)
    record.settle()
    if (record.state !== 'succeeded') this.#stop('failed', error, step)
    this.#tell('finished', record, step)
  }

  #tell(type: PlanEvent['type'], task: PlanTask, step: Step): void {
    try {
      this.#options.onEvent?.({ type, task })
    } catch (error) {
      this.#stop('failed', error, step)
    }
  }

  /**
   * Rounds start at whole multiples of `every` after the first: lateness does not add up. A round that takes longer
   * shifts those after it, for a pump that is late must not give its doses all at once. The time of a pause is none.
   */
  async #repeat(step: RepeatStep): Promise<void> {
    const every = step.everyMs === undefined ? undefined : toNs(step.everyMs)
    let due = this.#pausing.now()
    for (let round = 0; round < step.count && !this.#stopped; round++) {
      if (every !== undefined && round > 0) {
        due += every
        const now = this.#pausing.now()
        if (due > now) await this.#reach(due)
        if (due < now) {
          this.#overruns++
          due = now
        }
      }
      await this.#steps(step.steps)
    }
  }

  async #parallel(step: ParallelStep): Promise<void> {
    const over = this.#pausing.fork(step.branches.length)
    await Promise.all(step.branches.map(branch => this.#step(branch).finally(over)))
  }

  /** Waits until the plan's own time is `due`. */
  async #reach(due: number): Promise<void> {
    for (let left = due - this.#pausing.now(); left > 0 && !this.#stopped; left = due - this.#pausing.now()) {
      await this.#pause(left)
      if (this.#pausing.closed) await this.#pausing.pass()
    }
  }

  /** Waits on the clock, or until the plan is stopped. */
  #pause(ns: number): Promise<void> {
    this.#stepsWithoutPause = 0
    if (this.#stopped) return Promise.resolve()
    return new Promise(resolve => {
      const end = (): void => {
        timer.cancel()
        this.#pauses.delete(end)
        resolve()
      }
      const timer = this.#clock.after(ns, end)
      this.#pauses.add(end)
    })
  }

  /** The first reason counts. Everything that is under way is asked to end. */
  #stop(outcome: 'failed' | 'cancelled', error: unknown, step: Step | undefined): void {
    if (this.#stopped || this.#over) return
    this.#outcome = outcome
    this.#error = error
    this.#failedStep = step
    this.#pausing.end()
    for (const end of [...this.#pauses]) end()
    for (const task of [...this.#running.keys()]) task.cancel('the plan was stopped')
    // Now, not at the end: a relay that is idle must not stay on while a slow neighbour comes to its end.
    this.#safety = this.#makeSafe()
  }

  /** Without it, a wait for an edge that nothing simulates would hang for ever. */
  #watchIdle(clock: VirtualClock): void {
    const onIdle = (): void => {
      if (this.#over || this.#stopped) return
      this.#idle = this.#pausing.state === 'paused'
      if (this.#idle) return // it waits for somebody, who may come
      const [step] = this.#running.values()
      const names = [...this.#running.keys()].map(task => task.name)
      const error = new PiWorkerError(
        'ERR_CLOCK_IDLE',
        `${names.join(', ') || 'the plan'} waits for something that can never happen: nothing more is simulated`,
      )
      this.#stop('failed', error, step)
    }
    void clock.idle().then(onIdle)
  }

  async #makeSafe(): Promise<unknown> {
    try {
      await this.#bench.safe()
      return undefined
    } catch (error) {
      return error
    }
  }
}

/** Waits for the end of a task; gives the error of one that did not succeed. */
async function failureOf(task: Task): Promise<unknown> {
  try {
    await task.result()
    return undefined
  } catch (error) {
    return error
  }
}
