/** One play on a handle with guarded lines: what it will do is known before it begins, and what it did when it is over. */

import type { PulseSequence } from '../../../drivers/driver.js'
import { durationOf } from '../../../drivers/play.js'
import type { GuardedLine } from './guarded-line.js'
import { limitError, neverError } from './messages.js'
import { type ApartLines, type Course, followPlay } from './play-course.js'

const ALL_BITS = -1

export class GuardedPlay {
  /** Bits of the lines that it sets. */
  readonly touched: number
  /** Bits of those that are on at some time of it. */
  readonly used: number
  /** Bits of those that had PWM, and are off when it begins. */
  readonly ended: number
  readonly #sequence: PulseSequence
  readonly #lines: readonly GuardedLine[]
  readonly #flip: number
  readonly #controller = new AbortController()
  /** When it was checked. */
  readonly #checked: number
  #began: number | undefined

  /**
   * Checks it as if it began now.
   * @param lines All guarded lines of the handle.
   * @param swinging Bits of those that have PWM: it ends when they are played on.
   * @throws ERR_LIMIT, ERR_INTERLOCK
   */
  constructor(sequence: PulseSequence, lines: readonly GuardedLine[], flip: number, swinging: number, now: number) {
    this.#sequence = sequence
    this.#lines = lines
    this.#flip = flip
    this.#checked = now
    this.touched = sequence.steps.reduce((bits, { mask = ALL_BITS }) => bits | mask, 0)
    this.ended = swinging & this.touched
    this.used = this.#check(now, this.ended).used & this.touched
    for (const line of this.usedLines) for (const condition of line.conditions) condition.check()
  }

  get usedLines(): readonly GuardedLine[] {
    return this.#lines.filter(({ bit }) => (this.used & bit) !== 0)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** When it begins, in ns of the clock. */
  began(time: number): void {
    this.#began = time
    try {
      // If it had to wait, a line that is on was on for longer.
      if (time > this.#checked && this.usedLines.some(({ activity }) => activity.active)) this.#check(time)
    } catch (error) {
      this.abort(error)
      return
    }
    for (const line of this.usedLines) line.playing(time + durationOf(this.#sequence))
  }

  /** The driver has stopped when this returns. */
  abort(reason: unknown): void {
    this.#controller.abort(reason)
  }

  /**
   * It is over: all of it has been played, or what was due until now. The lines know then what they did.
   * @param active Bits of the lines that are really on now.
   */
  over(now: number, complete: boolean, active: number): void {
    const begins = this.#began ?? (complete ? now - durationOf(this.#sequence) : undefined)
    const ends = complete ? undefined : now
    const end = begins === undefined ? now : this.#follow(begins, ends, line => line.activity).end
    for (const line of this.usedLines) {
      const { activity } = line
      const isOn = (active & line.bit) !== 0
      if (isOn && !activity.active) activity.goOn(now)
      else if (!isOn && activity.active) activity.goOff(now)
      else if (!isOn && begins !== undefined) {
        // It came to its end later than it should have: so did all that counts from there.
        activity.since += now - end
        activity.activated += now - end
      }
      line.played()
    }
  }

  /** @param off Bits of the lines that go off before. */
  #check(begins: number, off = 0): Course {
    const course = this.#follow(begins, undefined, ({ activity, bit }) => {
      const copy = activity.copy()
      if ((off & bit) !== 0) copy.goOff(begins)
      return copy
    })
    const { violation } = course
    if (violation === undefined) return course
    const line = this.#at(violation.bit)
    if ('time' in violation) throw limitError(line, line.limits, violation.time, 'be played so')
    throw neverError(line, this.#at(violation.other), 'would be on at the same time, or change over in one step')
  }

  #follow(
    begins: number,
    ends: number | undefined,
    activityOf: (line: GuardedLine) => GuardedLine['activity'],
  ): Course {
    const lines = this.#lines.map(line => ({ bit: line.bit, limits: line.limits, activity: activityOf(line) }))
    const apart = apartIn(this.#lines)
    return followPlay({ sequence: this.#sequence, lines, flip: this.#flip, begins, ends, apart })
  }

  #at(bits: number): GuardedLine {
    return this.#lines.find(({ bit }) => (bits & bit) !== 0) as GuardedLine
  }
}

/** For each line that has any: itself, and those of the same handle that are off while it is on. */
function apartIn(lines: readonly GuardedLine[]): ApartLines {
  return lines.flatMap(line => {
    const others = line.apart.filter(other => other.handle === line.handle)
    return others.length === 0 ? [] : [[line.bit, others.reduce((bits, { bit }) => bits | bit, 0)]]
  })
}
