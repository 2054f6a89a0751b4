/** From the errors of sysfs files to errors that say what happened to which line, and what to do next. */

import { existsSync } from 'node:fs'
import { codeOf, isPiWorkerError, messageOf, PiWorkerError } from '../../src/errors.js'
import { formatLine } from '../lines.js'
import { otherDriver } from '../other-driver.js'
import { permissionError } from '../permission.js'

/** One line, as sysfs and as people number it. */
export interface LineId {
  /** BCM number. */
  readonly line: number
  /** Its number in sysfs: the chip's base more. */
  readonly number: number
  /** The chip's folder: `/sys/class/gpio/gpiochip458`. */
  readonly chip: string
}

/** Why a file of sysfs could not be written or opened; `verb` is `exported`, `read`, `set`: "GPIO17 cannot be ...". */
export function fileFailure(id: LineId, verb: string, path: string, error: unknown): PiWorkerError {
  if (isPiWorkerError(error)) return error
  const errno = codeOf(error)
  const name = formatLine(id.line)
  const context = { place: name, cause: error, details: { driver: 'onoff', path, ...id, errno } }
  switch (errno) {
    case 'EACCES':
    case 'EPERM':
      return permissionError('onoff', path, error)
    case 'EROFS':
      return readOnly(path, error)
    case 'ENODEV':
    case 'ENOENT':
      return lineGone(id, error)
    case 'EINVAL':
      return new PiWorkerError('ERR_UNSUPPORTED', `the kernel does not let ${name} be ${verb} (${errno})`, {
        ...context,
        remedy: 'The chip keeps this line for itself or cannot do this with it; use another line.',
      })
    default:
      return new PiWorkerError('ERR_IO', `${name} cannot be ${verb}: ${errno ?? messageOf(error)}`, context)
  }
}

/** sysfs is mounted without write access, as in a container that was given no more. */
export function readOnly(path: string, cause: unknown): PiWorkerError {
  const mend = 'Give the container write access to /sys/class/gpio'
  const gpiochip = ', or use --driver gpiochip with --device /dev/gpiochip0'
  return new PiWorkerError('ERR_PERMISSION', `${path} is on a read-only file system`, {
    place: path,
    remedy: `${mend}${otherDriver() === 'gpiochip' ? gpiochip : ''}.`,
    cause,
    details: { driver: 'onoff', path, errno: 'EROFS', mend: `${mend}.` },
  })
}

/** The line's files are gone: its chip vanished, or somebody else unexported it. */
function lineGone(id: LineId, cause: unknown): PiWorkerError {
  const name = formatLine(id.line)
  const context = { place: name, cause, details: { driver: 'onoff', ...id, errno: codeOf(cause) } }
  if (!existsSync(id.chip)) return new PiWorkerError('ERR_CHIP_GONE', `the chip of ${name} has vanished`, context)
  return new PiWorkerError('ERR_IO', `another program unexported ${name} while it was in use`, {
    ...context,
    remedy: `Find the program that writes ${id.number} to /sys/class/gpio/unexport, then request the line again.`,
  })
}

/** The line has no interrupt, so the kernel shows no `edge` file. */
export function noInterrupt(id: LineId): PiWorkerError {
  const name = formatLine(id.line)
  return new PiWorkerError('ERR_UNSUPPORTED', `${name} has no interrupt, so no edges or debounce`, {
    place: name,
    remedy: 'Use a line of the header, or read the level again and again instead of waiting for edges.',
    details: { driver: 'onoff', ...id },
  })
}
