/** Why the kernel keeps this user from a bus. */

import { PiWorkerError } from '../../src/errors.js'
import { type PermissionContext, permissionError } from '../permission.js'
import type { BusKind } from './bus.js'

/** The subsystem of the device and the group that has it on Raspberry Pi OS; none where only sysfs is written. */
const DEVICES: Readonly<Partial<Record<BusKind, { readonly subsystem: string; readonly group: string }>>> = {
  i2c: { subsystem: 'i2c-dev', group: 'i2c' },
  spi: { subsystem: 'spidev', group: 'spi' },
}

/** ERR_PERMISSION for the file of a bus, with the command that lets this user in. */
export function busPermission(
  kind: BusKind,
  bus: string,
  path: string,
  cause: unknown,
  context?: PermissionContext,
): PiWorkerError {
  const { message, remedy, details } = permissionError('gpiochip', path, cause, context)
  const { driver: _, ...facts } = details
  const closed = details.group === undefined || details.group === 'root'
  return new PiWorkerError('ERR_PERMISSION', message, {
    place: bus,
    remedy: closed ? openUp(kind, String(details.user)) : remedy,
    cause,
    details: { bus, ...facts },
  })
}

/** The file is root's alone. */
function openUp(kind: BusKind, user: string): string {
  const device = DEVICES[kind]
  if (device === undefined) {
    return 'Run it as root (sudo); only Raspberry Pi OS gives the files of sysfs to a group (gpio), and not all of them.'
  }
  const { subsystem, group } = device
  return (
    `Give the devices to the group ${group}: echo 'SUBSYSTEM=="${subsystem}", GROUP="${group}", MODE="0660"' | ` +
    `sudo tee /etc/udev/rules.d/90-${group}.rules; sudo groupadd -f ${group}; sudo usermod -aG ${group} ${user}; then restart.`
  )
}
