/** A pulse counter: a flow meter, an anemometer, an energy meter, a fan's tachometer, a rain gauge. */

import { Type } from 'typebox'
import { definePeripheral } from '../bench/definition.js'
import { Default, DurationSchema, Line, OneOf } from '../bench/schema.js'
import { AT_ONCE, takesJust, takesUpTo } from '../bench/takes.js'
import type { TaskContext } from '../worker/attempt-context.js'
import { toMs, toNs } from '../worker/duration.js'
import { Calibration, calibrate, refuseCalibrations } from './calibration.js'
import { countFor, frequencyFor, frequencyOver, type PulseSource, waitForPulses } from './counter-measure.js'
import { PulseTally, type Tally } from './counter-tally.js'
import { EdgeTime, Timeout } from './edge-fields.js'
import { Scenario } from './scenario.js'

/** What pulses stand for. */
interface Meter {
  readonly perPulse?: number
  readonly unit?: string
  readonly ratePer: keyof typeof SECONDS
  readonly calibration?: { readonly amount?: Calibration; readonly rate?: Calibration }
}

interface CounterDevice extends PulseSource {
  readonly meter: Meter
  readonly tally: PulseTally
}

const SECONDS = { s: 1, min: 60, h: 3600 } as const

const Lost = Type.Integer({
  description: 'Edges that are known to be missing, at least: with any of them the count is too low.',
})
const Timestamps = OneOf(['kernel-ns', 'tick-us', 'none'], {
  description: 'Where the times come from: the interrupt, a 1 us tick, or when the program saw the edge.',
})
const Amount = Type.Optional(
  Type.Number({ description: 'What the pulses stand for, in `unit`; only with `perPulse` in the configuration.' }),
)
const Rate = Type.Optional(
  Type.Number({ description: 'Amount in the time that `ratePer` says; only with `perPulse` in the configuration.' }),
)
const Unit = Type.Optional(Type.String({ description: 'Unit of the amount, as configured.' }))
const Total = Type.Object({
  pulses: Type.Integer({ description: 'Pulses since then.' }),
  lost: Lost,
  since: EdgeTime('When this count began: at the opening, or at the last `zero`.'),
  amount: Amount,
  unit: Unit,
})

