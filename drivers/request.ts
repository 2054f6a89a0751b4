/** What no driver can do, or the chosen one cannot, is refused here before any line is touched. Pure. */

import { PiWorkerError } from '../src/errors.js'
import type { Capabilities, DriverName, LineRequest, LineSettings } from './driver.js'
import { formatLine } from './lines.js'

/** Shown by gpioinfo when a request names no consumer. */
export const DEFAULT_CONSUMER = 'pi-worker'
/** Values are the bits of a number. */
export const MAX_REQUEST_LINES = 32
/** The kernel's consumer field has 32 bytes, the last of them zero (GPIO_MAX_NAME_SIZE). */
export const MAX_CONSUMER_BYTES = 31

/** The board that is asked, as far as the answer depends on it. */
export interface RequestLimits {
  readonly driver: DriverName
  readonly description: string
  readonly lineCount: number
  /** Lines of other chips that the board has given numbers to. */
  readonly otherLines?: { has(line: number): boolean } | undefined
  readonly capabilities: Capabilities
  /** Which driver would do, for the remedy: `Use --driver gpiochip`. */
  readonly alternative?: string | undefined
}

/** @throws ERR_BAD_OPTION, ERR_UNKNOWN_LINE, ERR_UNSUPPORTED */
export function checkRequest(request: LineRequest, limits: RequestLimits): void {
  const { lines, consumer, eventBuffer } = request
  if (lines.length < 1 || lines.length > MAX_REQUEST_LINES) {
    throw new PiWorkerError('ERR_BAD_OPTION', `a request has 1 to ${MAX_REQUEST_LINES} lines, not ${lines.length}`, {
      place: 'lines',
    })
  }
  for (const line of lines) checkLine(line, limits)
  const twice = lines.find((line, index) => lines.indexOf(line) !== index)
  if (twice !== undefined) {
    throw new PiWorkerError('ERR_BAD_OPTION', `${formatLine(twice)} is named twice in one request`, { place: 'lines' })
  }
  if (consumer !== undefined && (consumer.includes('\0') || Buffer.byteLength(consumer) > MAX_CONSUMER_BYTES)) {
    throw new PiWorkerError(
      'ERR_BAD_OPTION',
      `the consumer ${JSON.stringify(consumer)} is not text of at most ${MAX_CONSUMER_BYTES} bytes`,
      { place: 'consumer' },
    )
  }
  if (eventBuffer !== undefined && !(Number.isInteger(eventBuffer) && eventBuffer > 0)) {
    throw new PiWorkerError('ERR_BAD_OPTION', `eventBuffer must be a whole number above 0, not ${eventBuffer}`, {
      place: 'eventBuffer',
    })
  }
  checkSettings(lines, request.settings, limits)
}

/** @throws ERR_UNKNOWN_LINE */
export function checkLine(
  line: number,
  limits: Pick<RequestLimits, 'lineCount' | 'otherLines' | 'description' | 'driver'>,
): void {
  if (Number.isInteger(line) && line >= 0 && line < limits.lineCount) return
  if (limits.otherLines?.has(line)) return
  throw new PiWorkerError(
    'ERR_UNKNOWN_LINE',
    `${limits.description} has no ${formatLine(line)}: its lines are 0 to ${limits.lineCount - 1}`,
    { place: formatLine(line), details: { line, driver: limits.driver } },
  )
}

/** @throws ERR_BAD_OPTION, ERR_UNSUPPORTED */
export function checkSettings(lines: readonly number[], settings: LineSettings, limits: RequestLimits): void {
  const { direction, bias = 'as-is', drive = 'push-pull', edges = 'none', debounceNs = 0 } = settings
  const { capabilities, driver } = limits
  const refuse = (what: string, remedy: string): never => {
    const place = lines.map(formatLine).join(', ')
    throw new PiWorkerError('ERR_UNSUPPORTED', `${place} cannot ${what}`, {
      place,
      remedy,
      details: { lines, driver },
    })
  }
  const refuseHere = (what: string, able: readonly string[]): never =>
    refuse(
      `${what} with driver ${driver}, which has ${able.join(', ')}`,
      limits.alternative ?? `Use one of these: ${able.join(', ')}.`,
    )
  if (!(Number.isFinite(debounceNs) && debounceNs >= 0)) {
    throw new PiWorkerError('ERR_BAD_OPTION', `debounceNs must be 0 or more, not ${debounceNs}`, {
      place: 'debounceNs',
    })
  }
  if (!['none', 'rising', 'falling', 'both'].includes(edges)) {
    throw new PiWorkerError('ERR_BAD_OPTION', `edges must be none, rising, falling or both, not ${String(edges)}`, {
      place: 'edges',
    })
  }
  if (!capabilities.bias.includes(bias)) refuseHere(`have bias ${bias}`, capabilities.bias)
  if (!capabilities.drive.includes(drive)) refuseHere(`have drive ${drive}`, capabilities.drive)
  if (debounceNs > 0 && capabilities.debounce === 'none') refuseHere('have debounce', ['none'])
  if (direction === 'input') {
    if (drive !== 'push-pull') refuse(`be an input with drive ${drive}`, 'Leave out drive, which is for outputs.')
  } else if (direction === 'output') {
    if (edges !== 'none') refuse('be an output and listen for edges', 'Leave out edges, which are for inputs.')
    if (debounceNs > 0) refuse('be an output with debounce', 'Leave out debounceNs, which is for inputs.')
  } else {
    throw new PiWorkerError('ERR_BAD_OPTION', `direction must be input or output, not ${String(direction)}`, {
      place: 'direction',
    })
  }
}
