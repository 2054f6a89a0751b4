/** What the rounds of a loop come to: gone through one by one where they differ, and multiplied where they do not. */

import type { Expression, Value } from '../expressions/value.js'
import { indexesOf } from '../running/loops.js'
import type { Loop } from './kinds.js'
import { RoundMean } from './mean.js'
import { addRest, type LoopSoFar } from './rest.js'
import { longer, NONE, plus, rest, type Span, UNKNOWN } from './span.js'
import type { EstimateState } from './state.js'
import { Tally } from './tally.js'
import type { EstimateWalk } from './walk.js'

/** In each of the rounds of a loop that are gone through, so much of what may be spent on it goes to loops within. */
const ROUNDS = 32

/** Of a loop that is too long to go through, so much less is spent on what is taken for typical. */
const SAMPLES = 16
/** Rounds in a row, where what one of them takes depends on the one before: a way from the one to the other. */
const ROW = 8
const FEW = 4
/** After so many rounds, all are taken for like the last one. */
const SETTLED = 8

export function estimateLoop(walk: EstimateWalk, loop: Loop, state: EstimateState, tally: Tally): void {
  const { facts } = walk
  const { reads, share, left } = facts
  const { skips } = state
  facts.reads = new Set()
  facts.share = Math.min(share, Math.max(1, left / 2))
  new Rounds(walk, loop, state, tally).go()
  for (const slot of facts.reads) reads.add(slot)
  facts.reads = reads
  facts.share = share
  state.skips = skips
}

/** Of a loop that is too long, some rounds are looked at that lie all over it. */
interface Sample {
  /** How many had been gone through before. */
  readonly from: number
  /** So many are looked at in a row, and the next row begins so much later. */
  readonly row: number
  readonly apart: number
}

class Rounds {
  readonly #walk: EstimateWalk
  readonly #loop: Loop
  readonly #state: EstimateState
  readonly #tally: Tally
  #share: number
  readonly #left: number
  /** When the first round began. */
  readonly #began: number
  readonly #spread: number
  /** What differs from round to round. */
  readonly #varying: ReadonlySet<number>
  #mean = new RoundMean()
  #start: Span = NONE
  #end: Span = NONE
  /** When it is over at this place, if it is. */
  #ended: Span = NONE
  /** As it was after the last round that is certain. */
  #certain: EstimateState | undefined
  #done = 0
  /** How long the round before took. */
  #before: Span | undefined
  #sample: Sample | undefined

