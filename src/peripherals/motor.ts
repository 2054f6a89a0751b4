/**
 * A DC motor on an H-bridge with an input for each side. Both sides on at once would be a short circuit through many
 * bridges, so it never happens: every side is off before the other goes on, and the dead time is between.
 */

import { type Static, Type } from 'typebox'
import type { LineHandle } from '../../drivers/driver.js'
import { definePeripheral } from '../bench/definition.js'
import { refuseOn } from '../bench/guards/refuse-input.js'
import type { Refusal } from '../bench/problems.js'
import { Default, DurationSchema, Line } from '../bench/schema.js'
import { AT_ONCE, type Takes, type TakesContext, takesJust } from '../bench/takes.js'
import { PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import type { Clock } from '../worker/clock.js'
import { toMs, toNs } from '../worker/duration.js'
import { CHANNEL_INSTEAD, occupiedChannel, openPwm, type PwmOutput, PwmPin, placeOfPin } from './pwm-output.js'
import { pwmOutputs } from './pwm-outputs.js'

/** Bits of the values of the two lines. */
const FORWARD = 0b01
const BACKWARD = 0b10
type Side = typeof FORWARD | typeof BACKWARD

interface MotorDevice {
  readonly name: string
  readonly sides: LineHandle
  readonly enable: PwmOutput | undefined
  readonly deadNs: number
  readonly clock: Clock
  /** The side that is on, or was the last to be; undefined when nobody knows. */
  side: Side | undefined
  /** Since when both are off; undefined while one is on. */
  offAt: number | undefined
  state: 'stopped' | 'forward' | 'backward' | 'braked'
  /** Duty of the enable input. */
  speed: number
}

const State = Type.Object({
  state: Type.Unsafe<MotorDevice['state']>({ type: 'string', enum: ['stopped', 'forward', 'backward', 'braked'] }),
  speed: Type.Number({ description: 'Part of the full speed: the real duty of the enable input.', unit: '1' }),
})
const Ran = Type.Object({
  ...State.properties,
  ran: Type.Union([Type.Number({ description: 'How long it ran.', unit: 'ms' }), Type.Null()], {
    description: 'null when it still runs.',
  }),
})
const CANNOT_BRAKE: Refusal = {
  path: [],
  message: 'needs an enable input, and there is none',
  remedy: 'Use stop, or wire the enable input of the bridge and give it as "enable".',
  code: 'ERR_UNSUPPORTED',
}
const Drive = Type.Object({
  speed: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Part of the full speed; below 1 only with an enable input that has PWM. Default: 1.',
    }),
  ),
  for: Type.Optional(DurationSchema({ description: 'Then it stops; without it, it runs on.', exclusiveMinimum: 0 })),
})

export const motor = definePeripheral({
  type: 'motor',
  part: 'motor',
  title: 'DC motor on an H-bridge',
  description: 'Two lines, one for each direction, and an enable input for the speed where there is one.',
  config: Type.Object({
    forward: Line({ description: 'The input that turns the motor forward.' }),
    backward: Line({ description: 'The input that turns it backward.' }),
    activeLow: Default(Type.Boolean({ description: 'On is low, for both of them.' }), false),
    enable: Type.Optional(PwmPin),
    pwm: Default(Type.Boolean({ description: 'Whether the enable line gets PWM; false: it is only switched.' }), true),
    frequency: Default(
      Type.Number({ exclusiveMinimum: 0, description: 'Of the PWM on the enable input.', unit: 'Hz' }),
      1000,
    ),
    deadTime: Default(
      DurationSchema({ description: 'Both sides are off so long before the other one goes on.' }),
      '1ms',
    ),
  }),
  simulate: Type.Object({}),
  needs: ({ enable, pwm }) => ({
    pwm: enable !== undefined && typeof enable !== 'object' && pwm,
    instead: CHANNEL_INSTEAD,
  }),
  occupies: ({ enable }) => (typeof enable === 'object' ? occupiedChannel(enable, ['enable', 'channel']) : []),
  outputs: ({ forward, backward, activeLow, enable }) => {
    const sides = [forward, backward].map(line => ({ place: { line, chip: 0 }, activeLow, duty: 0 }))
    if (enable === undefined) return pwmOutputs(sides)
    return pwmOutputs([...sides, { place: placeOfPin<number>(enable), activeLow: false, duty: 0, load: false }])
  },
  open: async ({ name, config, board, buses, clock }): Promise<MotorDevice> => {
    const { forward, backward, activeLow, enable: pin, pwm, frequency, deadTime } = config
    const settings = { direction: 'output', activeLow, initial: 0 } as const
    const sides = await board.request({ lines: [forward, backward], settings })
    const options = { frequency, activeLow: false, initial: 0, pwm }
    const enable =
      pin === undefined
        ? undefined
        : await openPwm({ name, board, buses }, { place: placeOfPin<number>(pin), ...options })
    const deadNs = toNs(deadTime)
    const offAt = clock.now()
    return { name, sides, enable, deadNs, clock, side: undefined, offAt, state: 'stopped', speed: 0 }
  },
  actions: {
    forward: {
      title: 'Turn forward',
      effect: 'pulse',
      input: Drive,
      output: Ran,
      check: (config, input) => refuseSpeed(config, input) ?? refuseOn(config, ['for'], input.for),
      takes: (config, input, context) => takesDrive(config, FORWARD, input, context),
      run: (device, input, task) => drive(device, FORWARD, input, task),
    },
    backward: {
      title: 'Turn backward',
      effect: 'pulse',
      input: Drive,
      output: Ran,
      check: (config, input) => refuseSpeed(config, input) ?? refuseOn(config, ['for'], input.for),
      takes: (config, input, context) => takesDrive(config, BACKWARD, input, context),
      run: (device, input, task) => drive(device, BACKWARD, input, task),
    },
    stop: {
      title: 'Stop',
      description: 'Both sides off: the motor runs out by itself.',
      effect: 'idempotent',
      output: State,
      takes: (_config, _input, context) => takesStop(context, 0),
      run: async (device, _input, task) => {
        await stop(device, task)
        return stateOf(device)
      },
    },
    brake: {
      title: 'Brake',
      description:
        'Both sides off and the bridge enabled, which shorts the motor (L298 datasheet: fast motor stop). Needs an ' +
        'enable input: with both sides on, as other bridges brake, it is never done.',
      effect: 'pulse',
      input: Type.Object({
        for: Type.Optional(
          DurationSchema({ description: 'Then it is let go; without it, it stays.', exclusiveMinimum: 0 }),
        ),
      }),
      output: State,
      check: ({ enable }) => (enable === undefined ? CANNOT_BRAKE : undefined),
      takes: (_config, { for: ms = 0 }, context) => takesStop(context, ms),
      run: async (device, { for: ms }, task) => {
        sidesOff(device)
        const made = await device.enable?.set(1, task)
        device.speed = made?.duty ?? 0
        device.state = 'braked'
        if (ms !== undefined) {
          await task.sleep(ms)
          await stop(device, task)
        }
        return stateOf(device)
      },
    },
    state: {
      title: 'What it does',
      effect: 'read',
      output: State,
      takes: () => AT_ONCE,
      run: device => stateOf(device),
    },
  },
  safe: async device => {
    await stop(device, undefined)
    if (device.sides.get() === 0) return
    throw new PiWorkerError('ERR_NOT_SAFE', `${device.name} does not read back that both of its sides are off`, {
      place: device.name,
      remedy:
        'Something else drives the lines, or they are shorted: cut the power of the motor, then check the wiring.',
    })
  },
})

