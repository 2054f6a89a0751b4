/** Runs the steps of a plan, keeps what they give, and decides what a failure of one of them ends. */

import PQueue from 'p-queue'
import { isPiWorkerError } from '../../errors.js'
import type { Clock } from '../../worker/clock.js'
import type { Task } from '../../worker/task.js'
import type { Value } from '../expressions/value.js'
import type { Place } from '../place.js'
import type { ActionStep, Step } from '../plan.js'
import type { PlanBench, PlanEvent, PlanRunOptions, Runnable } from '../plan-bench.js'
import { PlanPause } from '../plan-pause.js'
import { PlanTask } from '../plan-task.js'
import type { LoopResume } from '../resume.js'
import type { Cell, Changes, Row, Stream } from '../rows.js'
import { Ending } from './ending.js'
import { type Execution, type Frame, inRegion, type Next, nextAfter, type RunValues } from './execution.js'
import { IdleWatch } from './idle-watch.js'
import { Region } from './region.js'
import { held, RowCount } from './rows-out.js'
import { runStep } from './run-step.js'
import { TaskLog } from './task-log.js'

/**
 * After so many steps without a pause the event loop gets a turn, or a plan of quick actions alone would keep signals
 * and edges from being heard.
 */
const STEPS_WITHOUT_PAUSE = 256

/** What runs: where a failure of it goes, and whether it cleans up. */
type Within = Pick<Frame, 'region' | 'cleans'>

export class PlanExecution implements Execution {
  readonly bench: PlanBench
  readonly clock: Clock
  readonly options: PlanRunOptions
  readonly pausing: PlanPause
  readonly ending: Ending
  readonly idle: IdleWatch
  readonly values: RunValues
  readonly tasks = new TaskLog()
  readonly rows: RowCount
  readonly resumes = new Map<readonly Step[], LoopResume>()
  readonly questions = new PQueue({ concurrency: 1 })
  changed: Changes = {}
  answers: readonly Changes[] = []
  asking = 0
  overruns = 0
  missed = 0
  passedOver = 0
  at: Frame | undefined
  #stepsWithoutPause = 0

  constructor(bench: PlanBench, plan: Runnable, options: PlanRunOptions) {
    this.bench = bench
    this.clock = bench.clock
    this.options = options
    this.pausing = new PlanPause(bench.clock)
    this.ending = new Ending(bench, this.pausing)
    this.idle = new IdleWatch(bench.clock, this.ending, () => this.pausing.state === 'paused' || this.asking > 0)
    this.rows = new RowCount(options.resume?.rows)
    const began = this.pausing.now()
    this.values = {
      slots: [...(plan.slots ?? [])],
      readings: new Map(),
      elapsed: () => (this.pausing.now() - began) / 1e9,
    }
  }

  async steps(steps: readonly Step[], frame: Frame): Promise<Next> {
    for (const step of steps) {
      if (this.options.beforeStep !== undefined) await this.#hold(frame, step)
      if (this.pausing.closed) await this.pausing.pass()
      if (frame.region.stopped) return 'round'
      if (++this.#stepsWithoutPause > STEPS_WITHOUT_PAUSE) await this.sleep(0, frame.region)
      if ((await this.step(step, frame)) === 'round') return 'round'
    }
    return 'step'
  }

  /** What cleans up waits for nothing, and what keeps a record from being written does not keep valves open. */
  async #hold({ region, cleans }: Frame, step: Step): Promise<void> {
    if (cleans === true || region.stopped) return
    try {
      const kept = this.options.beforeStep?.()
      if (kept !== undefined) await this.#kept(kept, region)
    } catch (error) {
      this.fail(region, error, step)
    }
  }

