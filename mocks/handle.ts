/** Lines of the simulated board while somebody holds them: what a request gives. */

import { Debouncer } from '../drivers/debounce.js'
import type {
  Bias,
  Bit,
  EdgeEvent,
  EdgeSelection,
  LineHandle,
  LineSettings,
  Played,
  PulseSequence,
  PwmSettings,
  PwmState,
} from '../drivers/driver.js'
import { inputRefusal, releasedRefusal } from '../drivers/handle-refusals.js'
import { playInSoftware } from '../drivers/play.js'
import { checkSettings, type RequestLimits } from '../drivers/request.js'
import type { Clock } from '../src/worker/clock.js'
import type { EdgeBuffer } from './edge-buffer.js'
import { FLOAT, HIGH, LOW, type Push } from './net.js'
import { checkPwm, PwmWave } from './pwm.js'
import type { EdgeSensor, Wires } from './wires.js'

/** What a handle needs of its board. */
export interface HandleOptions {
  readonly lines: readonly number[]
  readonly settings: LineSettings
  readonly consumer: string
  readonly wires: Wires
  readonly clock: Clock
  readonly limits: RequestLimits
  readonly buffer: EdgeBuffer
  /** Called before the lines are touched. */
  readonly held: (handle: MockHandle) => void
  /** Called when the lines have been let go. */
  readonly released: (handle: MockHandle) => void
}

// What the lines are, as one number, so that the fast path asks one thing.
const RELEASED = 0
const INPUT = 1
const OUTPUT = 2
const GONE = 3

const ALL_BITS = -1
/** Directions that pass, as bits: 1 falling, 2 rising (bit number = the new level). */
const SELECTED: Readonly<Record<EdgeSelection, number>> = { none: 0, falling: 1, rising: 2, both: 3 }
/** `as-is` leaves the pull of the chip as it was. */
const PULLS: Readonly<Record<Bias, Push | undefined>> = {
  'as-is': undefined,
  disabled: FLOAT,
  'pull-up': HIGH,
  'pull-down': LOW,
}

export class MockHandle implements LineHandle, EdgeSensor {
  readonly driver = 'mock'
  readonly lines: readonly number[]
  readonly consumer: string
  readonly #wires: Wires
  readonly #clock: Clock
  readonly #limits: RequestLimits
  readonly #buffer: EdgeBuffer
  readonly #released: (handle: MockHandle) => void
  readonly #all: number
  #settings: LineSettings
  #mode: typeof RELEASED | typeof INPUT | typeof OUTPUT | typeof GONE = INPUT
  /** Bits that turn logical values into levels. */
  #invert = 0
  /** The levels that the outputs were set to, as bits. */
  #latch = 0
  #pushLow: Push = LOW
  #pushHigh: Push = HIGH
  #selected = 0
  #debouncer: Debouncer | undefined
  /** Lines that are driven by PWM, by their index; undefined while there are none. */
  #waves: Map<number, PwmWave> | undefined
  /** Makes the error of a vanished chip; set when the mode is GONE. */
  #gone: (() => Error) | undefined

  constructor(options: HandleOptions) {
    this.lines = [...options.lines]
    this.consumer = options.consumer
    this.#wires = options.wires
    this.#clock = options.clock
    this.#limits = options.limits
    this.#buffer = options.buffer
    this.#released = options.released
    this.#all = this.lines.length === 32 ? ALL_BITS : (1 << this.lines.length) - 1
    this.#settings = options.settings
    options.held(this)
    this.#apply(options.settings)
  }

  get settings(): LineSettings {
    return this.#settings
  }

