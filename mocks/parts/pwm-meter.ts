/**
 * Measures the duty cycle at the end of a wire as an instrument does, from the levels that come and their times; or,
 * for a channel of the PWM hardware, from what the simulated chip puts out.
 */

import type { MockPwm } from '../buses/pwm.js'
import type { PartContext } from './part.js'
import type { PartWire } from './part-wire.js'

export interface DutyMeter {
  /** Part of the last whole period that it was active; of a steady level 0 or 1. */
  readonly duty: number
  /** In Hz, of the last whole period; 0 while the level is steady. */
  readonly frequency: number
  /** How long it has been active in all, in ns. */
  readonly onNs: number
  close(): void
}

export interface MeterOptions {
  readonly activeLow: boolean
  /** Called when it becomes active or inactive; only lines have it. */
  readonly changed?: ((on: boolean, time: number) => void) | undefined
}

/** Measures what the configuration names at `path`: a line, or `{ channel, chip }`. */
export function meterAt(context: PartContext, path: string, options: MeterOptions): DutyMeter {
  const { board, spec } = context
  const at = spec.config[path]
  if (typeof at === 'object' && at !== null) {
    const { channel, chip } = at as { readonly channel: number; readonly chip: number }
    return channelMeter(context, channel, chip, options)
  }
  return new LineMeter(() => board.now(), context.wire(path), options)
}

/** Measures one channel of `pwmchipN`. */
export function channelMeter(
  { board, clock }: PartContext,
  channel: number,
  chip: number,
  { activeLow }: MeterOptions,
): DutyMeter {
  return new ChannelMeter(board.buses.pwm(chip), channel, activeLow, () => clock.now())
}

/** So many periods without an edge, and the level is taken for steady. */
const STEADY_PERIODS = 1.5

export class LineMeter implements DutyMeter {
  readonly #now: () => number
  readonly #stop: () => void
  readonly #options: MeterOptions
  readonly #active: string
  #on: boolean
  #since: number
  #onNs = 0
  /** The last whole period: from one activation to the next. */
  #periodNs = 0
  #periodOnNs = 0
  #rose: number | undefined
  #fell = 0

  constructor(now: () => number, wire: PartWire, options: MeterOptions) {
    this.#now = now
    this.#options = options
    this.#active = options.activeLow ? 'low' : 'high'
    this.#on = wire.level === this.#active
    this.#since = now()
    this.#stop = wire.onLevel((level, time) => this.#follow(level === this.#active, time))
  }

  get on(): boolean {
    return this.#on
  }

  get duty(): number {
    return this.#steady() ? Number(this.#on) : this.#periodOnNs / this.#periodNs
  }

  get frequency(): number {
    return this.#steady() ? 0 : 1e9 / this.#periodNs
  }

  get onNs(): number {
    return this.#onNs + (this.#on ? this.#now() - this.#since : 0)
  }

  close(): void {
    this.#stop()
  }

  #steady(): boolean {
    return this.#periodNs === 0 || this.#now() - this.#since > STEADY_PERIODS * this.#periodNs
  }

  #follow(on: boolean, time: number): void {
    if (this.#on) this.#onNs += time - this.#since
    // After a steady level the period before it says nothing any more.
    if (time - this.#since > STEADY_PERIODS * this.#periodNs && this.#periodNs !== 0) {
      this.#periodNs = 0
      this.#rose = undefined
    }
    if (on) {
      if (this.#rose !== undefined) {
        this.#periodNs = time - this.#rose
        this.#periodOnNs = this.#fell - this.#rose
      }
      this.#rose = time
    } else this.#fell = time
    this.#on = on
    this.#since = time
    this.#options.changed?.(on, time)
  }
}

class ChannelMeter implements DutyMeter {
  readonly #chip: MockPwm
  readonly #channel: number
  readonly #activeLow: boolean
  readonly #now: () => number

  constructor(chip: MockPwm, channel: number, activeLow: boolean, now: () => number) {
    this.#chip = chip
    this.#channel = channel
    this.#activeLow = activeLow
    this.#now = now
  }

  get duty(): number {
    return this.#dutyOf(this.#chip.output(this.#channel))
  }

  get frequency(): number {
    const output = this.#chip.output(this.#channel)
    if (output === undefined || !output.enabled || output.dutyNs === 0 || output.dutyNs === output.periodNs) return 0
    return 1e9 / output.periodNs
  }

  get onNs(): number {
    let sum = 0
    let duty = this.#dutyOf(undefined)
    let since = 0
    for (const { channel, time, output } of this.#chip.log) {
      if (channel !== this.#channel) continue
      sum += duty * (time - since)
      duty = this.#dutyOf(output)
      since = time
    }
    return sum + duty * (this.#now() - since)
  }

  close(): void {}

  /** A channel that is off, or that nobody has, is low. */
  #dutyOf(output: ReturnType<MockPwm['output']>): number {
    const part = output?.enabled ? output.dutyNs / output.periodNs : 0
    const high = output?.enabled && output.polarity === 'inversed' ? 1 - part : part
    return this.#activeLow ? 1 - high : high
  }
}
