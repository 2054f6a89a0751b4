/**
 * A hobby servo: the width of a pulse, fifty times a second, says to which angle it turns. Usual are 1 to 2 ms for its
 * way and 1.5 ms for the middle; no servo takes less than 0.5 ms or more than 2.5 ms.
 */

import { type Static, Type } from 'typebox'
import { definePeripheral } from '../bench/definition.js'
import type { Refusal } from '../bench/problems.js'
import { Default, DurationSchema } from '../bench/schema.js'
import { AT_ONCE } from '../bench/takes.js'
import type { TaskContext } from '../worker/attempt-context.js'
import type { Clock } from '../worker/clock.js'
import { toMs, toNs } from '../worker/duration.js'
import { CHANNEL_INSTEAD, occupiedChannel, openPwm, type PwmOutput, pwmPlace, refusePlace } from './pwm-output.js'
import { pwmOutputs } from './pwm-outputs.js'
import { limitsOf, refuseAngle, refusePulse, refuseScale, type ServoScale, toAngle, toPulse } from './servo-scale.js'
import { takesRelease, takesSweep, takesTurnTo } from './servo-takes.js'

interface ServoDevice {
  readonly output: PwmOutput
  readonly scale: ServoScale
  readonly clock: Clock
  readonly frameNs: number
  /** In degrees a second; undefined when it goes as fast as it can. */
  readonly speed: number | undefined
  /** Angle of the safe state; undefined when its pulses stop then. */
  readonly safe: number | undefined
  /** Angle that its pulses say now; undefined while there are none. */
  angle: number | undefined
  /** Width of the pulses that it really gets, in ns. */
  pulseNs: number
  /** When a frame began, in ns of the clock. */
  frame: number
}

const Angle = (description: string) => Type.Number({ description, unit: '°' })
const Pulse = (description: string) => DurationSchema({ description, minimum: 0.5, maximum: 2.5 })
const Position = Type.Object({
  angle: Type.Union([Angle('Angle that its pulses say.'), Type.Null()], {
    description: 'null while it has no pulses.',
  }),
  pulseWidth: Type.Union([
    Type.Number({ description: 'Width of its pulses, as they really are.', unit: 'ms' }),
    Type.Null(),
  ]),
})
const Moved = Type.Object({
  ...Position.properties,
  took: Type.Number({ description: 'How long it took.', unit: 'ms' }),
})

