/**
 * The level of every line as it follows from who drives it. Nothing but the rule: no time, no names, no listeners.
 * Codes in typed arrays, because every toggle passes through here.
 */

import { Joints } from './wire-lines.js'

/** What one driver, pull or resistor does to a line. */
export const FLOAT = 0
export const LOW = 1
export const HIGH = 2
export type Push = typeof FLOAT | typeof LOW | typeof HIGH

/** What a change did, as flags that can stand together. */
export const LEVEL_CHANGED = 1
export const SHORT_CHANGED = 2

/**
 * The rule, strongest first: anything that drives low (a short to ground wins), anything that drives high, resistors
 * outside the chip, the chip's own pull (about 50 kΩ), and at last the level that the line had, which stays like charge.
 * Resistors both up and down are a divider whose middle is neither level, so the line stays as it was.
 * A line starts low.
 * Lines that a wire joins are one net, on which the rule is applied to all that is on any of them.
 */
export class Net {
  readonly levels: Uint8Array
  /** 1 where something drives low and something else high. */
  readonly shorted: Uint8Array
  readonly #own: Uint8Array
  readonly #pull: Uint8Array
  // How many outside drivers do what.
  readonly #low: Uint16Array
  readonly #high: Uint16Array
  readonly #resistorsDown: Uint16Array
  readonly #resistorsUp: Uint16Array
  readonly #joints: Joints

  constructor(pulls: readonly Push[]) {
    const count = pulls.length
    this.levels = new Uint8Array(count)
    this.shorted = new Uint8Array(count)
    this.#own = new Uint8Array(count)
    this.#pull = Uint8Array.from(pulls)
    this.#low = new Uint16Array(count)
    this.#high = new Uint16Array(count)
    this.#resistorsDown = new Uint16Array(count)
    this.#resistorsUp = new Uint16Array(count)
    this.#joints = new Joints(count)
    for (let line = 0; line < count; line++) this.#settle(line)
  }

  /** What the chip's output does to the line. Returns LEVEL_CHANGED, SHORT_CHANGED, both or 0. */
  own(line: number, push: Push): number {
    this.#own[line] = push
    return this.#settle(line)
  }

  /** The chip's output and its pull at once, so that no level in between is seen; the pull stays when undefined. */
  configure(line: number, push: Push, pull: Push | undefined): number {
    if (pull !== undefined) this.#pull[line] = pull
    return this.own(line, push)
  }

  /** One outside driver goes from one push to another. */
  outside(line: number, from: Push, to: Push): number {
    count(this.#low, this.#high, line, from, -1)
    count(this.#low, this.#high, line, to, 1)
    return this.#settle(line)
  }

  /** One outside resistor is turned from one supply to another. */
  resistor(line: number, from: Push, to: Push): number {
    count(this.#resistorsDown, this.#resistorsUp, line, from, -1)
    count(this.#resistorsDown, this.#resistorsUp, line, to, 1)
    return this.#settle(line)
  }

  /** What the chip's own output does to the line now. */
  pushOf(line: number): Push {
    return this.#own[line] as Push
  }

  /** The lines of a line's net, lowest first; undefined when no wire joins it to another. They change together. */
  netOf(line: number): readonly number[] | undefined {
    return this.#joints.nets[line]
  }

  /**
   * Joins two lines by a wire; where nothing drives or pulls the net, it takes the charge of `a`. Returns what takes the
   * wire off again. After either, any level and short may be another one.
   */
  join(a: number, b: number): () => void {
    const charge = this.levels[a] as number
    const cut = this.#joints.join(a, b)
    for (const line of this.netOf(a) ?? []) this.levels[line] = charge
    this.#settle(a)
    return () => {
      const joined = this.netOf(a) ?? []
      cut()
      for (const line of joined) this.#settle(line)
    }
  }

  #settle(line: number): number {
    const net = this.#joints.nets[line]
    if (net !== undefined) return this.#settleNet(net)
    const own = this.#own[line]
    const low = own === LOW || this.#low[line] !== 0
    const high = own === HIGH || this.#high[line] !== 0
    const level = low ? 0 : high ? 1 : this.#undriven(line)
    const short = low && high ? 1 : 0
    let outcome = 0
    if (this.levels[line] !== level) {
      this.levels[line] = level
      outcome = LEVEL_CHANGED
    }
    if (this.shorted[line] !== short) {
      this.shorted[line] = short
      outcome |= SHORT_CHANGED
    }
    return outcome
  }

  #settleNet(net: readonly number[]): number {
    const first = net[0] as number
    const some = (counts: Uint8Array | Uint16Array, code?: Push): boolean =>
      net.some(line => (code === undefined ? counts[line] !== 0 : counts[line] === code))
    const low = some(this.#own, LOW) || some(this.#low)
    const high = some(this.#own, HIGH) || some(this.#high)
    // The stronger of two kinds of pulls decides, unless it is in two minds.
    const pulls = [
      [some(this.#resistorsDown), some(this.#resistorsUp)],
      [some(this.#pull, LOW), some(this.#pull, HIGH)],
    ]
    const [down, up] = pulls.find(([down, up]) => down || up) ?? [false, false]
    const undriven = up === down ? (this.levels[first] as number) : up ? 1 : 0
    const level = low ? 0 : high ? 1 : undriven
    const short = low && high ? 1 : 0
    const outcome =
      (this.levels[first] === level ? 0 : LEVEL_CHANGED) | (this.shorted[first] === short ? 0 : SHORT_CHANGED)
    for (const line of net) {
      this.levels[line] = level
      this.shorted[line] = short
    }
    return outcome
  }

  #undriven(line: number): number {
    const up = this.#resistorsUp[line] !== 0
    const down = this.#resistorsDown[line] !== 0
    if (up !== down) return up ? 1 : 0
    const pull = this.#pull[line]
    if (up || pull === FLOAT) return this.levels[line] as number
    return pull === HIGH ? 1 : 0
  }
}

function count(lows: Uint16Array, highs: Uint16Array, line: number, push: Push, by: number): void {
  if (push === FLOAT) return
  const counts = push === LOW ? lows : highs
  counts[line] = (counts[line] as number) + by
}
