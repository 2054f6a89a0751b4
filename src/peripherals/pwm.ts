/** An output with a duty cycle: a dimmed LED, a fan, a heater. */

import { type Static, Type } from 'typebox'
import { definePeripheral } from '../bench/definition.js'
import { refuseOn, refusePwm } from '../bench/guards/refuse-input.js'
import type { Refusal } from '../bench/problems.js'
import { Default, DurationSchema } from '../bench/schema.js'
import { AT_ONCE, takesJust } from '../bench/takes.js'
import type { TaskContext } from '../worker/attempt-context.js'
import { toMs } from '../worker/duration.js'
import { between, Curve, fade, fadeFields } from './fade.js'
import {
  CHANNEL_INSTEAD,
  occupiedChannel,
  openPwm,
  type PwmOutput,
  type PwmReality,
  pwmPlace,
  refusePlace,
} from './pwm-output.js'
import { pwmOutputs } from './pwm-outputs.js'

interface PwmDevice {
  readonly output: PwmOutput
  /** Bounds of a duty that is not 0. */
  readonly min: number
  readonly max: number
  readonly safe: number
  /** What it puts out now. */
  now: PwmReality
}

const Duty = (description: string) => Type.Number({ minimum: 0, maximum: 1, description, unit: '1' })
const State = Type.Object({
  on: Type.Boolean({ description: 'Whether its duty is above 0.' }),
  duty: Duty('What it really puts out, after the rounding of the hardware: the part of the time that it is on.'),
  frequency: Type.Number({ description: 'The real frequency, after the rounding of the hardware.', unit: 'Hz' }),
})

export const pwm = definePeripheral({
  type: 'pwm',
  part: 'pwm',
  title: 'PWM output',
  description: 'One output with a duty cycle: a dimmed LED, a fan, a heater.',
  config: Type.Object({
    ...pwmPlace,
    frequency: Default(
      Type.Number({ exclusiveMinimum: 0, description: 'How often it is switched on.', unit: 'Hz' }),
      1000,
    ),
    activeLow: Default(Type.Boolean({ description: 'On is low.' }), false),
    safe: Default(
      Duty('Duty of the safe state: from the opening of the bench on, after a task that failed, and at the end.'),
      0,
    ),
    min: Default(Duty('Least duty when it is on: what a fan needs to turn. Off (0) is always allowed.'), 0),
    max: Default(Duty('Greatest duty: what a heater may be given.'), 1),
  }),
  check: config => refusePlace(config) ?? refuseLimits(config) ?? refuseDuty(config, 'safe', config.safe),
  simulate: Type.Object({}),
  needs: ({ line }) => ({ pwm: line !== undefined, instead: CHANNEL_INSTEAD }),
  occupies: config => occupiedChannel(config, ['channel']),
  outputs: config => pwmOutputs([{ place: config, activeLow: config.activeLow, duty: config.safe }]),
  open: async ({ name, config, board, buses }): Promise<PwmDevice> => {
    const { frequency, activeLow, safe, min, max } = config
    const output = await openPwm({ name, board, buses }, { place: config, frequency, activeLow, initial: safe })
    return { output, min, max, safe, now: await output.set(safe, undefined) }
  },
  actions: {
    set: {
      title: 'Set the duty',
      effect: 'idempotent',
      input: Type.Object({ duty: Duty('Part of the time that it is on.') }),
      output: State,
      check: (config, { duty }) =>
        refuseDuty(config, 'duty', duty) ?? refusePwm(config, ['duty'], duty, config.frequency),
      takes: () => AT_ONCE,
      run: (device, { duty }, task) => set(device, duty, task),
    },
    fade: {
      title: 'Go to a duty little by little',
      effect: 'idempotent',
      input: Type.Object({ to: Duty('Duty at the end.'), ...fadeFields }),
      output: Type.Object({ ...State.properties, took: Type.Number({ description: 'How long it took.', unit: 'ms' }) }),
      check: (config, { to }) => refuseDuty(config, 'to', to) ?? refusePwm(config, ['to'], to, config.frequency),
      takes: (_config, { over }) => takesJust(over),
      run: async (device, { to, curve, ...wanted }, task) => {
        const from = device.now.duty
        const took = await fade(wanted, task, async part => {
          await set(device, limited(device, between(from, to, part, curve)), task)
          task.progress(part, 1)
        })
        return { ...state(device), took }
      },
    },
    breathe: {
      title: 'Fade in and out repeatedly',
      description: 'From off to the highest duty and back, for each count; off afterwards.',
      effect: 'pulse',
      input: Type.Object({
        period: DurationSchema({ description: 'Once in and out.', exclusiveMinimum: 0 }),
        count: Type.Integer({ minimum: 1, description: 'How often.' }),
        to: Type.Optional(Duty('Highest duty. Default: as high as it may go.')),
        curve: Default(Curve, 'gamma'),
      }),
      output: Type.Object({ ...State.properties, took: Type.Number({ description: 'How long it took.', unit: 'ms' }) }),
      check: (config, { to = config.max, period }) =>
        refuseDuty(config, 'to', to) ??
        refusePwm(config, ['to'], to, config.frequency) ??
        refuseOn(config, ['period'], period),
      takes: (_config, { period, count }) => takesJust(period * count),
      run: async (device, { period, count, to = device.max, curve }, task) => {
        const began = task.clock.now()
        for (let done = 0; done < count; done++) {
          for (const [from, end] of [
            [0, to],
            [to, 0],
          ] as const) {
            await fade({ over: period / 2 }, task, async part => {
              await set(device, limited(device, between(from, end, part, curve)), task)
            })
          }
          task.progress(done + 1, count)
        }
        return { ...state(device), took: toMs(task.clock.now() - began) }
      },
    },
    off: {
      title: 'Switch off',
      effect: 'idempotent',
      output: State,
      takes: () => AT_ONCE,
      run: (device, _input, task) => set(device, 0, task),
    },
    state: {
      title: 'What it puts out',
      effect: 'read',
      output: State,
      takes: () => AT_ONCE,
      run: device => state(device),
    },
  },
  safe: async device => {
    await set(device, device.safe, undefined)
  },
})

async function set(device: PwmDevice, duty: number, task: TaskContext | undefined): Promise<Static<typeof State>> {
  device.now = await device.output.set(duty, task)
  return state(device)
}

function state({ now }: PwmDevice): Static<typeof State> {
  return { on: now.duty > 0, duty: now.duty, frequency: now.frequency }
}

/** On the way of a fade, what is too little to work is skipped and what is too much left out. */
function limited({ min, max }: PwmDevice, duty: number): number {
  return duty === 0 ? 0 : Math.min(max, Math.max(min, duty))
}

interface Limits {
  readonly min: number
  readonly max: number
}

function refuseDuty({ min, max }: Limits, key: string, duty: number): Refusal | undefined {
  if (duty === 0 || (duty >= min && duty <= max)) return undefined
  const message = `must be ${min > 0 ? '0 or ' : ''}from ${min} to ${max}, not ${duty}`
  const remedy = 'Give a duty within these limits, or change "min" and "max" in its configuration.'
  return { path: [key], message, remedy }
}

function refuseLimits({ min, max }: Limits): Refusal | undefined {
  if (min <= max) return undefined
  return { path: ['min'], message: `must be at most max, which is ${max}, not ${min}`, remedy: 'Give min <= max.' }
}
