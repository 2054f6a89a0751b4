/**
 * Reads the steps of a motor off its wires, as the driver chip or the rotor does, and notes what they may not do.
 * Nothing here is shared with the peripheral: a decoder with the same tables would prove nothing.
 */

import type { PartContext } from './part.js'
import type { PartWire } from './part-wire.js'

/** Something on the wires that the datasheet forbids. */
export interface Violation {
  /** In ns since the board was opened. */
  readonly time: number
  readonly what: string
}

export interface StepDecoder {
  /** Steps that had no current to turn the motor. */
  readonly missed: number
  readonly violations: readonly Violation[]
  readonly holds: boolean
  close(): void
}

/** A step was made, up (1) or down (-1). */
export type Turned = (steps: number, time: number) => void

const MOST_VIOLATIONS = 1000
/** A4988 datasheet, "Timing": step high and low at least 1 us, direction 200 ns before and after the step's edge. */
const SHORTEST_STEP_NS = 1000
const SETUP_NS = 200
const HOLD_NS = 200

class Violations {
  readonly list: Violation[] = []

  add(time: number, what: string): void {
    if (this.list.length < MOST_VIOLATIONS) this.list.push({ time, what })
  }
}

/** The step and direction inputs of a driver chip. */
export class PulseDecoder implements StepDecoder {
  readonly #violations = new Violations()
  readonly #stops: (() => void)[]
  readonly #enable: PartWire | undefined
  readonly #enableLevel: 'low' | 'high'
  #missed = 0
  #rose = Number.NEGATIVE_INFINITY
  #fell = Number.NEGATIVE_INFINITY
  #turned = Number.NEGATIVE_INFINITY

  constructor({ wire }: PartContext, wiring: Readonly<Record<string, unknown>>, _now: () => number, turned: Turned) {
    const step = wire('wiring.step')
    const direction = wire('wiring.direction')
    this.#enable = wiring.enable === undefined ? undefined : wire('wiring.enable')
    this.#enableLevel = wiring.enableActiveLow === false ? 'high' : 'low'
    this.#stops = [
      step.onLevel((level, time) => {
        if (level === 'low') this.#stepFell(time)
        else this.#stepRose(time, direction.level === 'high' ? 1 : -1, turned)
      }),
      direction.onLevel((_level, time) => {
        if (time - this.#rose < HOLD_NS) this.#violations.add(time, 'the direction changed within 200 ns after a step')
        this.#turned = time
      }),
    ]
  }

  get missed(): number {
    return this.#missed
  }

  get violations(): readonly Violation[] {
    return this.#violations.list
  }

  get holds(): boolean {
    return this.#enable === undefined || this.#enable.level === this.#enableLevel
  }

  close(): void {
    for (const stop of this.#stops) stop()
  }

  #stepRose(time: number, steps: number, turned: Turned): void {
    if (time - this.#fell < SHORTEST_STEP_NS) this.#violations.add(time, 'the step input was low for less than 1 us')
    if (time - this.#turned < SETUP_NS) this.#violations.add(time, 'a step came within 200 ns of the direction')
    this.#rose = time
    if (this.holds) turned(steps, time)
    else this.#missed++
  }

  #stepFell(time: number): void {
    if (time - this.#rose < SHORTEST_STEP_NS) this.#violations.add(time, 'the step input was high for less than 1 us')
    this.#fell = time
  }
}

const NO_PLACE = Number.NaN

/**
 * The four phases of a unipolar motor. The rotor of a pole pair stands at one of eight places in a circle: at a coil
 * when that one is on, between two neighbours when both are. Anything else does not hold it at one place.
 */
export class PhaseDecoder implements StepDecoder {
  readonly missed = 0
  readonly #violations = new Violations()
  readonly #coils: readonly PartWire[]
  readonly #stops: readonly (() => void)[]
  /** Half steps in one step of the pattern. */
  readonly #unit: number
  readonly #turned: Turned
  /** 0 to 7, or NaN before the first current. */
  #place = NO_PLACE
  /** Half steps that are not a whole step yet. */
  #part = 0

  constructor({ wire }: PartContext, wiring: Readonly<Record<string, unknown>>, now: () => number, turned: Turned) {
    this.#coils = [0, 1, 2, 3].map(coil => wire(`wiring.coils.${coil}`))
    this.#unit = wiring.pattern === 'half' ? 1 : 2
    this.#turned = turned
    this.#stops = this.#coils.map(coil => coil.onLevel((_level, time) => this.#look(time)))
    this.#look(now())
  }

  get violations(): readonly Violation[] {
    return this.#violations.list
  }

  get holds(): boolean {
    return this.#coils.some(coil => coil.level === 'high')
  }

  close(): void {
    for (const stop of this.#stops) stop()
  }

  #look(time: number): void {
    const on = this.#coils.flatMap((coil, index) => (coil.level === 'high' ? [index] : []))
    if (on.length === 0) return
    const place = placeOf(on)
    if (Number.isNaN(place)) {
      this.#violations.add(time, `coils ${on.map(coil => coil + 1).join(', ')} are on together`)
      return
    }
    const before = this.#place
    this.#place = place
    if (Number.isNaN(before) || place === before) return
    const turned = ((place - before + 12) % 8) - 4
    if (turned === -4) {
      this.#violations.add(time, 'the field was turned half round: the rotor may go either way')
      return
    }
    this.#part += turned
    if (Math.abs(this.#part) < this.#unit) return
    const steps = Math.trunc(this.#part / this.#unit)
    this.#part -= steps * this.#unit
    this.#turned(steps, time)
  }
}

/** Where coils pull the rotor, in half steps; NaN when they do not agree. */
function placeOf(on: readonly number[]): number {
  const [first = 0, second] = on
  if (second === undefined) return 2 * first
  if (on.length > 2) return NO_PLACE
  if (second - first === 1) return 2 * first + 1
  return first === 0 && second === 3 ? 7 : NO_PLACE
}
