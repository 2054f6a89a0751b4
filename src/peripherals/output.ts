/** A digital output: a relay, a pump, a lamp, anything that is on or off. */

import { type Static, Type } from 'typebox'
import type { LineHandle } from '../../drivers/driver.js'
import { definePeripheral } from '../bench/definition.js'
import { refuseBlink, refuseOn } from '../bench/guards/refuse-input.js'
import { Default, DurationSchema, Line, OneOf } from '../bench/schema.js'
import { PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import { toMs, toNs } from '../worker/duration.js'

interface OutputDevice {
  readonly name: string
  readonly handle: LineHandle
  /** Logical value of the safe state. */
  readonly safe: number
  /** Whether its drive pushes the line to the level of its safe state, so that it can be read back. */
  readonly driven: boolean
  /** Logical value that it was last set to. */
  value: number
}

/** Pulses of a `blink` that are listed one by one; the summary counts them all. */
const LISTED_PULSES = 1000

const Ms = (description: string) => Type.Number({ description, unit: 'ms' })
const State = Type.Object({ on: Type.Boolean({ description: 'Whether it is on now (logical).' }) })
const Lateness = Type.Object({
  mean: Ms('Mean time by which an edge came later than requested.'),
  worst: Ms('Longest time by which an edge came later than requested.'),
})
const BlinkPulse = Type.Object({
  at: Ms('When it went on, after the first pulse did.'),
  on: Ms('How long it was on.'),
  off: Ms('How long it was off afterwards.'),
})

export const output = definePeripheral({
  type: 'output',
  part: 'output',
  title: 'Digital output',
  description: 'One line that is driven high or low: a relay, a pump, an LED.',
  config: Type.Object({
    line: Line(),
    activeLow: Default(Type.Boolean({ description: 'On is low: as on most relay boards.' }), false),
    drive: Default(
      OneOf(['push-pull', 'open-drain', 'open-source'], {
        description: 'open-drain only pulls low, open-source only drives high.',
      }),
      'push-pull',
    ),
    safe: Default(
      OneOf(['off', 'on', 'low', 'high'], {
        description:
          'The safe state: from the opening of the bench on, after a task that failed, and at the end. ' +
          'low and high are levels on the line, off and on take activeLow into account.',
      }),
      'off',
    ),
  }),
  simulate: Type.Object({}),
  needs: ({ drive }) => ({ drive }),
  outputs: ({ line, activeLow, safe }) => {
    const high = (safeValue(safe, activeLow) === 1) !== activeLow
    return { lines: [{ line, safe: high ? 'high' : 'low', activeLow, load: true }] }
  },
  open: async ({ name, config, board }): Promise<OutputDevice> => {
    const { line, activeLow, drive } = config
    const safe = safeValue(config.safe, activeLow)
    const settings = { direction: 'output', activeLow, drive, initial: safe } as const
    const handle = await board.request({ lines: [line], settings })
    const high = (safe === 1) !== activeLow
    const driven = drive === 'push-pull' || (drive === 'open-drain' ? !high : high)
    return { name, handle, safe, driven, value: safe }
  },
  actions: {
    on: {
      title: 'Switch on',
      effect: 'idempotent',
      output: State,
      run: device => set(device, 1),
    },
    off: {
      title: 'Switch off',
      effect: 'idempotent',
      output: State,
      run: device => set(device, 0),
    },
    toggle: {
      title: 'Switch over',
      description: 'On when it was off, off when it was on.',
      effect: 'pulse',
      output: State,
      run: device => set(device, 1 - device.value),
    },
    pulse: {
      title: 'Switch on for a while',
      description: 'On for the given time, then off.',
      effect: 'pulse',
      input: Type.Object({ width: DurationSchema({ description: 'How long it is on.', exclusiveMinimum: 0 }) }),
      check: (config, { width }) => refuseOn(config, ['width'], width),
      output: Type.Object({
        requested: Ms('Width that was asked for.'),
        achieved: Ms('Width from the end of the call that switched on to the end of the one that switched off.'),
      }),
      run: async (device, { width }, task) => {
        const { clock } = task
        set(device, 1)
        const began = clock.now()
        await task.until(began + toNs(width))
        set(device, 0)
        return { requested: width, achieved: toMs(clock.now() - began) }
      },
    },
    blink: {
      title: 'Switch on and off repeatedly',
      description: 'Every edge is due at its time after the first one, so that lateness does not add up.',
      effect: 'pulse',
      input: Type.Object({
        on: DurationSchema({ description: 'How long it is on.', exclusiveMinimum: 0 }),
        off: DurationSchema({ description: 'How long it is off after each pulse.', exclusiveMinimum: 0 }),
        count: Type.Integer({ description: 'How many pulses.', minimum: 1 }),
      }),
      output: Type.Object({
        requested: Type.Object({
          on: Ms('On time of each pulse.'),
          off: Ms('Off time after it.'),
          count: Type.Integer(),
        }),
        achieved: Type.Object({
          count: Type.Integer(),
          on: Ms('Mean on time.'),
          off: Ms('Mean off time.'),
        }),
        lateness: Lateness,
        pulses: Type.Array(BlinkPulse, { description: `The first ${LISTED_PULSES} pulses.` }),
      }),
      check: (config, input) => refuseOn(config, ['on'], input.on) ?? refuseBlink(config, input),
      run: (device, input, task) => blink(device, input, task),
    },
  },
  safe: device => {
    set(device, device.safe)
    // A line that is not driven in its safe state follows whatever else is wired to it, in its own time.
    if (!device.driven || device.handle.get() === device.safe) return
    throw new PiWorkerError('ERR_NOT_SAFE', `${device.name} does not read back its safe state`, {
      place: device.name,
      remedy: 'Something else drives the line, or it is shorted: cut the power of the load, then check the wiring.',
    })
  },
})

function set(device: OutputDevice, value: number): Static<typeof State> {
  device.handle.set(value)
  device.value = value
  return { on: value === 1 }
}

async function blink(
  device: OutputDevice,
  { on, off, count }: { readonly on: number; readonly off: number; readonly count: number },
  task: TaskContext,
) {
  const { clock } = task
  const pulses: Static<typeof BlinkPulse>[] = []
  const onNs = toNs(on)
  const offNs = toNs(off)
  let start = 0
  let totalOn = 0
  let totalOff = 0
  let totalLate = 0
  let worstLate = 0
  const late = (achieved: number, requested: number): void => {
    totalLate += achieved - requested
    worstLate = Math.max(worstLate, achieved - requested)
  }
  // An edge that is later than this shifts all that follow: catching up would make pulses of no width.
  const most = Math.min(onNs, offNs) / 2
  let due = 0
  for (let pulse = 0; pulse < count; pulse++) {
    set(device, 1)
    const rose = clock.now()
    if (pulse === 0) start = rose
    else late(rose, due)
    if (pulse === 0 || rose - due > most) due = rose
    await task.until(due + onNs)
    set(device, 0)
    const fell = clock.now()
    late(fell, due + onNs)
    if (fell - due - onNs > most) due = fell - onNs
    due += onNs + offNs
    await task.until(due)
    const ended = clock.now()
    totalOn += fell - rose
    totalOff += ended - fell
    if (pulse < LISTED_PULSES) pulses.push({ at: toMs(rose - start), on: toMs(fell - rose), off: toMs(ended - fell) })
    task.progress(pulse + 1, count)
  }
  const edges = 2 * count - 1 // the first is when it is: nothing was requested for it
  return {
    requested: { on, off, count },
    achieved: { count, on: toMs(totalOn / count), off: toMs(totalOff / count) },
    lateness: { mean: toMs(totalLate / edges), worst: toMs(worstLate) },
    pulses,
  }
}

function safeValue(safe: 'off' | 'on' | 'low' | 'high', activeLow: boolean): number {
  if (safe === 'off' || safe === 'on') return safe === 'on' ? 1 : 0
  return (safe === 'high') !== activeLow ? 1 : 0
}
