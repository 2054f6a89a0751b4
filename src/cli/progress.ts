/** What a person sees while a plan runs: a line when a task starts (on a terminal) and one when it is over. */

import pc from 'picocolors'
import type { PlanTask } from '../plan/plan-task.js'
import type { Clock } from '../worker/clock.js'
import type { WorkerEvent } from '../worker/events.js'
import { formatMs, formatResult, formatSince, oneLine } from './format.js'
import type { Output } from './io.js'
import { reasonText } from './task-reason.js'
import { colorOf } from './task-table.js'

/** So many lines may come at once, then so many a second of plan time; the rest is counted. */
const BURST = 100
const LINES_PER_SECOND = { system: 10, virtual: 1 / 600 } as const

type Colors = ReturnType<typeof pc.createColors>

/** Shows a run while it lasts: as lines, as a picture that is drawn over, or hardly at all. */
export interface RunView {
  /** The worker's events. */
  heard(event: WorkerEvent): void
  /** A task of the plan is over. */
  finished(task: PlanTask): void
  /** What the plan says, in a note or of an answer: a line that stays, with its time. */
  noted(text: string): void
  /** Text that stays; it ends in a line feed. */
  say(text: string): void
  /** The run is over: nothing more is shown, and the terminal is as it was. May be called again. */
  close(): void
}

/** Lines, one after another. */
export class Progress implements RunView {
  readonly #out: Output
  readonly #clock: Clock
  readonly #start: number
  readonly #colors: Colors
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
    const skipped = this.#skipped > 0 ? `  (and ${this.#skipped} more before)` : ''
    this.#skipped = 0
    this.#line(finishedText(task, this.#colors) + skipped)
  }

  /** Starts on a terminal, and whatever is dangerous. */
  heard(event: WorkerEvent): void {
    if (event.type === 'running') {
      if (this.#out.isTerminal && this.#budget >= 1) this.#line(this.#colors.dim(`${oneLine(event.name)} …`))
      return
    }
    const told = eventText(event, this.#colors)
    if (told !== undefined) this.#line(told.text)
  }

  noted(text: string): void {
    this.#line(oneLine(text))
  }

  say(text: string): void {
    this.#out.write(text)
  }

  close(): void {}

  #line(text: string): void {
    this.#out.write(`${sinceText(this.#clock.now() - this.#start, this.#colors)}  ${text}\n`)
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

/** Nothing but what is wrong: for `--quiet`. */
export class Quiet implements RunView {
  readonly #out: Output
  readonly #colors: Colors

  constructor(out: Output) {
    this.#out = out
    this.#colors = pc.createColors(out.colored)
  }

  heard(event: WorkerEvent): void {
    const told = eventText(event, this.#colors)
    if (told?.grave) this.#out.write(`${told.text}\n`)
  }

  finished(): void {}

  noted(): void {}

  say(text: string): void {
    this.#out.write(text)
  }

  close(): void {}
}

/** The time since the start, for the beginning of a line. */
export function sinceText(ns: number, colors: Colors): string {
  return colors.dim(formatSince(ns / 1e6))
}

/** `pump.pulse succeeded in 200 ms  requested=200 achieved=200.08` */
export function finishedText(task: PlanTask, colors: Colors): string {
  const name = colors.bold(oneLine(task.name))
  const state = colorOf(task.state, colors)(task.state)
  const what = task.error === undefined ? formatResult(task.result, 60) : reasonOf(task)
  return `${name} ${state} in ${formatMs(task.ran)}${what === '' ? '' : `  ${what}`}`
}

/** What is told of an event, when it is anything that a person must know; what is grave must not be overlooked. */
export function eventText(event: WorkerEvent, colors: Colors): { text: string; grave: boolean } | undefined {
  switch (event.type) {
    case 'stopping':
      return {
        text: stoppingText(event.name, reasonText(event.error, { name: event.name, id: event.task })),
        grave: false,
      }
    case 'stop':
      return { text: colors.red(`STOPPED by ${oneLine(event.by)}: ${oneLine(event.reason)}`), grave: true }
    case 'stopReset':
      return { text: `reset by ${oneLine(event.by)}: ${oneLine(event.acknowledge)}`, grave: true }
    case 'paused':
    case 'resumed': {
      const safe = event.type === 'paused' && event.outputs === 'safe' ? ', and all is safe' : ''
      return { text: `${oneLine(event.plan)} is ${event.type}${safe}`, grave: false }
    }
    case 'notSafe':
      return {
        text: colors.red(`${oneLine(event.queue)} COULD NOT BE MADE SAFE: ${oneLine(event.error)}`),
        grave: true,
      }
    case 'quarantined':
      return { text: colors.red(`${oneLine(event.queue)} is quarantined: ${oneLine(event.error)}`), grave: true }
    default:
      return undefined
  }
}

/** Why a task failed; why one is cancelled, it was told when it was stopped. */
function reasonOf(task: PlanTask): string {
  return task.state === 'cancelled' ? '' : reasonText(task.error?.message ?? '', task, 100)
}

function stoppingText(name: string, why: string): string {
  return `${oneLine(name)} is being stopped${why === '' ? '' : `: ${why}`}`
}