export const servo = definePeripheral({
  type: 'servo',
  part: 'servo',
  title: 'Servo',
  description: 'A hobby servo that turns to the angle that the width of its pulses says.',
  config: Type.Object({
    ...pwmPlace,
    activeLow: Default(Type.Boolean({ description: 'Pulses are low: behind an inverter.' }), false),
    frequency: Default(
      Type.Number({
        minimum: 40,
        maximum: 333,
        description: 'Pulses a second; digital servos take more than 50.',
        unit: 'Hz',
      }),
      50,
    ),
    minPulse: Default(Pulse('Width of the pulse at minAngle.'), '1ms'),
    maxPulse: Default(Pulse('Width of the pulse at maxAngle.'), '2ms'),
    minAngle: Default(Angle('Angle at minPulse.'), 0),
    maxAngle: Default(Angle('Angle at maxPulse.'), 180),
    limits: Type.Optional(
      Type.Object(
        { min: Angle('Least angle.'), max: Angle('Greatest angle.') },
        {
          description:
            'What the mechanism allows, where that is less than the servo can. Default: minAngle to maxAngle.',
        },
      ),
    ),
    speed: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description:
          'It is turned no faster than this, and a move ends when it is there. Without it, it goes by itself.',
        unit: '°/s',
      }),
    ),
    safe: Default(
      Type.Union([Type.Literal('release'), Angle('The safe angle.')], {
        description: 'The safe state: release stops the pulses, so that it has no force; or an angle to go to.',
      }),
      'release',
    ),
  }),
  simulate: Type.Object({
    angle: Type.Optional(Angle('Where its arm is at the start. Default: in the middle.')),
    speed: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: 'How fast it turns. Default: 600, which is 0.1 s for 60°.',
        unit: '°/s',
      }),
    ),
  }),
  check: config =>
    refusePlace(config) ??
    refuseScale(scaleOf(config)) ??
    (config.safe === 'release' ? undefined : refuseAngle(scaleOf(config), 'safe', config.safe)),
  needs: ({ line }) => ({ pwm: line !== undefined, instead: CHANNEL_INSTEAD }),
  occupies: config => occupiedChannel(config, ['channel']),
  outputs: config => {
    const { activeLow, frequency, safe } = config
    const duty = safe === 'release' ? 0 : (toPulse(scaleOf(config), safe) * frequency) / 1000
    return pwmOutputs([{ place: config, activeLow, duty, load: false }])
  },
  open: async ({ name, config, board, buses, clock }): Promise<ServoDevice> => {
    const { frequency, activeLow, speed } = config
    const scale = scaleOf(config)
    const safe = config.safe === 'release' ? undefined : config.safe
    const frameNs = Math.round(1e9 / frequency)
    const initial = safe === undefined ? 0 : toNs(toPulse(scale, safe)) / frameNs
    const output = await openPwm({ name, board, buses }, { place: config, frequency, activeLow, initial })
    const device = {
      output,
      scale,
      clock,
      frameNs,
      speed,
      safe,
      angle: undefined,
      pulseNs: 0,
      frame: clock.now(),
    }
    if (safe !== undefined) await show(device, safe, undefined)
    return device
  },
  actions: {
    move: {
      title: 'Turn to an angle',
      effect: 'idempotent',
      input: Type.Union([
        Type.Object({ angle: Angle('Angle to turn to.') }),
        Type.Object({ pulseWidth: Pulse('Width of the pulse to turn with.') }),
      ]),
      output: Moved,
      check: (config, input) => {
        const scale = scaleOf(config)
        if ('angle' in input) return refuseAngle(scale, 'angle', input.angle)
        return refusePulse(scale, 'pulseWidth', input.pulseWidth)
      },
      takes: (config, input, context) =>
        takesTurnTo(config, 'angle' in input ? input.angle : toAngle(scaleOf(config), input.pulseWidth), context),
      run: async (device, input, task) => {
        const angle = 'angle' in input ? input.angle : toAngle(device.scale, input.pulseWidth)
        const began = task.clock.now()
        await turnTo(device, angle, task)
        return { ...positionOf(device), took: toMs(task.clock.now() - began) }
      },
    },
    sweep: {
      title: 'Turn slowly from one angle to another',
      effect: 'idempotent',
      input: Type.Object({
        from: Angle('Angle at the beginning, which it turns to first.'),
        to: Angle('Angle at the end.'),
        over: DurationSchema({ description: 'How long it takes from the one to the other.', exclusiveMinimum: 0 }),
      }),
      output: Moved,
      check: (config, { from, to, over }) =>
        refuseAngle(scaleOf(config), 'from', from) ??
        refuseAngle(scaleOf(config), 'to', to) ??
        refusePace(config.speed, Math.abs(to - from), over),
      takes: (config, input, context) => takesSweep(config, input, context),
      run: async (device, { from, to, over }, task) => {
        await turnTo(device, from, task)
        const began = task.clock.now()
        await glide(device, to, toNs(over), task)
        return { ...positionOf(device), took: toMs(task.clock.now() - began) }
      },
    },
    release: {
      title: 'Stop the pulses',
      description: 'It has no force then, and can be turned by hand.',
      effect: 'idempotent',
      output: Position,
      takes: (_config, _input, context) => takesRelease(context),
      run: async (device, _input, task) => {
        await release(device, task)
        return positionOf(device)
      },
    },
    position: {
      title: 'Where it was told to be',
      description: 'A servo does not say where it is.',
      effect: 'read',
      output: Position,
      takes: () => AT_ONCE,
      run: device => positionOf(device),
    },
  },
  safe: async device => {
    if (device.safe === undefined) await release(device, undefined)
    else await show(device, device.safe, undefined)
  },
})

