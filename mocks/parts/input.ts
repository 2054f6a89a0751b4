/** What a digital input is wired to: a switch or a sensor whose output falls and rises at given times. */

import type { Level, PartSpec } from '../../drivers/driver.js'
import { PiWorkerError } from '../../src/errors.js'
import type { Clock, Timer } from '../../src/worker/clock.js'
import { toNs } from '../../src/worker/duration.js'
import type { MockBoard } from '../board.js'
import type { Part, PartFactory } from './part.js'
import type { PartWire } from './part-wire.js'

/** What `simulate` may say of an input. Levels are physical. */
export interface InputSimulation {
  /** Level from the start. Default: the opposite of what the first of the times makes; floating when there are none. */
  readonly level?: Level
  /** When the line falls, in ms since the board was opened. */
  readonly falls?: readonly number[]
  /** When it rises. Falls and rises must take turns: between two falls there is a rise. */
  readonly rises?: readonly number[]
}

interface Move {
  readonly timeNs: number
  readonly to: Level
}

/** Follows its times, and lets the line float when it has been told nothing. */
export class InputSource implements Part {
  readonly #board: MockBoard
  readonly #clock: Clock
  readonly #wire: PartWire
  readonly #moves: readonly Move[]
  #done = 0
  #timer: Timer | undefined

  constructor(board: MockBoard, clock: Clock, wire: PartWire, start: Level | undefined, moves: readonly Move[]) {
    this.#board = board
    this.#clock = clock
    this.#wire = wire
    this.#moves = moves
    if (start !== undefined) wire.drive(start)
    this.#wait()
  }

  close(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #wait(): void {
    const move = this.#moves[this.#done]
    if (move === undefined) return
    this.#timer = this.#clock.after(move.timeNs - this.#board.now(), () => {
      this.#done++
      this.#wire.drive(move.to)
      this.#wait()
    })
  }
}

/** @throws ERR_BAD_CONFIG when the times cannot be followed. */
export const inputPart: PartFactory = ({ board, spec, clock, wire }) => {
  const level = levelOf(spec)
  const moves = [...movesOf(spec, 'falls', 'low'), ...movesOf(spec, 'rises', 'high')]
  moves.sort((a, b) => a.timeNs - b.timeNs)
  const first = moves[0]
  const start = level ?? (first && (first.to === 'low' ? 'high' : 'low'))
  checkTurns(spec, start, moves)
  return new InputSource(board, clock, wire('line'), start, moves)
}

/** A fall of a line that is low already would be no edge at all, and whoever wrote it expects one. */
function checkTurns(spec: PartSpec, start: Level | undefined, moves: readonly Move[]): void {
  let level = start
  let last = -1
  for (const move of moves) {
    const verb = move.to === 'low' ? 'fall' : 'rise'
    const at = `${spec.name} is to ${verb} at ${move.timeNs / 1e6} ms`
    if (move.timeNs === last) throw bad(spec, `${at}, and something else is to happen at that moment`)
    if (move.to === level) throw bad(spec, `${at}, but is ${level} already by then`)
    level = move.to
    last = move.timeNs
  }
}

function levelOf(spec: PartSpec): Level | undefined {
  const level = spec.simulate?.level
  if (level === undefined || level === 'low' || level === 'high') return level
  throw bad(spec, `the level of ${spec.name} is low or high, not ${String(level)}`)
}

function movesOf(spec: PartSpec, key: 'falls' | 'rises', to: Level): Move[] {
  const times = spec.simulate?.[key] ?? []
  const fine = Array.isArray(times) && times.every(time => Number.isFinite(time) && time >= 0)
  if (!fine) throw bad(spec, `"${key}" of ${spec.name} is a list of times in ms`)
  return times.map(time => ({ timeNs: toNs(time), to }))
}

function bad(spec: PartSpec, message: string): PiWorkerError {
  return new PiWorkerError('ERR_BAD_CONFIG', message, {
    place: `simulate.${spec.name}`,
    remedy: 'Give times at which the line falls and rises in turn, and a level that fits the first of them.',
  })
}
