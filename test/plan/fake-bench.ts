/** A bench of named functions on a real worker in virtual time, and steps made by hand. */

import { makePlace } from '../../src/plan/place.js'
import type { Step } from '../../src/plan/plan.js'
import { type PlanBench, type PlanResult, type PlanRunOptions, runPlan } from '../../src/plan/run.js'
import type { TaskContext } from '../../src/worker/attempt-context.js'
import type { Task } from '../../src/worker/task.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { Worker } from '../../src/worker/worker.js'

type Action = (task: TaskContext, input: unknown) => unknown

export class FakeBench implements PlanBench {
  readonly clock = new VirtualClock()
  readonly worker = new Worker({ clock: this.clock })
  /** What happened, each with its time in ms. */
  readonly log: string[] = []
  /** What `safe` throws, if it is to fail. */
  unsafe: Error | undefined
  readonly #actions: Readonly<Record<string, Action>>

  /** @param actions by `<peripheral>.<action>`; each is logged when it begins */
  constructor(actions: Readonly<Record<string, Action>>) {
    this.#actions = actions
  }

  call(peripheral: string, action: string, input: unknown): Task {
    const name = `${peripheral}.${action}`
    const run = this.#actions[name]
    if (run === undefined) throw new TypeError(`the fake bench has no ${name}`)
    return this.worker.submit(
      context => {
        this.note(name)
        return run(context, input)
      },
      { name, on: peripheral, grace: '100ms' },
    )
  }

  async safe(): Promise<void> {
    this.note('safe')
    if (this.unsafe !== undefined) throw this.unsafe
  }

  note(what: string): void {
    this.log.push(`${this.clock.now() / 1e6} ${what}`)
  }

  run(steps: readonly Step[], options?: PlanRunOptions): Promise<PlanResult> {
    return runPlan(this, { name: 'Test', steps }, options)
  }
}

/** Actions that take the given ms and end when they are stopped. */
export function lasting(ms: number): Action {
  return async task => {
    await task.sleep(ms)
  }
}

let line = 0
const place = () => makePlace('a.yaml', ++line, 1, '')

export function act(name: string, input: unknown = {}): Step {
  const [peripheral = '', action = ''] = name.split('.')
  return { kind: 'action', peripheral, action, input, place: place() }
}

export function wait(ms: number): Step {
  return { kind: 'wait', ms, place: place() }
}

export function repeat(count: number, everyMs: number | undefined, ...steps: Step[]): Step {
  return { kind: 'repeat', count, everyMs, steps, place: place() }
}

export function parallel(...branches: Step[]): Step {
  return { kind: 'parallel', branches, place: place() }
}
