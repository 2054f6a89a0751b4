/** What a simulated part is: it is wired to the lines of one peripheral when the mock driver opens its board. */

import type { PartSpec } from '../../drivers/driver.js'
import { PiWorkerError } from '../../src/errors.js'
import type { Clock } from '../../src/worker/clock.js'
import type { MockBoard } from '../board.js'
import type { FaultyBuses } from '../buses/faulty-buses.js'
import type { Faults } from '../faults/faults.js'
import type { Random } from '../random.js'
import type { PartWire } from './part-wire.js'

/**
 * A simulated component. It reaches its lines through wires, and plugs itself into buses with `buses`, so that its faults
 * are between; it takes every time from the clock.
 */
export interface Part {
  /** It lost its power and has it again: its settings are those of a reset. Only a part that has any. */
  reset?(): void
  /** Cancels its timers and stops listening; called once, when the board is closed. */
  close(): void
}

export interface PartContext {
  readonly board: MockBoard
  readonly spec: PartSpec
  readonly clock: Clock
  readonly buses: FaultyBuses
  /** What goes wrong with it; wires and buses see to that by themselves, but not to what it sends bit by bit. */
  readonly faults: Faults
  /** Its own generator: the same numbers for the same seed and name, whatever other parts there are. */
  readonly random: Random
  /**
   * A wire to the line that the configuration names at `path` (`line`, `lines.echo`); the same wire each time.
   * @throws ERR_BAD_CONFIG when there is none
   */
  wire(path: string): PartWire
}

export type PartFactory = (context: PartContext) => Part

/** The line that a peripheral's configuration names at `path`, where dots lead inwards. @throws ERR_BAD_CONFIG */
export function lineOf(spec: PartSpec, path: string): number {
  const line = path
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], spec.config)
  if (typeof line === 'number') return line
  throw new PiWorkerError('ERR_BAD_CONFIG', `the part of ${spec.name} needs a line, as a BCM number, in "${path}"`, {
    place: spec.name,
  })
}
