/** How long the actions of a stepper take, by its ramp, and where they leave it. */

import { AT_ONCE, type Takes, type TakesContext } from '../bench/takes.js'
import { toMs } from '../worker/duration.js'
import { SETTLE_NS, usualStepsPerTurn } from './step-drive.js'
import { type RampSpeeds, StepRamp } from './step-ramp.js'

interface StepperConfig {
  readonly wiring: PlannedWiring
  readonly stepsPerTurn?: number | undefined
  readonly maxSpeed: number
  readonly acceleration: number
  readonly startSpeed: number
  readonly limit?: { readonly backOff: number } | undefined
  readonly min?: number | undefined
  readonly max?: number | undefined
}

/** As checked, with lines that may still be names. */
type PlannedWiring =
  | { readonly coils: unknown; readonly pattern: 'half' | 'full' | 'wave' }
  | { readonly enable?: unknown; readonly directionSetup: number; readonly wake: number }

type MoveInput = ({ readonly steps: number } | { readonly to: number } | { readonly turns: number }) & {
  readonly speed?: number | undefined
}

/** The motor stands at 0 when the bench has been opened. */
export function takesMove(config: StepperConfig, input: MoveInput, { notes }: TakesContext): Takes | undefined {
  const { position = 0 } = notes
  const by = 'to' in input ? input.to - position : 'turns' in input ? stepsOf(config, input.turns) : input.steps
  notes.position = 'to' in input ? input.to : position + by
  if (Number.isNaN(by)) return takesAnyMove(config, input.speed)
  if (by === 0) return AT_ONCE
  const ms = prepare(config, by > 0 ? 1 : -1, notes) + rampMs(config, Math.abs(by), input.speed)
  return { ms, exact: notes.roughly === undefined }
}

interface HomeInput {
  readonly direction: 'backward' | 'forward'
  readonly speed?: number | undefined
  readonly slow?: number | undefined
  readonly most?: number | undefined
}

/**
 * How far the switch is, nobody knows. At the least it is a step away; at the most it is pressed at first, and then as
 * far as it may be. (See stepper-home.ts for the five moves.)
 */
export function takesHome(config: StepperConfig, input: HomeInput, { notes }: TakesContext): Takes {
  const { direction, speed = config.maxSpeed / 2, slow = speed / 10, most = 20 * stepsOf(config, 1) } = input
  const backOff = config.limit?.backOff ?? 0
  const overshoot = Math.ceil(speed ** 2 / (2 * config.acceleration)) + 1
  const away = rampMs(config, backOff, speed)
  const least = 2 * away + rampMs(config, backOff, slow) + rampMs(config, 1, speed)
  const farthest = 2 * rampMs(config, most, speed) + 3 * (away + rampMs(config, overshoot, speed))
  notes.held = 1
  // Some steps more, until the switch is free.
  notes.position = (direction === 'forward' ? -1 : 1) * backOff
  notes.roughly = 1
  return { ms: least, exact: false, most: farthest + rampMs(config, 2 * backOff + overshoot, slow) }
}

export function takesZero({ notes }: TakesContext): Takes {
  notes.position = 0
  delete notes.roughly
  return AT_ONCE
}

export function takesStepperRelease({ notes }: TakesContext): Takes {
  notes.held = 0
  return AT_ONCE
}

function takesAnyMove(config: StepperConfig, speed: number | undefined): Takes | undefined {
  const { min, max } = config
  return min === undefined || max === undefined
    ? undefined
    : { ms: 0, exact: false, most: rampMs(config, max - min, speed) }
}

/** Until the first step may be made: the current has to come, and the direction to be known. */
function prepare({ wiring }: StepperConfig, turn: 1 | -1, notes: Record<string, number>): number {
  const isHeld = notes.held === 1
  const isSame = notes.turn === turn
  notes.held = 1
  notes.turn = turn
  if ('coils' in wiring) return isHeld ? 0 : toMs(SETTLE_NS)
  return (wiring.enable === undefined || isHeld ? 0 : wiring.wake) + (isSame ? 0 : wiring.directionSetup)
}

function rampMs({ startSpeed, maxSpeed, acceleration }: StepperConfig, steps: number, speed = maxSpeed): number {
  const speeds: RampSpeeds = { startSpeed: Math.min(startSpeed, maxSpeed), speed, acceleration }
  return toMs(new StepRamp(Math.max(0, steps), speeds).ns)
}

function stepsOf({ stepsPerTurn, wiring }: StepperConfig, turns: number): number {
  return Math.round(turns * (stepsPerTurn ?? usualStepsPerTurn(wiring)))
}
