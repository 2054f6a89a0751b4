/**
 * What the trace of a board says of the rules: made of levels and times, and of what was ordered with success. It knows
 * nothing of the code that keeps the rules.
 */

import type { Trace } from '../../../mocks/trace.js'
import type { LineState } from '../../../src/bench/guards/keys.js'
import type { Order, PlayOrder } from './rig.js'

/** From when to when, in ns. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** PWM from an order to the next one. */
interface Era extends Span {
  /** 0 to 1 of on. */
  readonly duty: number
  readonly period: number
  /** The line may stay on then: what ended it did not switch it off. */
  readonly goesOn: boolean
}

export interface LineRule {
  readonly name: string
  readonly line: number
  readonly activeLow: boolean
  /** In ns; what is not limited is undefined. */
  readonly maxOn: number | undefined
  readonly minOff: number | undefined
  readonly maxDuty: number | undefined
  readonly spacing: number | undefined
  readonly requires: readonly { readonly line: number; readonly activeLow: boolean; readonly state: LineState }[]
}

export interface Facts {
  readonly trace: Trace
  readonly lines: readonly LineRule[]
  /** Names of the lines of each member of each group. */
  readonly never: readonly (readonly (readonly string[])[])[]
  readonly orders: readonly Order[]
  readonly plays: readonly PlayOrder[]
  /** When guards switched off which line. */
  readonly trips: readonly { readonly line: number; readonly time: number }[]
  /** Before which nobody knows what was. */
  readonly opened: number
  readonly end: number
  /** Of lines that could not be switched off then, nothing is said. */
  readonly excused: readonly (Span & { readonly line: number })[]
}

/** Every broken rule, in words. */
export function brokenRules(facts: Facts): string[] {
  return new Oracle(facts).look()
}

class Oracle {
  readonly #facts: Facts
  readonly #broken: string[] = []
  readonly #eras = new Map<number, Era[]>()
  /** When lines were on, by their numbers: as the trace has it, and with the gaps of PWM filled. */
  readonly #on = new Map<number, Span[]>()
  readonly #active = new Map<number, Span[]>()

  constructor(facts: Facts) {
    this.#facts = facts
  }

