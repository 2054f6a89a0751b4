/** Which IIO device is meant, the same for real and simulated ones. */

import { PiWorkerError } from '../../src/errors.js'
import type { IioDevice } from './bus.js'
import { noSensor } from './sensor-failures.js'

/** What the bus is called. */
export const IIO = 'iio'

/** The one that is meant, by its id or a name that no other has. @throws ERR_NO_DEVICE, ERR_BAD_OPTION */
export function findIioDevice(devices: readonly IioDevice[], wanted: string, cause?: unknown): IioDevice {
  const [found, other] = devices.filter(({ id, name }) => id === wanted || name === wanted)
  if (found === undefined) {
    throw noSensor(
      IIO,
      wanted,
      cause,
      devices.map(({ id, name }) => `${name} (${id})`),
    )
  }
  if (other === undefined) return found
  throw new PiWorkerError('ERR_BAD_OPTION', `both ${found.id} and ${other.id} are called ${wanted}`, {
    place: IIO,
    remedy: 'Name the device by its id.',
    details: { bus: IIO, device: wanted },
  })
}

export function noChannel({ id, name, channels }: IioDevice, channel: string): PiWorkerError {
  return new PiWorkerError('ERR_UNSUPPORTED', `${name} (${id}) has no channel ${channel}`, {
    place: `${IIO} ${name}`,
    remedy: `Read one of these: ${channels.join(', ')}.`,
    details: { bus: IIO, device: id, channel },
  })
}
