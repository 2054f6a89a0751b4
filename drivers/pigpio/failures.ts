/** From the plain errors of the package (`pigpio error -36 in gpioWaveAddGeneric`) to errors with a code and a remedy. */

import { type ErrorCode, isPiWorkerError, messageOf, PiWorkerError } from '../../src/errors.js'
import { formatLine } from '../lines.js'
import { orOtherDriver, otherDriver } from '../other-driver.js'
import type { Machine } from './machine.js'

/** Numbers of pigpio.h that the driver tells apart. */
const INIT_FAILED = -1
export const NOT_INITIALISED = -31
const INITIALISED = -32
const BAD_WAVE_ID = -66

interface Meaning {
  readonly code: ErrorCode
  readonly text: string
  readonly remedy?: string
}

const SPLIT = 'Split the sequence, or use repeat for what comes again.'
const GONE = {
  code: 'ERR_CHIP_GONE',
  text: 'pigpio was terminated in this process',
  remedy: 'Find who calls terminate() of the package pigpio, and open the board again.',
} as const
const MEANINGS: Readonly<Record<number, Meaning>> = {
  [-2]: { code: 'ERR_UNKNOWN_LINE', text: 'pigpio has lines 0 to 31 only' },
  [-3]: { code: 'ERR_UNKNOWN_LINE', text: 'the board has no such line' },
  [NOT_INITIALISED]: GONE,
  [-36]: { code: 'ERR_BAD_PULSES', text: 'too many pulses for a wave', remedy: SPLIT },
  [-41]: {
    code: 'ERR_PERMISSION',
    text: 'pigpio does not permit the use of this line',
    remedy: 'Use a line of the header.',
  },
  [-67]: { code: 'ERR_BAD_PULSES', text: 'no control blocks are left for the wave', remedy: SPLIT },
  [-68]: { code: 'ERR_BAD_PULSES', text: 'no room is left for the levels of the wave', remedy: SPLIT },
  [-69]: { code: 'ERR_BAD_PULSES', text: 'the wave is empty' },
  [-70]: { code: 'ERR_BAD_PULSES', text: 'no wave number is left', remedy: SPLIT },
  [-95]: { code: 'ERR_UNSUPPORTED', text: 'the line has no hardware PWM', remedy: 'Use GPIO12, 13, 18 or 19.' },
  [-100]: {
    code: 'ERR_UNSUPPORTED',
    text: 'the PWM hardware is the clock of pigpio',
    remedy: 'Leave the clock of pigpio at PCM (configureClock), or use a line without hardware PWM.',
  },
}
/** -113 to -119 are all about chains of waves. */
const CHAIN: Meaning = { code: 'ERR_BAD_PULSES', text: 'the chain of waves is too long', remedy: SPLIT }

/** Why a call of the package failed; `verb` is `read`, `set`, `configured`: "GPIO17 cannot be ...". */
export function pigpioFailure(error: unknown, lines: readonly number[], verb: string): PiWorkerError {
  if (isPiWorkerError(error)) return error
  const number = numberOf(error)
  const meaning = number === undefined ? undefined : number <= -113 && number >= -119 ? CHAIN : MEANINGS[number]
  const place = lines.map(formatLine).join(', ')
  const text = meaning?.text ?? messageOf(error)
  return new PiWorkerError(meaning?.code ?? 'ERR_IO', `${place} cannot be ${verb}: ${text}${suffix(number, meaning)}`, {
    place,
    remedy:
      meaning?.remedy ??
      (meaning === undefined ? 'See what pigpio printed, and dmesg; open the board again.' : undefined),
    cause: error,
    details: { driver: 'pigpio', lines, pigpio: number },
  })
}

/** Lines of another chip than the header's. */
export function otherChip(chip: string): PiWorkerError {
  return new PiWorkerError('ERR_UNKNOWN_CHIP', `pigpio knows the lines of the header only, not those of ${chip}`, {
    place: chip,
    remedy: `Use lines of the header, or --driver ${otherDriver()}.`,
    details: { driver: 'pigpio', chip },
  })
}

/** The C library was terminated behind our back, and said so by a number that is no error of the package. */
export function goneFailure(): PiWorkerError {
  return new PiWorkerError(GONE.code, GONE.text, {
    place: 'pigpio',
    remedy: GONE.remedy,
    details: { driver: 'pigpio', pigpio: NOT_INITIALISED },
  })
}

/** Why the C library did not start: it has one number for everything. */
export function startFailure(error: unknown, machine: Pick<Machine, 'holder' | 'staleLock'>): PiWorkerError {
  const number = numberOf(error)
  const holder = machine.holder()
  const context = { cause: error, place: 'pigpio' }
  if (number === INIT_FAILED && holder !== undefined) {
    const name = holder.name ?? 'another process'
    const { remedy, mend } = orOtherDriver(
      holder.name === 'pigpiod'
        ? 'End the daemon: sudo systemctl stop pigpiod || sudo killall pigpiod'
        : `End that process (kill ${holder.pid})`,
    )
    return new PiWorkerError(
      'ERR_LINE_BUSY',
      `pigpio is held by ${name} (process ${holder.pid}): it serves one at a time`,
      {
        ...context,
        remedy,
        details: { driver: 'pigpio', pigpio: number, pid: holder.pid, consumer: name, mend },
      },
    )
  }
  const stale = machine.staleLock()
  if (number === INIT_FAILED && stale !== undefined) {
    return new PiWorkerError('ERR_IO', `pigpio did not start: ${stale} was left by a process that has ended`, {
      ...context,
      place: stale,
      remedy: `Take the file away: sudo rm ${stale}. It names a process that lives, but that has nothing to do with pigpio.`,
      details: { driver: 'pigpio', pigpio: number, path: stale },
    })
  }
  const { remedy, mend } = orOtherDriver(
    'See the line that pigpio printed about it; end other programs that use pigpio',
  )
  return new PiWorkerError('ERR_IO', `pigpio did not start: ${messageOf(error)}`, {
    ...context,
    remedy,
    details: { driver: 'pigpio', pigpio: number, mend },
  })
}

/** Somebody else in this process has started pigpio already. */
export function isStartedAlready(error: unknown): boolean {
  return numberOf(error) === INITIALISED
}

/** The C library was terminated behind our back. */
export function isTerminated(error: unknown): boolean {
  return numberOf(error) === NOT_INITIALISED
}

/** Somebody else in this process has deleted the wave already. */
export function isWaveGone(error: unknown): boolean {
  return numberOf(error) === BAD_WAVE_ID
}

function suffix(number: number | undefined, meaning: Meaning | undefined): string {
  return number === undefined || meaning === undefined ? '' : ` (pigpio error ${number})`
}

function numberOf(error: unknown): number | undefined {
  const found = /^pigpio error (-?\d+) in /.exec(messageOf(error))
  return found === null ? undefined : Number(found[1])
}
