/** Opens the buses of a machine, and shares each out: what `src/` reaches of `drivers/buses`. */

import type { Worker } from '../src/worker/worker.js'
import type { BusKind, BusOfKind } from './buses/bus.js'
import { SharedBus } from './buses/shared-bus.js'
import type { Board } from './driver.js'

export type * from './buses/bus.js'
export { formatAddress } from './buses/check.js'
export { type ByteOrder, I2cDevice } from './buses/i2c-device.js'
export type { Leased } from './buses/lease.js'
export type { SharedBus } from './buses/shared-bus.js'

/** The number of a bus where nobody says one: the header's own I²C, SPI and PWM chip. */
export const DEFAULT_BUS: Readonly<Record<BusKind, number>> = { i2c: 1, spi: 0, 'one-wire': 0, iio: 0, pwm: 0 }

/** As the system calls a bus: `i2c-1`, `spi0`, `w1`, `iio`, `pwmchip0`. */
export function busName(kind: BusKind, number: number = DEFAULT_BUS[kind]): string {
  if (kind === 'one-wire') return 'w1'
  if (kind === 'iio') return 'iio'
  return { i2c: 'i2c-', spi: 'spi', pwm: 'pwmchip' }[kind] + number
}

/**
 * Opens a bus of the board, where it has its own, or of the machine; its transactions are tasks of `worker`.
 * @throws ERR_DRIVER_MISSING, ERR_PERMISSION, ERR_UNSUPPORTED, ERR_BAD_OPTION, ERR_IO
 */
export async function openSharedBus<K extends BusKind>(
  board: Pick<Board, 'openBus'>,
  kind: K,
  number: number,
  worker: Worker,
): Promise<SharedBus<BusOfKind[K]>> {
  const { clock } = worker
  const opened = board.openBus === undefined ? openMachineBus(kind, number, worker) : board.openBus(kind, number)
  return new SharedBus(await clock.hold(opened), worker)
}

/** Each is loaded only when it is wanted. */
async function openMachineBus<K extends BusKind>(kind: K, number: number, { clock }: Worker): Promise<BusOfKind[K]> {
  const opened: { readonly [N in BusKind]: () => Promise<BusOfKind[N]> } = {
    i2c: async () => (await import('./buses/i2c.js')).openI2c({ clock, bus: number }),
    spi: async () => (await import('./buses/spi.js')).openSpi({ clock, bus: number }),
    'one-wire': async () => (await import('./buses/one-wire.js')).openOneWire({ clock }),
    iio: async () => (await import('./buses/iio.js')).openIio({ clock }),
    pwm: async () => (await import('./buses/pwm.js')).openPwm({ clock, chip: number }),
  }
  return await opened[kind]()
}
