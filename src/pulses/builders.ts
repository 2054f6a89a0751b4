/** Builders of plain pulses: trains, PWM, Morse code. All pure; what they give is data. */

import { type Duration, parseDuration, toMs, toNs } from '../worker/duration.js'
import { badPulses, checkCount, type Sequence, type SequenceStep } from './sequence.js'

export interface PulsesOptions {
  readonly line: string
  /** How long the line is active, above 0. */
  readonly width: Duration
  /** How long it is inactive after each pulse, above 0. */
  readonly gap: Duration
  /** How many pulses, 1 or more. */
  readonly count: number
}

/** A train of equal pulses. @throws ERR_BAD_PULSES, ERR_BAD_DURATION */
export function pulses({ line, width, gap, count }: PulsesOptions): Sequence {
  return {
    steps: [
      { set: [line], after: positive(width, 'pulses.width') },
      { clear: [line], after: positive(gap, 'pulses.gap') },
    ],
    repeat: checkCount(count, 'pulses.count'),
  }
}

export interface PwmOptions {
  readonly line: string
  /** In Hz, above 0; the period is rounded to whole ns. */
  readonly frequency: number
  /** Part of the period that the line is active, 0 to 1. */
  readonly duty: number
  /** For how long, rounded to whole periods, at least one. */
  readonly for: Duration
}

/** PWM for a while; the line is inactive afterwards unless the duty is 1. @throws ERR_BAD_PULSES, ERR_BAD_DURATION */
export function pwm({ line, frequency, duty, for: time }: PwmOptions): Sequence {
  if (!(frequency > 0 && Number.isFinite(frequency))) throw badPulses(`${frequency} Hz cannot be`, 'pwm.frequency')
  if (!(duty >= 0 && duty <= 1)) throw badPulses(`a duty is from 0 to 1, not ${duty}`, 'pwm.duty')
  const period = Math.round(1e9 / frequency)
  const ns = toNs(positive(time, 'pwm.for'))
  if (period < 2) throw badPulses('its period is shorter than 2 ns', 'pwm.frequency')
  const count = Math.max(1, Math.round(ns / period))
  const on = Math.round(period * duty)
  if (on === 0) return { steps: [{ clear: [line], after: toMs(period * count) }] }
  if (on === period) return { steps: [{ set: [line], after: toMs(period * count) }] }
  const steps = [
    { set: [line], after: toMs(on) },
    { clear: [line], after: toMs(period - on) },
  ]
  return { steps, repeat: count }
}

export interface MorseOptions {
  readonly line: string
  /** Letters without accents, digits, `. , ? ' ! / ( ) & : ; = + - _ " $ @`, and spaces between words. */
  readonly text: string
  /** Words a minute, above 0. A word is PARIS, 50 dots long, so that a dot lasts 1200 / wpm ms. */
  readonly wpm: number
}

/** International Morse code (ITU-R M.1677-1), . is a dot and - a dash. */
const MORSE: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'A.- B-... C-.-. D-.. E. F..-. G--. H.... I.. J.--- K-.- L.-.. M-- N-. O--- P.--. Q--.- R.-. S... T- U..- V...- W.-- ' +
    'X-..- Y-.-- Z--.. 0----- 1.---- 2..--- 3...-- 4....- 5..... 6-.... 7--... 8---.. 9----. ' +
    '?..--.. \'.----. !-.-.-- /-..-. (-.--. )-.--.- &.-... :---... ;-.-.-. =-...- +.-.-. _..--.- ".-..-. $...-..- @.--.-.'
  )
    .split(' ')
    .map(entry => [entry[0], entry.slice(1)]),
)
const MORSE_OF_SIGNS: Readonly<Record<string, string>> = { '.': '.-.-.-', ',': '--..--', '-': '-....-' }

/**
 * Morse code: a dash is 3 dots, the gap within a letter 1, between letters 3, between words 7 (ITU-R M.1677-1).
 * @throws ERR_BAD_PULSES for a character that has no code
 */
export function morse({ line, text, wpm }: MorseOptions): Sequence {
  if (!(wpm > 0 && Number.isFinite(wpm))) throw badPulses(`${wpm} words a minute cannot be`, 'morse.wpm')
  const dot = 1200 / wpm
  const steps: SequenceStep[] = []
  const words = text.trim().split(/\s+/)
  for (const word of words) {
    const letters = [...word.toUpperCase()]
    for (const [index, letter] of letters.entries()) {
      const code = MORSE_OF_SIGNS[letter] ?? (Object.hasOwn(MORSE, letter) ? MORSE[letter] : undefined)
      if (code === undefined) throw badPulses(`${JSON.stringify(letter)} has no Morse code`, 'morse.text')
      const last = index === letters.length - 1
      for (const [at, sign] of [...code].entries()) {
        const gap = at < code.length - 1 ? 1 : last ? 7 : 3
        steps.push({ set: [line], after: dot * (sign === '-' ? 3 : 1) }, { clear: [line], after: dot * gap })
      }
    }
  }
  if (steps.length === 0) throw badPulses('there is no text', 'morse.text')
  return { steps }
}

/** The ms of a duration above 0. @throws ERR_BAD_DURATION, ERR_BAD_PULSES */
export function positive(value: Duration, place: string): number {
  const ms = parseDuration(value, place)
  if (ms > 0) return ms
  throw badPulses('it must be longer than 0', place)
}
