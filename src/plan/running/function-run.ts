/** What a function that runs as a plan is given: a bench whose tasks belong to the run, waits, rows, questions. */

import type { Bench } from '../../bench/bench.js'
import { PiWorkerError } from '../../errors.js'
import { type Duration, parseDuration, toNs } from '../../worker/duration.js'
import type { Task } from '../../worker/task.js'
import type { Place } from '../place.js'
import type { ActionStep } from '../plan.js'
import { runPrompt } from './control.js'
import type { Frame } from './execution.js'
import { FunctionRows } from './function-rows.js'
import type { Experiment, ParamsOf, Recordable } from './function-types.js'
import { ownBench } from './own-bench.js'
import type { PlanExecution } from './plan-execution.js'
import type { Region } from './region.js'

/** How long a function may take to end when it has been stopped. */
const GRACE_NS = 5e9

interface FunctionParts {
  readonly execution: PlanExecution
  readonly frame: Frame
  readonly units: Readonly<Record<string, string>>
  readonly place: Place
}

export class FunctionRun<B extends Bench, P> implements Experiment<B, P> {
  readonly bench: B
  readonly params: ParamsOf<P>
  readonly #execution: PlanExecution
  readonly #place: Place
  readonly #rows: FunctionRows
  readonly #stop = new AbortController()
  readonly #endings: (() => unknown)[] = []
  /** Tasks that have not ended. */
  readonly #open = new Set<Promise<unknown>>()
  /** Why tasks of it failed: what the function throws may be one of these. */
  readonly #failures = new Set<unknown>()
  #region: Region
  #round = 0
  /** Its endings run. */
  #cleans = false
  /** How long operators have been waited for, in ns. */
  #askedNs = 0
  #askedUntil = 0