/** Turns no faster than it may; where it is before its first pulse nobody knows, so that it is given time for all of its way. */
async function turnTo(device: ServoDevice, angle: number, task: TaskContext): Promise<void> {
  const { speed, scale, angle: from } = device
  if (speed === undefined) return await show(device, angle, task)
  if (from !== undefined) return await glide(device, angle, (Math.abs(angle - from) / speed) * 1e9, task)
  await show(device, angle, task)
  await task.sleep((Math.abs(scale.maxAngle - scale.minAngle) / speed) * 1000)
}

/** A new angle for every frame on the way, and the last one when the time is over. */
async function glide(device: ServoDevice, to: number, ns: number, task: TaskContext): Promise<void> {
  const from = device.angle ?? to
  await nextFrame(device)
  const began = task.clock.now()
  const frames = Math.max(1, Math.ceil(ns / device.frameNs))
  for (let frame = 1; frame <= frames; frame++) {
    await task.until(began + Math.round(frame * device.frameNs))
    await put(device, frame === frames ? to : from + ((to - from) * frame) / frames, task)
    task.progress(frame, frames)
  }
}

/** Pulses are changed between two of them, for half a pulse would be another angle. */
async function show(device: ServoDevice, angle: number, task: TaskContext | undefined): Promise<void> {
  await nextFrame(device)
  await put(device, angle, task)
}

async function put(device: ServoDevice, angle: number, task: TaskContext | undefined): Promise<void> {
  const { output, scale, frameNs } = device
  const made = await output.set(toNs(toPulse(scale, angle)) / frameNs, task)
  device.angle = angle
  device.pulseNs = made.duty * (1e9 / made.frequency)
  device.frame = device.clock.now()
}

async function release(device: ServoDevice, task: TaskContext | undefined): Promise<void> {
  await endOfPulse(device)
  await device.output.set(0, task)
  device.angle = undefined
  device.pulseNs = 0
}

/**
 * Waits until the next pulse is due: 20 ms at most, so that it need not be stopped. Where hardware makes the pulses, their
 * times are not known this exactly, and it changes them between two of them by itself.
 */
async function nextFrame({ clock, angle, frame, frameNs }: ServoDevice): Promise<void> {
  if (angle === undefined) return
  const into = (clock.now() - frame) % frameNs
  if (into > 0) await after(clock, frameNs - into)
}

/** Waits for the end of the pulse that may be under way, 2.5 ms at most. */
async function endOfPulse({ clock, angle, frame, frameNs, pulseNs }: ServoDevice): Promise<void> {
  if (angle === undefined) return
  const into = (clock.now() - frame) % frameNs
  if (into < pulseNs) await after(clock, pulseNs - into)
}

function after(clock: Clock, ns: number): Promise<void> {
  return new Promise(resolve => {
    clock.after(ns, resolve)
  })
}

function positionOf({ angle, pulseNs }: ServoDevice): Static<typeof Position> {
  return angle === undefined ? { angle: null, pulseWidth: null } : { angle, pulseWidth: toMs(Math.round(pulseNs)) }
}

function scaleOf(config: Omit<ServoScale, 'limits'> & Partial<Pick<ServoScale, 'limits'>>): ServoScale {
  return { ...config, limits: limitsOf(config) }
}

function refusePace(speed: number | undefined, way: number, over: number): Refusal | undefined {
  const least = speed === undefined ? 0 : (way / speed) * 1000
  if (over >= least) return undefined
  return {
    path: ['over'],
    message: `must be at least ${Math.ceil(least)} ms for ${way}° at its speed of ${speed} °/s, not ${over} ms`,
    remedy: 'Give the sweep more time, or raise "speed" in its configuration.',
  }
}
