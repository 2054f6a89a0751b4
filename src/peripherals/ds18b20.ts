/** A DS18B20 thermometer, or one of its kin, on the kernel's 1-Wire bus. */

import { Type } from 'typebox'
import { busName, type Leased, type OneWireBus } from '../../drivers/open-bus.js'
import { definePeripheral } from '../bench/definition.js'
import { takesAbout } from '../bench/takes.js'
import { PiWorkerError } from '../errors.js'
import { Calibration, calibrate, refuseCalibration } from './calibration.js'
import { Scenario } from './scenario.js'
import { Attempts, inAttempts } from './sensor-attempts.js'

/** Family codes of thermometers, which ids begin with. */
const THERMOMETER = /^(?:10|22|28|3b|42)-/
const ID = '^(?:10|22|28|3b|42)-[0-9a-f]{12}$'
/** Until the next attempt, in ms. A conversion may follow the one before at once. */
const PAUSE = 10
/** A conversion with 12 bits (data sheet, table 2: thermometer resolution); the bus takes little besides. */
const CONVERSION_MS = 750

export const ds18b20 = definePeripheral({
  type: 'ds18b20',
  part: 'ds18b20',
  title: 'Thermometer DS18B20',
  description: 'A thermometer on the 1-Wire bus (dtoverlay=w1-gpio), -55 to 125 °C in steps of 1/16 °C.',
  config: Type.Object({
    id: Type.Optional(
      Type.String({
        description: 'Which sensor: the name of its folder in /sys/bus/w1/devices. Not needed when it is the only one.',
        pattern: ID,
        examples: ['28-0316a2794aff'],
      }),
    ),
    calibration: Type.Optional(Calibration),
  }),
  check: ({ calibration }) => refuseCalibration(calibration, ['calibration']),
  simulate: Type.Object({
    temperature: Type.Optional(Scenario('Temperature of the sensor.', '°C')),
  }),
  // Who says no id wants the only sensor that there is.
  occupies: ({ id }) => [{ what: `${busName('one-wire')} ${id ?? 'the only sensor'}`, path: ['id'] }],
  open: async ({ name, config, buses }) => {
    const bus = await buses.oneWire()
    if (config.id === undefined) await bus.transaction(undefined, oneWire => refuseSeveral(oneWire, name))
    return { name, bus, ...config }
  },
  actions: {
    read: {
      title: 'Measure the temperature',
      description: 'Measures now. It takes up to 750 ms, and the bus is not free meanwhile.',
      effect: 'read',
      input: Type.Object({ attempts: Attempts }),
      output: Type.Object({
        temperature: Type.Number({ description: 'Temperature of the sensor.', unit: '°C' }),
        id: Type.String({ description: 'Which sensor it was.' }),
      }),
      takes: () => takesAbout(CONVERSION_MS),
      run: async ({ name, bus, id, calibration }, { attempts }, task) =>
        await inAttempts(task, { attempts, pause: PAUSE }, () =>
          bus.transaction(task, async oneWire => {
            const sensor = id ?? (await onlySensor(oneWire, name))
            return { temperature: calibrate(await oneWire.temperature(sensor), calibration), id: sensor }
          }),
        ),
    },
  },
})

/** Looked for anew each time: whoever replaces the sensor need not change the bench. */
async function onlySensor(bus: Leased<OneWireBus>, name: string): Promise<string> {
  const only = await refuseSeveral(bus, name)
  if (only !== undefined) return only
  throw new PiWorkerError('ERR_NO_DEVICE', `there is no thermometer on ${bus.name}`, {
    place: name,
    remedy: 'Check the power and the wiring of the sensor; a new one is found within some seconds.',
  })
}

/** The only sensor, or none when there is none now. @throws ERR_BAD_CONFIG */
async function refuseSeveral(bus: Leased<OneWireBus>, name: string): Promise<string | undefined> {
  const sensors = (await bus.list()).filter(id => THERMOMETER.test(id))
  if (sensors.length <= 1) return sensors[0]
  throw new PiWorkerError('ERR_BAD_CONFIG', `${name} may be any of ${sensors.length} sensors: ${sensors.join(', ')}`, {
    place: `${name}.id`,
    remedy: `Say which one it is: id: ${sensors[0]}.`,
    details: { sensors },
  })
}
