/** The npm package `onoff`, as far as the driver uses it; it is optional, so nothing here loads it by itself. */

import { codeOf, messageOf, PiWorkerError } from '../../src/errors.js'

/** One exported line of the package. */
export interface Gpio {
  readSync(): number
  writeSync(value: 0 | 1): void
  setDirection(direction: 'in' | 'high' | 'low'): void
  setEdge(edge: 'none' | 'both'): void
  watch(callback: (error: Error | null | undefined, value: number) => void): void
  unwatchAll(): void
  /** Ends watching, closes the package's file and unexports. */
  unexport(): void
  /** The package's own file, which it does not tell of otherwise. */
  readonly _valueFd?: number | undefined
}

export interface GpioClass {
  new (
    number: number,
    direction: 'in' | 'out',
    edge: undefined,
    options: { readonly reconfigureDirection: false },
  ): Gpio
}

/** What compiling an addon takes on Raspberry Pi OS. */
const COMPILER = 'sudo apt install -y build-essential python3'

/**
 * Loads the package.
 * @throws ERR_DRIVER_MISSING: it is not installed, or `epoll` under it was not compiled for this Node.
 */
export async function loadGpio(load: () => Promise<{ Gpio: GpioClass }> = () => import('onoff')): Promise<GpioClass> {
  try {
    return (await load()).Gpio
  } catch (error) {
    if (['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(codeOf(error) ?? '')) {
      throw new PiWorkerError('ERR_DRIVER_MISSING', 'the package onoff is not installed', {
        place: 'onoff',
        remedy: `Install it: ${COMPILER}; npm install onoff`,
        cause: error,
        details: { driver: 'onoff', package: 'onoff' },
      })
    }
    const reason = messageOf(error).split('\n')[0]
    throw new PiWorkerError('ERR_DRIVER_MISSING', `the package epoll, which onoff needs, is not compiled: ${reason}`, {
      place: 'epoll',
      remedy: `Compile it: ${COMPILER}; npm approve-scripts epoll (npm 11.16 or newer); npm rebuild epoll`,
      cause: error,
      details: { driver: 'onoff', package: 'epoll' },
    })
  }
}
