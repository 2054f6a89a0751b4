/**
 * A plan that runs. A task that does not succeed ends the plan, unless the plan says otherwise: what else runs is
 * cancelled, and every peripheral is made safe.
 */

import type { PauseOptions, PlanState } from '../../bench/stop/running-plans.js'
import { MAX_DURATION_MS, toNs } from '../../worker/duration.js'
import { badOption } from '../../worker/task-options.js'
import type { LoopProgress, PlanBench, PlanResult, PlanRunOptions, Runnable, RunningPlan } from '../plan-bench.js'
import { resumesOf } from '../resume.js'
import { PlanExecution } from './plan-execution.js'

export class PlanRun implements RunningPlan {
  readonly name: string
  readonly result: Promise<PlanResult>
  readonly #execution: PlanExecution

  constructor(bench: PlanBench, plan: Runnable, options: PlanRunOptions) {
    this.name = plan.name
    this.#execution = new PlanExecution(bench, plan, options)
    this.result = this.#run(plan, options)
  }

  get state(): PlanState {
    return this.#execution.pausing.state
  }

  /** It has been stopped, and steps under `finally` run. */
  get cleaningUp(): boolean {
    return this.#execution.ending.cleaningUp
  }

  /** The loops that it is in, from the outermost to the innermost; of several side by side, those of the latest round. */
  get loops(): LoopProgress[] {
    const loops: LoopProgress[] = []
    for (let at = this.#execution.at; at?.times !== undefined; at = at.outer) {
      loops.unshift({ round: (at.position.at(-1) ?? 0) + 1, rounds: at.rounds })
    }
    return loops
  }

  /**
   * Begins no more steps, and waits until those that are under way have ended; then all is made safe if that is asked
   * for. Resolves earlier when the plan is resumed or ends meanwhile.
   * @throws ERR_NOT_RUNNING when the plan is over, ERR_NOT_SAFE (it stays paused), ERR_BAD_OPTION
   */
  async pause({ outputs = 'keep' }: PauseOptions = {}): Promise<void> {
    const { pausing, bench } = this.#execution
    if (outputs !== 'keep' && outputs !== 'safe') throw badOption('outputs', outputs, "'keep' or 'safe'")
    await pausing.close(this.name)
    if (this.state !== 'paused') return
    if (outputs === 'safe') await bench.safe()
    bench.worker?.tell({ type: 'paused', plan: this.name, outputs })
  }

  /** Goes on with the next steps. Does nothing when the plan is not paused. */
  resume(): void {
    const { pausing, bench } = this.#execution
    if (!pausing.closed) return
    pausing.resume()
    bench.worker?.tell({ type: 'resumed', plan: this.name })
    this.#execution.watchIdle()
  }

  async #run(plan: Runnable, { signal }: PlanRunOptions): Promise<PlanResult> {
    const execution = this.#execution
    const { bench, ending } = execution
    const cancel = (): void => ending.stop('cancelled', signal?.reason, undefined)
    signal?.addEventListener('abort', cancel, { once: true })
    if (signal?.aborted) cancel()
    execution.watchIdle()
    const detach = bench.attach?.(this)
    const deaf = bench.onStop?.(error => ending.emergencyStop(error))
    this.#goOn(plan)
    // A plan that is paused, or that waits for an edge of simulated lines, may have nothing else that keeps the process.
    const { clock } = bench
    const alive = clock.kind === 'system' ? clock.after(toNs(MAX_DURATION_MS), () => undefined) : undefined
    await execution.steps(plan.steps, { region: ending.root, position: [] })
    if (ending.cleanup !== undefined) ending.stop('failed', ending.cleanup, undefined)
    ending.over = true
    execution.pausing.end()
    detach?.()
    deaf?.()
    signal?.removeEventListener('abort', cancel)
    const notSafe = await ending.safety
    alive?.cancel()
    return {
      name: this.name,
      outcome: ending.outcome,
      tasks: execution.tasks.list(),
      taskCount: execution.tasks.count,
      passedOver: execution.passedOver,
      error: ending.error,
      failedStep: ending.failedStep,
      notSafe,
      cleanup: ending.cleanup,
      overruns: execution.overruns,
      missed: execution.missed,
      rows: execution.rows.total,
    }
  }

  /** Puts a run that is resumed where it was. */
  #goOn(plan: Runnable): void {
    const { options, ending, resumes } = this.#execution
    const { resume } = options
    if (resume === undefined) return
    try {
      for (const [steps, from] of resumesOf(plan, resume)) resumes.set(steps, from)
      this.#execution.answers = resume.changed ?? []
    } catch (error) {
      ending.stop('failed', error, undefined)
    }
  }
}
