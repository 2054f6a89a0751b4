/** One line with rules, while the bench is open: when it was on, what it waits for, and who must be off while it is on. */

import type { PiWorkerError } from '../../errors.js'
import type { Clock } from '../../worker/clock.js'
import { Activity, type TimeLimits } from './activity.js'
import type { Condition } from './condition.js'
import type { GuardedHandle } from './guarded-handle.js'
import type { LineRules } from './interlocks.js'
import { limitError, type Named, overtimeError, pwmChangeError, type Rule } from './messages.js'
import { OnTimer } from './on-timer.js'
import type { Pull } from './pulls.js'
import { pwmViolation } from './refuse-input.js'
import type { TurnTime } from './turn-time.js'

/** What a line needs of the guards of its bench. */
export interface Tripper {
  readonly clock: Clock
  /** Switches a line off if it is on, and ends what runs on its peripheral, unless `ends` is false. */
  trip(line: GuardedLine, rule: Rule, error: PiWorkerError, ends?: boolean): void
}

/** What a handle needs of them. */
export interface HandleGuards extends Tripper {
  readonly turn: TurnTime
}

export class GuardedLine implements Named {
  readonly peripheral: string
  readonly name: string
  readonly line: number
  readonly activeLow: boolean
  readonly safeOn: boolean
  readonly limits: TimeLimits
  readonly activity = new Activity()
  readonly conditions: Condition[] = []
  /** The lines that are off while this one is on. */
  readonly apart: GuardedLine[] = []
  /** Whether it counts when exactly it goes on and off; for `maxOn` alone it need not be exact. */
  readonly isTimed: boolean
  readonly isBounded: boolean
  /** It is on, or in a play that switches it on at some time. */
  on = false
  /** Nobody drives it, and its pull switches it on. */
  isLeftOn = false
  pull: Pull
  /** Of its PWM. */
  periodNs = 0
  /** What holds it now, and its bit there. */
  handle: GuardedHandle | undefined = undefined
  bit = 0
  readonly #timer: OnTimer | undefined
  /** When the play is over that switches it on; undefined while none has begun. */
  #playEnds: number | undefined

  constructor({ peripheral, name, line, activeLow, safeOn, limits }: LineRules<number>, guards: Tripper) {
    this.peripheral = peripheral
    this.name = name
    this.line = line
    this.activeLow = activeLow
    this.safeOn = safeOn
    this.limits = limits
    this.isTimed = limits.minOffNs > 0 || limits.maxDuty < 1 || limits.spacingNs > 0
    this.isBounded = limits.maxOnNs !== Number.POSITIVE_INFINITY
    if (this.isTimed) this.activity.opened(guards.clock.now(), limits)
    if (this.isBounded) {
      const trip = (): void => guards.trip(this, 'maxOn', overtimeError(this, limits))
      this.#timer = new OnTimer(guards.clock, () => this.#deadline, trip)
    }
  }

  /**
   * Whether it may go on now, as far as it alone can say.
   * @param now In ns of the clock; needed where it is timed.
   * @throws ERR_LIMIT, ERR_INTERLOCK
   */
  checkOn(now: number): void {
    if (this.isTimed) {
      const violation = this.activity.violation(now, this.limits)
      if (violation !== undefined) throw limitError(this, this.limits, violation)
    }
    if (this.conditions.length > 0) for (const condition of this.conditions) condition.check()
  }

  get countsAsOn(): boolean {
    return this.on || this.isLeftOn
  }

  /** One of those that must be off is on. */
  get isKeptOff(): boolean {
    const { apart } = this
    for (let index = 0; index < apart.length; index++) if (apart[index]!.countsAsOn) return true
    return false
  }

  /** Whether PWM like this may be put out now. @throws ERR_LIMIT */
  checkPwm(duty: number, frequency: number, now: number): void {
    const { limits, activity } = this
    // On a line that is on all the time it may begin with a pause.
    const goesOnAgain = activity.active && activity.share === 1 && duty < 1
    const violation =
      pwmViolation(limits, duty, frequency) ??
      (goesOnAgain ? activity.spacingViolation(now, limits.spacingNs) : undefined)
    if (violation !== undefined) throw limitError(this, limits, violation)
  }

  /**
   * Whether the PWM that it has may become something else that is on. That may cut a period short: more often than once
   * in a period, it would not be what it is taken for.
   * @throws ERR_LIMIT
   */
  checkPwmEnds(now: number): void {
    const { maxDuty, spacingNs } = this.limits
    const wait = this.activity.steady + this.periodNs - now
    if (wait <= 0 || (maxDuty === 1 && spacingNs === 0)) return
    throw pwmChangeError(this, maxDuty < 1 ? 'maxDuty' : 'maxToggleRate', wait / 1e6)
  }

  /** It has gone on. @param share The duty of PWM. */
  wentOn(now: number, share = 1): void {
    this.on = true
    if (this.isTimed || share < 1) this.activity.begin(now, share)
    else this.activity.mark(true, now)
    if (this.#timer !== undefined) this.#timer.start()
  }

  wentOff(now: number): void {
    this.on = false
    if (this.isTimed) this.activity.goOff(now)
    else this.activity.mark(false, now)
  }

  /** A play has begun that switches it on; it must be over by `end`. */
  playing(end: number): void {
    this.#playEnds = end
    this.#timer?.change()
  }

  /** The play is over, and its activity says what is now. */
  played(): void {
    this.#playEnds = undefined
    this.on = this.activity.active
    this.#timer?.change()
  }

  /** @param handle What held it. */
  letGo(handle: GuardedHandle): void {
    if (this.handle !== handle) return
    this.handle = undefined
    this.#timer?.close()
  }

  /** When it has been on for too long. What a play does was looked at before, but it must come to its end. */
  get #deadline(): number {
    if (this.#playEnds !== undefined) return this.#playEnds + this.limits.maxOnNs
    return this.activity.active ? this.activity.since + this.limits.maxOnNs : Number.POSITIVE_INFINITY
  }
}
