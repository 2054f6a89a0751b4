/**
 * What an infrared LED shines at: a receiver that finds the bursts of the carrier, as a TSOP38238 does, and a decoder of
 * NEC codes behind it. It knows the protocol from its description only, not from the sender.
 */

import type { Part, PartFactory } from './part.js'
import type { PartWire } from './part-wire.js'

/** One frame that was understood. Times in ns since the board was opened. */
export interface NecFrame {
  /** 8 bits when the second byte is the inverse of the first, 16 otherwise. */
  readonly address: number
  readonly command: number
  /** Repeat codes that followed. */
  readonly repeats: number
  /** When its leader began. */
  readonly timeNs: number
}

/** A burst is over when there was no flash for so long. */
const SILENCE_NS = 100_000
/** So much may a mark or space be off, as a part of what it should be. */
const TOLERANCE = 0.2
const LEADER_NS = 9_000_000
const BIT_MARK_NS = 560_000
const SPACES_NS = { frame: 4_500_000, repeat: 2_250_000, zero: 560_000, one: 1_690_000 } as const
const BITS = 32

/** Collects what it saw; `frames` are those that were right in every mark, space and check byte. */
export class IrReceiver implements Part {
  readonly frames: NecFrame[] = []
  /** Bursts that did not fit where they came. */
  errors = 0
  readonly #stop: () => void
  /** The burst under way: its first flash, and the end of its last. */
  #begin = Number.NaN
  #end = Number.NaN
  #lit: boolean
  /** Bits of the frame under way; undefined between frames. */
  #bits: number[] | undefined
  #leaderNs = 0

  constructor(wire: PartWire, activeLow: boolean) {
    const active = activeLow ? 'low' : 'high'
    this.#lit = wire.level === active
    this.#stop = wire.onLevel((level, time) => this.#flash(level === active, time))
  }

  close(): void {
    this.#stop()
  }

  #flash(lit: boolean, time: number): void {
    if (lit === this.#lit) return
    this.#lit = lit
    if (!lit) {
      // What was lit from the start has not begun: a line that is not driven yet may look so.
      if (!Number.isNaN(this.#begin)) this.#end = time
      return
    }
    const space = time - this.#end
    if (space < SILENCE_NS) return
    // A burst begins: the one before is complete, and so is the space after it.
    if (!Number.isNaN(space)) this.#decode(this.#end - this.#begin, space, this.#begin)
    this.#begin = time
  }

  #decode(mark: number, space: number, begin: number): void {
    if (near(mark, LEADER_NS)) {
      this.#bits = undefined
      if (near(space, SPACES_NS.frame)) {
        this.#bits = []
        this.#leaderNs = begin
      } else if (near(space, SPACES_NS.repeat)) this.#repeated()
      else this.errors++
      return
    }
    // The last burst of a frame and that of a repeat code only end the space before them.
    if (this.#bits === undefined) return
    const one = near(space, SPACES_NS.one)
    if (!near(mark, BIT_MARK_NS) || !(one || near(space, SPACES_NS.zero))) {
      this.#bits = undefined
      this.errors++
      return
    }
    this.#bits.push(one ? 1 : 0)
    if (this.#bits.length === BITS) this.#complete(this.#bits)
  }

  #complete(bits: readonly number[]): void {
    this.#bits = undefined
    const byte = (at: number): number => bits.slice(at, at + 8).reduce((sum, bit, index) => sum + bit * 2 ** index, 0)
    const [low, high, command, inverse] = [byte(0), byte(8), byte(16), byte(24)]
    if (command + inverse !== 255) {
      this.errors++
      return
    }
    const address = low + high === 255 ? low : low + 256 * high
    this.frames.push({ address, command, repeats: 0, timeNs: this.#leaderNs })
  }

  #repeated(): void {
    const last = this.frames.pop()
    if (last === undefined) this.errors++
    else this.frames.push({ ...last, repeats: last.repeats + 1 })
  }
}

export const irPart: PartFactory = ({ spec, wire }) => new IrReceiver(wire('line'), spec.config.activeLow === true)

function near(ns: number, wanted: number): boolean {
  return Math.abs(ns - wanted) <= wanted * TOLERANCE
}