export const counter = definePeripheral({
  type: 'counter',
  part: 'counter',
  title: 'Pulse counter',
  description: 'Counts the pulses on one line all the time, and measures how often they come.',
  config: Type.Object({
    line: Line(),
    edge: Default(
      OneOf(['rising', 'falling', 'both'], {
        description: 'Which edges are pulses; with `both`, each of them is one.',
      }),
      'rising',
    ),
    bias: Default(
      OneOf(['as-is', 'disabled', 'pull-up', 'pull-down'], { description: "The chip's own resistor on the line." }),
      'as-is',
    ),
    debounce: Default(DurationSchema({ description: 'Changes shorter than this are not seen.' }), 0),
    perPulse: Type.Optional(
      Type.Number({ description: 'What one pulse stands for: 2.25 (ml) of a flow meter.', exclusiveMinimum: 0 }),
    ),
    unit: Type.Optional(Type.String({ description: 'Unit of `perPulse`: ml.', minLength: 1 })),
    ratePer: Default(
      OneOf(['s', 'min', 'h'], { description: 'The rate is the amount in a second, minute or hour.' }),
      's',
    ),
    calibration: Type.Optional(Type.Object({ amount: Type.Optional(Calibration), rate: Type.Optional(Calibration) })),
  }),
  check: ({ calibration }) => refuseCalibrations(calibration),
  simulate: Type.Object({
    frequency: Type.Optional(Scenario('Pulses a second; 0 for none. Default 0.', 'Hz')),
    duty: Type.Optional(
      Type.Number({
        description: 'Part of a period that the line is high. Default 0.5.',
        exclusiveMinimum: 0,
        exclusiveMaximum: 1,
      }),
    ),
    jitter: Type.Optional(
      Type.Number({
        description: 'How far from its time a pulse may come, either way, as a part of its period. Default 0.',
        minimum: 0,
        maximum: 0.4,
      }),
    ),
  }),
  needs: ({ bias, debounce }) => ({ bias, debounce: debounce > 0 }),
  open: async ({ name, config, board }): Promise<CounterDevice> => {
    const { line, edge, bias, debounce } = config
    const settings = { direction: 'input', edges: edge, bias, debounceNs: toNs(debounce) } as const
    const handle = await board.request({ lines: [line], settings })
    return { name, board, handle, meter: config, tally: new PulseTally(handle, () => board.now()) }
  },
  actions: {
    count: {
      title: 'Count for a while',
      effect: 'read',
      input: Type.Object({ for: DurationSchema({ description: 'How long.', exclusiveMinimum: 0 }) }),
      output: Type.Object({
        pulses: Type.Integer({ description: 'Pulses in that time.' }),
        lost: Lost,
        from: EdgeTime('Beginning of the count.'),
        to: EdgeTime('End of the count.'),
        amount: Amount,
        rate: Rate,
        unit: Unit,
      }),
      takes: (_config, { for: ms }) => takesJust(ms),
      run: async (device, { for: ms }, task) => {
        const count = await countFor(device, toNs(ms), task)
        const perSecond = (count.pulses * 1e9) / (count.to - count.from)
        return { ...count, ...amountOf(device.meter, count.pulses), ...rateOf(device.meter, perSecond) }
      },
    },
    frequency: {
      title: 'Measure the frequency',
      description:
        'From the times of the edges: over a number of periods, or over as many as come in a while. Edges that are ' +
        'known to be missing break a measurement, which begins anew after them.',
      effect: 'read',
      input: Type.Union([
        Type.Object({ for: DurationSchema({ description: 'How long to listen.', exclusiveMinimum: 0 }) }),
        Type.Object({
          periods: Type.Integer({ description: 'How many periods to take the mean of.', minimum: 1 }),
          timeout: Timeout,
        }),
      ]),
      output: Type.Object({
        frequency: Type.Number({ description: 'Pulses a second; 0 when fewer than two came in the time.', unit: 'Hz' }),
        periods: Type.Integer({ description: 'Of how many periods it is the mean.' }),
        shortest: Type.Optional(Type.Number({ description: 'The shortest of them.', unit: 'ms' })),
        longest: Type.Optional(Type.Number({ description: 'The longest of them.', unit: 'ms' })),
        lost: Lost,
        rate: Rate,
        unit: Unit,
        timestamps: Timestamps,
      }),
      takes: (_config, input) => ('for' in input ? takesJust(input.for) : takesUpTo(input.timeout)),
      run: async (device, input, task) => {
        const { frequency, periods, shortest, longest, lost } =
          'for' in input
            ? await frequencyFor(device, toNs(input.for), task)
            : await frequencyOver(device, input.periods, timeoutNs(input.timeout), task)
        return {
          frequency,
          periods,
          ...(shortest !== undefined && { shortest: toMs(shortest) }),
          ...(longest !== undefined && { longest: toMs(longest) }),
          lost,
          ...rateOf(device.meter, frequency),
          timestamps: device.board.capabilities.edgeTimestamps,
        }
      },
    },
    waitFor: {
      title: 'Wait for a number of pulses',
      description: 'As of a flow meter that fills a vessel.',
      effect: 'read',
      input: Type.Object({
        pulses: Type.Integer({ description: 'How many, from the beginning of the action.', minimum: 1 }),
        timeout: Timeout,
      }),
      output: Type.Object({
        pulses: Type.Integer({ description: 'Pulses that came.' }),
        lost: Lost,
        time: EdgeTime('When the last of them came.'),
        waited: Type.Number({ description: 'From the beginning of the action.', unit: 'ms' }),
        amount: Amount,
        unit: Unit,
      }),
      takes: (_config, { timeout }) => takesUpTo(timeout),
      run: async (device, { pulses: wanted, timeout }, task) => {
        const { pulses, lost, from, to } = await waitForPulses(device, wanted, timeoutNs(timeout), task)
        return { pulses, lost, time: to, waited: toMs(to - from), ...amountOf(device.meter, pulses) }
      },
    },
    total: {
      title: 'Read the total',
      description: 'What was counted since the opening or the last `zero`, between actions too.',
      effect: 'read',
      output: Total,
      takes: () => AT_ONCE,
      run: (device, _input, task) => totalOf(device, task, () => device.tally.read()),
    },
    zero: {
      title: 'Begin the total anew',
      description: 'Gives the total up to then; no pulse is in both counts, and none is in neither.',
      effect: 'pulse',
      output: Total,
      takes: () => AT_ONCE,
      run: (device, _input, task) => totalOf(device, task, () => device.tally.zero()),
    },
  },
  // It drives nothing.
  safe: () => undefined,
})

function timeoutNs(timeout: number | undefined): number | undefined {
  return timeout === undefined ? undefined : toNs(timeout)
}

/** The total, once the edges of the last moments have reached us. */
async function totalOf({ board, meter }: CounterDevice, task: TaskContext, take: () => Tally) {
  if (board.capabilities.edgeDelayNs > 0) await task.sleep(toMs(board.capabilities.edgeDelayNs))
  const total = take()
  return { ...total, ...amountOf(meter, total.pulses) }
}

/** What so many pulses stand for; nothing without `perPulse`. */
function amountOf({ perPulse, unit, calibration }: Meter, pulses: number): { amount?: number; unit?: string } {
  if (perPulse === undefined) return {}
  return { amount: calibrate(pulses * perPulse, calibration?.amount), ...(unit !== undefined && { unit }) }
}

/** What so many pulses a second stand for; nothing without `perPulse`. */
function rateOf({ perPulse, unit, ratePer, calibration }: Meter, frequency: number): { rate?: number; unit?: string } {
  if (perPulse === undefined) return {}
  const rate = calibrate(frequency * perPulse * SECONDS[ratePer], calibration?.rate)
  return { rate, ...(unit !== undefined && { unit }) }
}
