/** What a digital output switches: a load (a lamp, a pump, a relay's coil) that follows the line and keeps count. */

import type { MockBoard } from '../board.js'
import type { Part, PartFactory } from './part.js'
import type { PartWire } from './part-wire.js'

/** Is on while the line is active: high, or low when the output is `activeLow`. */
export class Load implements Part {
  readonly #now: () => number
  readonly #stop: () => void
  #on: boolean
  #since = 0
  #switches = 0
  #onNs = 0

  constructor(board: MockBoard, wire: PartWire, activeLow: boolean) {
    const active = activeLow ? 'low' : 'high'
    this.#now = () => board.now()
    this.#on = wire.level === active
    this.#since = board.now()
    this.#stop = wire.onLevel((level, time) => this.#follow(level === active, time))
  }

  /** Whether it is on now. */
  get on(): boolean {
    return this.#on
  }

  /** How often it has been switched on. */
  get switches(): number {
    return this.#switches
  }

  /** How long it has been on in all, in ns, until now. */
  get onNs(): number {
    return this.#onNs + (this.#on ? this.#now() - this.#since : 0)
  }

  close(): void {
    this.#stop()
  }

  #follow(on: boolean, time: number): void {
    if (on) this.#switches++
    else this.#onNs += time - this.#since
    this.#on = on
    this.#since = time
  }
}

export const outputPart: PartFactory = ({ board, spec, wire }) =>
  new Load(board, wire('line'), spec.config.activeLow === true)
