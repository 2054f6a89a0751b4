/** The calls that put the lines of a request into a safe state, for whoever has its descriptor. */

import { PiWorkerError } from '../../src/errors.js'
import type { LineSettings } from '../driver.js'
import type { LineCall, SafeLevel } from '../handover.js'
import { formatLine } from '../lines.js'
import { encodeLineConfig, encodeLineValues, IOCTL } from './layout.js'

/**
 * All settings are given anew, whatever they are: so the calls are right from a moment before the lines are set up in
 * another way. Beside lines that keep their levels, only levels can be set.
 * @throws ERR_GUARDIAN for a mixture that no call can make without knowing the levels of that moment
 */
export function safeCalls(
  lines: readonly number[],
  settings: LineSettings,
  safe: readonly SafeLevel[],
): readonly LineCall[] {
  const { direction, activeLow = false, bias, drive } = settings
  let values = 0
  let mask = 0
  for (const [index, level] of safe.entries()) {
    if (level !== 'low' && level !== 'high') continue
    mask |= 1 << index
    if ((level === 'high') !== activeLow) values |= 1 << index
  }
  const some = (level: SafeLevel): boolean => safe.includes(level)
  if (some('input') && (mask !== 0 || some('keep'))) throw mixed(lines)
  if (some('input')) {
    return [call(IOCTL.SET_CONFIG, encodeLineConfig({ direction: 'input', activeLow, bias }, lines.length, 0))]
  }
  if (mask === 0) return []
  if (some('keep')) {
    if (direction === 'input') throw mixed(lines)
    return [call(IOCTL.SET_VALUES, encodeLineValues(values, mask))]
  }
  const output = { direction: 'output', activeLow, bias, drive } as const
  return [call(IOCTL.SET_CONFIG, encodeLineConfig(output, lines.length, values))]
}

function call(request: number, bytes: Buffer): LineCall {
  return { request, bytes: bytes.toString('base64') }
}

function mixed(lines: readonly number[]): PiWorkerError {
  const place = lines.map(formatLine).join(', ')
  return new PiWorkerError('ERR_GUARDIAN', `${place} cannot be made safe by a guardian: only some are to be inputs`, {
    place,
    remedy: 'Request lines that are inputs in the safe state apart from those that are driven there.',
  })
}
