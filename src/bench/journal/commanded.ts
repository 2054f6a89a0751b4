/** Keeps in mind what each line was last told to be. It stands between a bench and its lines, and changes nothing. */

import type {
  EdgeEvent,
  LineHandle,
  LineRequest,
  LineSettings,
  Played,
  PulseSequence,
  PwmSettings,
  PwmState,
} from '../../../drivers/driver.js'
import { PiWorkerError } from '../../errors.js'
import { type LineSource, levelAt } from '../lease.js'
import type { Commanded, Commands } from './format.js'

export class CommandedLines implements LineSource {
  readonly driver
  readonly capabilities
  readonly #source: LineSource
  readonly #nameOf: (line: number) => string
  readonly #onChange: () => void
  readonly #handles = new Set<CommandedHandle>()
  /** Of lines that have been let go. */
  readonly #released = new Set<number>()

  /** `onChange` is called once when something was told that `commands` has not yet given. */
  constructor(source: LineSource, nameOf: (line: number) => string, onChange: () => void) {
    this.#source = source
    this.#nameOf = nameOf
    this.#onChange = onChange
    this.driver = source.driver
    this.capabilities = source.capabilities
  }

  now(): number {
    return this.#source.now()
  }

  async request(request: LineRequest): Promise<LineHandle> {
    const handle = new CommandedHandle(await this.#source.request(request), this.#onChange, () => this.#drop(handle))
    this.#handles.add(handle)
    for (const line of handle.lines) this.#released.delete(line)
    handle.changed()
    return handle
  }

  /** What every output was last told to be, and every line that was an output. */
  commands(): Commands {
    const commands: Record<string, Commanded> = {}
    for (const line of this.#released) commands[this.#nameOf(line)] = 'released'
    for (const handle of this.#handles) {
      handle.seen = true
      for (const [line, told] of handle.told()) commands[this.#nameOf(line)] = told
    }
    return commands
  }

  #drop(handle: CommandedHandle): void {
    this.#handles.delete(handle)
    for (const [line] of handle.told()) this.#released.add(line)
    this.#onChange()
  }
}

/** Bits beyond the 32 lines of a handle do not matter. */
const ALL = -1

class CommandedHandle implements LineHandle {
  readonly lines: readonly number[]
  /** Made by the driver's own: only drivers that have PWM have it. */
  readonly pwm?: (line: number, settings: PwmSettings) => PwmState
  /** What it was told has been looked at since. */
  seen = false
  readonly #handle: LineHandle
  readonly #onChange: () => void
  readonly #onRelease: () => void
  #settings: LineSettings
  /** The logical values that it was last set to. */
  #values: number
  /** Bits of lines with PWM, and of lines that a sequence plays on. */
  #pwm = 0
  #playing = 0

  constructor(handle: LineHandle, onChange: () => void, onRelease: () => void) {
    this.lines = handle.lines
    this.#handle = handle
    this.#onChange = onChange
    this.#onRelease = onRelease
    this.#settings = handle.settings
    this.#values = handle.settings.initial ?? 0
    if (handle.pwm !== undefined) this.pwm = (line, settings) => this.#startPwm(line, settings)
  }

  get settings(): LineSettings {
    return this.#handle.settings
  }

  get(): number {
    return this.#handle.get()
  }

  set(values: number, mask: number = ALL): void {
    this.#handle.set(values, mask)
    this.#steady(values, mask)
  }

  reconfigure(settings: LineSettings): void {
    const wasInput = this.#settings.direction === 'input'
    this.#handle.reconfigure(settings)
    this.#settings = this.#handle.settings
    this.#pwm = 0
    if (settings.initial !== undefined) this.#values = settings.initial
    else if (wasInput && settings.direction === 'output') this.#values = this.#handle.get()
    this.changed()
  }

  edges(listener: (event: EdgeEvent) => void): () => void {
    return this.#handle.edges(listener)
  }

  async play(sequence: PulseSequence, signal?: AbortSignal, began?: (time: number) => void): Promise<Played> {
    const mask = sequence.steps.reduce((all, step) => all | (step.mask ?? ALL), 0)
    this.#pwm &= ~mask
    this.#playing |= mask
    this.changed()
    try {
      return await this.#handle.play(sequence, signal, began)
    } finally {
      this.#playing = 0
      this.#endPlay(mask)
    }
  }

  release(): void {
    this.#onRelease()
    this.#handle.release()
  }

  /** What each line was last told to be; nothing for inputs. */
  *told(): Generator<readonly [line: number, told: Commanded]> {
    if (this.#settings.direction !== 'output') return
    for (const [index, line] of this.lines.entries()) {
      const bit = 1 << index
      if ((this.#playing & bit) !== 0) yield [line, 'pulses']
      else if ((this.#pwm & bit) !== 0) yield [line, 'pwm']
      else yield [line, levelAt(this.#values, index, this.#settings)]
    }
  }

  changed(): void {
    this.seen = false
    this.#onChange()
  }

  #startPwm(line: number, settings: PwmSettings): PwmState {
    const { pwm } = this.#handle
    if (pwm === undefined) throw new PiWorkerError('ERR_UNSUPPORTED', 'the driver has no PWM')
    const state = pwm.call(this.#handle, line, settings)
    const bit = 1 << this.lines.indexOf(line)
    if (state.duty === 0 || state.duty === 1) {
      this.#steady(state.duty === 1 ? bit : 0, bit)
    } else if ((this.#pwm & bit) === 0) {
      this.#pwm |= bit
      this.changed()
    }
    return state
  }

  /** The one place that a fast loop of `set` passes: when nothing is new, or that is known already, it costs nothing. */
  #steady(values: number, mask: number): void {
    const before = this.#values
    this.#values = (before & ~mask) | (values & mask)
    const wasMoving = (this.#pwm & mask) !== 0
    this.#pwm &= ~mask
    if (this.seen && (wasMoving || this.#values !== before)) this.changed()
  }

  /** A sequence may have ended anywhere: what the lines are now is what they were told. */
  #endPlay(mask: number): void {
    try {
      this.#values = (this.#values & ~mask) | (this.#handle.get() & mask)
    } catch {
      return // it was let go while it played
    }
    this.changed()
  }
}
