/** Times of the wall clock that a cron pattern names. */

import { Cron } from 'croner'
import { cut, quote } from '../bench/wording.js'
import { messageOf } from '../errors.js'
import { VIRTUAL_EPOCH_MS } from '../worker/virtual-clock.js'
import type { PlanProblem } from './place.js'
import { allSteps, type CronStep, type Step } from './plan.js'

/** The times of a pattern, in ms since the Unix epoch. */
export class WallTimes {
  readonly #cron: Cron

  /** @throws what is wrong with the pattern */
  constructor(pattern: string, timezone: string | undefined) {
    // Without a function it only calculates: no timer, no clock.
    this.#cron = new Cron(pattern, timezone === undefined ? {} : { timezone })
  }

  /** The first time after `wall`; undefined when there is none any more. */
  after(wall: number): number | undefined {
    return this.#cron.nextRun(new Date(wall))?.getTime()
  }
}

/** What is to be said of a pattern with a year, all of whose times are over at `wall`. */
export function timesOver({ pattern, place }: CronStep, wall: number): PlanProblem {
  const now = new Date(wall).toISOString().slice(0, 10)
  const message = `${quote(pattern)} never fires any more: its times are over on ${now}`
  const remedy = 'Write a year that is still to come, or leave the year out; or set the clock of this machine.'
  return { code: 'ERR_PLAN_VALUE', message, place, remedy }
}

/** Steps that will never do anything, seen from `wall`: the times of their patterns are over. */
export function overAt(steps: readonly Step[], wall: number): PlanProblem[] {
  return [...allSteps(steps)].flatMap(step => {
    const over = step.kind === 'cron' && new WallTimes(step.pattern, step.timezone).after(wall) === undefined
    return over ? [timesOver(step, wall)] : []
  })
}

export interface TimesFault {
  readonly field: 'cron' | 'timezone'
  readonly message: string
}

/** Different patterns of one plan: to find that one never fires takes milliseconds. */
const MOST_PATTERNS = 200

/** The patterns of a plan: each is tried once. */
export class TimesCheck {
  readonly #faults = new Map<string, TimesFault | undefined>()

  /** What is wrong with a pattern: of those that are right, there is a time since 2000, in whatever year it is written. */
  faultOf(pattern: string, timezone: string | undefined): TimesFault | undefined {
    const key = JSON.stringify([pattern, timezone])
    if (!this.#faults.has(key)) {
      if (this.#faults.size >= MOST_PATTERNS) {
        return { field: 'cron', message: `the plan has more than ${MOST_PATTERNS} patterns of times` }
      }
      this.#faults.set(key, findFault(pattern, timezone))
    }
    return this.#faults.get(key)
  }
}

/** What the parser of patterns says is a sentence. */
const LONGEST_REASON = 120

function findFault(pattern: string, timezone: string | undefined): TimesFault | undefined {
  if (timezone !== undefined && !isTimezone(timezone)) {
    return { field: 'timezone', message: `there is no time zone ${quote(timezone)}` }
  }
  // A time in ISO is one that comes once: cron is for patterns.
  if (pattern.length > 200 || /^\d{4}-/.test(pattern.trim())) {
    return { field: 'cron', message: `${quote(pattern)} is no pattern of times` }
  }
  try {
    if (new WallTimes(pattern, timezone).after(VIRTUAL_EPOCH_MS) !== undefined) return undefined
    return { field: 'cron', message: `${quote(pattern)} never fires: there is no such time` }
  } catch (error) {
    const why = messageOf(error).replace(/^Cron\w*: /, '')
    return { field: 'cron', message: `${quote(pattern)} is no pattern of times: ${cut(why, LONGEST_REASON)}` }
  }
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
