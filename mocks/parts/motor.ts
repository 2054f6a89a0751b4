/** What an H-bridge and its motor do: which way it is driven, how much, and whether both sides were ever on. */

import type { Part, PartFactory } from './part.js'
import type { PartWire } from './part-wire.js'
import { type DutyMeter, meterAt } from './pwm-meter.js'

export type BridgeState = 'coasts' | 'forward' | 'backward' | 'brakes' | 'shoot-through'

export class BridgeMotor implements Part {
  readonly #now: () => number
  readonly #forward: PartWire
  readonly #backward: PartWire
  readonly #active: string
  readonly #enable: DutyMeter | undefined
  readonly #stops: readonly (() => void)[]
  readonly #shootThroughs: number[] = []
  readonly #onNs = { forward: 0, backward: 0 }
  #side: 'forward' | 'backward' | 'both' | undefined
  #since: number
  #last: { readonly side: 'forward' | 'backward'; readonly time: number } | undefined
  #shortestDeadNs = Number.POSITIVE_INFINITY

  constructor(
    now: () => number,
    forward: PartWire,
    backward: PartWire,
    activeLow: boolean,
    enable: DutyMeter | undefined,
  ) {
    this.#now = now
    this.#forward = forward
    this.#backward = backward
    this.#active = activeLow ? 'low' : 'high'
    this.#enable = enable
    this.#since = now()
    this.#side = this.#read()
    this.#stops = [forward, backward].map(wire => wire.onLevel((_level, time) => this.#look(time)))
  }

  /** What the bridge does now. Without an enable input both sides off is coasting; with one, it brakes while enabled. */
  get state(): BridgeState {
    if (this.#side === 'both') return 'shoot-through'
    const enabled = this.#enable === undefined || this.#enable.duty > 0
    if (this.#side === undefined) return this.#enable !== undefined && enabled ? 'brakes' : 'coasts'
    return enabled ? this.#side : 'coasts'
  }

  /** Part of the supply that the motor gets, -1 (backward) to 1. */
  get drive(): number {
    const duty = this.#enable === undefined ? 1 : this.#enable.duty
    if (this.state === 'forward') return duty
    return this.state === 'backward' ? -duty : 0
  }

  /** When both sides went on together, in ns since the board was opened: each time a burnt bridge. */
  get shootThroughs(): readonly number[] {
    return this.#shootThroughs
  }

  /** The shortest time for which both sides were off between one and the other, in ns; infinite before there was one. */
  get shortestDeadNs(): number {
    return this.#shortestDeadNs
  }

  /** How long a side has been on in all, in ns, until now. */
  onNs(side: 'forward' | 'backward'): number {
    return this.#onNs[side] + (this.#side === side ? this.#now() - this.#since : 0)
  }

  close(): void {
    for (const stop of this.#stops) stop()
    this.#enable?.close()
  }

  #read(): 'forward' | 'backward' | 'both' | undefined {
    const forward = this.#forward.level === this.#active
    const backward = this.#backward.level === this.#active
    if (forward && backward) return 'both'
    if (forward) return 'forward'
    return backward ? 'backward' : undefined
  }

  #look(time: number): void {
    const side = this.#read()
    const before = this.#side
    if (side === before) return
    if (before === 'forward' || before === 'backward') {
      this.#onNs[before] += time - this.#since
      this.#last = { side: before, time }
    }
    if (side === 'both') this.#shootThroughs.push(time)
    if ((side === 'forward' || side === 'backward') && this.#last !== undefined && this.#last.side !== side) {
      this.#shortestDeadNs = Math.min(this.#shortestDeadNs, time - this.#last.time)
    }
    this.#side = side
    this.#since = time
  }
}

export const motorPart: PartFactory = context => {
  const { board, spec, wire } = context
  const { activeLow, enable } = spec.config
  const meter = enable === undefined ? undefined : meterAt(context, 'enable', { activeLow: false })
  return new BridgeMotor(() => board.now(), wire('forward'), wire('backward'), activeLow === true, meter)
}
