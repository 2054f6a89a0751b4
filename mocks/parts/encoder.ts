/** A simulated quadrature encoder: it is turned at given times, and its lines show the gray code of where it is. */

import type { Level, PartSpec } from '../../drivers/driver.js'
import { PiWorkerError } from '../../src/errors.js'
import type { Timer } from '../../src/worker/clock.js'
import { toNs } from '../../src/worker/duration.js'
import type { Part, PartContext, PartFactory } from './part.js'
import type { PartWire } from './part-wire.js'

/** What `simulate` may say of an encoder; `at` in ms since the board was opened, `speed` in steps a second. */
export interface EncoderSimulation {
  readonly turns?: readonly { readonly at: number; readonly steps: number; readonly speed: number }[]
}

interface Turn {
  readonly atNs: number
  readonly steps: number
  readonly stepNs: number
}

/** Levels of A and B in the four states of one period; A leads on the way up. */
const CODE: readonly (readonly [Level, Level])[] = [
  ['low', 'low'],
  ['high', 'low'],
  ['high', 'high'],
  ['low', 'high'],
]
/** Its contacts close to ground; while they are open, the resistors of its module lift the lines. */
const PUSH = { low: 'low', high: 'pull-up' } as const
/** Where it stands at the opening: both contacts are open. */
const START = 2

export class TurnedEncoder implements Part {
  readonly #context: PartContext
  readonly #a: PartWire
  readonly #b: PartWire
  readonly #turns: readonly Turn[]
  #position = 0
  #turn = 0
  #done = 0
  #timer: Timer | undefined

  constructor(context: PartContext, a: PartWire, b: PartWire, turns: readonly Turn[]) {
    this.#context = context
    this.#a = a
    this.#b = b
    this.#turns = turns
    this.#show()
    this.#wait()
  }

  /** How many steps up it really went. */
  get position(): number {
    return this.#position
  }

  close(): void {
    this.#timer?.cancel()
  }

  /** The first step of a turn comes at its beginning. */
  #wait(): void {
    const turn = this.#turns[this.#turn]
    if (turn === undefined) return
    const due = turn.atNs + Math.round(this.#done * turn.stepNs)
    const { clock, board } = this.#context
    this.#timer = clock.after(Math.max(0, due - board.now()), () => {
      this.#position += Math.sign(turn.steps)
      this.#show()
      this.#done++
      if (this.#done >= Math.abs(turn.steps)) {
        this.#turn++
        this.#done = 0
      }
      this.#wait()
    })
  }

  /** Only the line that changes is driven anew: never both at one moment. */
  #show(): void {
    const state = (((this.#position + START) % 4) + 4) % 4
    const [a, b] = CODE[state] as readonly [Level, Level]
    this.#a.drive(PUSH[a])
    this.#b.drive(PUSH[b])
  }
}

/** @throws ERR_BAD_CONFIG when it cannot be turned so. */
export const encoderPart: PartFactory = context => {
  const { spec, wire } = context
  return new TurnedEncoder(context, wire('lines.a'), wire('lines.b'), turnsOf(spec))
}

function turnsOf(spec: PartSpec): Turn[] {
  const turns: unknown = spec.simulate?.turns ?? []
  if (!Array.isArray(turns) || !turns.every(isTurn)) {
    throw bad(spec, `the turns of ${spec.name} are a list of { at (ms), steps, speed (steps a second) }`)
  }
  const sorted = turns
    .filter(({ steps }) => steps !== 0)
    .map(({ at, steps, speed }) => ({ atNs: toNs(at), steps, stepNs: 1e9 / speed }))
    .sort((a, b) => a.atNs - b.atNs)
  for (let index = 1; index < sorted.length; index++) {
    const [before, turn] = [sorted[index - 1] as Turn, sorted[index] as Turn]
    const over = before.atNs + (Math.abs(before.steps) - 1) * before.stepNs
    if (turn.atNs > over) continue
    throw bad(spec, `${spec.name} is to be turned at ${turn.atNs / 1e6} ms, but is turning until ${over / 1e6} ms`)
  }
  return sorted
}

function isTurn(value: unknown): value is { at: number; steps: number; speed: number } {
  const { at, steps, speed } = (value ?? {}) as Record<string, number>
  return Number.isFinite(at) && at! >= 0 && Number.isInteger(steps) && Number.isFinite(speed) && speed! > 0
}

function bad(spec: PartSpec, message: string): PiWorkerError {
  return new PiWorkerError('ERR_BAD_CONFIG', message, {
    place: `simulate.${spec.name}.turns`,
    remedy: 'Give when each turn begins (at), how many steps it has and how fast they come, so that none overlap.',
  })
}
