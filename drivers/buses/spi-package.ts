/** The npm package `spi-device`, as far as the driver uses it; it is optional, so nothing here loads it by itself. */

import { loadPackage } from './load-package.js'

type Done = (error: Error | null | undefined) => void

export interface SpiTransfer {
  readonly byteLength: number
  readonly sendBuffer: Buffer
  readonly receiveBuffer: Buffer
  readonly speedHz: number
  readonly bitsPerWord: number
}

/** One chip select of one bus. */
export interface PackageSpi {
  transfer(message: SpiTransfer[], done: Done): unknown
  setOptions(options: { readonly mode: number }, done: Done): unknown
  close(done: Done): void
}

export interface SpiPackage {
  /** What it returns is good when `done` has been called without an error. */
  open(bus: number, device: number, options: { readonly mode: number }, done: Done): PackageSpi
}

/** @throws ERR_DRIVER_MISSING */
export function loadSpi(load: () => Promise<{ readonly default: SpiPackage }> = () => import('spi-device')) {
  return loadPackage('spi-device', load)
}
