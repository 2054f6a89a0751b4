/**
 * The driver `pigpio`: lines of a Pi 0 to 4 through the npm package `pigpio` and its C library, which samples them every
 * 5 µs and makes pulses and PWM by DMA. It needs root, and no other process may use pigpio.
 */

import { basename } from 'node:path'
import { PiWorkerError } from '../../src/errors.js'
import type { Driver, LineInspector } from '../driver.js'
import { checkHardwareAllowed } from '../real-hardware.js'
import { PigpioBoard, type PigpioBoardOptions, pigpioCapabilities } from './board.js'
import { otherChip } from './failures.js'
import { checkMachine, type Machine, pwmClockOf, thisMachine } from './machine.js'
import { loadPigpio, type PigpioPackage } from './package.js'
import { joinSession, type Session } from './session.js'
import { type SignalKeeper, signalKeeper } from './signals.js'

export { pigpioCapabilities } from './board.js'
export type { Machine, PigpioHolder } from './machine.js'
export type { PigpioPackage } from './package.js'
export type { SignalKeeper } from './signals.js'

export interface PigpioOptions {
  /** Opens the account of its lines (names, holders) that the header's chip has; pigpio has none. Default: none. */
  readonly inspect?: () => Promise<ChipInspector | undefined>
  /** Gives the package; tests give one of their own. */
  readonly pigpio?: () => Promise<PigpioPackage>
  /** Default: this machine. */
  readonly machine?: Machine
  /** Keeps the signal handlers of this process from the C library. */
  readonly signals?: SignalKeeper
}

export interface ChipInspector extends LineInspector {
  /** Of the chip's device: `/dev/gpiochip0`. */
  readonly path: string
}

/** Where neither the character device nor sysfs tells which chip is the header's. */
const USUAL_HEADER = '/dev/gpiochip0'

/**
 * The driver. It keeps the process alive while inputs are watched, and ends the C library with the last board or with
 * the process.
 */
export function pigpioDriver(options: PigpioOptions = {}): Driver {
  const { inspect, pigpio: load = loadPigpio, machine = thisMachine(), signals = signalKeeper } = options
  return {
    name: 'pigpio',
    capabilities: pigpioCapabilities,
    async open({ clock, chip }) {
      checkHardwareAllowed('pigpio')
      if (clock.kind !== 'system') {
        throw new PiWorkerError('ERR_UNSUPPORTED', 'the pigpio driver cannot run in virtual time', {
          remedy: 'Use --driver mock in virtual time, or leave out --virtual.',
          details: { driver: 'pigpio' },
        })
      }
      const revision = checkMachine(machine)
      const inspector = await inspect?.()
      try {
        const device = inspector?.path ?? machine.header() ?? USUAL_HEADER
        if (chip !== undefined && basename(chip) !== basename(device)) throw otherChip(chip)
        const pigpio = await load()
        const kept = await signals.keep()
        const started = (): void => {
          if (!kept) signals.giveBack()
        }
        return openBoard(joinSession(pigpio, { machine, started }), {
          clock,
          pwmClock: pwmClockOf(revision),
          device,
          inspector,
        })
      } catch (error) {
        inspector?.close()
        throw error
      }
    },
  }
}

/** A session that no board came of is left again. */
function openBoard(session: Session, options: Omit<PigpioBoardOptions, 'session'>): PigpioBoard {
  try {
    return new PigpioBoard({ ...options, session })
  } catch (error) {
    session.leave()
    throw error
  }
}
