/**
 * Watches one input through the alerts of the package: pigpio samples all lines every 5 µs, so that an edge has the tick
 * of a sample, and its glitch filter keeps back changes that do not last.
 */

import type { Bit, EdgeSelection, LostEdges } from '../driver.js'
import type { AlertListener, Gpio } from './package.js'
import { isBefore, type Ticks, ticksBetween } from './ticks.js'

/** The longest time of the glitch filter (PI_MAX_STEADY). */
export const MAX_DEBOUNCE_NS = 300e6
/** A change that the first reading of the level saw may be sampled only after it. */
const SEEN_ALREADY_US = 100

export interface LineWatchOptions {
  readonly line: number
  readonly gpio: Gpio
  readonly ticks: Ticks
  readonly getTick: () => number
  readonly selection: EdgeSelection
  readonly debounceNs: number
  readonly edge: (direction: 'rising' | 'falling', time: number) => void
  readonly lost: (event: LostEdges) => void
}

export class LineWatch {
  readonly #options: LineWatchOptions
  #level: Bit
  #since: number
  #first = true

  /** Watches from now on, until `stop`. The line is an input already. */
  constructor(options: LineWatchOptions) {
    const { gpio, getTick, debounceNs } = options
    this.#options = options
    gpio.glitchFilter(Math.ceil(debounceNs / 1000))
    gpio.on('alert', this.#alert)
    gpio.enableAlert()
    // A change in between would be taken for one that came twice.
    do {
      this.#level = read(gpio)
      this.#since = getTick()
    } while (read(gpio) !== this.#level)
  }

  /** The level that the last edge led to: the debounced one where there is a glitch filter. */
  get level(): Bit {
    return this.#level
  }

  stop(): void {
    const { gpio, debounceNs } = this.#options
    gpio.off('alert', this.#alert)
    gpio.disableAlert()
    if (debounceNs > 0) gpio.glitchFilter(0)
  }

  readonly #alert: AlertListener = (level, tick) => {
    // Level 2 is a watchdog's; an alert that was under way when this began is about the time before.
    if (level > 1 || isBefore(tick, this.#since)) return
    const first = this.#first
    this.#first = false
    const { line, ticks, selection, debounceNs, edge, lost } = this.#options
    const time = ticks.toNs(tick)
    if (level === this.#level) {
      if (debounceNs > 0 || (first && ticksBetween(this.#since, tick) <= SEEN_ALREADY_US)) return
      if (selects(selection, level === 1 ? 'falling' : 'rising')) lost({ kind: 'lost', line, count: 1, time })
    }
    this.#level = level === 1 ? 1 : 0
    const direction = level === 1 ? 'rising' : 'falling'
    if (selects(selection, direction)) edge(direction, time)
  }
}

function selects(selection: EdgeSelection, direction: 'rising' | 'falling'): boolean {
  return selection === 'both' || selection === direction
}

function read(gpio: Gpio): Bit {
  return gpio.digitalRead() === 1 ? 1 : 0
}
