/** A BME280 (temperature, humidity, pressure), or a BMP280, which has no humidity, on I²C. */

import { Type } from 'typebox'
import { busName, DEFAULT_BUS, formatAddress } from '../../drivers/open-bus.js'
import { definePeripheral } from '../bench/definition.js'
import { Default } from '../bench/schema.js'
import { takesAbout } from '../bench/takes.js'
import { Bme280Chip, longestMs, type Oversampling } from './bme280-chip.js'
import { type Measurement, seaLevelPressure } from './bme280-compensation.js'
import { Calibration, calibrate, refuseCalibrations } from './calibration.js'
import { Scenario } from './scenario.js'
import { Attempts, badReading, inAttempts } from './sensor-attempts.js'

const Samples = <const S extends readonly Oversampling[]>(samples: S, description: string) =>
  Type.Unsafe<S[number]>({ type: 'integer', enum: [...samples], description })
const WITH_NONE = [0, 1, 2, 4, 8, 16] as const

/** Until the next attempt, in ms. */
const PAUSE = 10
const PA_PER_HPA = 100
/** Messages of a measurement at 100 kHz, and what comes before the first one, in ms. */
const BUS_MS = 8.5
const SET_UP_MS = 13
/** What the sensor measures (data sheet, table 1 and section 1.2): beyond it a value cannot be trusted. */
const RANGES = {
  temperature: { min: -40, max: 85, unit: '°C' },
  humidity: { min: 0, max: 100, unit: '%RH' },
  pressure: { min: 300, max: 1100, unit: 'hPa' },
} as const

export const bme280 = definePeripheral({
  type: 'bme280',
  part: 'bme280',
  title: 'Climate sensor BME280',
  description:
    'Temperature, humidity and pressure of the air, each measured when it is asked for. A BMP280 gives no humidity.',
  config: Type.Object({
    bus: Default(Type.Integer({ description: 'Number of the I²C bus.', minimum: 0 }), DEFAULT_BUS.i2c),
    address: Default(
      Type.Integer({
        description: '0x76 with the pin SDO at ground, 0x77 with it at the supply.',
        base: 16,
        minimum: 0x76,
        maximum: 0x77,
      }),
      0x76,
    ),
    oversampling: Default(
      Type.Object({
        temperature: Default(Samples([1, 2, 4, 8, 16], 'Samples of the temperature.'), 1),
        humidity: Default(Samples(WITH_NONE, 'Samples of the humidity; 0 leaves it out.'), 1),
        pressure: Default(Samples(WITH_NONE, 'Samples of the pressure; 0 leaves it out.'), 1),
      }),
      {},
    ),
    altitude: Type.Optional(
      Type.Number({
        description: 'Height above sea level, for the pressure at sea level.',
        minimum: -500,
        maximum: 9000,
        unit: 'm',
      }),
    ),
    calibration: Type.Optional(
      Type.Object({
        temperature: Type.Optional(Calibration),
        humidity: Type.Optional(Calibration),
        pressure: Type.Optional(Calibration),
      }),
    ),
  }),
  check: ({ calibration }) => refuseCalibrations(calibration),
  simulate: Type.Object({
    temperature: Type.Optional(Scenario('Temperature of the air.', '°C')),
    humidity: Type.Optional(Scenario('Relative humidity of the air.', '%RH')),
    pressure: Type.Optional(Scenario('Pressure of the air.', 'hPa')),
    chip: Type.Optional(
      Type.Unsafe<'bme280' | 'bmp280'>({
        type: 'string',
        enum: ['bme280', 'bmp280'],
        description: 'Which chip it is.',
      }),
    ),
  }),
  occupies: ({ bus, address }) => [{ what: placeOf(bus, address), path: ['address'] }],
  open: async ({ config, buses }) => {
    const { bus, address, oversampling, altitude, calibration = {} } = config
    const place = placeOf(bus, address)
    const chip = new Bme280Chip(await buses.i2c(bus), { address, place, ...oversampling })
    return { chip, place, altitude, calibration }
  },
  actions: {
    read: {
      title: 'Measure',
      description: 'Measures now. It takes some 10 ms, with much oversampling some 100 ms.',
      effect: 'read',
      input: Type.Object({ attempts: Attempts }),
      output: Type.Object({
        temperature: Type.Number({ description: 'Temperature of the sensor.', unit: '°C' }),
        humidity: Type.Optional(Type.Number({ description: 'Relative humidity; not of a BMP280.', unit: '%RH' })),
        pressure: Type.Optional(Type.Number({ description: 'Pressure where the sensor is.', unit: 'hPa' })),
        seaLevelPressure: Type.Optional(
          Type.Number({ description: 'Pressure at sea level, when the altitude is known.', unit: 'hPa' }),
        ),
      }),
      takes: ({ oversampling }, _input, { notes }) => {
        const first = notes.setUp === undefined ? SET_UP_MS : 0
        notes.setUp = 1
        return takesAbout(first + longestMs(oversampling) + BUS_MS)
      },
      run: async ({ chip, place, altitude, calibration }, { attempts }, task) => {
        const { temperature, humidity, pressure } = await inAttempts(task, { attempts, pause: PAUSE }, async () =>
          checkRanges(await chip.measure(task), place),
        )
        const air = pressure === undefined ? undefined : calibrate(pressure, calibration.pressure)
        return {
          temperature: calibrate(temperature, calibration.temperature),
          ...(humidity !== undefined && { humidity: calibrate(humidity, calibration.humidity) }),
          ...(air !== undefined && { pressure: air }),
          ...(air !== undefined && altitude !== undefined && { seaLevelPressure: seaLevelPressure(air, altitude) }),
        }
      },
    },
  },
})

/** With the pressure in hPa. @throws ERR_BAD_READING (range) */
function checkRanges({ temperature, humidity, pressure }: Measurement, place: string): Measurement {
  const measured = { temperature, humidity, pressure: pressure === undefined ? undefined : pressure / PA_PER_HPA }
  for (const [what, { min, max, unit }] of Object.entries(RANGES)) {
    const value = measured[what as keyof typeof RANGES]
    if (value === undefined || (value >= min && value <= max)) continue
    const range = `${min} to ${max} ${unit}`
    throw badReading(place, `a ${what} of ${value.toFixed(2)} ${unit} is outside of its range, ${range}`, 'range')
  }
  return measured
}

function placeOf(bus: number, address: number): string {
  return `${busName('i2c', bus)} ${formatAddress(address)}`
}
