/** An ultrasonic distance sensor HC-SR04, or one that works like it. */

import { Type } from 'typebox'
import { definePeripheral } from '../bench/definition.js'
import { Default, DurationSchema, Line } from '../bench/schema.js'
import { takesAbout, takesTurn } from '../bench/takes.js'
import { isPiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import { toMs, toNs } from '../worker/duration.js'
import { Calibration, calibrate, refuseCalibration } from './calibration.js'
import { type EchoSensor, PING_MS, ping } from './distance-echo.js'
import { Scenario } from './scenario.js'
import { Attempts, inAttempts } from './sensor-attempts.js'

interface DistanceDevice extends EchoSensor {
  /** ns from one trigger to the next. */
  readonly cycleNs: number
  /** cm. */
  readonly range: { readonly nearest: number; readonly farthest: number }
  readonly temperature: number
  readonly calibration: Calibration | undefined
  /** When the last ping began, in ns since the bench was opened. */
  pinged: number
}

/** What the HC-SR04 can measure, in cm (data sheet, Elecfreaks). */
const NEAREST_CM = 2
const FARTHEST_CM = 400
const Temperature = (description: string) => Type.Number({ description, minimum: -40, maximum: 85, unit: '°C' })

export const distance = definePeripheral({
  type: 'distance',
  part: 'distance',
  title: 'Ultrasonic distance sensor HC-SR04',
  description: 'Distance of the nearest thing that reflects sound, 2 to 400 cm. Nothing in range is a result.',
  config: Type.Object({
    lines: Type.Object({
      trigger: Line({ description: 'Starts a ping.' }),
      echo: Line({ description: 'High as long as the sound was under way. 5 V on most makes: needs a divider.' }),
    }),
    temperature: Default(
      Temperature('Of the air, for the speed of sound. At 22.7 °C it is the 58 us for a cm of the data sheet.'),
      20,
    ),
    range: Default(
      Type.Object({
        nearest: Default(
          Type.Number({ description: 'Nearer than this is out of range.', minimum: 0, unit: 'cm' }),
          NEAREST_CM,
        ),
        farthest: Default(
          Type.Number({
            description: 'Farther than this is out of range.',
            exclusiveMinimum: 0,
            maximum: 600,
            unit: 'cm',
          }),
          FARTHEST_CM,
        ),
      }),
      {},
    ),
    cycle: Default(
      DurationSchema({
        description: 'From one ping to the next, so that no old echo is taken for a new one.',
        minimum: 60,
      }),
      60,
    ),
    calibration: Type.Optional(Calibration),
  }),
  check: ({ calibration }) => refuseCalibration(calibration, ['calibration']),
  simulate: Type.Object({
    distance: Type.Optional(Scenario('Distance of the target. Default 100.', 'cm')),
    temperature: Type.Optional(Scenario('Temperature of the air. Default: as configured.', '°C')),
  }),
  needs: () => ({ edgeTimestamps: 'tick-us' }),
  outputs: ({ lines }) => ({ lines: [{ line: lines.trigger, safe: 'low', activeLow: false, load: false }] }),
  open: async ({ name, config, board }): Promise<DistanceDevice> => {
    const { lines, temperature, range, cycle, calibration } = config
    const echo = await board.request({ lines: [lines.echo], settings: { direction: 'input', edges: 'both' } })
    const trigger = await board.request({ lines: [lines.trigger], settings: { direction: 'output', initial: 0 } })
    const pinged = Number.NEGATIVE_INFINITY
    return { name, board, trigger, echo, cycleNs: toNs(cycle), range, temperature, calibration, pinged }
  },
  actions: {
    read: {
      title: 'Measure the distance',
      description: 'The median of several pings, in which single wrong echoes do not count.',
      effect: 'read',
      input: Type.Object({
        samples: Default(Type.Integer({ description: 'How many pings.', minimum: 1, maximum: 1000 }), 1),
        temperature: Type.Optional(Temperature('Of the air now, when it is not that of the configuration.')),
        attempts: Attempts,
      }),
      output: Type.Object({
        distance: Type.Union([Type.Number({ unit: 'cm' }), Type.Null()], {
          description: 'Null when it is out of range.',
        }),
        outOfRange: Type.Boolean({ description: 'Whether most pings found nothing between nearest and farthest.' }),
        samples: Type.Integer({ description: 'How many pings were in range.' }),
        spread: Type.Number({ description: 'From the nearest to the farthest of them.', unit: 'cm' }),
      }),
      takes: ({ cycle }, { samples }, context) => {
        // Pings begin a cycle apart, those of actions before included.
        const wait = takesTurn(context, cycle)
        context.times.asked = context.now + wait + (samples - 1) * cycle
        return takesAbout(wait + (samples - 1) * cycle + PING_MS)
      },
      run: async (device, { samples, temperature = device.temperature, attempts }, task) => {
        const found: number[] = []
        for (let sample = 0; sample < samples; sample++) {
          const width = await inAttempts(task, { attempts, pause: 0 }, () => pingInTurn(device, task))
          found.push(inRange(distanceOf(width, temperature), device.range))
          task.progress(sample + 1, samples)
        }
        return summary(found, device.calibration)
      },
    },
  },
  safe: ({ trigger }) => {
    try {
      trigger.set(0)
    } catch (error) {
      // A line of a chip that vanished is driven by nobody.
      if (!isPiWorkerError(error, 'ERR_CHIP_GONE')) throw error
    }
  },
})

/** The echo of a ping that begins a cycle after the last one, whichever task that was of. */
async function pingInTurn(device: DistanceDevice, task: TaskContext): Promise<number> {
  const wait = device.pinged + device.cycleNs - device.board.now()
  if (wait > 0) await task.sleep(toMs(wait))
  device.pinged = device.board.now()
  return await ping(device, task)
}

/**
 * The speed of sound in dry air, in m/s. Air is an ideal gas here: the root of 1.4 R T / M, with R = 8.3145 J/(mol K) and
 * M = 0.02897 kg/mol, is 331.3 m/s at 0 °C. Humidity adds 0.1 to 0.6 %.
 */
export function speedOfSound(temperature: number): number {
  return 331.3 * Math.sqrt(1 + temperature / 273.15)
}

/** In cm, from how long the echo line was high (ns): there and back. */
function distanceOf(width: number, temperature: number): number {
  return ((width / 1e9) * speedOfSound(temperature) * 100) / 2
}

/** Infinite when it is not in range, so that it can be sorted with the others. */
function inRange(cm: number, { nearest, farthest }: DistanceDevice['range']): number {
  return cm >= nearest && cm <= farthest ? cm : Number.POSITIVE_INFINITY
}

function summary(found: readonly number[], calibration: Calibration | undefined) {
  const sorted = [...found].sort((a, b) => a - b)
  const near = sorted.filter(Number.isFinite).map(cm => calibrate(cm, calibration))
  const middle = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
  const spread = near.length === 0 ? 0 : Math.max(...near) - Math.min(...near)
  const outOfRange = !Number.isFinite(middle)
  const distance = outOfRange ? null : calibrate(middle, calibration)
  return { distance, outOfRange, samples: near.length, spread }
}
