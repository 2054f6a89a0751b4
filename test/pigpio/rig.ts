/**
 * Boards of the pigpio driver through the real package and addon. `openPigpioBoard`, `drive` and `level` are what a suite
 * for every driver needs: there the stand-in's time follows the machine's.
 */

import { createRequire } from 'node:module'
import type { Board } from '../../drivers/driver.js'
import { type Machine, type PigpioOptions, type PigpioPackage, pigpioDriver } from '../../drivers/pigpio/index.js'
import { thisMachine } from '../../drivers/pigpio/machine.js'
import { loadPigpio } from '../../drivers/pigpio/package.js'
import type { Clock } from '../../src/worker/clock.js'
import { pathFromRun, Standin } from './standin.js'

const load = createRequire(import.meta.url)

export const standin = new Standin()

/** A Pi 3B, as root, with the lock file of the stand-in. */
export const pi3: Machine = {
  ...thisMachine('/proc', '/nowhere', process.env.PI_WORKER_STANDIN_LOCK),
  platform: 'linux',
  uid: 0,
  revision: () => 0xa02082,
}

/** Loaded as the driver loads it, from where the tier has compiled it. */
export function realPackage(): Promise<PigpioPackage> {
  const main = pathFromRun('PI_WORKER_PIGPIO')
  return loadPigpio({ resolve: () => main, loadAddon: path => void load(path), load: async () => load(main) })
}

export function tierDriver(options: PigpioOptions = {}) {
  return pigpioDriver({ pigpio: realPackage, machine: pi3, ...options })
}

/** A board whose time goes with the machine's. */
export async function openPigpioBoard(clock: Clock, options: PigpioOptions = {}): Promise<Board> {
  if (!standin.running) {
    standin.reset()
    standin.realTime(true)
  }
  return await tierDriver(options).open({ clock })
}

/** What is wired to the line drives it. */
export function drive(line: number, state: 'low' | 'high' | 'float'): void {
  standin.drive(line, state)
}

/** The physical level of the line, whoever makes it. */
export function level(line: number): 0 | 1 {
  return standin.level(line) === 1 ? 1 : 0
}
