/** A wire between a part and one line. All that a part does to its lines and hears of them goes through one. */

import type { Level } from '../../drivers/driver.js'
import type { MockBoard } from '../board.js'
import type { OutsideDriver, OutsideLevel } from '../outside.js'

/** Called with the level that came and when, in ns since the board was opened. */
export type WireListener = (level: Level, time: number) => void

export interface PartWire {
  /** BCM number. */
  readonly line: number
  /** The level at the part's end. */
  readonly level: Level
  /** Pushes the line from now on; a wire that never drove is floating. */
  drive(level: OutsideLevel): void
  /** Calls `listener` for every change at the part's end, its own included, until what it returns is called. */
  onLevel(listener: WireListener): () => void
}

/** A wire without faults. */
export class SoundWire implements PartWire {
  readonly line: number
  readonly #board: MockBoard
  readonly #driver: OutsideDriver

  /** @param name Whose wire it is, for contentions. */
  constructor(board: MockBoard, line: number, name: string) {
    this.line = line
    this.#board = board
    this.#driver = board.outside(line, name)
  }

  get level(): Level {
    return this.#board.level(this.line)
  }

  drive(level: OutsideLevel): void {
    this.#driver.drive(level)
  }

  onLevel(listener: WireListener): () => void {
    return this.#board.onLevel((_line, level, time) => listener(level, time), this.line)
  }
}