  /** Resolves earlier when the region is stopped. */
  async #kept(kept: Promise<void>, region: Region): Promise<void> {
    this.pausing.standStill()
    try {
      await region.unlessStopped(held(this.clock, kept))
    } finally {
      this.pausing.goOn()
    }
  }

  async step(step: Step, frame: Frame): Promise<Next> {
    try {
      return await runStep(this, step, frame)
    } catch (error) {
      this.fail(frame.region, error, step)
      return 'round'
    }
  }

  async action(step: ActionStep, frame: Frame): Promise<Next> {
    const { region } = frame
    if (region.stopped) return 'round'
    let task: Task
    try {
      task = this.bench.call(step.peripheral, step.action, step.input, step.options)
    } catch (error) {
      return this.#failed(error, step, region)
    }
    return await this.follow(task, step, frame)
  }

  async follow(task: Task, step: ActionStep, frame: Within): Promise<Next> {
    const { region } = frame
    const name = `${step.peripheral}.${step.action}`
    const record = new PlanTask(task, name, this.tasks.count + 1)
    const number = this.tasks.add(record)
    const ended = region.add(task, step)
    this.#tell({ type: 'created', task: record }, frame, step)
    const error = await failureOf(task)
    ended()
    record.settle()
    let next: Next = 'step'
    if (record.state === 'succeeded') {
      this.values.readings.set(name, { result: record.result, wall: this.clock.wall() })
    } else {
      this.tasks.failed(number, record)
      next = this.#failed(error, step, region)
    }
    this.#tell({ type: 'finished', task: record }, frame, step)
    return next
  }

  #failed(error: unknown, step: ActionStep, region: Region): Next {
    const { onError = 'stop' } = step
    if (region.stopped) return 'round'
    // What cannot be made safe ends everything, whatever the plan says.
    if (onError === 'stop' || isPiWorkerError(error, 'ERR_NOT_SAFE')) {
      this.fail(region, error, step)
      return 'round'
    }
    this.passOver()
    return nextAfter(onError)
  }

  passOver(): void {
    this.passedOver++
  }

  fail(region: Region, error: unknown, step: Step | undefined): void {
    this.ending.fail(region, error, step)
  }

  watchIdle(): void {
    this.idle.watch()
  }

  async row(stream: Stream, values: readonly Cell[], measured: readonly number[], frame: Frame): Promise<void> {
    const seq = this.rows.next(stream.name)
    const { clock } = this
    const { position } = frame
    const row = {
      stream,
      seq,
      time: clock.now(),
      wall: clock.wall(),
      values,
      measured,
      position,
      ...this.#changedAt(frame),
    }
    const kept = this.options.onRow?.(row)
    if (kept !== undefined) await this.#kept(kept, frame.region)
  }

  /** Nothing, for most plans. */
  #changedAt(frame: Frame): Pick<Row, 'changed'> | undefined {
    if (Object.keys(this.changed).length === 0) return undefined
    const changed = [this.changed]
    for (let at: Frame | undefined = frame; at?.times !== undefined; at = at.outer) changed.unshift(at.changed ?? {})
    return { changed }
  }

  change(changes: Changes): void {
    this.changed = { ...this.changed, ...changes }
    for (const [slot, value] of Object.entries(changes)) {
      if (!slot.startsWith('?')) this.values.slots[Number(slot)] = value
    }
  }

  begin(values: Changes): void {
    const slots = Object.keys(values)
    this.changed = Object.fromEntries(
      Object.entries(this.changed).filter(([slot]) => !slots.includes(slot.replace('?', ''))),
    )
    for (const slot of slots) this.values.slots[Number(slot)] = values[slot] as Value
  }

  note(text: string, place: Place, frame: Frame): void {
    this.#tell({ type: 'note', text, place }, frame, undefined)
  }

  #tell(event: PlanEvent, { region, cleans }: Within, step: Step | undefined): void {
    try {
      this.options.onEvent?.(event)
    } catch (error) {
      // Whoever listens cannot keep a cleanup from being done.
      if (cleans === true || region.outermost !== this.ending.root) this.ending.cleanup ??= error
      else this.fail(region, error, step)
    }
  }

  async reach(due: number, region: Region): Promise<void> {
    for (let left = due - this.pausing.now(); left > 0 && !region.stopped; left = due - this.pausing.now()) {
      await this.sleep(left, region)
      if (this.pausing.closed) await this.pausing.pass()
    }
  }

  /** Waits on the clock, or until the region is stopped. */
  sleep(ns: number, region: Region): Promise<void> {
    this.#stepsWithoutPause = 0
    if (region.stopped) return Promise.resolve()
    return new Promise(resolve => {
      const end = (): void => {
        timer.cancel()
        forget()
        resolve()
      }
      const timer = this.clock.after(ns, end)
      const forget = region.onStop(end)
    })
  }

  /**
   * In a plan that goes on they are steps like any others. When it has been stopped, all is safe before them and after
   * them; a stop that comes while they run leaves out what was under way, and the rest is done.
   */
  async cleanUp(steps: readonly Step[], around: Frame): Promise<Next> {
    const frame = { ...around, cleans: true }
    const rest = [...steps]
    let region = frame.region
    for (;;) {
      const next = await this.#someOf(rest, inRegion(frame, region))
      if (region !== frame.region) region.leave()
      if (!region.stopped) return frame.region.stopped ? 'round' : next
      if (rest.length === 0) return 'round'
      const { live } = frame.region
      if (live === undefined) break
      // Only a part of the plan is stopped, whose `catch` comes next.
      region = new Region(live, false)
    }
    await this.ending.cleanUp(cleanup => {
      this.watchIdle()
      return this.steps(rest, inRegion(frame, cleanup))
    })
    return 'round'
  }

  /** Does steps until its region is stopped, and takes those that were begun out of the list. */
  async #someOf(steps: Step[], frame: Frame): Promise<Next> {
    let next: Next = 'step'
    while (next === 'step' && steps.length > 0 && !frame.region.stopped) {
      next = await this.steps(steps.splice(0, 1), frame)
    }
    return next
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
