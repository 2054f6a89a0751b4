/** A reading over the axis of a scan: at each place the mean, the smallest and the largest value. */

import { startingWidth } from './curve.js'
import { Bins } from './thinning.js'

/** The values at one place, or at several that are too close to be told apart. */
export interface ScanPlace {
  /** Sum of the places of the values. */
  places: number
  sum: number
  count: number
  min: number
  max: number
}

export class ScanCurve {
  readonly #limit: number
  /** By their exact places, until there are too many. */
  readonly #places = new Map<number, ScanPlace>()
  #bins: Bins<ScanPlace, ScanPlace> | undefined

  /** @param limit How many places it may give. */
  constructor(limit: number) {
    this.#limit = Math.max(1, limit)
  }

  add(x: number, y: number): void {
    const entry = { places: x, sum: y, count: 1, min: y, max: y }
    if (this.#bins !== undefined) {
      this.#bins.add(x, entry)
      return
    }
    const place = samePlace(x)
    const known = this.#places.get(place)
    if (known !== undefined) merge(known, entry)
    else this.#places.set(place, entry)
    if (this.#places.size > this.#limit) this.#thin()
  }

  get thinned(): boolean {
    return this.#bins !== undefined
  }

  places(): { x: number; mean: number; min: number; max: number }[] {
    const list = this.#bins?.list() ?? [...this.#places].sort(([a], [b]) => a - b).map(([, place]) => place)
    return list.map(({ places, sum, count, min, max }) => ({ x: places / count, mean: sum / count, min, max }))
  }

  #thin(): void {
    const points = [...this.#places.keys()].map(x => ({ x }))
    const bins = new Bins<ScanPlace, ScanPlace>(PLACES, this.#limit, startingWidth(points, this.#limit))
    for (const [x, place] of this.#places) bins.add(x, place)
    this.#bins = bins
    this.#places.clear()
  }
}

/** One number for places that are meant to be one: a scan that comes back adds its steps up to 0.30000000000000004. */
export function samePlace(x: number): number {
  return Number(x.toPrecision(9))
}

const PLACES = { begin: (entry: ScanPlace): ScanPlace => ({ ...entry }), add: merge, merge }

function merge(place: ScanPlace, other: ScanPlace): void {
  place.places += other.places
  place.sum += other.sum
  place.count += other.count
  place.min = Math.min(place.min, other.min)
  place.max = Math.max(place.max, other.max)
}
