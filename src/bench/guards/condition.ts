/** A line that others require: what it is, who must be off when it is something else, and how its loss is noticed. */

import type { EdgeEvent, Level, LineHandle, LineSettings } from '../../../drivers/driver.js'
import type { GuardedLine, Tripper } from './guarded-line.js'
import type { Requirement } from './interlocks.js'
import type { LineState } from './keys.js'
import { interlockError } from './messages.js'

export class WatchedLine {
  readonly line: number
  readonly conditions: Condition[] = []
  /** What holds it now, and its bit there; undefined before it is requested, and after it is let go. */
  #handle: LineHandle | undefined
  #index = 0
  #activeLow = false
  /** How many plays change it: whatever is ordered meanwhile, its level is not known. */
  #plays = 0
  #hasPwm = false
  #failed = false
  /** Its level can be read. */
  #isSteady = false

  constructor(line: number) {
    this.line = line
  }

  /** @param handle The driver's own. */
  held(handle: LineHandle, index: number, settings: LineSettings): void {
    this.#handle = handle
    this.#index = index
    this.#plays = 0
    this.#hasPwm = false
    this.#failed = false
    this.configured(settings)
  }

  configured({ activeLow = false }: LineSettings): void {
    this.#activeLow = activeLow
    for (const condition of this.conditions) condition.configured(activeLow)
    this.#settle()
  }

  letGo(): void {
    this.#handle = undefined
    this.#settle()
    for (const condition of this.conditions) condition.lost('is let go', false)
  }

  /** What keeps it from being watched; undefined when nothing does. */
  get unwatched(): string | undefined {
    if (this.#handle === undefined) return 'cannot be read yet'
    return this.#failed ? 'cannot be watched any more' : undefined
  }

  /** False when that cannot be known. @throws what reading the line throws */
  meets(condition: Condition): boolean {
    if (!this.#isSteady) {
      return condition.state === 'on' && this.#hasPwm && this.#plays === 0 && this.unwatched === undefined
    }
    return (((this.#handle as LineHandle).get() >>> this.#index) & 1) === condition.bit
  }

  /** An output is about to get this logical value: who requires another one goes off first. */
  willBe(bit: number, { activeLow = false }: LineSettings): void {
    this.#hasPwm = false
    this.#settle()
    const level = (bit === 1) === activeLow ? 'low' : 'high'
    for (const condition of this.conditions) {
      if (!condition.allows(level, activeLow)) condition.lost(`goes ${opposite(condition.state)}`)
    }
  }

  /** An output is about to have PWM, which counts as on. */
  willSwing(): void {
    this.#hasPwm = true
    this.#settle()
    for (const condition of this.conditions) if (condition.state !== 'on') condition.lost('gets PWM')
  }

  /** It is about to be configured anew, and nobody knows as what. */
  willChange(): void {
    this.#hasPwm = false
    this.#settle()
    for (const condition of this.conditions) condition.lost('is configured anew')
  }

  /** Gives what is to be called when the play is over. */
  willPlay(): () => void {
    this.#hasPwm = false
    this.#plays++
    this.#settle()
    for (const condition of this.conditions) condition.lost('plays pulses')
    const handle = this.#handle
    return () => {
      if (this.#handle === handle) this.#plays--
      this.#settle()
    }
  }

  heard(event: EdgeEvent): void {
    if (event.kind === 'failed') {
      this.#failed = true
      this.#settle()
      for (const condition of this.conditions) condition.lost('cannot be watched any more')
      return
    }
    if (event.line !== undefined && event.line !== this.line) return
    for (const condition of this.conditions) {
      if (event.kind === 'lost') condition.lost('has edges that got lost')
      // Although it may be as it should again: it was not for a moment.
      else if (!condition.allows(event.direction === 'rising' ? 'high' : 'low', this.#activeLow)) {
        condition.lost(`went ${opposite(condition.state)}`)
      }
    }
  }

  #settle(): void {
    this.#isSteady = this.#handle !== undefined && !this.#failed && this.#plays === 0 && !this.#hasPwm
  }
}

/** What one guarded line requires of a watched one. */
export class Condition {
  readonly state: LineState
  /** The value that the watched line must have. */
  bit = 0
  readonly #line: GuardedLine
  readonly #name: string
  readonly #activeLow: boolean | undefined
  readonly #watched: WatchedLine
  readonly #guards: Tripper

  constructor(line: GuardedLine, { name, state, activeLow }: Requirement, watched: WatchedLine, guards: Tripper) {
    this.state = state
    this.#line = line
    this.#name = name
    this.#activeLow = activeLow
    this.#watched = watched
    this.#guards = guards
  }

  /** The line whose condition it is. */
  get lineName(): string {
    return this.#line.name
  }

  configured(activeLow: boolean): void {
    this.bit = this.allows(activeLow ? 'low' : 'high', activeLow) ? 1 : 0
  }

  /** Whether it is met while the watched line has that level. */
  allows(level: Level, activeLow: boolean): boolean {
    if (this.state === 'high' || this.state === 'low') return this.state === level
    return (this.state === 'on') === (level === ((this.#activeLow ?? activeLow) ? 'low' : 'high'))
  }

  /** @throws ERR_INTERLOCK, what reading the line throws */
  check(): void {
    if (this.#watched.meets(this)) return
    const why = this.#watched.unwatched ?? 'is not'
    throw this.#error(`cannot go on: it requires ${this.#name} ${this.state}, and ${this.#name} ${why}`)
  }

  /** @param ends Whether what runs on the peripheral ends, too. */
  lost(how: string, ends = true): void {
    if (!this.#line.on) return
    const message = `was switched off: it requires ${this.#name} ${this.state}, and ${this.#name} ${how}`
    this.#guards.trip(this.#line, 'requires', this.#error(message), ends)
  }

  #error(message: string) {
    const remedy = `See why ${this.#name} is not ${this.state}: the interlock does what it is for.`
    return interlockError(this.#line, 'requires', message, remedy)
  }
}

function opposite(state: LineState): LineState {
  return { on: 'off', off: 'on', high: 'low', low: 'high' }[state] as LineState
}
