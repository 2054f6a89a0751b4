/** The `mock` driver: a simulated board with a part wired to the lines of every peripheral that has one. */

import type { BoardOptions, Driver, PartSpec } from '../drivers/driver.js'
import { readRecording } from '../src/records/recording.js'
import { MockBoard, type MockBoardOptions } from './board.js'
import { FaultyBuses } from './buses/faulty-buses.js'
import { type FaultKind, Faults, pathOf } from './faults/faults.js'
import { FaultyWire } from './faults/faulty-wire.js'
import { parts } from './parts/index.js'
import { lineOf, type PartFactory } from './parts/part.js'
import { type PartWire, SoundWire } from './parts/part-wire.js'
import { replay } from './replay.js'
import { type ReplaySimulation, replayPart } from './replay-part.js'

/** What a wire can have. */
const ON_WIRES: readonly FaultKind[] = ['bounce', 'stuck', 'glitch', 'unplugged', 'brown-out', 'late']
/** Of a type that has no part the lines are left to their pulls, and to their faults. */
const bareLines: PartFactory = ({ spec, wire }) => {
  for (const { line } of spec.signals) wire(pathOf(spec, line))
  return { close: () => {} }
}

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
        const part = partOf(spec)
        if (part) plug(part, board, spec)
      }
      if (recording !== undefined) {
        const lines = specs.flatMap(({ signals }) => signals)
        // No peripheral can have a name with a space.
        board.addPart('the recording', { close: replay({ board, clock, recording, lines }) })
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

/** A recording of the real part, or the part of the type; with faults, its lines at least. */
function partOf({ type, simulate }: PartSpec): PartFactory | undefined {
  const replayed = simulate?.replay as ReplaySimulation | undefined
  if (replayed !== undefined) return context => replayPart(context, replayed)
  return (type === undefined ? undefined : parts.get(type)) ?? (simulate?.faults === undefined ? undefined : bareLines)
}

/** A part with all that is between it and the board: closed with the board. */
function plug(make: PartFactory, board: MockBoard, spec: PartSpec): void {
  const clock = board.simulation
  const random = board.random.fork(spec.name)
  const faults = Faults.of(spec, clock, board.now(), board.random.fork(`${spec.name} faults`))
  // No peripheral can have a name with a space.
  board.addPart(`${spec.name} faults`, faults)
  for (const { line } of spec.signals) {
    if (faults.of(['error', 'lost-edges']).length > 0) board.disturb(line, pathOf(spec, line), faults)
  }
  const wires = new Map<string, PartWire>()
  const wire = (path: string): PartWire => {
    const known = wires.get(path)
    if (known !== undefined) return known
    const options = { board, line: lineOf(spec, path), name: spec.name, path, faults }
    const made =
      faults.of(ON_WIRES, path).length > 0 ? new FaultyWire(options) : new SoundWire(board, options.line, spec.name)
    wires.set(path, made)
    return made
  }
  const part = make({ board, spec, clock, random, faults, buses: new FaultyBuses(board.buses, faults), wire })
  board.addPart(spec.name, part)
  for (const fault of faults.of(['brown-out', 'unplugged']))
    faults.during(
      fault,
      () => part.reset?.(),
      () => part.reset?.(),
    )
}

/** The driver that `driver: 'mock'` chooses. */
export const mockDriver: Driver = new MockDriver()
