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

const LEVELS: readonly OutsideLevel[] = ['low', 'high', 'floating', 'pull-up', 'pull-down']

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
    const before = this.#level
    if (level === before) return
    const [strong, weak] = [strongOf(level), weakOf(level)]
    if (strong === FLOAT && weak === FLOAT && level !== 'floating') throw this.#noLevel(level)
    this.#level = level
    // What comes is put on before what goes is taken off, so the line is never let go in between.
    if (weak !== FLOAT) this.#wires.resistor(this.line, weakOf(before), weak)
    if (strong !== strongOf(before)) this.#wires.outside(this.line, strongOf(before), strong)
    if (weak === FLOAT && weakOf(before) !== FLOAT) this.#wires.resistor(this.line, weakOf(before), FLOAT)
  }

  /** Takes the wire off the line. A second call does nothing. */
  release(): void {
    if (this.#released) return
    this.drive('floating')
    this.#released = true
    this.#wires.detach(this)
  }

  #noLevel(level: unknown): PiWorkerError {
    return new PiWorkerError('ERR_BAD_OPTION', `${this.name} cannot drive ${formatLine(this.line)} "${level}"`, {
      remedy: `Use one of ${LEVELS.join(', ')}.`,
    })
  }
}

// Comparisons and no tables: every change of a part passes here, and to look five names that vary up in an object costs
// as much as a third of the whole change.
function strongOf(level: OutsideLevel): Push {
  return level === 'low' ? LOW : level === 'high' ? HIGH : FLOAT
}

function weakOf(level: OutsideLevel): Push {
  return level === 'pull-down' ? LOW : level === 'pull-up' ? HIGH : FLOAT
}
