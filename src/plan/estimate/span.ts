/** Numbers that are known as far as they can be: the least and the most of what they may come to. */

/** What is counted: a time, tasks, rows. */
export interface Span {
  readonly least: number
  /** Always finite: see `open`. */
  readonly most: number
  /** Both are typical, and what happens will differ a little. */
  readonly about: boolean
  /** It may be more than `most`, and nobody knows how much. */
  readonly open: boolean
}

export const NONE: Span = { least: 0, most: 0, about: false, open: false }
export const ONE: Span = exactly(1)
/** Anything from nothing on. */
export const UNKNOWN: Span = { least: 0, most: 0, about: false, open: true }

export function exactly(value: number): Span {
  return { least: value, most: value, about: false, open: false }
}

/** From `least` to `most`, which may be infinite. */
export function between(least: number, most: number): Span {
  const limited = Number.isFinite(most)
  return { least, most: limited ? Math.max(least, most) : least, about: false, open: !limited }
}

export function plus(a: Span, b: Span): Span {
  return { least: a.least + b.least, most: a.most + b.most, about: a.about || b.about, open: a.open || b.open }
}

/** So often. What is nothing stays nothing, however often. */
export function times(a: Span, count: Span): Span {
  if (a === NONE || (a.most === 0 && !a.open)) return NONE
  if (count.most === 0 && !count.open) return NONE
  return {
    least: a.least * count.least,
    most: a.most * count.most,
    about: a.about || count.about,
    open: a.open || count.open,
  }
}

/** It may be left out. */
export function optional(a: Span): Span {
  return a.least === 0 ? a : { ...a, least: 0 }
}

/** One of the two. */
export function either(a: Span, b: Span): Span {
  return {
    least: Math.min(a.least, b.least),
    most: Math.max(a.most, b.most),
    about: a.about || b.about,
    open: a.open || b.open,
  }
}

/** The longer one. */
export function longer(a: Span, b: Span): Span {
  if (!b.open && b.most <= a.least) return a
  if (!a.open && a.most <= b.least) return b
  return {
    least: Math.max(a.least, b.least),
    most: Math.max(a.most, b.most),
    about: a.about || b.about,
    open: a.open || b.open,
  }
}

/** What is left of the longer one after the shorter one, at least nothing. */
export function rest(longest: Span, shorter: Span): Span {
  if (longest === shorter) return NONE
  const least = shorter.open ? 0 : Math.max(0, longest.least - shorter.most)
  const most = Math.max(0, longest.most - shorter.least)
  return { least, most: Math.max(least, most), about: longest.about || shorter.about, open: longest.open }
}
