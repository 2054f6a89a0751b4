/** Who holds a line that was asked for, and how it is let go. */

import { PiWorkerError } from '../src/errors.js'
import type { DriverName } from './driver.js'
import { formatLine } from './lines.js'

export interface Holder {
  readonly line: number
  /** Empty when the kernel names nobody; undefined when it cannot be found out. */
  readonly consumer: string | undefined
  /** The number for /sys/class/gpio/unexport, when sysfs holds the line and the number is known. */
  readonly sysfsNumber?: number | undefined
  /** It is a handle of the board that was asked. */
  readonly own?: boolean | undefined
}

/** The request that was refused. */
export interface RefusedRequest {
  readonly driver: DriverName
  /** The chip's device, for the remedy: `/dev/gpiochip0`. */
  readonly path: string
  readonly lines: readonly number[]
}

/** EBUSY: somebody holds lines that were asked for. `holders` is empty when they were let go in the meantime. */
export function busyFailure({ driver, path, lines }: RefusedRequest, holders: readonly Holder[]): PiWorkerError {
  const first = holders[0]
  const place = lines.map(formatLine).join(', ')
  const details = { driver, path, errno: 'EBUSY', line: first?.line ?? lines[0], consumer: first?.consumer }
  if (first === undefined) {
    return new PiWorkerError('ERR_LINE_BUSY', `${place} was held a moment ago`, {
      place,
      remedy: 'Try again.',
      details,
    })
  }
  const held = holders.map(({ line, consumer }) => `${formatLine(line)} is held by ${holderName(consumer)}`)
  return new PiWorkerError('ERR_LINE_BUSY', held.join(', '), { place, remedy: busyRemedy(path, first), details })
}

function holderName(consumer: string | undefined): string {
  if (consumer === undefined) return 'somebody else'
  return consumer === '' ? 'the kernel' : `"${consumer}"`
}

function busyRemedy(path: string, { line, consumer, sysfsNumber, own }: Holder): string {
  if (own === true) return 'Release the handle that holds it, or use another line.'
  if (consumer === 'sysfs') {
    const number = sysfsNumber ?? `$((BASE + ${line}))`
    const base = sysfsNumber === undefined ? ' (BASE is in /sys/class/gpio/gpiochip*/base)' : ''
    return `It was exported through sysfs. Let it go with: echo ${number} > /sys/class/gpio/unexport${base}`
  }
  if (consumer === '') {
    return 'A kernel driver or device-tree overlay uses the line; take it out of config.txt, or use another line.'
  }
  return `End the program that holds it (sudo fuser -v ${path} finds it), or use another line.`
}
