/** PWM of the simulated board: a wave on one line, exact to the nanosecond. */

import type { Bit, PwmSettings, PwmState } from '../drivers/driver.js'
import { formatLine } from '../drivers/lines.js'
import { PiWorkerError } from '../src/errors.js'
import type { Clock, Timer } from '../src/worker/clock.js'

/** Lines of the header that a Pi's PWM hardware can drive (BCM2835 ARM Peripherals, table of alternate functions). */
const HARDWARE_LINES: readonly number[] = [12, 13, 18, 19]
/** The clock of that hardware is 25 MHz at most when it is to have at least ten steps. */
const MAX_FREQUENCY = 25e6

/** @throws ERR_BAD_OPTION when the line is not the handle's, or a number is out of range */
export function checkPwm(lines: readonly number[], line: number, { frequency, duty }: PwmSettings): PwmState {
  if (!lines.includes(line)) {
    throw new PiWorkerError('ERR_BAD_OPTION', `${formatLine(line)} is not one of ${lines.map(formatLine).join(', ')}`)
  }
  if (!(frequency > 0 && frequency <= MAX_FREQUENCY)) {
    throw new PiWorkerError('ERR_BAD_OPTION', `frequency must be above 0 and at most 25 MHz, not ${frequency} Hz`)
  }
  if (!(duty >= 0 && duty <= 1)) throw new PiWorkerError('ERR_BAD_OPTION', `duty must be 0 to 1, not ${duty}`)
  const periodNs = Math.round(1e9 / frequency)
  return {
    frequency: 1e9 / periodNs,
    duty: Math.round(periodNs * duty) / periodNs,
    source: HARDWARE_LINES.includes(line) ? 'hardware' : 'dma',
  }
}

/** A wave that runs from `begin` until it is stopped. It makes no virtual clock advance by itself. */
export class PwmWave {
  readonly #clock: Clock
  readonly #show: (active: Bit) => void
  readonly #onNs: number
  readonly #periodNs: number
  #due: number
  #timer: Timer | undefined

  /** @param show Puts the logical value on the line; called by `begin`, and for every edge. */
  constructor(clock: Clock, { frequency, duty }: PwmSettings, show: (active: Bit) => void) {
    this.#clock = clock
    this.#show = show
    this.#periodNs = Math.round(1e9 / frequency)
    this.#onNs = Math.round(this.#periodNs * duty)
    this.#due = clock.now()
  }

  /** Apart from its making: whoever hears of the first level may stop it, and has to find it. */
  begin(): void {
    if (this.#onNs === 0 || this.#onNs === this.#periodNs) this.#show(this.#onNs === 0 ? 0 : 1)
    else this.#rise()
  }

  stop(): void {
    this.#timer?.cancel()
  }

  #rise(): void {
    this.#next(this.#onNs, () => this.#fall())
    this.#show(1)
  }

  #fall(): void {
    this.#next(this.#periodNs - this.#onNs, () => this.#rise())
    this.#show(0)
  }

  #next(ns: number, edge: () => void): void {
    this.#due += ns
    this.#timer = this.#clock.after(this.#due - this.#clock.now(), edge, { background: true })
  }
}
