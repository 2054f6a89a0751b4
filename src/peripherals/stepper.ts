/** A stepper motor: on a driver chip with step and direction, or on its four phases. */

import { type Static, Type } from 'typebox'
import { definePeripheral } from '../bench/definition.js'
import { Default, OneOf } from '../bench/schema.js'
import { AT_ONCE } from '../bench/takes.js'
import { PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import { Limit, type LimitSwitch, openLimit } from './limit-switch.js'
import { checkSpeed, openDrive, shortestStepNs, type Turn, usualStepsPerTurn, Wiring } from './step-drive.js'
import { type Axis, checkFree, travel } from './step-motion.js'
import { home } from './stepper-home.js'
import { stepperOutputs } from './stepper-outputs.js'
import {
  boundOf,
  CANNOT_RELEASE,
  NO_LIMIT,
  type PositionRange,
  refuseBraking,
  refuseRange,
  refuseSpeed,
  refuseTarget,
} from './stepper-refusals.js'
import { takesHome, takesMove, takesStepperRelease, takesZero } from './stepper-takes.js'

interface StepperDevice {
  readonly axis: Axis
  readonly stepsPerTurn: number
  readonly range: PositionRange
  readonly safe: 'hold' | 'release'
}

const Steps = (description: string) => Type.Integer({ description, unit: 'steps' })
const Speed = (description: string) => Type.Number({ exclusiveMinimum: 0, description, unit: 'steps/s' })
const Ms = (description: string) => Type.Number({ description, unit: 'ms' })
const OwnSpeed = Type.Optional(Speed('Highest speed of this move. Default: maxSpeed.'))
const Place = {
  position: Steps('Where it is; forward counts up.'),
  turns: Type.Number({ description: 'The same in turns.', unit: 'turns' }),
  known: Type.Boolean({ description: 'Whether the position counts from a known place: after home or zero.' }),
}

export const stepper = definePeripheral({
  type: 'stepper',
  part: 'stepper',
  title: 'Stepper motor',
  description: 'A stepper on a driver chip (step and direction) or on its four phases. It knows its position.',
  config: Type.Object({
    wiring: Wiring,
    invert: Default(Type.Boolean({ description: 'Forward is the other way round.' }), false),
    stepsPerTurn: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Steps of one turn, microsteps included. Default: 200 on a driver chip; 4096 (half) or 2048 on four phases.',
        unit: 'steps',
      }),
    ),
    maxSpeed: Default(Speed('Highest speed.'), 500),
    acceleration: Default(
      Type.Number({ exclusiveMinimum: 0, description: 'Of every move, up and down.', unit: 'steps/s²' }),
      1000,
    ),
    startSpeed: Default(Speed('Speed that the motor takes from standing, and stops from.'), 100),
    limit: Type.Optional(Limit),
    min: Type.Optional(Steps('Least position that it may go to.')),
    max: Type.Optional(Steps('Greatest position that it may go to.')),
    safe: Default(
      OneOf(['hold', 'release'], {
        description:
          'The safe state, after every move has ended: hold keeps the current as it is, so that no load falls and no ' +
          'step is lost; release takes it off.',
      }),
      'hold',
    ),
  }),
  check: config => refuseRange(config) ?? refuseBraking(config),
  simulate: Type.Object({
    position: Type.Optional(Steps('Where the motor stands at the start, as the part counts.')),
    limitAt: Type.Optional(Steps('Where the limit switch begins to be pressed, as the part counts.')),
    limitSide: Type.Optional(
      OneOf(['below', 'above'], { description: 'On which side it is pressed. Default: below.' }),
    ),
    maxSpeed: Type.Optional(Speed('Faster steps are missed.')),
  }),
  outputs: ({ wiring, safe }) => stepperOutputs(wiring, safe),
  open: async ({ name, config, board }): Promise<StepperDevice> => {
    const { wiring, invert, maxSpeed, acceleration, startSpeed, limit, safe } = config
    checkSpeed(name, shortestStepNs(wiring, board.capabilities.shortestPulseNs), maxSpeed)
    const opened = await openDrive(board, wiring, invert)
    const speeds = { startSpeed: Math.min(startSpeed, maxSpeed), speed: maxSpeed, acceleration }
    const axis: Axis = {
      name,
      drive: opened,
      limit: limit === undefined ? undefined : await openLimit(board, limit),
      speeds,
      position: 0,
      known: false,
    }
    return { axis, stepsPerTurn: config.stepsPerTurn ?? usualStepsPerTurn(wiring), range: config, safe }
  },
  actions: {
    move: {
      title: 'Move by steps or turns, or to a position',
      effect: 'pulse',
      input: Type.Union([
        Type.Object({ steps: Steps('How many steps; below 0 is backward.'), speed: OwnSpeed }),
        Type.Object({ to: Steps('Position to go to.'), speed: OwnSpeed }),
        Type.Object({
          turns: Type.Number({
            description: 'How many turns, to the nearest step; below 0 is backward.',
            unit: 'turns',
          }),
          speed: OwnSpeed,
        }),
      ]),
      output: Type.Object({
        ...Place,
        steps: Steps('Steps that were made, without a sign.'),
        requested: Ms('How long the move was to take.'),
        took: Ms('How long it took.'),
        latest: Type.Union([Ms('The most that a step came after its time.'), Type.Null()], {
          description: 'null when only the hardware knows.',
        }),
      }),
      check: (config, input) =>
        refuseSpeed(config, 'speed', input.speed) ?? ('to' in input ? refuseTarget(config, input.to) : undefined),
      takes: (config, input, context) => takesMove(config, input, context),
      run: (device, input, task) => move(device, input, task),
    },
    home: {
      title: 'Find the limit switch, and count from there',
      description:
        'Towards the switch fast, off, towards it slowly, and off again. Position 0 is where the slow approach pressed it.',
      effect: 'pulse',
      input: Type.Object({
        direction: Default(OneOf(['backward', 'forward'], { description: 'Where the switch is.' }), 'backward'),
        speed: Type.Optional(Speed('Of the fast approach. Default: half of maxSpeed.')),
        slow: Type.Optional(Speed('Of the slow approach. Default: a tenth of the fast one.')),
        most: Type.Optional(
          Type.Integer({
            minimum: 1,
            description: 'It must come within so many steps. Default: 20 turns.',
            unit: 'steps',
          }),
        ),
      }),
      output: Type.Object({ ...Place, steps: Steps('Steps of the fast approach.') }),
      check: (config, { speed, slow }) =>
        config.limit === undefined
          ? NO_LIMIT
          : (refuseSpeed(config, 'speed', speed) ?? refuseSpeed(config, 'slow', slow)),
      takes: (config, input, context) => takesHome(config, input, context),
      run: async (device, { direction, most, ...wanted }, task) => {
        const { axis, stepsPerTurn } = device
        const speed = wanted.speed ?? axis.speeds.speed / 2
        const slow = wanted.slow ?? speed / 10
        const turn = direction === 'forward' ? 1 : -1
        const limit = axis.limit as LimitSwitch
        const steps = await home(axis, { limit, turn, speed, slow, most: most ?? 20 * stepsPerTurn }, task)
        return { ...placeOf(device), steps }
      },
    },
    position: {
      title: 'Where it is',
      effect: 'read',
      output: Type.Object({
        ...Place,
        holds: Type.Union([Type.Boolean(), Type.Null()], {
          description: 'Whether the motor has current; null for a driver chip without an enable line.',
        }),
        limit: Type.Union([Type.Boolean(), Type.Null()], {
          description: 'Whether the limit switch is pressed; null without one.',
        }),
      }),
      takes: () => AT_ONCE,
      run: device => ({
        ...placeOf(device),
        holds: device.axis.drive.holds ?? null,
        limit: device.axis.limit?.pressed ?? null,
      }),
    },
    zero: {
      title: 'Call this position zero',
      effect: 'idempotent',
      output: Type.Object(Place),
      takes: (_config, _input, context) => takesZero(context),
      run: device => {
        device.axis.position = 0
        device.axis.known = true
        return placeOf(device)
      },
    },
    release: {
      title: 'Take the current off the motor',
      description: 'It can be turned by hand then. Refused for a driver chip without an enable line.',
      effect: 'idempotent',
      output: Type.Object(Place),
      check: ({ wiring }) => ('coils' in wiring || wiring.enable !== undefined ? undefined : CANNOT_RELEASE),
      takes: (_config, _input, context) => takesStepperRelease(context),
      run: device => {
        device.axis.drive.release()
        return placeOf(device)
      },
    },
  },
  safe: ({ axis, safe }) => {
    axis.drive.rest()
    if (safe === 'hold' || !axis.drive.release() || axis.drive.holds !== true) return
    throw new PiWorkerError('ERR_NOT_SAFE', `${axis.name} does not read back that its current is off`, {
      place: axis.name,
      remedy: 'Something else drives its lines: cut the power of the motor, then check the wiring.',
    })
  },
})

