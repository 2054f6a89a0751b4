/**
 * A handle with lines that others require. Before an output changes, whoever requires it as it was goes off; of inputs all
 * edges are listened to, whatever the peripheral itself wants to hear of.
 */

import type {
  Edge,
  EdgeEvent,
  EdgeFailure,
  EdgeSelection,
  LineHandle,
  LineSettings,
  Played,
  PulseSequence,
  PwmSettings,
  PwmState,
} from '../../../drivers/driver.js'
import { Listeners } from '../../listeners.js'
import { WrappedHandle } from '../wrapped-handle.js'
import type { WatchedLine } from './condition.js'
import { noPwm } from './messages.js'
import { ownSequence } from './own-sequence.js'

const ALL_BITS = -1

export class WatchedHandle extends WrappedHandle implements LineHandle {
  /** With their bits in the handle. */
  readonly #watched: readonly { readonly line: WatchedLine; readonly bit: number }[]
  readonly #listeners = new Listeners<EdgeEvent>()
  #settings: LineSettings
  #stop: (() => void) | undefined
  #failure: EdgeFailure | undefined

  /** @param settings As the peripheral asked for them; the driver's handle has those of `listening`. */
  constructor(raw: LineHandle, settings: LineSettings, watched: readonly WatchedLine[]) {
    super(raw)
    this.#settings = settings
    this.#watched = watched.map(line => ({ line, bit: 1 << raw.lines.indexOf(line.line) }))
    for (const line of watched) line.held(raw, raw.lines.indexOf(line.line), settings)
    this.#listen()
  }

  override get settings(): LineSettings {
    return this.#settings
  }

  set(values: number, mask: number = ALL_BITS): void {
    for (const { line, bit } of this.#watched) {
      if ((mask & bit) !== 0) line.willBe((values & bit) === 0 ? 0 : 1, this.#settings)
    }
    this.inner.set(values, mask)
  }

  reconfigure(settings: LineSettings): void {
    const stays = settings.direction === this.#settings.direction
    const { initial } = settings
    for (const { line, bit } of this.#watched) {
      if (!stays) line.willChange()
      else if (settings.direction === 'output' && initial !== undefined) {
        line.willBe((initial & bit) === 0 ? 0 : 1, settings)
      }
    }
    this.inner.reconfigure(listening(settings))
    this.#settings = settings
    for (const { line } of this.#watched) line.configured(settings)
    this.#listen()
  }

  override edges(listener: (event: EdgeEvent) => void): () => void {
    if (this.#settings.direction === 'output') return this.inner.edges(listener)
    const stop = this.#listeners.add(listener)
    // It came while nobody listened, and will not come again.
    const failure = this.#failure
    if (failure !== undefined) queueMicrotask(() => this.#listeners.tell(failure))
    return stop
  }

  async play(asked: PulseSequence, signal?: AbortSignal, began?: (time: number) => void): Promise<Played> {
    const sequence = ownSequence(asked)
    const touched = sequence.steps.reduce((bits, { mask = ALL_BITS }) => bits | mask, 0)
    const played = this.#watched.filter(({ bit }) => (touched & bit) !== 0)
    const over = played.map(({ line }) => line.willPlay())
    try {
      return await this.inner.play(sequence, signal, began)
    } finally {
      for (const end of over) end()
    }
  }

  pwm(line: number, settings: PwmSettings): PwmState {
    if (this.inner.pwm === undefined) throw noPwm(line)
    const { duty } = settings
    for (const one of this.#watched) {
      if (one.line.line !== line) continue
      if (duty > 0 && duty < 1) one.line.willSwing()
      else one.line.willBe(duty >= 1 ? 1 : 0, this.#settings)
    }
    return this.inner.pwm(line, settings)
  }

  release(): void {
    for (const { line } of this.#watched) line.letGo()
    this.#stop?.()
    this.#stop = undefined
    this.#listeners.clear()
    this.inner.release()
  }

  #listen(): void {
    if (this.#settings.direction === 'input') {
      this.#stop ??= this.inner.edges(event => this.#heard(event))
    } else {
      this.#stop?.()
      this.#stop = undefined
    }
  }

  #heard(event: EdgeEvent): void {
    for (const { line } of this.#watched) line.heard(event)
    if (event.kind === 'failed') this.#failure = event
    if (event.kind === 'edge' && !selects(this.#settings.edges, event.direction)) return
    this.#listeners.tell(event)
  }
}

/** The settings with which a line is requested so that its edges are heard. */
export function listening(settings: LineSettings): LineSettings {
  return settings.direction === 'input' ? { ...settings, edges: 'both' } : settings
}

function selects(selection: EdgeSelection = 'none', direction: Edge['direction']): boolean {
  return selection === 'both' || selection === direction
}
