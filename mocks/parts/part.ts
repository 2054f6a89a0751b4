/** What a simulated part is: it is wired to the lines of one peripheral when the mock driver opens its board. */

import type { PartSpec } from '../../drivers/driver.js'
import { PiWorkerError } from '../../src/errors.js'
import type { Clock } from '../../src/worker/clock.js'
import type { MockBoard } from '../board.js'
import type { Random } from '../random.js'

/**
 * A simulated component. It pushes lines with `board.outside` and hears of them with `board.onLevel`, and takes every
 * time from the board's clock.
 */
export interface Part {
  /** Cancels its timers and stops listening; called once, when the board is closed. */
  close(): void
}

export interface PartContext {
  readonly board: MockBoard
  readonly spec: PartSpec
  readonly clock: Clock
  /** Its own generator: the same numbers for the same seed and name, whatever other parts there are. */
  readonly random: Random
}

export type PartFactory = (context: PartContext) => Part

/** The line that a peripheral's configuration names under `key`. @throws ERR_BAD_CONFIG */
export function lineOf(spec: PartSpec, key: string): number {
  const line = spec.config[key]
  if (typeof line === 'number') return line
  throw new PiWorkerError('ERR_BAD_CONFIG', `the part of ${spec.name} needs a line, as a BCM number, in "${key}"`, {
    place: spec.name,
  })
}
