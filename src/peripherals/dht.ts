/** The DHT11, the DHT22 and its AM23xx kin: temperature and humidity of the air, over one line or through the kernel. */

import { Type } from 'typebox'
import { busName } from '../../drivers/open-bus.js'
import { definePeripheral } from '../bench/definition.js'
import { Default, Line, OneOf } from '../bench/schema.js'
import { takesAbout } from '../bench/takes.js'
import { isPiWorkerError } from '../errors.js'
import { Calibration, calibrate, refuseCalibrations } from './calibration.js'
import { DHT_MODELS } from './dht-frame.js'
import { DhtIio, KERNEL_MS } from './dht-iio.js'
import { DhtLine, type DhtReader, takesDhtReading } from './dht-line.js'
import { Scenario } from './scenario.js'
import { Attempts, inAttempts } from './sensor-attempts.js'

interface DhtDevice {
  readonly reader: DhtReader
  readonly calibration: { readonly temperature?: Calibration; readonly humidity?: Calibration }
}

export const dht = definePeripheral({
  type: 'dht',
  part: 'dht',
  title: 'Climate sensor DHT11, DHT22',
  description:
    'Temperature and humidity of the air. The sensor is asked once in 2 s at most (a DHT11 once in 1 s): a reading ' +
    'that comes too early waits.',
  config: Type.Object({
    line: Type.Optional(Line({ description: "The sensor's data line, when this program reads it by its edges." })),
    iio: Type.Optional(
      Type.String({
        description:
          "Name or id of the kernel's device, when the kernel reads it (dtoverlay=dht11), as in " +
          '/sys/bus/iio/devices/*/name: dht11@4.',
        minLength: 1,
      }),
    ),
    model: Default(OneOf(DHT_MODELS, { description: 'Which sensor it is; the AM230x are the DHT22.' }), 'dht22'),
    bias: Default(
      OneOf(['as-is', 'disabled', 'pull-up'], {
        description: "The chip's own resistor. The sensor needs a pull-up, here or in its module.",
      }),
      'pull-up',
    ),
    calibration: Type.Optional(
      Type.Object({ temperature: Type.Optional(Calibration), humidity: Type.Optional(Calibration) }),
    ),
  }),
  check: ({ line, iio, calibration }) => {
    if ((line === undefined) !== (iio === undefined)) return refuseCalibrations(calibration)
    return {
      path: [],
      message: `has ${line === undefined ? 'neither' : 'both'} a line ${line === undefined ? 'nor' : 'and'} a device of the kernel`,
      remedy: 'Give line: GPIO4, or iio: dht11@4 where the kernel has the line (dtoverlay=dht11).',
    }
  },
  simulate: Type.Object({
    temperature: Type.Optional(Scenario('Temperature of the air. Default 21.', '°C')),
    humidity: Type.Optional(Scenario('Relative humidity of the air. Default 45.', '%RH')),
    pullUp: Type.Optional(
      Type.Boolean({ description: 'Whether it is a module with a pull-up of its own. Default false.' }),
    ),
  }),
  needs: ({ line, bias }) => (line === undefined ? {} : { bias, edgeTimestamps: 'tick-us' }),
  occupies: ({ iio }) => (iio === undefined ? [] : [{ what: `${busName('iio')} ${iio}`, path: ['iio'] }]),
  outputs: ({ line }) => ({
    lines: line === undefined ? [] : [{ line, safe: 'input', activeLow: false, load: false }],
  }),
  open: async ({ name, config, board, buses }): Promise<DhtDevice> => {
    const { line, iio, model, bias, calibration = {} } = config
    const reader =
      line === undefined
        ? new DhtIio(name, model, iio as string, await buses.iio())
        : await DhtLine.open(name, model, line, bias, board)
    return { reader, calibration }
  },
  actions: {
    read: {
      title: 'Measure',
      description: 'Asks the sensor, again where its answer is broken; every attempt waits for the pause it needs.',
      effect: 'read',
      input: Type.Object({ attempts: Attempts }),
      output: Type.Object({
        temperature: Type.Number({ description: 'Temperature of the air.', unit: '°C' }),
        humidity: Type.Number({ description: 'Relative humidity of the air.', unit: '%RH' }),
      }),
      takes: (config, _input, context) =>
        takesAbout(config.line === undefined ? KERNEL_MS : takesDhtReading(config.model, context)),
      run: async ({ reader, calibration }, { attempts }, task) => {
        const { temperature, humidity } = await inAttempts(task, { attempts, pause: 0 }, () => reader.read(task))
        return {
          temperature: calibrate(temperature, calibration.temperature),
          humidity: calibrate(humidity, calibration.humidity),
        }
      },
    },
  },
  safe: ({ reader }) => {
    try {
      reader.rest()
    } catch (error) {
      // A line of a chip that vanished is driven by nobody.
      if (!isPiWorkerError(error, 'ERR_CHIP_GONE')) throw error
    }
  },
})
