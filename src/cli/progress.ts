/** What a person sees while a plan runs: a line when a task starts (on a terminal) and one when it is over. */

import pc from 'picocolors'
import type { PlanTask } from '../plan/plan-task.js'
import type { Clock } from '../worker/clock.js'
import type { WorkerEvent } from '../worker/events.js'
import { formatMs, formatResult, formatSince, oneLine } from './format.js'
import type { Output } from './io.js'
import { colorOf } from './task-table.js'

/** So many lines may come at once, then so many a second of plan time; the rest is counted. */
const BURST = 100
const LINES_PER_SECOND = { system: 10, virtual: 1 / 600 } as const

export class Progress {
  readonly #out: Output
  readonly #clock: Clock
  readonly #start: number
  readonly #colors: ReturnType<typeof pc.createColors>
  #budget = BURST
  #budgetTime: number
  #skipped = 0

  constructor(out: Output, clock: Clock) {
    this.#out = out
    this.#clock = clock
    this.#start = clock.now()
    this.#budgetTime = this.#start
    this.#colors = pc.createColors(out.colored)
  }

  finished(task: PlanTask): void {
    if (task.state === 'succeeded' && !this.#spend()) {
      this.#skipped++
      return
    }
    const skipped = this.#skipped > 0 ? `(and ${this.#skipped} more before)` : ''
    this.#skipped = 0
    const name = this.#colors.bold(oneLine(task.name))
    const state = colorOf(task.state, this.#colors)(task.state)
    const what = task.error === undefined ? formatResult(task.result, 60) : oneLine(reasonOf(task), 100)
    const parts = [`${name} ${state} in ${formatMs(task.ran)}`, what, skipped]
    this.#line(parts.filter(part => part !== '').join('  '))
  }

  /** The worker's events: starts on a terminal, and whatever is dangerous. */
  heard(event: WorkerEvent): void {
    if (event.type === 'running' && this.#out.isTerminal && this.#budget >= 1) {
      this.#line(this.#colors.dim(`${oneLine(event.name)} …`))
    } else if (event.type === 'stopping') {
      this.#line(`${oneLine(event.name)} is being stopped: ${oneLine(event.error)}`)
    } else if (event.type === 'stop') {
      this.#line(this.#colors.red(`STOPPED by ${oneLine(event.by)}: ${oneLine(event.reason)}`))
    } else if (event.type === 'stopReset') {
      this.#line(`reset by ${oneLine(event.by)}: ${oneLine(event.acknowledge)}`)
    } else if (event.type === 'paused' || event.type === 'resumed') {
      const safe = event.type === 'paused' && event.outputs === 'safe' ? ', and all is safe' : ''
      this.#line(`${oneLine(event.plan)} is ${event.type}${safe}`)
    } else if (event.type === 'quarantined' || event.type === 'notSafe') {
      const what = event.type === 'notSafe' ? 'COULD NOT BE MADE SAFE' : 'is quarantined'
      this.#line(this.#colors.red(`${oneLine(event.queue)} ${what}: ${oneLine(event.error)}`))
    }
  }

  #line(text: string): void {
    const since = formatSince((this.#clock.now() - this.#start) / 1e6)
    this.#out.write(`${this.#colors.dim(since)}  ${text}\n`)
  }

  /** True when there is a line left to spend. */
  #spend(): boolean {
    const now = this.#clock.now()
    const earned = ((now - this.#budgetTime) / 1e9) * LINES_PER_SECOND[this.#clock.kind]
    this.#budget = Math.min(BURST, this.#budget + earned)
    this.#budgetTime = now
    if (this.#budget < 1) return false
    this.#budget--
    return true
  }
}

/** Why a task failed; why one is cancelled, it was told when it was stopped. */
function reasonOf({ state, error }: PlanTask): string {
  return state === 'cancelled' ? '' : (error?.message ?? '')
}