  constructor(bench: B, params: ParamsOf<P>, { execution, frame, units, place }: FunctionParts) {
    this.params = params
    this.#execution = execution
    this.#region = frame.region
    this.#place = place
    this.#rows = new FunctionRows(units)
    this.bench = ownBench(bench, {
      refuse: () => this.#refuse(),
      started: (task, peripheral, action) => this.#started(task, peripheral, action, bench),
    })
    frame.region.onStop(() => this.#stop.abort(stoppedError()))
  }

  get signal(): AbortSignal {
    return this.#stop.signal
  }

  get elapsed(): number {
    return this.#execution.values.elapsed()
  }

  /** Does the work, and what was asked for at its end. @throws what the work throws */
  async complete(work: () => void | Promise<void>): Promise<void> {
    try {
      await this.#bounded(async () => await work())
      await Promise.all(this.#open)
    } catch (error) {
      // It is why the run ends, not something that was passed over.
      if (this.#failures.has(error)) this.#execution.passedOver--
      this.#execution.fail(this.#region, error, undefined)
    }
    await Promise.all(this.#open)
    const endings = this.#endings.splice(0).reverse()
    this.#cleans = true
    await this.#end(endings)
    if (endings.length === 0) return
    await this.#execution.ending.cleanUp(async region => {
      this.#region = region
      this.#execution.watchIdle()
      await this.#end(endings)
    })
  }

  /** Until the region is stopped: those that were begun are taken out of the list. */
  async #end(endings: (() => unknown)[]): Promise<void> {
    while (endings.length > 0 && !this.#region.stopped) {
      const [ending] = endings.splice(0, 1)
      try {
        await this.#bounded(async () => void (await ending?.()))
      } catch (error) {
        this.#execution.fail(this.#region, error, undefined)
      }
    }
    await Promise.all(this.#open)
  }

  /** A function that does not heed that it is stopped is given up: what it starts from then on is refused. */
  async #bounded(work: () => Promise<void>): Promise<void> {
    const { clock } = this.#execution
    const region = this.#region
    const settled = work()
    settled.catch(() => undefined)
    let forget = (): void => {}
    const givenUp = new Promise<void>(resolve => {
      const end = (): void => {
        const timer = clock.after(GRACE_NS, resolve)
        void settled.catch(() => undefined).finally(() => timer.cancel())
      }
      if (region.stopped) end()
      else forget = region.onStop(end)
    })
    try {
      await Promise.race([settled, givenUp])
    } finally {
      forget()
    }
  }

  async wait(duration: Duration): Promise<void> {
    const ns = toNs(parseDuration(duration, 'wait'))
    await this.#turn()
    await this.#execution.sleep(ns, this.#region)
    await this.#turn()
  }

  async *every(
    duration: Duration,
    { times = Number.POSITIVE_INFINITY, for: length }: { readonly times?: number; readonly for?: Duration } = {},
  ): AsyncGenerator<number, void, undefined> {
    const { pausing } = this.#execution
    const every = toNs(parseDuration(duration, 'every'))
    let end = length === undefined ? Number.POSITIVE_INFINITY : pausing.now() + toNs(parseDuration(length, 'for'))
    let due = pausing.now()
    let asked = this.#askedNs
    for (let round = 1; round <= times; round++) {
      if (round > 1) {
        due += every + this.#askedNs - asked
        end += this.#askedNs - asked
        asked = this.#askedNs
        if (due >= end) return
        const now = pausing.now()
        if (due > now) await this.#execution.reach(due, this.#region)
        else if (due < now) {
          this.#execution.overruns++
          due = now
        }
      }
      await this.#turn()
      yield round
    }
  }

  async record(
    values: Readonly<Record<string, Recordable>>,
    { to = 'primary' }: { readonly to?: string } = {},
  ): Promise<void> {
    await this.#turn()
    const { stream, cells, measured } = this.#rows.row(to, values)
    const wall = this.#execution.clock.wall()
    await this.#execution.row(
      stream,
      cells,
      measured.map(at => at ?? wall),
      { region: this.#region, position: [this.#round++] },
    )
  }

  note(text: string): void {
    this.#refuse()
    this.#execution.note(text, this.#place, { region: this.#region, position: [] })
  }

  async ask(
    text: string,
    { choices, default: usual }: { readonly choices?: readonly string[]; readonly default?: string } = {},
  ): Promise<string> {
    await this.#turn()
    let answer = ''
    const began = this.#execution.pausing.now()
    const frame: Frame = { region: this.#region, position: [] }
    const step = { kind: 'prompt', ask: [text], param: undefined, choices, default: usual, place: this.#place } as const
    await runPrompt(this.#execution, step, frame, given => {
      answer = given
    })
    const now = this.#execution.pausing.now()
    // Two questions at once take no longer than the longer one.
    this.#askedNs += now - Math.max(began, this.#askedUntil)
    this.#askedUntil = now
    this.#refuse()
    return answer
  }

  atEnd(work: () => unknown): void {
    this.#endings.push(work)
  }

  /** Between two things that the function does: where it is paused, and where it ends when it is stopped. */
  async #turn(): Promise<void> {
    const { pausing } = this.#execution
    if (pausing.closed) await pausing.pass()
    this.#refuse()
  }

  #refuse(): void {
    if (this.#region.stopped) throw stoppedError()
  }

  #started(task: Task, peripheral: string, action: string, bench: Bench): void {
    const step: ActionStep = {
      kind: 'action',
      peripheral,
      action,
      input: undefined,
      onError: 'continue',
      place: this.#place,
    }
    const { output } = bench.peripheral(peripheral).definition.actions[action] ?? {}
    const followed = this.#execution.follow(task, step, { region: this.#region, cleans: this.#cleans })
    const ended = task.result().then(
      result => this.#rows.know(result, output, this.#execution.clock.wall()),
      error => void this.#failures.add(error),
    )
    const open = Promise.all([followed, ended]).finally(() => this.#open.delete(open))
    this.#open.add(open)
  }
}

function stoppedError(): PiWorkerError {
  return new PiWorkerError('ERR_CANCELLED', 'the run was stopped')
}
