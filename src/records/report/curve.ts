/**
 * A reading over time in a limited number of points. Of each stretch of time the first, the smallest, the largest and the
 * last value are kept, so a line through them covers the same pixels as one through all of them, and no extreme is lost.
 */

import { Bins } from './thinning.js'

export interface Point {
  readonly x: number
  /** null: there was no value. */
  readonly y: number | null
}

/** The points of one stretch. */
export interface Stretch {
  first: Point
  last: Point
  /** Undefined while there was no value. */
  min: Point | undefined
  max: Point | undefined
}

/** The most points that a stretch gives. */
const MOST_OF_A_STRETCH = 4

export class Curve {
  readonly #limit: number
  /** All that there is, until it is too much. */
  #points: Point[] = []
  #bins: Bins<Stretch, Point> | undefined

  /** @param limit How many points it may give. */
  constructor(limit: number) {
    this.#limit = Math.max(MOST_OF_A_STRETCH, limit)
  }

  add(x: number, y: number | null): void {
    const point = { x, y }
    if (this.#bins !== undefined) {
      this.#bins.add(x, point)
      return
    }
    this.#points.push(point)
    if (this.#points.length > this.#limit) this.#thin()
  }

  get thinned(): boolean {
    return this.#bins !== undefined
  }

  /** In the order of x. */
  points(): Point[] {
    if (this.#bins === undefined) return [...this.#points].sort((a, b) => a.x - b.x)
    return this.stretches().flatMap(({ first, last, min, max }) => {
      if (min === undefined || max === undefined) return [first]
      return [...new Set([first, min, max, last])].filter(({ y }) => y !== null).sort((a, b) => a.x - b.x)
    })
  }

  /** What each stretch is drawn by, in the order of x; none while all points are kept. */
  stretches(): readonly Readonly<Stretch>[] {
    return this.#bins?.list() ?? []
  }

  #thin(): void {
    const most = Math.floor(this.#limit / MOST_OF_A_STRETCH)
    const bins = new Bins(STRETCHES, most, startingWidth(this.#points, most))
    for (const point of this.#points) bins.add(point.x, point)
    this.#bins = bins
    this.#points = []
  }
}

const STRETCHES = {
  begin: (point: Point): Stretch => {
    const value = point.y === null ? undefined : point
    return { first: point, last: point, min: value, max: value }
  },
  add: (stretch: Stretch, point: Point): void => {
    if (point.x >= stretch.last.x) stretch.last = point
    else if (point.x < stretch.first.x) stretch.first = point
    if (point.y === null) return
    stretch.min = smaller(stretch.min, point)
    stretch.max = larger(stretch.max, point)
  },
  merge: (stretch: Stretch, other: Stretch): void => {
    if (other.last.x >= stretch.last.x) stretch.last = other.last
    if (other.first.x < stretch.first.x) stretch.first = other.first
    stretch.min = smaller(stretch.min, other.min)
    stretch.max = larger(stretch.max, other.max)
  },
}

/** The first one of two that are alike. Whoever has no value is neither. */
function smaller(a: Point | undefined, b: Point | undefined): Point | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return (b.y ?? 0) < (a.y ?? 0) ? b : a
}

function larger(a: Point | undefined, b: Point | undefined): Point | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return (b.y ?? 0) > (a.y ?? 0) ? b : a
}

/** A width at which the points that there are spread over more bins than are allowed: the bins find the right one. */
export function startingWidth(points: readonly { readonly x: number }[], bins: number): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { x } of points) {
    if (x < low) low = x
    if (x > high) high = x
  }
  return high > low ? (high - low) / (bins * 256) : 1e-9
}
