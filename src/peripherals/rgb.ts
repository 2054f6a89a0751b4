/** An RGB LED: three outputs, dimmed by PWM or only switched, that make one colour. */

import { type Static, Type } from 'typebox'
import { definePeripheral } from '../bench/definition.js'
import type { Refusal } from '../bench/problems.js'
import { Default, DurationSchema } from '../bench/schema.js'
import { AT_ONCE, takesJust } from '../bench/takes.js'
import type { TaskContext } from '../worker/attempt-context.js'
import { toMs, toNs } from '../worker/duration.js'
import { between, fade, fadeFields } from './fade.js'
import { CHANNEL_INSTEAD, occupiedChannel, openPwm, type PwmOutput, PwmPin, placeOfPin } from './pwm-output.js'
import { pwmOutputs } from './pwm-outputs.js'

/** Light of red, green and blue, 0 to 1 each. */
type Light = readonly [red: number, green: number, blue: number]

interface RgbDevice {
  readonly outputs: readonly [PwmOutput, PwmOutput, PwmOutput]
  readonly safe: Light
  /** What they really put out. */
  now: Light
}

const PINS = ['red', 'green', 'blue'] as const
const OFF: Light = [0, 0, 0]
const Color = (description: string) =>
  Type.String({
    pattern: '^#[0-9a-fA-F]{6}$',
    description: `${description} As #rrggbb.`,
    examples: ['#ff8000'],
  })
const Part = (description: string) => Type.Number({ minimum: 0, maximum: 1, description, unit: '1' })
const CANNOT_FADE: Refusal = {
  path: [],
  message: 'needs PWM, and its lines are only switched',
  remedy: 'Leave out "pwm: false" where the driver has PWM, or use channels: { channel: 0, chip: 0 }.',
  code: 'ERR_UNSUPPORTED',
}
const State = Type.Object({
  color: Color('The colour that it really shows, to the nearest.'),
  on: Type.Boolean({ description: 'Whether there is any light.' }),
  red: Part('Real duty of red.'),
  green: Part('Real duty of green.'),
  blue: Part('Real duty of blue.'),
})
const Took = Type.Number({ description: 'How long it took.', unit: 'ms' })

export const rgb = definePeripheral({
  type: 'rgb',
  part: 'rgb',
  title: 'RGB LED',
  description: 'Three outputs for red, green and blue. Common anode: activeLow.',
  config: Type.Object({
    red: PwmPin,
    green: PwmPin,
    blue: PwmPin,
    pwm: Default(
      Type.Boolean({ description: 'Whether lines get PWM; false: they are only switched, which gives eight colours.' }),
      true,
    ),
    frequency: Default(Type.Number({ exclusiveMinimum: 0, description: 'Of the PWM.', unit: 'Hz' }), 1000),
    activeLow: Default(Type.Boolean({ description: 'A colour is on while its line is low: common anode.' }), false),
    safe: Default(Color('Colour of the safe state.'), '#000000'),
  }),
  simulate: Type.Object({}),
  needs: config => ({ pwm: config.pwm && PINS.some(pin => typeof config[pin] !== 'object'), instead: CHANNEL_INSTEAD }),
  occupies: config =>
    PINS.flatMap(pin => {
      const place = config[pin]
      return typeof place === 'object' ? occupiedChannel(place, [pin, 'channel']) : []
    }),
  outputs: config => {
    const light = lightOf(config.safe)
    const { activeLow } = config
    return pwmOutputs(
      PINS.map((pin, at) => ({ place: placeOfPin<number>(config[pin]), activeLow, duty: light[at] as number })),
    )
  },
  open: async ({ name, config, board, buses }): Promise<RgbDevice> => {
    const { pwm, frequency, activeLow } = config
    const safe = lightOf(config.safe)
    const open = (pin: 0 | 1 | 2): Promise<PwmOutput> => {
      const place = placeOfPin<number>(config[PINS[pin]])
      return openPwm({ name, board, buses }, { place, frequency, activeLow, initial: safe[pin], pwm })
    }
    const device: RgbDevice = { outputs: [await open(0), await open(1), await open(2)], safe, now: OFF }
    await show(device, safe, undefined)
    return device
  },
  actions: {
    color: {
      title: 'Show a colour',
      effect: 'idempotent',
      input: Type.Object({ color: Color('The colour.') }),
      output: State,
      takes: () => AT_ONCE,
      run: async (device, { color }, task) => {
        await show(device, lightOf(color), task)
        return stateOf(device)
      },
    },
    fade: {
      title: 'Go to a colour little by little',
      effect: 'idempotent',
      input: Type.Object({ to: Color('Colour at the end.'), ...fadeFields }),
      output: Type.Object({ ...State.properties, took: Took }),
      check: config => (config.pwm || PINS.every(pin => typeof config[pin] === 'object') ? undefined : CANNOT_FADE),
      takes: (_config, { over }) => takesJust(over),
      run: async (device, { to, curve, ...wanted }, task) => {
        const from = device.now
        const end = lightOf(to)
        const took = await fade(wanted, task, async part => {
          const light = (pin: 0 | 1 | 2): number => between(from[pin], end[pin], part, curve)
          await show(device, [light(0), light(1), light(2)], task)
          task.progress(part, 1)
        })
        return { ...stateOf(device), took }
      },
    },
    blink: {
      title: 'Show a colour repeatedly',
      description: 'On and off; off afterwards.',
      effect: 'pulse',
      input: Type.Object({
        color: Color('The colour.'),
        on: DurationSchema({ description: 'How long it is on.', exclusiveMinimum: 0 }),
        off: DurationSchema({ description: 'How long it is off after each time.', exclusiveMinimum: 0 }),
        count: Type.Integer({ minimum: 1, description: 'How often.' }),
      }),
      output: Type.Object({ ...State.properties, took: Took }),
      takes: (_config, { on, off, count }) => takesJust((on + off) * count),
      run: async (device, { color, on, off, count }, task) => {
        const light = lightOf(color)
        const began = task.clock.now()
        const roundNs = toNs(on) + toNs(off)
        for (let done = 0; done < count; done++) {
          await show(device, light, task)
          await task.until(began + done * roundNs + toNs(on))
          await show(device, OFF, task)
          await task.until(began + (done + 1) * roundNs)
          task.progress(done + 1, count)
        }
        return { ...stateOf(device), took: toMs(task.clock.now() - began) }
      },
    },
    off: {
      title: 'Switch off',
      effect: 'idempotent',
      output: State,
      takes: () => AT_ONCE,
      run: async (device, _input, task) => {
        await show(device, OFF, task)
        return stateOf(device)
      },
    },
    state: {
      title: 'What it shows',
      effect: 'read',
      output: State,
      takes: () => AT_ONCE,
      run: device => stateOf(device),
    },
  },
  safe: device => show(device, device.safe, undefined),
})

async function show(device: RgbDevice, light: Light, task: TaskContext | undefined): Promise<void> {
  const [red, green, blue] = device.outputs
  const made = [await red.set(light[0], task), await green.set(light[1], task), await blue.set(light[2], task)] as const
  device.now = [made[0].duty, made[1].duty, made[2].duty]
}

function stateOf({ now: [red, green, blue] }: RgbDevice): Static<typeof State> {
  const color = `#${[red, green, blue].map(duty => hex(Math.round(duty * 255))).join('')}`
  return { color, on: red + green + blue > 0, red, green, blue }
}

function lightOf(color: string): Light {
  const part = (at: number): number => Number.parseInt(color.slice(at, at + 2), 16) / 255
  return [part(1), part(3), part(5)]
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}