  constructor(walk: EstimateWalk, loop: Loop, state: EstimateState, tally: Tally) {
    this.#walk = walk
    this.#loop = loop
    this.#state = state
    this.#tally = tally
    this.#share = walk.facts.share
    this.#left = walk.facts.left
    this.#began = state.now
    this.#spread = state.spread
    const own = [loop.round, ...(loop.scan?.axes ?? []).map(({ slot }) => slot)].filter(slot => slot !== undefined)
    this.#varying = new Set([...own, ...walk.touched.slots(loop.steps)])
    // Where only one round can be looked at, it is that in the middle.
    if (this.#share < FEW && this.#isFree()) this.#sample = { from: 0, row: 1, apart: loop.count }
  }

  go(): void {
    const { count, open } = this.#loop
    while (this.#done < count) {
      this.#number(this.#done + 1)
      const before = this.#loop.before && this.#isSo(this.#loop.before)
      if (before === false) break
      if (before === undefined && this.#loop.before !== undefined) this.#doubt()
      if (this.#done > 0 && !this.#begin()) break
      const state = this.#state.fork()
      const cost = this.#round()
      const after = this.#loop.after && this.#isSo(this.#loop.after)
      if (after === true) break
      if (after === undefined && this.#loop.after !== undefined) this.#doubt()
      if (open) {
        this.#tally.addBesideTime(cost, UNKNOWN)
        this.#ended = { ...this.#ended, open: true }
        this.#walk.forgetSlots(this.#loop.steps, this.#state)
        break
      }
      if (this.#done >= count) break
      const isSame = !this.#differ() && (this.#state.isAs(state) || this.#isSettled(cost.ms))
      if (isSame || this.#isSpent()) {
        this.#multiply(isSame ? cost : this.#mean.tally(this.#done - (this.#sample?.from ?? 0), this.#isPlain()), state)
        break
      }
      this.#before = cost.ms
    }
    this.#tally.ms = this.#ended
    // A time ends it, and how many rounds begin before is as typical as how long they take.
    if (Number.isFinite(this.#loop.end) && this.#start.about) this.#tally.aboutCounts()
    if (this.#certain !== undefined) this.#state.orElse(this.#certain)
  }

  /** The round that a condition is looked at for. */
  #number(round: number): void {
    if (this.#loop.round !== undefined) this.#state.slots[this.#loop.round] = round
  }

  /** From here on, nobody knows whether there is another round. */
  #doubt(): void {
    this.#certain ??= this.#state.fork()
  }

  /** The next round, and the pause before it; false when it is too late for one. */
  #begin(): boolean {
    const { every, end } = this.#loop
    const next = longer(plus(this.#start, every), this.#end)
    if (next.least >= end) return false
    if (next.most >= end) this.#doubt()
    const pause = rest(next, this.#end)
    this.#state.passBeside(pause, this.#tally)
    this.#state.now = this.#began + next.least
    this.#state.spread = this.#spread + next.most - next.least
    this.#start = next
    return true
  }

  #round(): Tally {
    const { steps, count } = this.#loop
    const { facts } = this.#walk
    facts.share = Math.max(1, this.#share / Math.min(count, ROUNDS))
    let index = this.#done
    if (this.#sample !== undefined) {
      const { from, row, apart } = this.#sample
      const within = (this.#done - from) % row
      index = Math.min(count - row, Math.floor(((this.#done - from - within) / row + 0.5) * apart)) + within
      // What it takes to come there from far away is of no interest.
      if (row > 1 && within === 0) {
        this.#set(index - 1)
        this.#walk.steps(steps, this.#state, new Tally())
      }
    }
    this.#set(index)
    const cost = new Tally()
    this.#walk.steps(steps, this.#state, cost)
    this.#mean.add(cost)
    this.#tally.addBesideTime(this.#certain === undefined ? cost : cost.optional())
    this.#end = plus(this.#start, cost.ms)
    this.#ended = this.#certain === undefined ? this.#end : { ...this.#end, least: this.#ended.least }
    this.#done++
    if (this.#done === 2 && this.#sample === undefined) this.#plan()
    return cost
  }

  /** Sets what the round of that index has. */
  #set(index: number): void {
    const { round, scan, open } = this.#loop
    const { slots } = this.#state
    this.#state.skips = false
    for (const slot of open ? this.#varying : []) slots[slot] = undefined
    if (scan !== undefined && !open) {
      const indexes = indexesOf(scan, index)
      scan.axes.forEach((axis, at) => {
        slots[axis.slot] = axis.at(indexes[at] as number)
      })
    }
    if (round !== undefined) slots[round] = index + 1
  }

  #isSo(condition: Expression): boolean | undefined {
    const value: Value | undefined = this.#walk.facts.valueOf(condition, this.#state)
    return value === undefined ? undefined : value === true
  }

  /** Whether it has come to what it comes to from now on: what a sensor waits for depends on the rounds before. */
  #isSettled(ms: Span): boolean {
    const { least, most } = this.#before ?? {}
    return this.#done >= SETTLED || (ms.least === least && ms.most === most)
  }

  /** Whether rounds may differ: something in them depends on what is not the same in all of them. */
  #differ(): boolean {
    const { reads } = this.#walk.facts
    for (const slot of this.#varying) if (reads.has(slot)) return true
    return false
  }

  #isSpent(): boolean {
    const { left } = this.#walk.facts
    return left <= 0 || this.#left - left >= this.#share
  }

  /** Passes the time of rounds that were not gone through; what was noted in the last one was so in the very last. */
  #skip(): void {
    const skipped = this.#began + this.#ended.least - this.#state.now
    if (skipped <= 0) return
    this.#state.now += skipped
    this.#state.spread = this.#spread + this.#ended.most - this.#ended.least
    for (const name of this.#walk.touched.names(this.#loop.steps))
      this.#state.notes.get(name)?.shift(skipped, this.#state.spread)
  }

  /** Whether as much is done and recorded in each round. */
  #isPlain(): boolean {
    return this.#walk.touched.isPlain(this.#loop.steps)
  }

  /** Decides, after two rounds, whether there are too many; then it is enough to look at some, all over the grid. */
  #plan(): void {
    const { count, steps } = this.#loop
    const { touched, facts } = this.#walk
    const spent = this.#left - facts.left
    const each = spent / this.#done
    if (!Number.isFinite(count) || count * each <= this.#share) return
    const rounds = Math.floor(Math.max(this.#share / SAMPLES, Math.min(this.#share - spent, ROUNDS * each)) / each)
    if (!this.#isFree() || rounds < 1) return
    this.#share = spent + rounds * each
    const depends = [...touched.names(steps)].some(name => this.#state.notes.has(name))
    const row = depends ? Math.min(rounds, ROW) : 1
    this.#sample = { from: this.#done, row, apart: count / Math.ceil(rounds / row) }
    this.#mean = new RoundMean()
  }

  /** Whether any of its rounds can be looked at: of values that each changes, only one after the other is known. */
  #isFree(): boolean {
    const { before, after, steps, count } = this.#loop
    return Number.isFinite(count) && (before ?? after) === undefined && this.#walk.touched.slots(steps).size === 0
  }

  /** @param before As it was when the last round began. */
  #multiply(cost: Tally, before: EstimateState): void {
    const { outputs } = this.#state
    for (const [name, output] of outputs) {
      if (output === (before.outputs.get(name) ?? 'off')) continue
      // Switched over in each round: not what it was in the last one.
      cost.on.set(name, this.#mean.rangeOn(name))
      outputs.set(name, 'maybe')
    }
    const sofar: LoopSoFar = {
      start: this.#start,
      end: this.#end,
      ended: this.#ended,
      done: this.#done,
      certain: this.#certain === undefined,
    }
    const ended = addRest(this.#loop, sofar, cost, this.#state, this.#tally)
    this.#ended = ended
    this.#skip()
    for (const slot of this.#walk.touched.slots(this.#loop.steps)) {
      if (this.#state.slots[slot] !== before.slots[slot]) this.#state.slots[slot] = undefined
    }
  }
}
