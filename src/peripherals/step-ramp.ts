/**
 * When each step of a move is due: from a start speed up with constant acceleration, along at the highest speed, and
 * down again as it came. Pure.
 */

import { secondsTo, speedAfter, stepsBetween } from '../pulses/acceleration.js'

/** Speeds in steps/s, the acceleration in steps/s². */
export interface RampSpeeds {
  /** Speed that the motor takes from standing, and stops from. */
  readonly startSpeed: number
  /** Highest speed. */
  readonly speed: number
  readonly acceleration: number
}

export class StepRamp {
  /** How many steps the move has. */
  readonly steps: number
  readonly #start: number
  readonly #acceleration: number
  /** Steps until the highest speed is reached, which a short move never does. */
  readonly #rise: number
  readonly #peak: number
  readonly #riseSeconds: number
  readonly #seconds: number

  constructor(steps: number, { startSpeed, speed, acceleration }: RampSpeeds) {
    this.steps = steps
    this.#start = Math.min(startSpeed, speed)
    this.#acceleration = acceleration
    const way = Math.max(0, steps - 1)
    this.#rise = Math.min(stepsBetween(this.#start, speed, acceleration), way / 2)
    this.#peak = this.speedAfter(this.#rise)
    this.#riseSeconds = this.#secondsTo(this.#rise)
    this.#seconds = 2 * this.#riseSeconds + (way - 2 * this.#rise) / this.#peak
  }

  /** How long the whole move takes, in ns: to the end of the last step, which lasts as long as one at start speed. */
  get ns(): number {
    return this.steps === 0 ? 0 : this.#dueNs(this.steps)
  }

  /** How long step `index` (0 is the first) lasts until the next one, in whole ns; roundings do not add up. */
  lastsNs(index: number): number {
    return this.#dueNs(index + 1) - this.#dueNs(index)
  }

  /** Speed in steps/s between step `index` and the next one. */
  speedAt(index: number): number {
    return 1e9 / this.lastsNs(index)
  }

  /** Speed in steps/s after so many steps of acceleration from the start speed. */
  speedAfter(steps: number): number {
    return speedAfter(steps, this.#start, this.#acceleration)
  }

  #dueNs(index: number): number {
    const way = this.steps - 1
    if (index > way) return Math.round(this.#seconds * 1e9) + Math.round(1e9 / this.#start)
    if (index <= this.#rise) return Math.round(this.#secondsTo(index) * 1e9)
    if (index >= way - this.#rise) return Math.round((this.#seconds - this.#secondsTo(way - index)) * 1e9)
    return Math.round((this.#riseSeconds + (index - this.#rise) / this.#peak) * 1e9)
  }

  #secondsTo(steps: number): number {
    return secondsTo(steps, this.#start, this.#acceleration)
  }
}

/** How long each of the steps lasts, in ns, in which a motor comes from `speed` to a stop. None when it may stop at once. */
export function brakingNs(speed: number, { startSpeed, acceleration }: RampSpeeds): number[] {
  if (speed <= startSpeed) return []
  const steps = Math.floor(stepsBetween(startSpeed, speed, acceleration))
  const seconds = (left: number): number => secondsTo(left, startSpeed, acceleration)
  return Array.from({ length: steps }, (_, index) => {
    return Math.round((seconds(steps - index) - seconds(steps - index - 1)) * 1e9)
  })
}
