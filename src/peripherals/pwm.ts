/** An output with a duty cycle: a dimmed LED, a fan, a heater. */

import { type Static, Type } from 'typebox'
import { definePeripheral } from '../bench/definition.js'
import { Default, DurationSchema } from '../bench/schema.js'
import { PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import { toMs } from '../worker/duration.js'
import { between, Curve, fade, fadeFields } from './fade.js'
import { CHANNEL_INSTEAD, occupiedChannel, openPwm, type PwmOutput, type PwmReality, pwmPlace } from './pwm-output.js'

interface PwmDevice {
  readonly name: string
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
  simulate: Type.Object({}),
  needs: ({ line }) => ({ pwm: line !== undefined, instead: CHANNEL_INSTEAD }),
  occupies: config => occupiedChannel(config, ['channel']),
  open: async ({ name, config, board, buses }): Promise<PwmDevice> => {
    const { frequency, activeLow, safe, min, max } = config
    if (min > max) throw badLimits(name, `its least duty of ${min} is above the greatest of ${max}`)
    if (safe !== 0 && (safe < min || safe > max)) {
      throw badLimits(name, `its safe duty of ${safe} is not between its least of ${min} and its greatest of ${max}`)
    }
    const output = await openPwm({ name, board, buses }, { place: config, frequency, activeLow, initial: safe })
    return { name, output, min, max, safe, now: await output.set(safe, undefined) }
  },
  actions: {
    set: {
      title: 'Set the duty',
      effect: 'idempotent',
      input: Type.Object({ duty: Duty('Part of the time that it is on.') }),
      output: State,
      run: (device, { duty }, task) => set(device, checked(device, 'duty', duty), task),
    },
    fade: {
      title: 'Go to a duty little by little',
      effect: 'idempotent',
      input: Type.Object({ to: Duty('Duty at the end.'), ...fadeFields }),
      output: Type.Object({ ...State.properties, took: Type.Number({ description: 'How long it took.', unit: 'ms' }) }),
      run: async (device, { to, curve, ...wanted }, task) => {
        checked(device, 'to', to)
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
      run: async (device, { period, count, to = device.max, curve }, task) => {
        checked(device, 'to', to)
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
      run: (device, _input, task) => set(device, 0, task),
    },
    state: {
      title: 'What it puts out',
      effect: 'read',
      output: State,
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

function checked({ name, min, max }: PwmDevice, field: string, duty: number): number {
  if (duty === 0 || (duty >= min && duty <= max)) return duty
  throw new PiWorkerError('ERR_BAD_INPUT', `${name}: ${field} must be 0 or from ${min} to ${max}, not ${duty}`, {
    place: name,
    remedy: `Give a duty within the limits of ${name}, or change "min" and "max" in its configuration.`,
    details: { min, max, duty },
  })
}

function badLimits(name: string, what: string): PiWorkerError {
  return new PiWorkerError('ERR_BAD_CONFIG', `${name}: ${what}`, {
    place: name,
    remedy: 'Give 0 <= min <= max <= 1, and a safe duty that is 0 or between them.',
  })
}
