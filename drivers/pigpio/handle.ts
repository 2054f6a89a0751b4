/** Lines held through pigpio. Levels of several lines are written and read as a bank; settings go line by line. */

import { PiWorkerError } from '../../src/errors.js'
import type { Clock } from '../../src/worker/clock.js'
import type {
  Bias,
  EdgeEvent,
  LineHandle,
  LineSettings,
  Played,
  PulseSequence,
  PwmSettings,
  PwmState,
} from '../driver.js'
import { EdgeQueue } from '../edge-queue.js'
import { inputRefusal, releasedRefusal } from '../handle-refusals.js'
import type { Handover, SafeLevel } from '../handover.js'
import { formatLine } from '../lines.js'
import { otherDriver } from '../other-driver.js'
import { durationOf } from '../play.js'
import { checkSettings, type RequestLimits } from '../request.js'
import { isTerminated, pigpioFailure } from './failures.js'
import { LinePwm } from './line-pwm.js'
import { LineWatch, MAX_DEBOUNCE_NS } from './line-watch.js'
import { type Gpio, MODE_INPUT, PUD_DOWN, PUD_OFF, PUD_UP } from './package.js'
import type { LineHolder, Session } from './session.js'
import type { Ticks } from './ticks.js'
import { planWaves } from './wave-plan.js'

export interface HandleOptions {
  readonly session: Session
  readonly lines: readonly number[]
  readonly settings: LineSettings
  readonly consumer: string
  /** Edges kept while nobody listens. */
  readonly eventBuffer: number
  readonly limits: RequestLimits
  readonly clock: Clock
  readonly ticks: Ticks
  /** The clock of the PWM hardware, in Hz. */
  readonly pwmClock: number
  readonly released: (handle: PigpioHandle) => void
}

const ALL_BITS = -1
/** `as-is` leaves the resistors as they are. */
const PULLS: Readonly<Record<Bias, number | undefined>> = {
  'as-is': undefined,
  disabled: PUD_OFF,
  'pull-up': PUD_UP,
  'pull-down': PUD_DOWN,
}

export class PigpioHandle implements LineHandle, LineHolder {
  readonly driver = 'pigpio'
  readonly lines: readonly number[]
  readonly consumer: string
  readonly #options: HandleOptions
  readonly #session: Session
  readonly #gpios: readonly Gpio[]
  readonly #feed: EdgeQueue
  readonly #pwm: LinePwm
  /** Stops what is played, or waits to be. */
  readonly #plays = new Set<AbortController>()
  #settings: LineSettings
  #watches: LineWatch[] = []
  #released = false

  /** @throws ERR_UNSUPPORTED, ERR_CHIP_GONE, ERR_IO: then every line is released. */
  constructor(options: HandleOptions) {
    this.#options = options
    this.#session = options.session
    this.lines = [...options.lines]
    this.consumer = options.consumer
    this.#settings = options.settings
    this.#feed = new EdgeQueue(this.lines, options.eventBuffer)
    checkDebounce(this.lines, options.settings)
    this.#gpios = this.#try('requested', () => this.lines.map(line => this.#session.gpio(line)))
    this.#pwm = new LinePwm(options.session, this.lines, options.pwmClock)
    for (const line of this.lines) this.#session.holders.set(line, this)
    try {
      this.#apply(options.settings, options.settings.initial ?? 0)
    } catch (error) {
      this.release()
      throw error
    }
  }

  get settings(): LineSettings {
    return this.#settings
  }

  get(): number {
    this.#checkHeld()
    const levels = this.#try('read', () => this.#session.read())
    let values = 0
    for (const [index, line] of this.lines.entries()) {
      values |= (this.#filtered(index) ?? (levels >>> line) & 1) << index
    }
    return (values ^ this.#invert) >>> 0
  }

  set(values: number, mask: number = ALL_BITS): void {
    this.#checkOutput()
    this.#try('set', () => {
      this.#pwm.stop(mask, this.#invert)
      this.#session.write(this.lines, values ^ this.#invert, mask)
    })
  }

  /**
   * When pigpio refuses one line, those before it have the new settings already, the handle says the old ones, and no
   * more edges come until it is configured anew.
   */
  reconfigure(settings: LineSettings): void {
    this.#checkHeld()
    checkSettings(this.lines, settings, this.#options.limits)
    checkDebounce(this.lines, settings)
    const wasOutput = this.#settings.direction === 'output'
    this.#try('configured', () => this.#pwm.stop(ALL_BITS, this.#invert))
    this.#apply(settings, settings.initial ?? (wasOutput ? undefined : 0))
  }

  edges(listener: (event: EdgeEvent) => void): () => void {
    this.#checkHeld()
    return this.#feed.listen(listener)
  }

  /**
   * Played as waves by DMA. pigpio plays one chain of waves at a time: what comes while another handle plays begins when
   * that is over.
   * @throws ERR_UNSUPPORTED: another line has hardware PWM
   */
  async play(sequence: PulseSequence, signal?: AbortSignal, began?: (time: number) => void): Promise<Played> {
    this.#checkOutput()
    const plan = planWaves(sequence, this.lines, this.#invert)
    signal?.throwIfAborted()
    const controller = new AbortController()
    const stop = (): void => controller.abort(signal?.reason)
    signal?.addEventListener('abort', stop, { once: true })
    this.#plays.add(controller)
    try {
      const { clock } = this.#options
      await this.#session.player.play(plan, clock, controller.signal, {
        ready: () => {
          // It may have become an input while it waited.
          this.#checkOutput()
          this.#pwm.stop(ALL_BITS, this.#invert)
          this.#pwm.checkNoHardware()
        },
        began: () => began?.(clock.now()),
      })
    } catch (error) {
      if (controller.signal.aborted) throw controller.signal.reason
      throw pigpioFailure(error, this.lines, 'pulsed')
    } finally {
      signal?.removeEventListener('abort', stop)
      this.#plays.delete(controller)
    }
    return { player: 'dma', requestedNs: durationOf(sequence), achievedNs: plan.us * 1000, latestNs: undefined }
  }

