/** The guarded lines of one handle, by their bits. */

import type { LineHandle, LineSettings } from '../../../drivers/driver.js'
import type { GuardedLine } from './guarded-line.js'
import { isPulledOn } from './pulls.js'

export class HandleLines {
  readonly all: readonly GuardedLine[]
  /** Their bits. */
  readonly bits: number
  readonly #byIndex: readonly (GuardedLine | undefined)[]

  /** @param lines All lines of the handle. */
  constructor(lines: readonly number[], guarded: readonly GuardedLine[]) {
    this.all = guarded
    for (const line of guarded) line.bit = 1 << lines.indexOf(line.line)
    this.bits = bitsOf(guarded)
    this.#byIndex = lines.map(line => guarded.find(one => one.line === line))
  }

  /** The first of those whose bits are 1. */
  at(bits: number): GuardedLine {
    return this.#byIndex[31 - Math.clz32(bits & -bits)] as GuardedLine
  }

  /** All of them. */
  of(bits: number): readonly GuardedLine[] {
    return this.all.filter(({ bit }) => (bits & bit) !== 0)
  }

  /** Bits of those that are on while their value is 0. */
  flip({ activeLow = false }: LineSettings): number {
    return bitsOf(this.all.filter(line => line.activeLow !== activeLow))
  }

  /** Bits of the lines that are on as the driver reads them; `otherwise` when they cannot be read. */
  active(handle: LineHandle, flip: number, otherwise: number): number {
    try {
      return (handle.get() ^ flip) & this.bits
    } catch {
      return otherwise
    }
  }

  /** Bits of those that their pulls switch on, when these settings leave them to their pulls. */
  leftOn(settings: LineSettings): number {
    return settings.direction === 'input' ? bitsOf(this.all.filter(line => isPulledOn(line, settings))) : 0
  }

  /** @param bits Of those that have PWM. @throws ERR_LIMIT */
  checkPwmEnds(bits: number, now: number): void {
    for (let rest = bits; rest !== 0; rest &= rest - 1) this.at(rest).checkPwmEnds(now)
  }

  /** Of those that had PWM, these are on all the time now. Gives the bits of the others. */
  endPwm(swinging: number, bits: number, now: number): number {
    for (const { activity } of this.of(swinging & bits)) activity.shift(now, 1)
    return swinging & ~bits
  }

  /** Bits of those that are taken to be on. */
  get on(): number {
    return bitsOf(this.all.filter(({ on }) => on))
  }
}

function bitsOf(lines: readonly GuardedLine[]): number {
  return lines.reduce((bits, { bit }) => bits | bit, 0)
}
