/** From what a bus met to errors that say what happened where, and what to do next. */

import { constants } from 'node:os'
import { codeOf, messageOf, PiWorkerError } from '../../src/errors.js'
import type { Clock } from '../../src/worker/clock.js'
import { checkHardwareAllowed } from '../real-hardware.js'
import type { BusKind } from './bus.js'
import { formatAddress } from './check.js'

/** Numbers of Linux that Node has no name for. */
const UNNAMED: Readonly<Record<number, string>> = { 121: 'EREMOTEIO' }

/** The name of the errno of an error: an addon made without it gives only the number, and Node does not know all. */
export function errnoOf(error: unknown): string | undefined {
  const code = codeOf(error)
  if (code !== undefined && code !== '') return code
  if (typeof error !== 'object' || error === null || !('errno' in error)) return undefined
  const number = Math.abs(Number(error.errno))
  const known = Object.entries(constants.errno).find(([, value]) => value === number)
  return UNNAMED[number] ?? known?.[0] ?? `errno ${number}`
}

/** A call did not end in time. */
export function hung(bus: string, what: string, cause?: unknown): PiWorkerError {
  return new PiWorkerError('ERR_BUS_HUNG', `${bus} hangs: ${what}`, { place: bus, cause, details: { bus } })
}

export function released(bus: string): PiWorkerError {
  return new PiWorkerError('ERR_RELEASED', `${bus} is closed`, {
    place: bus,
    remedy: 'Open the bus again.',
    details: { bus },
  })
}

/** Nothing answers to an I²C address. */
export function noAnswer(bus: string, address: number, cause?: unknown): PiWorkerError {
  const place = `${bus} ${formatAddress(address)}`
  return new PiWorkerError('ERR_NO_DEVICE', `nothing answers at ${place}`, {
    place,
    remedy:
      `Check the power, the wiring and the address of the device: i2cdetect -y ${bus.replace(/^i2c-/, '')} shows ` +
      'every address that answers.',
    cause,
    details: { bus, address, errno: errnoOf(cause) },
  })
}

/** Where in a transfer an I²C device stopped answering. */
export interface NackFacts {
  readonly address: number
  /** Counted from 1. */
  readonly message: number
  readonly of: number
  /** Whether it answers again. */
  readonly present: boolean
}

export function nack(bus: string, facts: NackFacts, cause?: unknown): PiWorkerError {
  const { address, message, of, present } = facts
  const place = `${bus} ${formatAddress(address)}`
  const now = present ? 'it answers again now' : 'it does not answer any more'
  return new PiWorkerError('ERR_NACK', `${place} stopped answering in message ${message} of ${of}; ${now}`, {
    place,
    cause,
    ...(!present && { remedy: 'Check the power and the wiring of the device: it seems to have been unplugged.' }),
    details: { bus, ...facts, errno: errnoOf(cause) },
  })
}

/** What this process is on, as far as buses need to know. */
export interface Machine {
  readonly clock: Clock
  /** Default `process.platform`. */
  readonly platform?: string | undefined
}

/** @throws ERR_UNSUPPORTED in virtual time and anywhere but on Linux; ERR_REAL_HARDWARE when it is forbidden */
export function needsRealLinux(bus: string, { clock, platform = process.platform }: Machine): void {
  checkHardwareAllowed(bus)
  if (clock.kind !== 'system') {
    throw new PiWorkerError('ERR_UNSUPPORTED', `${bus} is real and cannot be used in virtual time`, {
      place: bus,
      remedy: 'Use the simulated bus of pi-worker/mocks in virtual time.',
      details: { bus },
    })
  }
  if (platform !== 'linux') {
    throw new PiWorkerError('ERR_UNSUPPORTED', `${bus} needs Linux; this is ${platform}`, {
      place: bus,
      remedy: 'Use the simulated bus of pi-worker/mocks on this machine.',
      details: { bus, platform },
    })
  }
}

/** How a bus is turned on, on Raspberry Pi OS. */
const TURN_ON: Readonly<Record<BusKind, string>> = {
  i2c: 'Turn I²C on: sudo raspi-config nonint do_i2c 0 (or dtparam=i2c_arm=on in /boot/firmware/config.txt and restart).',
  spi: 'Turn SPI on: sudo raspi-config nonint do_spi 0 (or dtparam=spi=on in /boot/firmware/config.txt and restart).',
  'one-wire':
    'Turn 1-Wire on: sudo raspi-config nonint do_onewire 0 (or dtoverlay=w1-gpio in /boot/firmware/config.txt), then restart.',
  iio: 'Load the driver of the sensor: a dtoverlay line for it in /boot/firmware/config.txt (dtoverlay=dht11,gpiopin=4), then restart.',
  pwm: 'Turn PWM on: dtoverlay=pwm-2chan in /boot/firmware/config.txt, then restart.',
}

/** The system has no such bus. */
export function busMissing(kind: BusKind, bus: string, path: string, cause?: unknown): PiWorkerError {
  return new PiWorkerError('ERR_DRIVER_MISSING', `there is no ${path}`, {
    place: bus,
    remedy: TURN_ON[kind],
    cause,
    details: { bus, path, errno: errnoOf(cause) },
  })
}

export function busIo(bus: string, what: string, cause: unknown, details: object = {}): PiWorkerError {
  const errno = errnoOf(cause)
  return new PiWorkerError('ERR_IO', `${bus}: ${what}: ${errno ?? messageOf(cause)}`, {
    place: bus,
    cause,
    details: { bus, errno, ...details },
  })
}

/** The bus has no line for this chip select. */
export function noSelect(bus: string, cs: number, selects: readonly number[]): PiWorkerError {
  return new PiWorkerError('ERR_NO_DEVICE', `${bus} has no chip select ${cs}; it has ${selects.join(', ')}`, {
    place: `${bus} cs ${cs}`,
    remedy: 'Use one of these, or add chip selects with a dtoverlay such as spi0-2cs.',
    details: { bus, cs },
  })
}

/** Another program has the PWM channel, or one that ended without letting it go. */
export function channelBusy(bus: string, channel: number, cause?: unknown): PiWorkerError {
  const place = `${bus} channel ${channel}`
  return new PiWorkerError('ERR_LINE_BUSY', `${place} is held by another program`, {
    place,
    remedy: `End that program; if it is gone already: echo ${channel} | sudo tee /sys/class/pwm/${bus}/unexport`,
    cause,
    details: { bus, channel, errno: errnoOf(cause) },
  })
}
