/** What a pulse counter is wired to: a source of pulses whose frequency may change over time. */

import type { PartSpec } from '../../drivers/driver.js'
import { PiWorkerError } from '../../src/errors.js'
import type { Clock, Timer } from '../../src/worker/clock.js'
import type { Random } from '../random.js'
import { type ScenarioValue, scenarioOf } from '../scenario.js'
import type { Part, PartContext, PartFactory } from './part.js'
import type { PartWire } from './part-wire.js'

interface PulseShape {
  /** Part of a period that the line is high. */
  readonly duty: number
  /** Part of a period that a pulse may be from its time, either way. */
  readonly jitter: number
}

/** A frequency that changes is followed in steps of this, in ns. */
const STEP_NS = 10e6
/** After so many steps without a pulse the part waits, so that a source at rest costs nothing. */
const STEPS = 100
/** Pulses of less than a microsecond are beyond every driver. */
const FASTEST_HZ = 500e3

/** Rises once whenever the sum of the frequency over time has grown by one; the first time after one period. */
export class PulseTrain implements Part {
  readonly #clock: Clock
  readonly #wire: PartWire
  readonly #now: () => number
  readonly #random: Random
  readonly #frequency: ScenarioValue
  readonly #shape: PulseShape
  #timer: Timer | undefined
  /** Up to where the frequency was summed up, in ns since the board was opened, and the part of a pulse that is left. */
  #at: number
  #left = 1
  #pulses = 0

  constructor(context: PartContext, wire: PartWire, frequency: ScenarioValue, shape: PulseShape) {
    const { clock, board } = context
    this.#clock = clock
    this.#wire = wire
    this.#now = () => board.now()
    this.#random = context.random
    this.#frequency = frequency
    this.#shape = shape
    this.#at = board.now()
    wire.drive('low')
    this.#plan()
  }

  /** How many pulses it has begun. */
  get pulses(): number {
    return this.#pulses
  }

  close(): void {
    this.#timer?.cancel()
  }

  #plan(): void {
    for (let step = 0; step < STEPS; step++) {
      const hertz = Math.min(FASTEST_HZ, Math.max(0, this.#frequency.at(this.#at + STEP_NS / 2)))
      const wait = hertz === 0 ? Number.POSITIVE_INFINITY : (this.#left * 1e9) / hertz
      if (wait <= STEP_NS) {
        this.#at += wait
        this.#left = 1
        this.#pulse(1e9 / hertz)
        return
      }
      this.#at += STEP_NS
      this.#left -= (hertz * STEP_NS) / 1e9
    }
    this.#wait(this.#at, () => this.#plan())
  }

  #pulse(periodNs: number): void {
    const { duty, jitter } = this.#shape
    const shift = jitter === 0 ? 0 : (2 * this.#random.float() - 1) * jitter * periodNs
    const rise = Math.round(this.#at + shift)
    // So short that it is over before the next one, however far that one is shifted.
    const high = Math.max(1, Math.round(periodNs * duty * (1 - 2 * jitter)))
    this.#wait(rise, () => {
      this.#pulses++
      this.#wire.drive('high')
      this.#wait(rise + high, () => {
        this.#wire.drive('low')
        this.#plan()
      })
    })
  }

  #wait(time: number, act: () => void): void {
    this.#timer = this.#clock.after(Math.max(0, time - this.#now()), act)
  }
}

/** A line that stays as it is: there is nothing to wait for, so a virtual clock may come to its end. */
const STILL: Part = { close: () => undefined }

/** @throws ERR_BAD_CONFIG */
export const counterPart: PartFactory = context => {
  const { spec, wire } = context
  const { frequency = 0 } = spec.simulate ?? {}
  const shape = { duty: numberOf(spec, 'duty', 0.5), jitter: numberOf(spec, 'jitter', 0) }
  if (!(shape.duty > 0 && shape.duty < 1)) throw bad(spec, 'duty', 'must be more than 0 and less than 1')
  if (!(shape.jitter >= 0 && shape.jitter <= 0.4)) throw bad(spec, 'jitter', 'must be 0 to 0.4')
  if (typeof frequency === 'number' && !(frequency >= 0 && frequency <= FASTEST_HZ)) {
    throw bad(spec, 'frequency', `must be 0 to ${FASTEST_HZ} Hz`)
  }
  const value = scenarioOf(frequency, `simulate.${spec.name}.frequency`)
  const line = wire('line')
  if (frequency !== 0) return new PulseTrain(context, line, value, shape)
  line.drive('low')
  return STILL
}

function numberOf(spec: PartSpec, key: string, otherwise: number): number {
  const value = spec.simulate?.[key] ?? otherwise
  return typeof value === 'number' ? value : Number.NaN
}

function bad(spec: PartSpec, key: string, must: string): PiWorkerError {
  const place = `simulate.${spec.name}.${key}`
  return new PiWorkerError('ERR_BAD_CONFIG', `${place} ${must}, not ${String(spec.simulate?.[key])}`, { place })
}
