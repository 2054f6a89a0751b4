/** The npm package `pigpio`, as far as the driver uses it; it is optional, so nothing here loads it by itself. */

import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { codeOf, messageOf, PiWorkerError } from '../../src/errors.js'
import { orOtherDriver } from '../other-driver.js'

/** Called with the level and the tick of a change. */
export type AlertListener = (level: number, tick: number) => void

/** One line. Every call is a call of the C library and throws a plain Error when that refuses. */
export interface Gpio {
  mode(mode: number): unknown
  pullUpDown(pud: number): unknown
  digitalRead(): number
  /** Ends PWM on the line, sets the level, and only then makes the line an output. */
  digitalWrite(level: number): unknown
  pwmFrequency(hertz: number): unknown
  pwmRange(range: number): unknown
  pwmWrite(duty: number): unknown
  getPwmFrequency(): number
  getPwmRealRange(): number
  hardwarePwmWrite(hertz: number, millionths: number): unknown
  servoWrite(us: number): unknown
  getServoPulseWidth(): number
  glitchFilter(us: number): unknown
  enableAlert(): unknown
  disableAlert(): unknown
  on(event: 'alert', listener: AlertListener): unknown
  off(event: 'alert', listener: AlertListener): unknown
}

/** The lines 0 to 31 at once. */
export interface GpioBank {
  read(): number
  set(bits: number): unknown
  clear(bits: number): unknown
}

/** Numbers of lines, not bits; 0 is "no line". */
export interface WavePulse {
  readonly gpioOn: number
  readonly gpioOff: number
  readonly usDelay: number
}

export interface PigpioPackage {
  readonly Gpio: new (line: number) => Gpio
  readonly GpioBank: new () => GpioBank
  initialize(): void
  terminate(): void
  configureInterfaces(flags: number): unknown
  hardwareRevision(): number
  getTick(): number
  waveAddNew(): void
  waveAddGeneric(pulses: readonly WavePulse[]): number
  waveCreate(): number
  waveDelete(id: number): void
  waveChain(chain: readonly number[]): void
  waveTxBusy(): number
  waveTxStop(): void
}

/** Constants of pigpio.h that the package repeats. */
export const MODE_INPUT = 0
export const PUD_OFF = 0
export const PUD_DOWN = 1
export const PUD_UP = 2
/** DISABLE_FIFO_IF and DISABLE_SOCK_IF. */
export const NO_INTERFACES = 3

/** What compiling the addon takes on Raspberry Pi OS; the package looks for `pigpiod` to decide whether to compile. */
const INSTALL =
  'sudo apt install -y pigpio libpigpio-dev build-essential python3; npm install pigpio; npm rebuild pigpio'

/** How the package is found; tests have a way of their own. */
export interface PackageSource {
  /** Where its main file is. */
  resolve(): string
  /** Loads the addon at that path, and throws what that throws. */
  loadAddon(path: string): void
  load(): Promise<unknown>
}

const NAME = 'pigpio'

const require = createRequire(import.meta.url)

const installed: PackageSource = {
  resolve: () => require.resolve(NAME),
  loadAddon: path => void require(path),
  load: async () => await import(NAME),
}

/**
 * Loads the package.
 * @throws ERR_DRIVER_MISSING: it is not installed, or its addon was not compiled or cannot be loaded.
 */
export async function loadPigpio(source: PackageSource = installed): Promise<PigpioPackage> {
  const addon = join(dirname(find(source)), 'build/Release/pigpio.node')
  if (!existsSync(addon)) throw notCompiled('it was not compiled')
  try {
    // Loading the package without it succeeds, and prints a page; where the C library was missing at the installation
    // there is one, and it is empty.
    source.loadAddon(addon)
  } catch (error) {
    throw notCompiled(firstLine(error), error)
  }
  let loaded: unknown
  try {
    loaded = await source.load()
  } catch (error) {
    throw notCompiled(firstLine(error), error)
  }
  return exportsOf(loaded)
}

function find(source: PackageSource): string {
  try {
    return source.resolve()
  } catch (error) {
    if (!['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(codeOf(error) ?? '')) {
      throw notCompiled(firstLine(error), error)
    }
    const { remedy, mend } = orOtherDriver(`Install it: ${INSTALL}`)
    throw new PiWorkerError('ERR_DRIVER_MISSING', 'the package pigpio is not installed', {
      place: 'pigpio',
      remedy,
      cause: error,
      details: { driver: 'pigpio', package: 'pigpio', mend },
    })
  }
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0] ?? ''
}

/** A CommonJS package comes as `default`. */
function exportsOf(loaded: unknown): PigpioPackage {
  const outer = loaded as { default?: PigpioPackage } & PigpioPackage
  return outer.default ?? outer
}

function notCompiled(reason: string, cause?: unknown): PiWorkerError {
  const { remedy, mend } = orOtherDriver(
    `Install the C library and compile the addon: ${INSTALL} (npm 12: npm approve-scripts pigpio)`,
  )
  return new PiWorkerError('ERR_DRIVER_MISSING', `the addon of the package pigpio cannot be used: ${reason}`, {
    place: 'pigpio',
    remedy,
    cause,
    details: { driver: 'pigpio', package: 'pigpio', mend },
  })
}
