/**
 * What a load does while nobody drives its line: the pull of the line decides. A pull that was asked for and would switch
 * it on is refused, since no limit could switch it off again. Whether the chip's own pull wins, the circuit decides: then
 * the load counts as on for what must never be on together with it.
 */

import type { Level, LineSettings } from '../../../drivers/driver.js'
import type { GuardedLine } from './guarded-line.js'
import { pullError } from './messages.js'

/** What was asked for last; undefined: nothing, so it is the chip's own. */
export type Pull = Level | 'none' | undefined

/** The chip pulls GPIO0 to 8 up after a reset, and the others of the header down. */
const LAST_PULLED_UP = 8
const LAST_OF_HEADER = 27
const PULLS = { 'pull-up': 'high', 'pull-down': 'low', disabled: 'none' } as const

/** @throws ERR_LIMIT when the load would be on although it is driven off, or not at all */
export function refusePulls(lines: readonly GuardedLine[], settings: LineSettings): void {
  for (const line of lines) {
    const level = onLevel(line)
    const floats =
      settings.direction === 'input' || settings.drive === (level === 'high' ? 'open-source' : 'open-drain')
    if (floats && pullOf(line, settings) === level) throw pullError(line, level === 'high' ? 'pull-up' : 'pull-down')
  }
}

/** The lines have these settings now. */
export function pullsAre(lines: readonly GuardedLine[], settings: LineSettings): void {
  for (const line of lines) {
    line.pull = pullOf(line, settings)
    line.isLeftOn = settings.direction === 'input' && isPulledOn(line)
  }
}

/** Nobody drives the lines any more. */
export function leftToPulls(lines: readonly GuardedLine[]): void {
  for (const line of lines) line.isLeftOn = isPulledOn(line)
}

/** Whether its pull switches the load on. @param settings Those that it is about to have. */
export function isPulledOn(line: GuardedLine, settings: Pick<LineSettings, 'bias'> = {}): boolean {
  return (pullOf(line, settings) ?? ownPull(line.line)) === onLevel(line)
}

function pullOf(line: GuardedLine, { bias = 'as-is' }: Pick<LineSettings, 'bias'>): Pull {
  return bias === 'as-is' ? line.pull : PULLS[bias]
}

function ownPull(line: number): Pull {
  if (line > LAST_OF_HEADER) return undefined
  return line <= LAST_PULLED_UP ? 'high' : 'low'
}

function onLevel({ activeLow }: GuardedLine): Level {
  return activeLow ? 'low' : 'high'
}