interface DriveInput {
  readonly speed?: number | undefined
  readonly for?: number | undefined
}

async function drive(
  device: MotorDevice,
  side: Side,
  { speed = 1, for: ms }: DriveInput,
  task: TaskContext,
): Promise<Static<typeof Ran>> {
  const { enable } = device
  await switchTo(device, side, task)
  device.speed = enable === undefined ? 1 : (await enable.set(speed, task)).duty
  device.state = side === FORWARD ? 'forward' : 'backward'
  if (ms === undefined) return { ...stateOf(device), ran: null }
  const began = task.clock.now()
  await task.until(began + toNs(ms))
  const ran = { ...stateOf(device), ran: toMs(task.clock.now() - began) }
  await stop(device, task)
  return { ...ran, ...stateOf(device) }
}

/** The dead time, when the other side was on or nobody knows, and then as long as it is to run. */
function takesDrive(
  { deadTime }: { readonly deadTime: number },
  side: Side,
  { for: ms = 0 }: DriveInput,
  { now, notes, times }: TakesContext,
): Takes {
  const { off = 0 } = times
  // Running still, the other way or for all that is known: it is switched off now.
  const since = Number.isFinite(off) ? off : now
  const wait = notes.side === side ? 0 : Math.max(0, since + deadTime - now)
  notes.side = side
  times.off = ms > 0 ? now + wait + ms : Number.POSITIVE_INFINITY
  return { ms: wait + ms, exact: wait === 0 }
}

function takesStop({ now, times }: TakesContext, ms: number): Takes {
  const { off = 0 } = times
  if (!Number.isFinite(off)) times.off = now
  return takesJust(ms)
}

/** The other side is off for the dead time before this one goes on; the two are never set in one call. */
async function switchTo(device: MotorDevice, side: Side, task: TaskContext): Promise<void> {
  if (device.side === side && device.offAt === undefined) return
  sidesOff(device)
  if (device.side !== side) await task.until((device.offAt as number) + device.deadNs)
  device.sides.set(side, side)
  device.side = side
  device.offAt = undefined
}

function sidesOff(device: MotorDevice): void {
  device.sides.set(0)
  device.offAt ??= device.clock.now()
}

/** The sides first: they are the ones that can do harm, and the enable input may be on a bus that has to be waited for. */
async function stop(device: MotorDevice, task: TaskContext | undefined): Promise<void> {
  sidesOff(device)
  await device.enable?.set(0, task)
  device.speed = 0
  device.state = 'stopped'
}

function stateOf({ state, speed }: MotorDevice): Static<typeof State> {
  return { state, speed }
}

interface EnableConfig {
  readonly enable?: unknown
  readonly pwm: boolean
}

function refuseSpeed({ enable, pwm }: EnableConfig, { speed = 1 }: DriveInput): Refusal | undefined {
  if (speed === 1 || typeof enable === 'object' || (enable !== undefined && pwm)) return undefined
  const why = enable === undefined ? 'there is no enable input' : 'the enable line has no PWM'
  return {
    path: ['speed'],
    message: `must be 1, not ${speed}: ${why}`,
    remedy: 'Leave out "speed", or give it an "enable" with PWM: a line, or { channel: 0, chip: 0 }.',
    code: 'ERR_UNSUPPORTED',
  }
}