type MoveInput = ({ readonly steps: number } | { readonly to: number } | { readonly turns: number }) & {
  readonly speed?: number | undefined
}

async function move(device: StepperDevice, input: MoveInput, task: TaskContext) {
  const { axis } = device
  const by = stepsOf(device, input)
  const speed = input.speed ?? axis.speeds.speed
  checkTarget(device, axis.position + by)
  if (by === 0) return { ...placeOf(device), steps: 0, requested: 0, took: 0, latest: 0 }
  const turn: Turn = by > 0 ? 1 : -1
  checkFree(axis, turn)
  const speeds = { ...axis.speeds, speed }
  const { ended: _, ...made } = await travel(axis, { steps: Math.abs(by), turn, speeds, onLimit: 'fails' }, task)
  return { ...placeOf(device), ...made }
}

function stepsOf({ axis, stepsPerTurn }: StepperDevice, input: MoveInput): number {
  if ('to' in input) return input.to - axis.position
  return 'turns' in input ? Math.round(input.turns * stepsPerTurn) : input.steps
}

function placeOf({ axis, stepsPerTurn }: StepperDevice): Static<Type.TObject<typeof Place>> {
  return { position: axis.position, turns: axis.position / stepsPerTurn, known: axis.known }
}

/** Of moves by so many steps: where those end, is known only when they begin. */
function checkTarget({ axis, range }: StepperDevice, target: number): void {
  const bound = boundOf(range, target)
  if (bound === undefined) return
  const { position } = axis
  const message = `${axis.name}: from ${position} it would go to ${target}, and must be ${bound}`
  throw new PiWorkerError('ERR_BAD_INPUT', message, {
    place: axis.name,
    remedy: 'Stay within "min" and "max" of its configuration; home it first if it does not know where it is.',
    details: { position, target, min: range.min, max: range.max },
  })
}
