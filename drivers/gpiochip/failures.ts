/** From errno to an error that says what happened to which chip or line, and what to do next. */

import { constants } from 'node:os'
import { codeOf, type ErrorContext, messageOf, PiWorkerError } from '../../src/errors.js'
import type { LineSettings } from '../driver.js'
import { formatLine } from '../lines.js'
import { permissionError } from '../permission.js'

/** `ENODEV` for 19; the number as text for one without a name, such as the kernel's own 524. */
export function errnoName(errno: number): string {
  return Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`
}

/** Why a device file could not be opened; `error` is Node's. */
export function openFailure(path: string, error: unknown): PiWorkerError {
  const errno = codeOf(error)
  const context = { place: path, cause: error, details: { driver: 'gpiochip', path, errno } }
  if (errno === 'EACCES' || errno === 'EPERM') return permissionError('gpiochip', path, error)
  if (errno === 'ENOENT' || errno === 'ENOTDIR') {
    return new PiWorkerError('ERR_UNKNOWN_CHIP', `there is no ${path}`, context)
  }
  if (errno === 'ENXIO' || errno === 'ENODEV') return chipGone(path, context)
  if (errno === 'EISDIR') return noChip(path, context)
  return new PiWorkerError('ERR_IO', `${path} cannot be opened: ${messageOf(error)}`, context)
}

/** Why CHIPINFO failed on an opened file. */
export function chipInfoFailure(path: string, errno: string): PiWorkerError {
  const context = { place: path, details: { driver: 'gpiochip', path, errno } }
  if (errno === 'ENODEV') return chipGone(path, context)
  if (['ENOTTY', 'EINVAL', 'EOPNOTSUPP', 'ENOSYS'].includes(errno)) return noChip(path, context)
  return ioFailure(`the kernel does not say which chip ${path} is`, errno, context)
}

/**
 * Why LINEINFO failed; on a chip that answered CHIPINFO it is the first call that only uAPI v2 has.
 * @param line As the board numbers it.
 */
export function lineInfoFailure(path: string, line: number, errno: string): PiWorkerError {
  const context = { place: path, details: { driver: 'gpiochip', path, line, errno } }
  if (errno === 'ENODEV') return chipGone(path, context)
  if (errno === 'EINVAL' || errno === 'ENOTTY') {
    return new PiWorkerError(
      'ERR_UNSUPPORTED',
      `the kernel does not know version 2 of the GPIO interface (${errno}): it is older than 5.10`,
      { ...context, remedy: 'Update the system (sudo apt full-upgrade), or use --driver onoff.' },
    )
  }
  return ioFailure(`the kernel does not tell about ${formatLine(line)}`, errno, { ...context, place: formatLine(line) })
}

/** What a call on lines was for. */
export interface LineCall {
  /** Chip, for messages: `/dev/gpiochip0`. */
  readonly path: string
  readonly lines: readonly number[]
  /** `read`, `set`, `requested`, `configured`: "GPIO17 cannot be ...". */
  readonly verb: string
  readonly settings?: LineSettings | undefined
}

/** Why a call on lines failed, but for EBUSY, which needs to know who holds them. */
export function lineFailure(call: LineCall, errno: string): PiWorkerError {
  const names = call.lines.map(formatLine).join(', ')
  const context = { place: names, details: { driver: 'gpiochip', path: call.path, lines: call.lines, errno } }
  const wantsInterrupt = (call.settings?.edges ?? 'none') !== 'none' || (call.settings?.debounceNs ?? 0) > 0
  if (errno === 'ENODEV') return chipGone(call.path, context)
  if (errno === 'ENXIO' && wantsInterrupt) {
    return new PiWorkerError('ERR_UNSUPPORTED', `${names} of ${call.path} has no interrupt, so no edges or debounce`, {
      ...context,
      remedy: 'Use a line of the header, or read the level again and again instead of waiting for edges.',
    })
  }
  if (errno === 'EACCES' || errno === 'EPERM') {
    return new PiWorkerError('ERR_PERMISSION', `the kernel does not let ${names} be ${call.verb} (${errno})`, {
      ...context,
      remedy: 'The chip keeps these lines for itself; use other lines.',
    })
  }
  if (errno === 'EINVAL' || errno === 'ENOTTY' || errno === 'EOPNOTSUPP') {
    return new PiWorkerError('ERR_UNSUPPORTED', `${call.path} cannot have ${names} ${call.verb} like that (${errno})`, {
      ...context,
      remedy: 'Ask for less: leave out bias, drive, debounce or edges, or use another line.',
    })
  }
  return ioFailure(`${names} cannot be ${call.verb}`, errno, context)
}

/** The chip vanished: its device was unplugged, or its driver unloaded. */
export function chipGone(path: string, context: ErrorContext = {}): PiWorkerError {
  return new PiWorkerError('ERR_CHIP_GONE', `${path} has vanished`, {
    place: path,
    ...context,
    details: { driver: 'gpiochip', path, ...context.details },
  })
}

function noChip(path: string, context: ErrorContext): PiWorkerError {
  return new PiWorkerError('ERR_UNKNOWN_CHIP', `${path} is not a GPIO chip`, context)
}

function ioFailure(message: string, errno: string, context: ErrorContext): PiWorkerError {
  return new PiWorkerError('ERR_IO', `${message}: ${errno}`, context)
}
