/** What a peripheral has of a request of lines: a handle that can be disarmed at any moment, without letting a line go. */

import type {
  EdgeEvent,
  LineHandle,
  LineSettings,
  Played,
  PulseSequence,
  PwmSettings,
  PwmState,
} from '../../drivers/driver.js'
import { PiWorkerError } from '../errors.js'

/** A handle that works until it is revoked. */
export class LeasedHandle implements LineHandle {
  readonly lines: readonly number[]
  revoked = false
  /** Why it may not drive its lines now. */
  stilled: PiWorkerError | undefined
  readonly #name: string
  readonly #handle: LineHandle
  readonly #onRelease: () => void
  /** What ends when it is revoked: listeners of edges, and sequences that play. */
  readonly #underWay = new Set<() => void>()

  constructor(name: string, handle: LineHandle, onRelease: () => void) {
    this.#name = name
    this.lines = handle.lines
    this.#handle = handle
    this.#onRelease = onRelease
  }

  get settings(): LineSettings {
    return this.#handle.settings
  }

  get(): number {
    if (this.revoked) throw revokedError(this.#name)
    return this.#handle.get()
  }

  set(values: number, mask?: number): void {
    if (this.revoked || this.stilled !== undefined) throw this.#refusal()
    this.#handle.set(values, mask)
  }

  reconfigure(settings: LineSettings): void {
    if (this.revoked || (this.stilled !== undefined && settings.direction === 'output')) throw this.#refusal()
    this.#handle.reconfigure(settings)
  }

  edges(listener: (event: EdgeEvent) => void): () => void {
    if (this.revoked) throw revokedError(this.#name)
    const stop = this.#handle.edges(listener)
    const end = (): void => {
      this.#underWay.delete(end)
      stop()
    }
    this.#underWay.add(end)
    return end
  }

  async play(sequence: PulseSequence, signal?: AbortSignal, began?: (time: number) => void): Promise<Played> {
    if (this.revoked || this.stilled !== undefined) throw this.#refusal()
    const own = new AbortController()
    const end = (): void => own.abort(revokedError(this.#name))
    this.#underWay.add(end)
    try {
      return await this.#handle.play(
        sequence,
        signal === undefined ? own.signal : AbortSignal.any([signal, own.signal]),
        began,
      )
    } finally {
      this.#underWay.delete(end)
    }
  }

  pwm(line: number, settings: PwmSettings): PwmState {
    if (this.revoked || this.stilled !== undefined) throw this.#refusal()
    if (this.#handle.pwm !== undefined) return this.#handle.pwm(line, settings)
    throw new PiWorkerError('ERR_UNSUPPORTED', `the driver of ${this.#name} has no PWM`, { place: this.#name })
  }

  release(): void {
    if (this.revoked) return
    this.revoke()
    this.#onRelease()
  }

  revoke(): void {
    if (this.revoked) return
    this.revoked = true
    for (const end of [...this.#underWay]) end()
  }

  #refusal(): PiWorkerError {
    return this.revoked || this.stilled === undefined ? revokedError(this.#name) : this.stilled
  }
}

export function revokedError(name: string): PiWorkerError {
  return new PiWorkerError('ERR_REVOKED', `a task that was given up tried to use ${name}`, { place: name })
}
