/** What is known at the place of a plan where an estimate is: values, which outputs are on, and where peripherals stand. */

import type { Value } from '../expressions/value.js'
import { optional, plus, type Span } from './span.js'
import type { Tally } from './tally.js'

export type OutputState = 'on' | 'off' | 'maybe'
type Numbers = Record<string, number>

/** Before anything that matters. */
const LONG_AGO = -1e9

type Noted = { readonly notes: Numbers; readonly times: Numbers; readonly spread: number }

/** What the hooks of a peripheral's definition note, by the names that they give it. */
export class Notes {
  readonly notes: Numbers
  readonly times: Numbers
  /** How uncertain the time was when they were noted. */
  spread: number

  constructor({ notes, times, spread }: Noted = { notes: {}, times: {}, spread: 0 }) {
    this.notes = { ...notes }
    this.times = { ...times }
    this.spread = spread
  }

  /** Nobody knows any more. */
  forget(): void {
    for (const numbers of [this.notes, this.times]) {
      for (const key of Object.keys(numbers)) numbers[key] = Number.NaN
    }
  }

  /** It may be as it is here, or as it is there. */
  orElse(other: Notes | undefined): void {
    merge(this.notes, other?.notes ?? {})
    this.spread = Math.min(this.spread, other?.spread ?? 0) - mergeTimes(this.times, other?.times ?? {})
  }

  isAs(other: Notes | undefined): boolean {
    return same(this.notes, other?.notes ?? {}) && same(this.times, other?.times ?? {})
  }

  /** All that it has noted was so much later. */
  shift(ms: number, spread: number): void {
    this.spread = spread
    for (const key of Object.keys(this.times)) this.times[key] = (this.times[key] as number) + ms
  }
}

function merge(numbers: Numbers, others: Numbers): void {
  for (const key of new Set([...Object.keys(numbers), ...Object.keys(others)])) {
    if (numbers[key] !== others[key]) numbers[key] = Number.NaN
  }
}

/** The later ones; gives how much earlier they may be. */
function mergeTimes(times: Numbers, others: Numbers): number {
  let most = 0
  for (const key of new Set([...Object.keys(times), ...Object.keys(others)])) {
    const { [key]: one = LONG_AGO } = times
    const { [key]: other = LONG_AGO } = others
    times[key] = Math.max(one, other)
    most = Math.max(most, Math.abs(one - other) || 0)
  }
  return most
}

function same(numbers: Numbers, others: Numbers): boolean {
  const keys = Object.keys(numbers)
  return keys.length === Object.keys(others).length && keys.every(key => Object.is(numbers[key], others[key]))
}

export class EstimateState {
  /** Undefined where nobody knows. */
  readonly slots: (Value | undefined)[]
  /** Those that count; what is not there is off. */
  outputs: Map<string, OutputState>
  readonly notes: Map<string, Notes>
  /** In ms, at the least; and how much later it may be. */
  now: number
  spread: number
  /** A failure may have ended the round by now. */
  skips: boolean

  constructor(
    slots: readonly (Value | undefined)[],
    outputs: ReadonlyMap<string, OutputState>,
    notes: ReadonlyMap<string, Notes> = new Map(),
    now = 0,
    spread = 0,
    skips = false,
  ) {
    this.slots = [...slots]
    this.outputs = new Map(outputs)
    this.notes = new Map([...notes].map(([name, noted]) => [name, new Notes(noted)]))
    this.now = now
    this.spread = spread
    this.skips = skips
  }

  fork(): EstimateState {
    return new EstimateState(this.slots, this.outputs, this.notes, this.now, this.spread, this.skips)
  }

  notesOf(peripheral: string): Notes {
    let notes = this.notes.get(peripheral)
    if (notes === undefined) {
      notes = new Notes()
      this.notes.set(peripheral, notes)
    }
    return notes
  }

  /** Time passes for the outputs that are on. */
  pass(ms: Span, tally: Tally): void {
    tally.ms = plus(tally.ms, ms)
    this.passBeside(ms, tally)
    this.now += ms.least
    this.spread += ms.most - ms.least
  }

  /** The same, where the time itself is counted otherwise. */
  passBeside(ms: Span, tally: Tally, outputs: ReadonlyMap<string, OutputState> = this.outputs): void {
    if (ms.most === 0 && !ms.open) return
    for (const [name, output] of outputs) {
      if (output !== 'off') tally.addOn(name, output === 'on' ? ms : optional(ms))
    }
  }

  /** It may be as it is here, or as it is there. */
  orElse(other: EstimateState): void {
    for (let slot = 0; slot < this.slots.length; slot++) {
      if (this.slots[slot] !== other.slots[slot]) this.slots[slot] = undefined
    }
    for (const name of new Set([...this.outputs.keys(), ...other.outputs.keys()])) {
      const output = this.outputs.get(name) ?? 'off'
      if (output !== (other.outputs.get(name) ?? 'off')) this.outputs.set(name, 'maybe')
    }
    for (const name of new Set([...this.notes.keys(), ...other.notes.keys()])) {
      this.notesOf(name).orElse(other.notes.get(name))
    }
    const [now, latest] = [Math.min(this.now, other.now), Math.max(this.now + this.spread, other.now + other.spread)]
    this.now = now
    this.spread = latest - now
    this.skips ||= other.skips
  }

  /** Nothing has changed but the time. */
  isAs(other: EstimateState): boolean {
    return (
      this.slots.every((value, slot) => value === other.slots[slot]) &&
      [...this.outputs].every(([name, output]) => output === (other.outputs.get(name) ?? 'off')) &&
      [...this.notes].every(([name, notes]) => notes.isAs(other.notes.get(name)))
    )
  }
}