  pwm(line: number, settings: PwmSettings): PwmState {
    this.#checkOutput()
    return this.#try('driven with PWM', () => this.#pwm.start(line, settings, this.#invert))
  }

  /** Outputs stay as they are, which is what the library does and Raspberry Pi's kernels do; PWM ends inactive. */
  release(): void {
    if (this.#released) return
    this.#released = true
    this.#feed.close()
    for (const play of this.#plays) play.abort(releasedRefusal(this, this.consumer))
    for (const line of this.lines) this.#session.holders.delete(line)
    this.#options.released(this)
    try {
      this.#pwm.stop(ALL_BITS, this.#invert)
      this.#unwatch()
    } catch (error) {
      // Whoever terminated the library has ended all of it.
      if (!isTerminated(error)) throw pigpioFailure(error, this.lines, 'released')
    }
  }

  /** Whoever has it starts the library anew when this process is gone. */
  handover(safe: readonly SafeLevel[]): Handover {
    this.#checkHeld()
    return { kind: 'pigpio', pid: process.pid, lines: this.lines.map((line, index) => ({ line, safe: safe[index]! })) }
  }

  /** @param values Logical values of outputs; the levels stay when it is undefined. */
  #apply(settings: LineSettings, values: number | undefined): void {
    try {
      this.#unwatch()
      this.#configure(settings, values)
      if (settings.direction === 'input') this.#watch(settings)
      this.#settings = settings
    } catch (error) {
      if (!isTerminated(error)) this.#unwatch()
      throw pigpioFailure(error, this.lines, 'configured')
    }
  }

  #configure({ direction, activeLow = false, bias = 'as-is' }: LineSettings, values: number | undefined): void {
    const pull = PULLS[bias]
    for (const [index, gpio] of this.#gpios.entries()) {
      if (direction === 'input') gpio.mode(MODE_INPUT)
      if (pull !== undefined) gpio.pullUpDown(pull)
      if (direction === 'output' && values !== undefined) {
        // Makes it an output too, and not before it has the level.
        gpio.digitalWrite(((values >>> index) & 1) ^ (activeLow ? 1 : 0))
      }
    }
  }

  #watch({ edges: selection = 'none', debounceNs = 0 }: LineSettings): void {
    if (selection === 'none' && debounceNs === 0) return
    const { ticks } = this.#options
    for (const [index, line] of this.lines.entries()) {
      const watch = new LineWatch({
        line,
        gpio: this.#gpios[index]!,
        ticks,
        getTick: () => this.#session.pigpio.getTick(),
        selection,
        debounceNs,
        edge: (direction, time) => this.#feed.push({ kind: 'edge', line, direction, time }),
        lost: event => this.#feed.push(event),
      })
      this.#watches.push(watch)
    }
  }

  #unwatch(): void {
    for (const watch of this.#watches.splice(0)) watch.stop()
  }

  /** The level of a line after the glitch filter; undefined when it has none. */
  #filtered(index: number): number | undefined {
    return (this.#settings.debounceNs ?? 0) > 0 ? this.#watches[index]?.level : undefined
  }

  #try<T>(verb: string, call: () => T): T {
    try {
      return call()
    } catch (error) {
      throw pigpioFailure(error, this.lines, verb)
    }
  }

  /** Bits that turn logical values into levels. */
  get #invert(): number {
    return this.#settings.activeLow === true ? (2 ** this.lines.length - 1) | 0 : 0
  }

  #checkOutput(): void {
    this.#checkHeld()
    if (this.#settings.direction !== 'output') throw inputRefusal(this)
  }

  #checkHeld(): void {
    if (this.#released) throw releasedRefusal(this, this.consumer)
  }
}

/** @throws ERR_UNSUPPORTED when the glitch filter cannot be that slow */
function checkDebounce(lines: readonly number[], { debounceNs = 0 }: LineSettings): void {
  if (debounceNs <= MAX_DEBOUNCE_NS) return
  const names = lines.map(formatLine).join(', ')
  throw new PiWorkerError('ERR_UNSUPPORTED', `${names} cannot have a debounce of ${debounceNs / 1e6} ms with pigpio`, {
    place: names,
    remedy: `Use at most ${MAX_DEBOUNCE_NS / 1e6} ms, or --driver ${otherDriver()}.`,
    details: { driver: 'pigpio', lines },
  })
}
