/**
 * PWM on one line: by the PWM hardware where the line has it, otherwise by DMA.
 *
 * At 50 Hz and 500 to 2500 µs, which is what servos take, a line that is not active low is driven by pigpio's servo
 * pulses: they are DMA PWM too, but pigpio changes their width between two pulses, never within one.
 */

import { PiWorkerError } from '../../src/errors.js'
import type { PwmSettings, PwmState } from '../driver.js'
import { formatLine } from '../lines.js'
import type { Gpio } from './package.js'

/** Lines with PWM hardware, and the line that shares its channel: pigpio would change that one too. */
const SHARED_WITH: Readonly<Record<number, number>> = { 12: 18, 13: 19, 18: 12, 19: 13 }
/** The PWM hardware needs two steps or more. */
const FEWEST_STEPS = 2
const DUTY_STEPS = 1_000_000
/** The time between two samples, which is the step of DMA PWM and of servo pulses. */
const SAMPLE_US = 5
const SERVO = { frequency: 50, periodUs: 20_000, shortestUs: 500, longestUs: 2500 }

/** @throws ERR_BAD_OPTION when the line is not the handle's, or a number is out of range */
export function checkPwm(lines: readonly number[], line: number, { frequency, duty }: PwmSettings): void {
  const refuse = (what: string): never => {
    throw new PiWorkerError('ERR_BAD_OPTION', what, { place: formatLine(line), details: { driver: 'pigpio', line } })
  }
  if (!lines.includes(line)) refuse(`${formatLine(line)} is not one of ${lines.map(formatLine).join(', ')}`)
  if (!(frequency > 0 && Number.isFinite(frequency))) refuse(`frequency must be above 0, not ${frequency} Hz`)
  if (!(duty >= 0 && duty <= 1)) refuse(`duty must be 0 to 1, not ${duty}`)
}

/** Whether the PWM hardware can drive the line at that frequency while it drives those others. */
export function hasHardware(line: number, frequency: number, busy: ReadonlySet<number>, clock: number): boolean {
  const shared = SHARED_WITH[line]
  return shared !== undefined && !busy.has(shared) && frequency >= 1 && frequency <= clock / FEWEST_STEPS
}

/** @param clock The clock of the PWM hardware, in Hz. */
export function hardwarePwm(gpio: Gpio, settings: PwmSettings, invert: boolean, clock: number): PwmState {
  const asked = Math.round(settings.frequency)
  gpio.hardwarePwmWrite(asked, Math.round(physical(settings.duty, invert) * DUTY_STEPS))
  // A period is a whole number of the clock's, and so is the part of it that is high; pigpio rounds that one down.
  const steps = Math.floor(clock / asked + 0.5)
  const high = Math.floor((Math.round(physical(settings.duty, invert) * DUTY_STEPS) * steps) / DUTY_STEPS)
  return { frequency: clock / steps, duty: physical(high / steps, invert), source: 'hardware' }
}

/** DMA PWM, at the frequency of pigpio's eighteen that is nearest, with as many steps as that one has. */
export function dmaPwm(gpio: Gpio, settings: PwmSettings, invert: boolean): PwmState {
  const us = settings.duty * SERVO.periodUs
  if (settings.frequency === SERVO.frequency && us >= SERVO.shortestUs && us <= SERVO.longestUs && !invert) {
    gpio.servoWrite(Math.round(us / SAMPLE_US) * SAMPLE_US)
    return { frequency: SERVO.frequency, duty: gpio.getServoPulseWidth() / SERVO.periodUs, source: 'dma' }
  }
  gpio.pwmFrequency(Math.max(1, Math.round(settings.frequency)))
  const steps = gpio.getPwmRealRange()
  gpio.pwmRange(steps)
  const high = Math.round(physical(settings.duty, invert) * steps)
  gpio.pwmWrite(high)
  return { frequency: gpio.getPwmFrequency(), duty: physical(high / steps, invert), source: 'dma' }
}

/** The part of the period that the line is high, from the part that it is active, and back. */
function physical(duty: number, invert: boolean): number {
  return invert ? 1 - duty : duty
}
