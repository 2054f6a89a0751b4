/** What goes wrong with sensors that the kernel reads. */

import { PiWorkerError } from '../../src/errors.js'
import { errnoOf } from './failures.js'

/** `sensors` are those that are there, when it is known. */
export function noSensor(bus: string, id: string, cause?: unknown, sensors?: readonly string[]): PiWorkerError {
  const others = sensors === undefined ? '' : `; there is ${sensors.length === 0 ? 'none' : sensors.join(', ')}`
  return new PiWorkerError('ERR_NO_DEVICE', `${id} is not on ${bus}${others}`, {
    place: `${bus} ${id}`,
    remedy: 'Check the power and the wiring of the sensor; a new one is found within some seconds.',
    cause,
    details: { bus, id, errno: errnoOf(cause) },
  })
}
