/** The `mock` driver: a simulated board with a part wired to the lines of every peripheral that has one. */

import type { BoardOptions, Driver } from '../drivers/driver.js'
import { MockBoard, type MockBoardOptions } from './board.js'
import { parts } from './parts/index.js'

/** What a simulated board can be told beyond what every driver understands. */
export type MockDriverOptions = Omit<MockBoardOptions, 'clock' | 'seed' | 'chip'>

export class MockDriver implements Driver {
  readonly name = 'mock'
  readonly #options: MockDriverOptions

  constructor(options: MockDriverOptions = {}) {
    this.#options = options
  }

  /**
   * Opens a board of its own with the parts wired to it. Works everywhere; `chip` is only what the board is called.
   * @throws ERR_BAD_CONFIG when a part cannot do what `simulate` says; no timer is left then.
   */
  async open(options: BoardOptions): Promise<MockBoard> {
    const { clock, chip, seed, lineNames = {}, parts: wanted = [] } = options
    const board = new MockBoard({ ...this.#options, clock, chip, seed, names: this.#names(lineNames) })
    try {
      for (const spec of typeof wanted === 'function' ? wanted(board) : wanted) {
        const part = parts.get(spec.type)
        if (part) board.addPart(spec.name, part({ board, spec, clock, random: board.random.fork(spec.name) }))
      }
    } catch (error) {
      await board.close()
      throw error
    }
    return board
  }

  /** The names that the board was made with, and of those that are asked for the ones that it lacks. */
  #names(asked: Readonly<Record<string, number>>): Record<number, string> {
    const own = Object.entries(this.#options.names ?? {}).map(([line, name]) => [Number(line), name] as const)
    const lacking = Object.entries(asked).filter(([name]) => !own.some(([, taken]) => taken === name))
    return Object.fromEntries([...lacking.map(([name, line]) => [line, name] as const), ...own])
  }
}

/** The driver that `driver: 'mock'` chooses. */
export const mockDriver: Driver = new MockDriver()
