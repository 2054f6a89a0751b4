/** What tests and parts hold to push a line from outside the chip: a wire with its own strength. */

import type { Level } from '../drivers/driver.js'
import { formatLine } from '../drivers/lines.js'
import { PiWorkerError } from '../src/errors.js'
import { FLOAT, HIGH, LOW, type Push } from './net.js'

/** `low` and `high` drive; a pull is a resistor to a supply, stronger than the chip's own; `floating` lets go. */
export type OutsideLevel = Level | 'floating' | 'pull-up' | 'pull-down'

/** What an outside driver needs of the wires. */
export interface OutsideWires {
  outside(line: number, from: Push, to: Push): void
  resistor(line: number, from: Push, to: Push): void
  detach(driver: OutsideDriver): void
}

const STRONG: Readonly<Record<OutsideLevel, Push>> = {
  low: LOW,
  high: HIGH,
  floating: FLOAT,
  'pull-up': FLOAT,
  'pull-down': FLOAT,
}
const WEAK: Readonly<Record<OutsideLevel, Push>> = {
  low: FLOAT,
  high: FLOAT,
  floating: FLOAT,
  'pull-up': HIGH,
  'pull-down': LOW,
}

/** One thing outside the chip that is wired to one line. Several may be wired to the same one. */
export class OutsideDriver {
  readonly line: number
  /** For messages and contentions. */
  readonly name: string
  readonly #wires: OutsideWires
  #level: OutsideLevel = 'floating'
  #released = false

  constructor(wires: OutsideWires, line: number, name: string) {
    this.#wires = wires
    this.line = line
    this.name = name
  }

  /** What it does to the line now. */
  get level(): OutsideLevel {
    return this.#level
  }

  /** Pushes the line from now on. @throws ERR_RELEASED after `release`, ERR_BAD_OPTION for a level that is none. */
  drive(level: OutsideLevel): void {
    if (this.#released) {
      throw new PiWorkerError('ERR_RELEASED', `${this.name} is no longer wired to ${formatLine(this.line)}`, {
        remedy: 'Wire it again with board.outside(line, name).',
      })
    }
    const strong = STRONG[level]
    const weak = WEAK[level]
    if (strong === undefined) {
      throw new PiWorkerError('ERR_BAD_OPTION', `${this.name} cannot drive ${formatLine(this.line)} "${level}"`, {
        remedy: `Use one of ${Object.keys(STRONG).join(', ')}.`,
      })
    }
    const before = this.#level
    if (level === before) return
    this.#level = level
    // What comes is put on before what goes is taken off, so the line is never let go in between.
    if (weak !== FLOAT) this.#wires.resistor(this.line, WEAK[before], weak)
    if (strong !== STRONG[before]) this.#wires.outside(this.line, STRONG[before], strong)
    if (weak === FLOAT && WEAK[before] !== FLOAT) this.#wires.resistor(this.line, WEAK[before], FLOAT)
  }

  /** Takes the wire off the line. A second call does nothing. */
  release(): void {
    if (this.#released) return
    this.drive('floating')
    this.#released = true
    this.#wires.detach(this)
  }
}
