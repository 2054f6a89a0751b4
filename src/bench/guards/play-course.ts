/**
 * What lines do while pulses are played, known before they are: when each load goes on and off, and which limit it would
 * break. A sequence that is repeated a million times is followed through its first rounds and its last one only: from
 * the second on all are alike. Pure.
 */

import type { PulseSequence, PulseStep } from '../../../drivers/driver.js'
import type { Activity, TimeLimits, Violation } from './activity.js'

/** A load line of the handle that plays. */
export interface CourseLine {
  /** Its bit in the values. */
  readonly bit: number
  readonly limits: TimeLimits
  /** Changed as the play goes on. */
  readonly activity: Activity
}

/** Lines of which only one set may be active at a time, as bits: one set for each member of a group. */
export type ApartLines = readonly (readonly number[])[]

export interface CourseOptions {
  readonly sequence: PulseSequence
  readonly lines: readonly CourseLine[]
  /** Bits of the lines whose active value is 0. */
  readonly flip: number
  /** When the first step is due, in ns of the clock. */
  readonly begins: number
  /** It is cut off then. Default: it is played to its end. */
  readonly ends?: number | undefined
  readonly apart?: ApartLines | undefined
}

/** Why a play is refused. */
export type PlayViolation =
  | { readonly bit: number; readonly time: Violation }
  /** Two lines that must not be active together, or change over in one step. */
  | { readonly bit: number; readonly other: number }

export interface Course {
  /** The first that is wrong; the lines went on as if nothing was. */
  readonly violation: PlayViolation | undefined
  /** Bits of the lines that were active at any time of it. */
  readonly used: number
  /** Its end, or when it was cut off. */
  readonly end: number
}

/** Rounds that are followed one by one before the rest is taken to be like the last of them. */
const FOLLOWED = 2

/** Changes the activities of the lines as the play would. */
export function followPlay(options: CourseOptions): Course {
  return new Follower(options).follow()
}

class Follower {
  readonly #steps: readonly PulseStep[]
  readonly #repeat: number
  readonly #roundNs: number
  readonly #lines: readonly CourseLine[]
  readonly #byIndex = new Map<number, CourseLine>()
  readonly #all: number
  readonly #flip: number
  readonly #begins: number
  readonly #ends: number
  readonly #apart: ApartLines
  /** Lines that have gone on in this play, or were on when it began, and what the duty came to when they last did. */
  readonly #begun = new Map<CourseLine, Violation | undefined>()
  #time: number
  #active = 0
  #used = 0
  /** Lines that went on or off in this round. */
  #changed = 0
  #violation: PlayViolation | undefined

  constructor({ sequence, lines, flip, begins, ends = Number.POSITIVE_INFINITY, apart = [] }: CourseOptions) {
    this.#steps = sequence.steps
    this.#repeat = sequence.repeat ?? 1
    this.#roundNs = this.#steps.reduce((sum, { ns }) => sum + ns, 0)
    this.#lines = lines
    this.#flip = flip
    this.#begins = begins
    this.#ends = ends
    this.#apart = apart
    this.#time = begins
    for (const line of lines) {
      this.#byIndex.set(indexOf(line.bit), line)
      if (!line.activity.active) continue
      this.#active |= line.bit
      this.#begun.set(line, undefined)
    }
    this.#all = lines.reduce((bits, { bit }) => bits | bit, 0)
    this.#used = this.#active
  }

  follow(): Course {
    const rounds = this.#rounds()
    for (let round = 0; round < Math.min(rounds, FOLLOWED); round++) {
      const before = this.#time
      const onBefore = this.#lines.map(({ activity }) => activity.onUntil(before))
      this.#round()
      if (round === FOLLOWED - 1) this.#skip(rounds - FOLLOWED - 1, onBefore)
    }
    if (rounds > FOLLOWED) this.#round()
    const end = Math.min(this.#ends, this.#begins + this.#roundNs * this.#repeat)
    for (const line of this.#lines) this.#end(line, end)
    return { violation: this.#violation, used: this.#used, end }
  }

  /** How many are at least begun. */
  #rounds(): number {
    if (this.#ends === Number.POSITIVE_INFINITY || this.#roundNs === 0) return this.#repeat
    return Math.min(this.#repeat, Math.floor((this.#ends - this.#begins) / this.#roundNs) + 1)
  }

  #round(): void {
    this.#changed = 0
    for (const { values, mask = -1, ns } of this.#steps) {
      if (this.#time > this.#ends) return
      const wanted = (values ^ this.#flip) & this.#all
      const changed = (wanted ^ this.#active) & mask & this.#all
      if (changed !== 0) this.#change(changed)
      this.#time += ns
    }
  }

  #change(changed: number): void {
    const rises = changed & ~this.#active
    if (rises !== 0) this.#checkApart(rises, this.#active | rises)
    for (let rest = changed; rest !== 0; rest &= rest - 1) {
      const line = this.#byIndex.get(indexOf(rest)) as CourseLine
      if ((rises & line.bit) !== 0) this.#rise(line)
      else this.#fall(line)
    }
    this.#active ^= changed
    this.#changed |= changed
    this.#used |= rises
  }

  /** A line that goes off in the same step was on until now, and electricity knows no same time. */
  #checkApart(rises: number, active: number): void {
    if (this.#violation !== undefined) return
    for (const members of this.#apart) {
      for (const member of members) {
        if ((member & rises) === 0) continue
        const other = members.find(one => one !== member && (one & active) !== 0)
        if (other !== undefined) this.#violation = { bit: member & rises, other: other & active }
      }
    }
  }

  /** The first time in a play begins a new cycle for the duty, which the whole play is then. */
  #rise(line: CourseLine): void {
    const { activity, limits } = line
    const isFirst = !this.#begun.has(line)
    this.#note(line, activity.violation(this.#time, isFirst ? limits : { ...limits, maxDuty: 1 }))
    if (isFirst) {
      this.#begun.set(line, undefined)
      activity.begin(this.#time)
    } else {
      if (limits.maxDuty < 1) this.#begun.set(line, activity.dutyViolation(this.#time, limits.maxDuty))
      activity.goOn(this.#time)
    }
  }

  #fall(line: CourseLine): void {
    this.#checkOn(line, this.#time)
    line.activity.goOff(this.#time)
  }

  #end(line: CourseLine, end: number): void {
    if (line.activity.active) this.#checkOn(line, end)
    this.#note(line, this.#begun.get(line))
  }

  #checkOn(line: CourseLine, end: number): void {
    const on = end - line.activity.since
    if (on > line.limits.maxOnNs) this.#note(line, { rule: 'maxOn', found: on / 1e6 })
  }

  #note({ bit }: CourseLine, time: Violation | undefined): void {
    if (time !== undefined) this.#violation ??= { bit, time }
  }

  /** As if so many rounds more had been followed, each like the last one. */
  #skip(rounds: number, onBefore: readonly number[]): void {
    if (rounds <= 0) return
    const ns = rounds * this.#roundNs
    for (const [index, { bit, activity }] of this.#lines.entries()) {
      // One that did not change in a whole round never will.
      if ((this.#changed & bit) === 0) continue
      activity.onBefore += rounds * (activity.onUntil(this.#time) - onBefore[index]!)
      activity.since += ns
      activity.activated += ns
      activity.steady += ns
    }
    this.#time += ns
  }
}

function indexOf(bits: number): number {
  return 31 - Math.clz32(bits & -bits)
}
