/**
 * What a stepper is wired to: a motor that turns by what is on its wires, and knows by itself where it stands; a limit
 * switch at one end of its way.
 */

import { PiWorkerError } from '../../src/errors.js'
import type { Part, PartContext, PartFactory } from './part.js'
import type { PartWire } from './part-wire.js'
import { PhaseDecoder, PulseDecoder, type StepDecoder, type Violation } from './stepper-decoders.js'

/** What `simulate` may say of a stepper; places are in steps, as the part counts them. */
export interface StepperSimulation {
  /** Where it stands at the start. Default 0. */
  readonly position?: number | undefined
  /** Where the limit switch begins to be pressed. Default: 100 steps below the start, or above it. */
  readonly limitAt?: number | undefined
  /** On which side of that place it is pressed. Default `below`. */
  readonly limitSide?: 'below' | 'above' | undefined
  /** Faster steps (steps/s) are missed: the rotor does not follow. Default: it follows everything. */
  readonly maxSpeed?: number | undefined
}

/** A direction input that is high, or coils in their order, turn it upwards. */
export class StepperMotor implements Part {
  readonly #limit: LimitPart | undefined
  readonly #decoder: StepDecoder
  readonly #shortestNs: number
  #position: number
  #last = Number.NEGATIVE_INFINITY
  #missed = 0

  constructor(context: PartContext) {
    const { spec, board } = context
    const { position = 0, maxSpeed } = (spec.simulate ?? {}) as StepperSimulation
    this.#position = position
    this.#shortestNs = maxSpeed === undefined ? 0 : 1e9 / maxSpeed
    this.#limit = limitOf(context, position)
    const turned = (steps: number, time: number): void => this.#turn(steps, time)
    const now = (): number => board.now()
    const wiring = spec.config.wiring as Readonly<Record<string, unknown>>
    this.#decoder =
      wiring.coils === undefined
        ? new PulseDecoder(context, wiring, now, turned)
        : new PhaseDecoder(context, wiring, now, turned)
    this.#limit?.follow(position)
  }

  /** Where the rotor stands, in steps. */
  get position(): number {
    return this.#position
  }

  /** Steps that came too fast, or without current in the motor, so that the rotor did not follow. */
  get missed(): number {
    return this.#missed + this.#decoder.missed
  }

  /** What the wires did that the datasheet forbids; the first 1000. */
  get violations(): readonly Violation[] {
    return this.#decoder.violations
  }

  /** Whether there is current in the motor. */
  get holds(): boolean {
    return this.#decoder.holds
  }

  close(): void {
    this.#decoder.close()
  }

  #turn(steps: number, time: number): void {
    // A hair of tolerance: times are whole ns, and a speed need not be.
    const tooFast = time - this.#last < this.#shortestNs - 1
    this.#last = time
    if (tooFast) {
      this.#missed++
      return
    }
    this.#position += steps
    this.#limit?.follow(this.#position)
  }
}

/** A switch that is pressed on one side of a place. */
class LimitPart {
  readonly #wire: PartWire
  readonly #at: number
  readonly #below: boolean
  readonly #activeLow: boolean

  constructor(wire: PartWire, at: number, below: boolean, activeLow: boolean) {
    this.#wire = wire
    this.#at = at
    this.#below = below
    this.#activeLow = activeLow
  }

  /** Pressed it closes to its active level; free, a resistor takes the line to the other. */
  follow(position: number): void {
    const pressed = this.#below ? position <= this.#at : position >= this.#at
    if (this.#activeLow) this.#wire.drive(pressed ? 'low' : 'pull-up')
    else this.#wire.drive(pressed ? 'high' : 'pull-down')
  }
}

const USUAL_WAY = 100

function limitOf({ spec, wire }: PartContext, position: number): LimitPart | undefined {
  const limit = spec.config.limit as { readonly activeLow?: boolean } | undefined
  const { limitAt, limitSide = 'below' } = (spec.simulate ?? {}) as StepperSimulation
  if (limit === undefined) {
    if (limitAt === undefined) return undefined
    throw new PiWorkerError(
      'ERR_BAD_CONFIG',
      `${spec.name} is to have a limit switch at ${limitAt}, but has no line for it`,
      {
        place: `simulate.${spec.name}`,
        remedy: 'Give the peripheral a "limit" with the line of its switch, or leave out limitAt.',
      },
    )
  }
  const below = limitSide === 'below'
  const at = limitAt ?? position + (below ? -USUAL_WAY : USUAL_WAY)
  return new LimitPart(wire('limit.line'), at, below, limit.activeLow === true)
}

export const stepperPart: PartFactory = context => new StepperMotor(context)
