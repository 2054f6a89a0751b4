/** What a button is wired to: the switch itself, and a finger that presses it at given times. */

import type { PartSpec } from '../../drivers/driver.js'
import { PiWorkerError } from '../../src/errors.js'
import type { Clock, Timer } from '../../src/worker/clock.js'
import { toNs } from '../../src/worker/duration.js'
import type { MockBoard } from '../board.js'
import type { OutsideLevel } from '../outside.js'
import type { Part, PartFactory } from './part.js'
import type { PartWire } from './part-wire.js'

/** What `simulate` may say of a button; times in ms since the board was opened. */
export interface ButtonSimulation {
  readonly presses?: readonly { readonly at: number; readonly for: number }[]
}

interface Press {
  readonly downNs: number
  readonly upNs: number
}

/**
 * A switch from the line to ground (`activeLow`) or to the supply. While it is up it is an open circuit: the bias of
 * the line decides, or, where the configuration has none, the resistor that such a button must have.
 */
export class FingerOnButton implements Part {
  readonly #board: MockBoard
  readonly #clock: Clock
  readonly #wire: PartWire
  readonly #down: OutsideLevel
  readonly #up: OutsideLevel
  readonly #presses: readonly Press[]
  #next = 0
  #timer: Timer | undefined

  constructor(
    board: MockBoard,
    clock: Clock,
    wire: PartWire,
    { activeLow, resistor }: { readonly activeLow: boolean; readonly resistor: boolean },
    presses: readonly Press[],
  ) {
    this.#board = board
    this.#clock = clock
    this.#wire = wire
    this.#down = activeLow ? 'low' : 'high'
    this.#up = resistor ? (activeLow ? 'pull-up' : 'pull-down') : 'floating'
    this.#presses = presses
    wire.drive(this.#up)
    this.#waitForPress()
  }

  close(): void {
    this.#timer?.cancel()
  }

  #waitForPress(): void {
    const press = this.#presses[this.#next]
    if (press === undefined) return
    this.#next++
    this.#at(press.downNs, () => {
      this.#wire.drive(this.#down)
      this.#at(press.upNs, () => {
        this.#wire.drive(this.#up)
        this.#waitForPress()
      })
    })
  }

  #at(time: number, act: () => void): void {
    this.#timer = this.#clock.after(Math.max(0, time - this.#board.now()), act)
  }
}

/** @throws ERR_BAD_CONFIG when the presses cannot be made by one finger. */
export const buttonPart: PartFactory = ({ board, spec, clock, wire }) => {
  const { activeLow, bias } = spec.config
  const resistor = bias === 'as-is' || bias === 'disabled'
  return new FingerOnButton(board, clock, wire('line'), { activeLow: activeLow !== false, resistor }, pressesOf(spec))
}

function pressesOf(spec: PartSpec): Press[] {
  const presses: unknown = spec.simulate?.presses ?? []
  if (!Array.isArray(presses) || !presses.every(isPress)) {
    throw bad(spec, `the presses of ${spec.name} are a list of { at, for }, in ms`)
  }
  const sorted = presses.map(press => ({ downNs: toNs(press.at), upNs: toNs(press.at) + toNs(press.for) }))
  sorted.sort((a, b) => a.downNs - b.downNs)
  for (let index = 1; index < sorted.length; index++) {
    const [before, press] = [sorted[index - 1] as Press, sorted[index] as Press]
    if (press.downNs > before.upNs) continue
    const at = `${spec.name} is to be pressed at ${press.downNs / 1e6} ms`
    throw bad(spec, `${at}, but is down until ${before.upNs / 1e6} ms`)
  }
  return sorted
}

function isPress(value: unknown): value is { at: number; for: number } {
  const { at, for: ms } = (value ?? {}) as Record<string, unknown>
  return Number.isFinite(at) && (at as number) >= 0 && Number.isFinite(ms) && (ms as number) > 0
}

function bad(spec: PartSpec, message: string): PiWorkerError {
  return new PiWorkerError('ERR_BAD_CONFIG', message, {
    place: `simulate.${spec.name}.presses`,
    remedy: 'Give when each press begins (at) and how long it lasts (for), so that no two of them overlap.',
  })
}
