/** What turns a stepper by one step: the step input of a driver chip, or the four phases of the motor itself. */

import { type Static, Type } from 'typebox'
import type { LineHandle, PulseStep } from '../../drivers/driver.js'
import type { BenchBoard } from '../bench/lease.js'
import { Default, DurationSchema, Line, OneOf, type Parsed } from '../bench/schema.js'
import { PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import { toNs } from '../worker/duration.js'

/** 1 turns forward, which counts up. */
export type Turn = 1 | -1

/**
 * Times of a driver chip. The defaults suit the A4988 (datasheet, "Timing": step high and low 1 us, direction 200 ns
 * before the step; 1 ms from sleep to the first step) and, with five times as much, the usual modules with optocouplers.
 */
const StepDirection = Type.Object({
  step: Line({ description: 'Step input: each rising edge is a step.' }),
  direction: Line({ description: 'Direction input: high is forward.' }),
  enable: Type.Optional(Line({ description: 'Enable input; without it the driver is always on.' })),
  enableActiveLow: Default(Type.Boolean({ description: 'The driver is on while enable is low: as the A4988.' }), true),
  stepPulse: Default(DurationSchema({ description: 'How long the step input is high.', exclusiveMinimum: 0 }), '5us'),
  directionSetup: Default(DurationSchema({ description: 'From a change of direction to the next step.' }), '5us'),
  wake: Default(DurationSchema({ description: 'From enable to the first step.' }), '2ms'),
})

const FourPhases = Type.Object({
  coils: Type.Tuple([Line(), Line(), Line(), Line()], {
    description: 'The four phases in their order: IN1 to IN4 of a ULN2003 board with a 28BYJ-48.',
  }),
  pattern: Default(
    OneOf(['half', 'full', 'wave'], {
      description:
        'half: eight half steps; full: two phases on, the most torque; wave: one phase on, the least current.',
    }),
    'half',
  ),
})

/** How a stepper is wired. */
export const Wiring = Type.Union([StepDirection, FourPhases], {
  description: 'step and direction of a driver chip (A4988, DRV8825, TMC), or the four coils of a unipolar motor.',
})
/** As checked. */
export type Wiring = Parsed<typeof Wiring>
export type WrittenWiring = Static<typeof Wiring>

/** Coils that are on, bit n for coil n, step by step. */
const PATTERNS: Readonly<Record<'half' | 'full' | 'wave', readonly number[]>> = {
  half: [0b0001, 0b0011, 0b0010, 0b0110, 0b0100, 0b1100, 0b1000, 0b1001],
  full: [0b0011, 0b0110, 0b1100, 0b1001],
  wave: [0b0001, 0b0010, 0b0100, 0b1000],
}
/** From the first current in a coil that was off until the rotor stands where it pulls it. */
export const SETTLE_NS = 20e6

export interface StepDrive {
  /** The lines that steps are played on. */
  readonly handle: LineHandle
  /** The shortest that a step can last, in ns. */
  readonly shortestNs: number
  /** Whether the motor has current; undefined when that cannot be known: a driver chip without an enable line. */
  readonly holds: boolean | undefined
  /** Gives the motor current, and makes everything ready for steps in that direction. */
  prepare(turn: Turn, task: TaskContext): Promise<void>
  /** What plays the next steps, each of which lasts so many ns. When it has been played to its end, call `stepped`. */
  pulses(turn: Turn, ns: readonly number[]): readonly PulseStep[]
  /** So many steps have been played. */
  stepped(turn: Turn, steps: number): void
  /** Ends a step pulse that was cut off. */
  rest(): void
  /** Takes the current off the motor. False when it cannot: a driver chip without an enable line. */
  release(): boolean
}

/** @throws what requesting lines throws */
export async function openDrive(board: BenchBoard, wiring: Wiring, invert: boolean): Promise<StepDrive> {
  return 'coils' in wiring ? await PhaseDrive.open(board, wiring, invert) : await PulseDrive.open(board, wiring, invert)
}

/** The shortest that a step can last, in ns; the pulse of a driver chip is as long low as high. */
export function shortestStepNs(wiring: Wiring, shortestPulseNs: number): number {
  return 'coils' in wiring ? shortestPulseNs : 2 * pulseNs(wiring, shortestPulseNs)
}

function pulseNs({ stepPulse }: { readonly stepPulse: number }, shortestPulseNs: number): number {
  return Math.max(toNs(stepPulse), shortestPulseNs)
}

/** Steps of the 28BYJ-48 (32 full steps, gear of 64) and of the usual motor on a driver chip without microsteps. */
export function usualStepsPerTurn(
  wiring: { readonly coils: unknown; readonly pattern: 'half' | 'full' | 'wave' } | { readonly directionSetup: number },
): number {
  if (!('coils' in wiring)) return 200
  return wiring.pattern === 'half' ? 4096 : 2048
}

const STEP = 0b01
const DIRECTION = 0b10

class PulseDrive implements StepDrive {
  readonly handle: LineHandle
  readonly #enable: LineHandle | undefined
  readonly #pulseNs: number
  readonly #setupNs: number
  readonly #wakeNs: number
  /** The turn for which the direction input is high. */
  readonly #forward: Turn
  #turn: Turn | undefined

  static async open(board: BenchBoard, wiring: Parsed<typeof StepDirection>, invert: boolean): Promise<PulseDrive> {
    const { step, direction, enable, enableActiveLow } = wiring
    const handle = await board.request({ lines: [step, direction], settings: { direction: 'output', initial: 0 } })
    const settings = { direction: 'output', activeLow: enableActiveLow, initial: 0 } as const
    const enabled = enable === undefined ? undefined : await board.request({ lines: [enable], settings })
    return new PulseDrive(handle, enabled, wiring, board.capabilities.shortestPulseNs, invert)
  }

  private constructor(
    handle: LineHandle,
    enable: LineHandle | undefined,
    { stepPulse, directionSetup, wake }: Parsed<typeof StepDirection>,
    shortestPulseNs: number,
    invert: boolean,
  ) {
    this.#forward = invert ? -1 : 1
    this.handle = handle
    this.#enable = enable
    this.#pulseNs = pulseNs({ stepPulse }, shortestPulseNs)
    this.#setupNs = toNs(directionSetup)
    this.#wakeNs = toNs(wake)
  }

  /** As long low as high. */
  get shortestNs(): number {
    return 2 * this.#pulseNs
  }

  get holds(): boolean | undefined {
    return this.#enable === undefined ? undefined : this.#enable.get() === 1
  }

  async prepare(turn: Turn, task: TaskContext): Promise<void> {
    if (this.holds === false) {
      this.#enable?.set(1)
      await task.until(task.clock.now() + this.#wakeNs)
    }
    if (this.#turn === turn) return
    this.handle.set(turn === this.#forward ? DIRECTION : 0, DIRECTION)
    this.#turn = turn
    await task.until(task.clock.now() + this.#setupNs)
  }

  pulses(_turn: Turn, ns: readonly number[]): readonly PulseStep[] {
    return ns.flatMap(lasts => [
      { values: STEP, mask: STEP, ns: this.#pulseNs },
      { values: 0, mask: STEP, ns: lasts - this.#pulseNs },
    ])
  }

  stepped(): void {}

  rest(): void {
    this.handle.set(0, STEP)
  }

  release(): boolean {
    this.#enable?.set(0)
    return this.#enable !== undefined
  }
}

class PhaseDrive implements StepDrive {
  readonly handle: LineHandle
  readonly #pattern: readonly number[]
  readonly shortestNs: number
  /** Index in the pattern: where the rotor is pulled to, or was before the current was taken off. */
  #phase: number

  static async open(
    board: BenchBoard,
    { coils, pattern }: Parsed<typeof FourPhases>,
    invert: boolean,
  ): Promise<PhaseDrive> {
    // No initial value: lines that are held already keep theirs, and so the rotor stays where it is.
    const handle = await board.request({ lines: [...coils], settings: { direction: 'output' } })
    const order = PATTERNS[pattern]
    return new PhaseDrive(handle, invert ? order.toReversed() : order, board.capabilities.shortestPulseNs)
  }

  private constructor(handle: LineHandle, pattern: readonly number[], shortestPulseNs: number) {
    this.handle = handle
    this.#pattern = pattern
    this.shortestNs = shortestPulseNs
    this.#phase = Math.max(0, pattern.indexOf(handle.get()))
  }

  get holds(): boolean {
    return this.handle.get() !== 0
  }

  async prepare(_turn: Turn, task: TaskContext): Promise<void> {
    if (this.holds) return
    this.handle.set(this.#pattern[this.#phase] as number)
    await task.until(task.clock.now() + SETTLE_NS)
  }

  pulses(turn: Turn, ns: readonly number[]): readonly PulseStep[] {
    return ns.map((lasts, index) => ({
      values: this.#pattern[this.#phaseAfter(turn * (index + 1))] as number,
      ns: lasts,
    }))
  }

  stepped(turn: Turn, steps: number): void {
    this.#phase = this.#phaseAfter(turn * steps)
  }

  /** Between two steps a coil pattern is as good as any. */
  rest(): void {}

  release(): boolean {
    this.handle.set(0)
    return true
  }

  #phaseAfter(steps: number): number {
    const { length } = this.#pattern
    return (((this.#phase + steps) % length) + length) % length
  }
}

/** @throws ERR_BAD_CONFIG when steps would be shorter than the drive can make them */
export function checkSpeed(name: string, shortestNs: number, maxSpeed: number): void {
  const fastest = 1e9 / shortestNs
  if (maxSpeed <= fastest) return
  throw new PiWorkerError('ERR_BAD_CONFIG', `${name}: ${maxSpeed} steps/s is too fast: it can make ${fastest}`, {
    place: name,
    remedy: 'Lower maxSpeed, shorten stepPulse, or use a driver with shorter pulses (pigpio).',
    details: { maxSpeed, fastest },
  })
}
