/** A handle that tells of what happens to its lines, before it happens. */

import type {
  EdgeEvent,
  LineHandle,
  LineSettings,
  Played,
  PulseSequence,
  PwmSettings,
  PwmState,
} from '../../../drivers/driver.js'

export interface HandleKeeper {
  /** The lines are about to have these settings. */
  change(settings: LineSettings): void
  /** Whether somebody else goes on holding the lines when they are let go here. */
  keeps(): boolean
  /** The lines are about to be let go. */
  dropped(): void
}

export class GuardedHandle implements LineHandle {
  readonly lines: readonly number[]
  /** Only where the driver has it. */
  readonly pwm?: (line: number, settings: PwmSettings) => PwmState
  readonly #handle: LineHandle
  readonly #keeper: HandleKeeper
  #released = false

  constructor(handle: LineHandle, keeper: HandleKeeper) {
    this.lines = handle.lines
    this.#handle = handle
    this.#keeper = keeper
    if (handle.pwm !== undefined) this.pwm = handle.pwm.bind(handle)
  }

  get settings(): LineSettings {
    return this.#handle.settings
  }

  get(): number {
    return this.#handle.get()
  }

  set(values: number, mask?: number): void {
    this.#handle.set(values, mask)
  }

  reconfigure(settings: LineSettings): void {
    if (!this.#released) this.#keeper.change(settings)
    try {
      this.#handle.reconfigure(settings)
    } catch (error) {
      if (!this.#released) this.#keeper.change(this.#handle.settings)
      throw error
    }
  }

  edges(listener: (event: EdgeEvent) => void): () => void {
    return this.#handle.edges(listener)
  }

  play(sequence: PulseSequence, signal?: AbortSignal, began?: (time: number) => void): Promise<Played> {
    return this.#handle.play(sequence, signal, began)
  }

  release(): void {
    if (this.#released) return
    this.#released = true
    if (this.#keeper.keeps() && this.#handle.leave !== undefined) {
      this.#handle.leave()
      return
    }
    this.#keeper.dropped()
    this.#handle.release()
  }
}