  look(): string[] {
    for (const rule of this.#facts.lines) {
      const eras = this.#erasOf(rule)
      const on = spansOf(this.#facts.trace, rule.line, rule.activeLow ? 'low' : 'high', this.#facts.end)
      this.#eras.set(rule.line, eras)
      this.#on.set(rule.line, on)
      this.#active.set(rule.line, filled(on, eras))
    }
    for (const rule of this.#facts.lines) {
      this.#checkMaxOn(rule)
      this.#checkMinOff(rule)
      this.#checkSpacing(rule)
      this.#checkDuty(rule)
      this.#checkRequires(rule)
    }
    this.#checkNever()
    return this.#broken
  }

  #erasOf({ line, activeLow }: LineRule): Era[] {
    return this.#facts.orders.flatMap((order, index) => {
      if (order.line !== line || order.pwm === undefined) return []
      const later = this.#facts.orders.slice(index + 1).filter(one => one.line === line)
      const trips = this.#facts.trips.filter(one => one.line === line && one.time >= order.time)
      const to = Math.min(this.#facts.end, ...later.map(({ time }) => time), ...trips.map(({ time }) => time))
      const ending = later.filter(({ time }) => time === to)
      const isTripped = trips.some(({ time }) => time === to)
      const goesOn = !isTripped && ending.length > 0 && ending.every(({ high }) => high !== activeLow)
      const duty = activeLow ? 1 - order.pwm.high : order.pwm.high
      return [{ from: order.time, to, duty, period: order.pwm.period, goesOn }]
    })
  }

  #checkMaxOn({ name, line, maxOn }: LineRule): void {
    for (const span of this.#active.get(line)!) {
      if (maxOn !== undefined && span.to - span.from > maxOn) this.#break(line, span, `${name} is on for too long`)
    }
  }

  #checkMinOff({ name, line, minOff, maxOn, maxDuty }: LineRule): void {
    const spans = this.#active.get(line)!
    // It may have been on for as long as it may be at once.
    const duty = maxOn === undefined || maxDuty === undefined ? 0 : maxOn / maxDuty - maxOn
    const { opened } = this.#facts
    for (const { from, to } of spans.slice(0, 1)) {
      if (from - opened < Math.max(minOff ?? 0, duty) - 2) this.#break(line, { from, to }, `${name} is on too soon`)
    }
    for (const [before, after] of pairs(spans)) {
      const gap = { from: before.to, to: after.from }
      if (minOff !== undefined && gap.to - gap.from < minOff) this.#break(line, gap, `${name} is on again too soon`)
    }
  }

  /** A change of PWM may cut one period short. */
  #checkSpacing({ name, line, spacing, maxDuty }: LineRule): void {
    const eras = this.#eras.get(line)!
    for (const [one, next] of pairs(eras)) {
      const isChange = next.from === one.to && one.goesOn && (spacing !== undefined || maxDuty !== undefined)
      if (isChange && next.from > one.from && next.from - one.from < one.period - 1) {
        this.#break(line, one, `the PWM of ${name} is changed too often`)
      }
    }
    for (const { from, to, period, duty } of eras) {
      if (spacing !== undefined && period < spacing - 1)
        this.#break(line, { from, to }, `the PWM of ${name} is too fast`)
      if (maxDuty !== undefined && duty > maxDuty) this.#break(line, { from, to }, `the PWM of ${name} is on too much`)
    }
    for (const [one, next] of pairs(this.#on.get(line)!)) {
      const isChange = eras.some(era => era.to === next.from && era.from <= one.from)
      if (spacing === undefined || isChange || next.from - one.from >= spacing - 2) continue
      this.#break(line, { from: one.from, to: next.from }, `${name} goes on too often`)
    }
  }

  /** From each time that it goes on to the next; a play counts as a whole. */
  #checkDuty({ name, line, maxDuty, activeLow }: LineRule): void {
    if (maxDuty === undefined) return
    const on = this.#on.get(line)!
    // Here what is on for no time at all counts, too.
    const all = spansOf(this.#facts.trace, line, activeLow ? 'low' : 'high', this.#facts.end, true)
    const starts = filled(all, this.#eras.get(line)!).map(({ from }) => from)
    const plays = this.#facts.plays.filter(play => play.lines.includes(line))
    const isWithin = (start: number, { began, ended }: PlayOrder): boolean => {
      if (start < began || start > ended) return false
      const wasOn = on.some(({ from, to }) => from < began && to >= began)
      return wasOn || starts.some(other => other >= began && other < start)
    }
    const cycles = starts.filter(start => !plays.some(play => isWithin(start, play)))
    const check = (from: number, to: number): void => {
      // How much of its last period PWM was on, nobody is asked.
      const eras = this.#eras.get(line)!.filter(era => era.from < to && era.to > from)
      const slack = 2 + eras.reduce((sum, { period }) => sum + period, 0)
      if (onTime(on, from, to) > maxDuty * (to - from) + slack)
        this.#break(line, { from, to }, `${name} is on too much`)
    }
    for (const [from, to] of pairs(cycles)) check(from, to)
    for (const { began, ended, complete } of plays) {
      const last = starts.findLast(start => start > began && start <= ended)
      const first = cycles.findLast(start => last !== undefined && start < last)
      if (complete && last !== undefined && first !== undefined) check(first, last)
    }
  }

  #checkRequires({ name, line, requires }: LineRule): void {
    for (const { line: required, activeLow, state } of requires) {
      const wanted = state === 'high' || state === 'low' ? state : (state === 'on') !== activeLow ? 'high' : 'low'
      const other = wanted === 'high' ? 'low' : 'high'
      const driven = this.#driven(required)
      const against =
        driven !== undefined && state === 'off'
          ? driven
          : driven !== undefined && state === 'on'
            ? gapsOf(driven, this.#facts.end)
            : spansOf(this.#facts.trace, required, other, this.#facts.end)
      for (const span of overlaps(this.#active.get(line)!, against))
        this.#break(line, span, `${name} is on against what it requires`, required)
    }
  }

  /** When an output was on, all of its PWM counted; undefined for an input. */
  #driven(line: number): Span[] | undefined {
    const active = this.#active.get(line)
    if (active === undefined) return undefined
    const spans = [...active, ...(this.#eras.get(line) ?? [])].sort((a, b) => a.from - b.from)
    const joined: Span[] = []
    for (const { from, to } of spans) {
      const before = joined.at(-1)
      if (before !== undefined && from <= before.to) {
        joined[joined.length - 1] = { from: before.from, to: Math.max(before.to, to) }
      } else joined.push({ from, to })
    }
    return joined
  }

  #checkNever(): void {
    const at = (name: string): number => this.#facts.lines.find(line => line.name === name)!.line
    for (const members of this.#facts.never) {
      for (const [index, member] of members.entries()) {
        for (const one of member.map(at)) {
          for (const other of members
            .slice(index + 1)
            .flat()
            .map(at)) {
            for (const span of overlaps(this.#active.get(one)!, this.#active.get(other)!)) {
              this.#break(one, span, `${one} and ${other} are on together`, other)
            }
          }
        }
      }
    }
  }

  #break(line: number, { from, to }: Span, what: string, other = line): void {
    const isExcused = this.#facts.excused.some(
      span => (span.line === line || span.line === other) && span.from <= to && span.to >= from,
    )
    if (!isExcused) this.#broken.push(`${what}: ${from / 1e6} to ${to / 1e6} ms`)
  }
}

/** When a line had a level; for no time at all does not count, unless `all` is true. */
function spansOf(trace: Trace, line: number, level: 'low' | 'high', end: number, all = false): Span[] {
  const spans: Span[] = []
  let since = trace.initial(line) === level ? Number.NEGATIVE_INFINITY : undefined
  for (const change of trace.of(line)) {
    if (change.level === level) since ??= change.time
    else if (since !== undefined) {
      if (change.time > since || all) spans.push({ from: since, to: change.time })
      since = undefined
    }
  }
  if (since !== undefined && end > since) spans.push({ from: since, to: end })
  return spans
}

/** While PWM runs, a line counts as on. */
function filled(spans: readonly Span[], eras: readonly Era[]): Span[] {
  const runs: Era[] = []
  for (const era of eras) {
    const before = runs.at(-1)
    if (before?.to === era.from && before.goesOn) runs[runs.length - 1] = { ...era, from: before.from }
    else runs.push(era)
  }
  const merged: Span[] = []
  for (const span of spans) {
    const before = merged.at(-1)
    const isGap = ({ from, to, goesOn }: Era): boolean => {
      return before !== undefined && from <= before.to && (span.from < to || (span.from === to && goesOn))
    }
    if (before !== undefined && runs.some(isGap)) merged[merged.length - 1] = { from: before.from, to: span.to }
    else merged.push(span)
  }
  return merged
}

function gapsOf(spans: readonly Span[], end: number): Span[] {
  const edges = [Number.NEGATIVE_INFINITY, ...spans.flatMap(({ from, to }) => [from, to]), end]
  const gaps: Span[] = []
  for (let index = 0; index < edges.length; index += 2) gaps.push({ from: edges[index]!, to: edges[index + 1]! })
  return gaps.filter(({ from, to }) => to > from)
}

function overlaps(some: readonly Span[], others: readonly Span[]): Span[] {
  return some.flatMap(one =>
    others.flatMap(other => {
      const span = { from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) }
      return span.to > span.from ? [span] : []
    }),
  )
}

function onTime(spans: readonly Span[], from: number, to: number): number {
  return overlaps(spans, [{ from, to }]).reduce((sum, span) => sum + span.to - span.from, 0)
}

function pairs<T>(all: readonly T[]): [T, T][] {
  return all.slice(1).map((next, index) => [all[index]!, next])
}
