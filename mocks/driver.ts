/** The `mock` driver: a simulated board with a part wired to the lines of every peripheral that has one. */

import type { BoardOptions, Driver, PartSpec } from '../drivers/driver.js'
import type { Clock } from '../src/worker/clock.js'
import { MockBoard, type MockBoardOptions } from './board.js'
import { parts } from './parts/index.js'
import { lineOf, type PartContext } from './parts/part.js'
import { PartWire } from './parts/part-wire.js'
import { readRecording, replay } from './replay.js'

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
   * @throws ERR_BAD_CONFIG when a part cannot do what `simulate` says, ERR_FILE and ERR_BAD_RECORDING when there is
   *   nothing to replay; no timer is left then.
   */
  async open(options: BoardOptions): Promise<MockBoard> {
    const { clock, chip, seed, lineNames = {}, parts: wanted = [], replay: path } = options
    const recording = path === undefined ? undefined : readRecording(path)
    const board = new MockBoard({ ...this.#options, clock, chip, seed, names: this.#names(lineNames) })
    try {
      const specs = typeof wanted === 'function' ? wanted(board) : wanted
      for (const spec of specs) {
        const part = parts.get(spec.type)
        if (part) board.addPart(spec.name, part(contextOf(board, spec, clock)))
      }
      if (recording !== undefined && path !== undefined) {
        const lines = specs.flatMap(({ signals }) => signals)
        // No peripheral can have a name with a space.
        board.addPart('the recording', { close: replay({ board, clock, recording, lines, place: path }) })
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

function contextOf(board: MockBoard, spec: PartSpec, clock: Clock): PartContext {
  const wires = new Map<string, PartWire>()
  const wire = (path: string): PartWire => {
    const known = wires.get(path)
    if (known !== undefined) return known
    const made = new PartWire(board, lineOf(spec, path), spec.name)
    wires.set(path, made)
    return made
  }
  return { board, spec, clock, random: board.random.fork(spec.name), wire }
}

/** The driver that `driver: 'mock'` chooses. */
export const mockDriver: Driver = new MockDriver()