  get(): number {
    if (this.#mode !== INPUT && this.#mode !== OUTPUT) throw this.#refusal()
    let levels = 0
    for (let index = 0; index < this.lines.length; index++) {
      const bit = this.#debouncer === undefined ? this.#wires.bit(this.lines[index]!) : this.#debouncer.bit(index)
      levels |= bit << index
    }
    return (levels ^ this.#invert) >>> 0
  }

  set(values: number, mask: number = ALL_BITS): void {
    if (this.#mode !== OUTPUT) throw this.#refusal()
    if (this.#waves !== undefined) this.#stopPwm(mask)
    let changed = (values ^ this.#invert ^ this.#latch) & mask & this.#all
    if (changed === 0) return
    this.#latch ^= changed
    const time = this.#wires.now()
    while (changed !== 0) {
      const index = 31 - Math.clz32(changed & -changed)
      changed &= changed - 1
      this.#wires.own(this.lines[index]!, this.#push(index), time)
    }
    this.#wires.flush()
  }

  reconfigure(settings: LineSettings): void {
    if (this.#mode !== INPUT && this.#mode !== OUTPUT) throw this.#refusal()
    checkSettings(this.lines, settings, this.#limits)
    this.#stopPwm()
    this.#apply(settings)
  }

  edges(listener: (event: EdgeEvent) => void): () => void {
    if (this.#mode !== INPUT && this.#mode !== OUTPUT) throw this.#refusal()
    return this.#buffer.listen(listener)
  }

  async play(sequence: PulseSequence, signal?: AbortSignal, began?: (time: number) => void): Promise<Played> {
    if (this.#mode !== OUTPUT) throw this.#refusal()
    return await playInSoftware(this.#clock, this, sequence, signal, began)
  }

  pwm(line: number, settings: PwmSettings): PwmState {
    if (this.#mode !== OUTPUT) throw this.#refusal()
    const index = this.lines.indexOf(line)
    const state = checkPwm(this.lines, line, settings)
    this.#waves?.get(index)?.stop()
    this.#waves ??= new Map()
    const show = (bit: Bit): void => this.#showPwm(index, bit)
    const wave = new PwmWave(this.#clock, state, show)
    this.#waves.set(index, wave)
    wave.begin()
    return state
  }

  /** Returns the lines to inputs, as mainline's bcm2835 driver does; they fall to whatever else holds them. */
  release(): void {
    if (this.#mode === RELEASED) return
    const gone = this.#mode === GONE
    this.#mode = RELEASED
    this.#stopPwm()
    this.#buffer.close()
    if (!gone) this.#letGo()
    this.#released(this)
  }

  /** The chip vanished: the lines are let go, listeners are told, and every later call throws what `gone` makes. */
  fail(gone: () => Error): void {
    if (this.#mode === RELEASED || this.#mode === GONE) return
    this.#mode = GONE
    this.#gone = gone
    this.#stopPwm()
    this.#letGo()
    this.#buffer.fail(gone())
  }

  /** Called by the wires for every change of a line that is watched for edges. */
  sense(index: number, bit: Bit, time: number): void {
    if (this.#debouncer !== undefined) this.#debouncer.change(index, bit, time)
    else this.#edge(index, bit, time)
  }

  /** The kernel's order: an input that stays one is sensed as before while its bias changes, and anew afterwards. */
  #apply(settings: LineSettings): void {
    const time = this.#wires.now()
    const output = settings.direction === 'output'
    this.#invert = settings.activeLow === true ? this.#all : 0
    if (output) {
      if (settings.initial !== undefined || this.#mode !== OUTPUT) {
        this.#latch = ((settings.initial ?? 0) ^ this.#invert) & this.#all
      }
      this.#pushLow = settings.drive === 'open-source' ? FLOAT : LOW
      this.#pushHigh = settings.drive === 'open-drain' ? FLOAT : HIGH
      this.#stopSensing()
    }
    this.#mode = output ? OUTPUT : INPUT
    this.#settings = { ...settings }
    const pull = PULLS[settings.bias ?? 'as-is']
    for (let index = 0; index < this.lines.length; index++) {
      this.#wires.configure(this.lines[index]!, output ? this.#push(index) : FLOAT, pull, time)
    }
    if (!output) this.#startSensing(settings)
    this.#wires.flush()
  }

  /** Ends the PWM of the lines whose bit is 1; their levels stay as they are. */
  #stopPwm(mask: number = ALL_BITS): void {
    for (const [index, wave] of this.#waves ?? []) {
      if (((mask >>> index) & 1) === 0) continue
      wave.stop()
      this.#waves?.delete(index)
    }
    if (this.#waves?.size === 0) this.#waves = undefined
  }

  #showPwm(index: number, active: Bit): void {
    const bit = 1 << index
    this.#latch = ((active << index) ^ (this.#invert & bit)) | (this.#latch & ~bit)
    this.#wires.own(this.lines[index]!, this.#push(index), this.#wires.now())
    this.#wires.flush()
  }

  #push(index: number): Push {
    return (this.#latch >>> index) & 1 ? this.#pushHigh : this.#pushLow
  }

  #startSensing(settings: LineSettings): void {
    this.#selected = SELECTED[settings.edges ?? 'none']
    const periodNs = settings.debounceNs ?? 0
    if (periodNs === 0) {
      this.#debouncer?.cancel()
      this.#debouncer = undefined
    } else if (this.#debouncer !== undefined) {
      this.#debouncer.setPeriod(periodNs)
    } else {
      this.#debouncer = new Debouncer({
        clock: this.#clock,
        now: () => this.#wires.now(),
        periodNs,
        bits: this.lines.map(line => this.#wires.bit(line)),
        changed: (index, bit, time) => this.#edge(index, bit, time),
      })
    }
    const needed = this.#selected !== 0 || this.#debouncer !== undefined
    for (let index = 0; index < this.lines.length; index++) {
      this.#wires.setSensor(this.lines[index]!, needed ? this : undefined, index)
    }
  }

  #stopSensing(): void {
    this.#selected = 0
    this.#debouncer?.cancel()
    this.#debouncer = undefined
    for (const line of this.lines) this.#wires.setSensor(line, undefined, 0)
  }

  #edge(index: number, bit: Bit, time: number): void {
    if ((this.#selected >>> bit) & 1) this.#buffer.push(index, bit, time)
  }

  #letGo(): void {
    this.#stopSensing()
    const time = this.#wires.now()
    for (const line of this.lines) this.#wires.configure(line, FLOAT, undefined, time)
    this.#wires.flush()
  }

  /** Why a call does not get through. */
  #refusal(): Error {
    if (this.#gone !== undefined && this.#mode === GONE) return this.#gone()
    return this.#mode === RELEASED ? releasedRefusal(this, this.consumer) : inputRefusal(this)
  }
}
