/** The PWM of the lines of one handle: which has it, who makes it, and what it excludes. */

import { PiWorkerError } from '../../src/errors.js'
import type { PwmSettings, PwmState } from '../driver.js'
import { formatLine } from '../lines.js'
import { checkPwm, dmaPwm, hardwarePwm, hasHardware } from './pwm.js'
import type { Session } from './session.js'

export class LinePwm {
  readonly #session: Session
  readonly #lines: readonly number[]
  /** The clock of the PWM hardware, in Hz. */
  readonly #clock: number
  /** Lines that PWM drives. */
  readonly #driven = new Set<number>()

  constructor(session: Session, lines: readonly number[], clock: number) {
    this.#session = session
    this.#lines = lines
    this.#clock = clock
  }

  /**
   * @param invert Bits of lines that are active low.
   * @throws ERR_BAD_OPTION, ERR_UNSUPPORTED (waves are played), plain errors of the package
   */
  start(line: number, settings: PwmSettings, invert: number): PwmState {
    checkPwm(this.#lines, line, settings)
    const { hardwarePwm: busy, player } = this.#session
    const bit = 1 << this.#lines.indexOf(line)
    const hardware = hasHardware(line, settings.frequency, busy, this.#clock)
    if (settings.duty === 0 || settings.duty === 1) {
      this.stop(bit, invert)
      this.#session.write(this.#lines, (settings.duty === 1 ? bit : 0) ^ invert, bit)
      return { ...settings, source: hardware ? 'hardware' : 'dma' }
    }
    if (hardware && player.playing) throw refusePwmBesideWaves(line)
    if (busy.has(line) !== hardware) this.stop(bit, invert)
    const gpio = this.#session.gpio(line)
    const inverted = (invert & bit) !== 0
    this.#driven.add(line)
    if (!hardware) return dmaPwm(gpio, settings, inverted)
    const state = hardwarePwm(gpio, settings, inverted, this.#clock)
    busy.add(line)
    return state
  }

  /** Ends the PWM of the lines whose bit is 1 in `mask`; they are inactive then. */
  stop(mask: number, invert: number): void {
    for (const [index, line] of this.#lines.entries()) {
      if (((mask >>> index) & 1) === 0 || !this.#driven.has(line)) continue
      // Writing the bank would change the level and not end PWM.
      this.#session.gpio(line).digitalWrite((invert >>> index) & 1)
      this.#driven.delete(line)
      this.#session.hardwarePwm.delete(line)
    }
  }

  /** @throws ERR_UNSUPPORTED: some line of this process has hardware PWM, which waves would end */
  checkNoHardware(): void {
    const [line] = this.#session.hardwarePwm
    if (line === undefined) return
    const names = this.#lines.map(formatLine).join(', ')
    const message = `${names} cannot be pulsed while ${formatLine(line)} has hardware PWM: waves would end it`
    throw new PiWorkerError('ERR_UNSUPPORTED', message, {
      place: names,
      remedy: 'End that PWM first, or move it to a line other than GPIO12, 13, 18 and 19.',
      details: { driver: 'pigpio', lines: this.#lines, line },
    })
  }
}

function refusePwmBesideWaves(line: number): PiWorkerError {
  const message = `${formatLine(line)} cannot have hardware PWM while pulses are played: it would end them`
  return new PiWorkerError('ERR_UNSUPPORTED', message, {
    place: formatLine(line),
    remedy: 'Wait for the end of the pulses, or use a line other than GPIO12, 13, 18 and 19.',
    details: { driver: 'pigpio', line },
  })
}
