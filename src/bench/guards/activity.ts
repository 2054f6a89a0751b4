/** When one line that switches a load was on and off, and the limits in time of it. Pure. */

/** The limits of a line, in ns of the clock; what is not limited has the value that limits nothing. */
export interface TimeLimits {
  readonly maxOnNs: number
  readonly minOffNs: number
  /** 0 to 1. */
  readonly maxDuty: number
  /** From one activation to the next; of `maxToggleRate`. */
  readonly spacingNs: number
}

export type TimeRule = 'maxOn' | 'minOff' | 'maxDuty' | 'maxToggleRate'

/** A limit that would not be kept. */
export interface Violation {
  readonly rule: TimeRule
  /** What there would be, in the unit of the rule: ms, a part of the time, or Hz. */
  readonly found: number
  /** How long to wait until it would be kept, in ms; undefined when waiting does not help. */
  readonly wait?: number | undefined
}

export const NO_LIMITS: TimeLimits = {
  maxOnNs: Number.POSITIVE_INFINITY,
  minOffNs: 0,
  maxDuty: 1,
  spacingNs: 0,
}

const LONG_AGO = Number.NEGATIVE_INFINITY
/** Times are rounded to whole ns when they are asked for. */
const ROUNDING_NS = 1

export class Activity {
  active = false
  /** Since when it is so, in ns of the clock. */
  since = LONG_AGO
  /** When it last went on; of PWM, the latest that its last period can have begun. */
  activated = LONG_AGO
  /** Beginning of the cycle that the duty is counted over, which ends when it goes on anew. */
  cycle = LONG_AGO
  /** How long it was on in this cycle before `steady`. */
  onBefore = 0
  /** Since when it is on with the same share. */
  steady = LONG_AGO
  /** Part of the time that it is on while it is active: 1, or the duty of PWM. */
  share = 1

  /**
   * What was before the opening, nobody knows; the program may have crashed, and again. So the load counts as off since
   * then, after the longest time on that it may have at once, where there is one.
   */
  opened(time: number, { maxOnNs }: TimeLimits): void {
    this.since = time
    if (maxOnNs === Number.POSITIVE_INFINITY) return
    this.cycle = time - maxOnNs
    this.onBefore = maxOnNs
  }

  copy(): Activity {
    return Object.assign(new Activity(), this)
  }

  /** Whether going on at `time` would break a limit, and which. */
  violation(time: number, { minOffNs, maxDuty, spacingNs }: TimeLimits): Violation | undefined {
    if (minOffNs > 0) {
      const off = time - this.since
      if (off < minOffNs) return { rule: 'minOff', found: off / 1e6, wait: (minOffNs - off) / 1e6 }
    }
    const violation = spacingNs > 0 ? this.spacingViolation(time, spacingNs) : undefined
    return violation ?? (maxDuty < 1 ? this.dutyViolation(time, maxDuty) : undefined)
  }

  /** Whether it went on too short a time before. */
  spacingViolation(time: number, spacingNs: number): Violation | undefined {
    const apart = time - this.activated
    if (apart + ROUNDING_NS >= spacingNs) return undefined
    return { rule: 'maxToggleRate', found: 1e9 / Math.max(apart, ROUNDING_NS), wait: (spacingNs - apart) / 1e6 }
  }

  /** Whether it was on for too much of the time until now. */
  dutyViolation(time: number, maxDuty: number): Violation | undefined {
    const on = this.onUntil(time)
    const length = time - this.cycle
    if (on <= maxDuty * length + ROUNDING_NS) return undefined
    return { rule: 'maxDuty', found: on / length, wait: (on / maxDuty - length) / 1e6 }
  }

  /** How long it was on in this cycle, in ns. */
  onUntil(time: number): number {
    return this.active ? this.onBefore + (time - this.steady) * this.share : this.onBefore
  }

  /** It goes on, and a new cycle begins. */
  begin(time: number, share = 1): void {
    this.cycle = time
    this.onBefore = 0
    this.goOn(time, share)
  }

  /** It goes on within the cycle. */
  goOn(time: number, share = 1): void {
    this.active = true
    this.since = time
    this.activated = time
    this.steady = time
    this.share = share
  }

  goOff(time: number): void {
    this.onBefore = this.onUntil(time)
    this.active = false
    this.since = time
    // As above.
    if (this.share < 1) this.activated = time
  }

  /** Where only `maxOn` counts, this is all that must be known. */
  mark(active: boolean, time: number): void {
    this.active = active
    this.since = time
    if (this.share !== 1) this.share = 1
  }

  /** It stays on, and is so for another part of the time. */
  shift(time: number, share: number): void {
    this.onBefore = this.onUntil(time)
    this.steady = time
    // Where in its period PWM was cut off, nobody knows: it may have been off, and go on now.
    if (this.share < 1) this.activated = time
    this.share = share
  }
}
