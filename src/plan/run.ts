/**
 * Runs a checked plan on an open bench. A task that does not succeed ends the plan: what else runs is cancelled, and
 * every peripheral is made safe.
 */

import { PiWorkerError } from '../errors.js'
import type { Clock } from '../worker/clock.js'
import { toNs } from '../worker/duration.js'
import type { Task } from '../worker/task.js'
import { VirtualClock } from '../worker/virtual-clock.js'
import type { ActionStep, ParallelStep, RepeatStep, Step } from './plan.js'
import { PlanTask } from './plan-task.js'

/** What a plan needs of a bench: actions by name, a clock, and safe states. */
export interface PlanBench {
  readonly clock: Clock
  /** Starts an action. @throws ERR_BAD_INPUT and others when it cannot be started. */
  call(peripheral: string, action: string, input: unknown): Task
  /** Puts every peripheral into its safe state. @throws ERR_NOT_SAFE */
  safe(): Promise<void>
}

export type PlanOutcome = 'succeeded' | 'failed' | 'cancelled'

export type PlanEvent =
  | { readonly type: 'created'; readonly task: PlanTask }
  | { readonly type: 'finished'; readonly task: PlanTask }

export interface PlanRunOptions {
  /** Stops the plan when it aborts: outcome `cancelled`. */
  readonly signal?: AbortSignal | undefined
  /** Called for every task when it is created and when it is over. What it throws fails the plan. */
  readonly onEvent?: ((event: PlanEvent) => void) | undefined
}

export interface PlanResult {
  readonly name: string
  readonly outcome: PlanOutcome
  /** In the order of their creation. */
  readonly tasks: readonly PlanTask[]
  /** Why the plan did not succeed. */
  readonly error: unknown
  /** The step whose failure ended the plan, when it was one. */
  readonly failedStep: Step | undefined
  /** A peripheral could not be made safe after the plan had been stopped. */
  readonly notSafe: unknown
  /** How many rounds of a `repeat` with `every` started late, because the round before took longer than `every`. */
  readonly overruns: number
}

/** Runs every step of `plan` on `bench`. Never rejects: what went wrong is in the result. */
export async function runPlan(
  bench: PlanBench,
  plan: { readonly name: string; readonly steps: readonly Step[] },
  options: PlanRunOptions = {},
): Promise<PlanResult> {
  return await new PlanRun(bench, options).run(plan.name, plan.steps)
}

/**
 * After so many steps without a pause the event loop gets a turn, or a plan of quick actions alone would keep signals
 * and edges from being heard.
 */
const STEPS_WITHOUT_PAUSE = 256

class PlanRun {
  readonly #bench: PlanBench
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

  constructor(bench: PlanBench, options: PlanRunOptions) {
    this.#bench = bench
    this.#clock = bench.clock
    this.#options = options
  }

  async run(name: string, steps: readonly Step[]): Promise<PlanResult> {
    const { signal } = this.#options
    const cancel = (): void => this.#stop('cancelled', signal?.reason, undefined)
    signal?.addEventListener('abort', cancel, { once: true })
    if (signal?.aborted) cancel()
    if (this.#clock instanceof VirtualClock) this.#watchIdle(this.#clock)
    await this.#steps(steps)
    this.#over = true
    signal?.removeEventListener('abort', cancel)
    const notSafe = await this.#safety
    return {
      name,
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
   * shifts those after it, for a pump that is late must not give its doses all at once.
   */
  async #repeat(step: RepeatStep): Promise<void> {
    const every = step.everyMs === undefined ? undefined : toNs(step.everyMs)
    let due = this.#clock.now()
    for (let round = 0; round < step.count && !this.#stopped; round++) {
      if (every !== undefined && round > 0) {
        due += every
        const now = this.#clock.now()
        if (due > now) await this.#pause(due - now)
        if (due < now) {
          this.#overruns++
          due = now
        }
      }
      await this.#steps(step.steps)
    }
  }

  async #parallel(step: ParallelStep): Promise<void> {
    await Promise.all(step.branches.map(branch => this.#step(branch)))
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
    for (const end of [...this.#pauses]) end()
    for (const task of [...this.#running.keys()]) task.cancel('the plan was stopped')
    // Now, not at the end: a relay that is idle must not stay on while a slow neighbour comes to its end.
    this.#safety = this.#makeSafe()
  }

  /** Without it, a wait for an edge that nothing simulates would hang for ever. */
  #watchIdle(clock: VirtualClock): void {
    const onIdle = (): void => {
      if (this.#over || this.#stopped) return
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
