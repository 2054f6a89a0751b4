/** Any sensor that a driver of the kernel reads (industrial I/O): its channels, with units. */

import { type Static, Type } from 'typebox'
import { busName, type IioBus, type Leased, type Reading } from '../../drivers/open-bus.js'
import { definePeripheral } from '../bench/definition.js'
import type { Path } from '../bench/plain-data.js'
import type { Refusal } from '../bench/problems.js'
import { Default } from '../bench/schema.js'
import { PiWorkerError } from '../errors.js'
import { Calibration, calibrate, refuseCalibration, refuseScaleOf0 } from './calibration.js'
import { Scenario } from './scenario.js'
import { Attempts, badReading, inAttempts } from './sensor-attempts.js'

const Channel = Type.Object({
  channel: Type.Optional(
    Type.String({
      description: 'What the kernel calls it: in_CHANNEL_input or in_CHANNEL_raw. Default: the same name.',
      pattern: '^[a-z][a-z0-9_-]*$',
      examples: ['temp', 'humidityrelative', 'voltage0'],
    }),
  ),
  scale: Type.Optional(
    Type.Number({ description: 'What the reading is multiplied by, to be in the unit given. Then unit is needed.' }),
  ),
  unit: Type.Optional(Type.String({ description: 'Unit of the value. Default: that of the reading.', minLength: 1 })),
  min: Type.Optional(Type.Number({ description: 'Lowest value that can be true, in its unit, before calibration.' })),
  max: Type.Optional(Type.Number({ description: 'Highest value that can be true, in its unit, before calibration.' })),
  calibration: Type.Optional(Calibration),
})
type Channel = Static<typeof Channel>

const Value = Type.Object({
  value: Type.Number({ description: 'In the unit.' }),
  unit: Type.String({ description: 'Empty where the kernel names none.' }),
})

export const iio = definePeripheral({
  type: 'iio',
  part: 'iio',
  title: 'Sensor of the kernel',
  description: 'A sensor that the kernel has a driver for, as it shows in /sys/bus/iio/devices.',
  config: Type.Object({
    device: Type.String({
      description: 'The name of its driver, or its id when several have the same name: bme280, iio:device0.',
      pattern: '^[^/\\0]+$',
      examples: ['dht11'],
    }),
    channels: Type.Optional(
      Type.Record(Type.String({ minLength: 1 }), Channel, {
        description: 'What to read, by names of your own: { air: { channel: temp } }. Default: all that it has.',
        minProperties: 1,
      }),
    ),
    pause: Default(
      Type.Number({
        description: 'Time until it is asked again. A DHT11 needs 1000, a DHT22 2000.',
        minimum: 0,
        maximum: 60_000,
        unit: 'ms',
      }),
      10,
    ),
  }),
  check: ({ channels = {} }) => {
    for (const [name, channel] of Object.entries(channels)) {
      const refusal = refuseChannel(channel, ['channels', name])
      if (refusal !== undefined) return refusal
    }
    return undefined
  },
  simulate: Type.Object({
    channels: Type.Optional(
      Type.Record(
        Type.String({ minLength: 1 }),
        Scenario('What the channel measures, in the unit of the kernel.', ''),
        {
          description: 'By the names of the kernel.',
        },
      ),
    ),
  }),
  occupies: ({ device }) => [{ what: `${busName('iio')} ${device}`, path: ['device'] }],
  open: async ({ config, buses }) => {
    return { bus: await buses.iio(), ...config }
  },
  actions: {
    read: {
      title: 'Measure',
      description: 'Reads each channel, one after the other.',
      effect: 'read',
      input: Type.Object({ attempts: Attempts }),
      output: Type.Record(Type.String(), Value, { description: 'By the names of the channels.' }),
      run: async ({ bus, device, channels, pause }, { attempts }, task) =>
        await inAttempts(task, { attempts, pause }, () =>
          bus.transaction(task, async kernel => {
            const values: Record<string, Reading> = {}
            const wanted = channels ?? (await allChannels(kernel, device))
            for (const [name, channel] of Object.entries(wanted)) {
              const read = channel.channel ?? name
              values[name] = finish(await kernel.read(device, read), channel, `${bus.name} ${device} ${read}`)
            }
            return values
          }),
        ),
    },
  },
})

function refuseChannel({ scale, unit, min, max, calibration }: Channel, path: Path): Refusal | undefined {
  if (scale !== undefined && unit === undefined) {
    const remedy = 'Say which unit the value has once it was multiplied: scale: 10, unit: hPa.'
    return { path, message: 'has a scale and no unit', remedy }
  }
  if (min !== undefined && max !== undefined && min >= max) {
    const remedy = 'Give a max that is larger than min.'
    return { path: [...path, 'min'], message: `must be less than max, which is ${max}, not ${min}`, remedy }
  }
  return refuseScaleOf0(scale, path) ?? refuseCalibration(calibration, [...path, 'calibration'])
}

/** Every channel as it is. @throws ERR_NO_DEVICE */
async function allChannels(kernel: Leased<IioBus>, device: string): Promise<Record<string, Channel>> {
  const devices = await kernel.list()
  const found = devices.filter(({ id, name }) => id === device || name === device)
  if (found.length === 0) {
    const known = devices.length === 0 ? 'none' : devices.map(({ id, name }) => `${name} (${id})`).join(', ')
    throw new PiWorkerError('ERR_NO_DEVICE', `${device} is not on ${kernel.name}; there is ${known}`, {
      place: `${kernel.name} ${device}`,
      remedy: 'Check the power and the wiring of the sensor, and that its overlay is in config.txt.',
      details: { device },
    })
  }
  return Object.fromEntries(found.flatMap(({ channels }) => channels).map(channel => [channel, {}]))
}

/** @throws ERR_BAD_READING (range) */
function finish({ value: read, unit: kernelUnit }: Reading, channel: Channel, place: string): Reading {
  const { scale = 1, unit = kernelUnit, min, max, calibration } = channel
  const measured = read * scale
  if ((min !== undefined && measured < min) || (max !== undefined && measured > max)) {
    const range = `${min ?? ''} to ${max ?? ''} ${unit}`.trim()
    throw badReading(place, `${measured} ${unit} cannot be true: its range is ${range}`, 'range')
  }
  return { value: calibrate(measured, calibration), unit }
}
