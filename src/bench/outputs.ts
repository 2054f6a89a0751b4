/** The outputs of a peripheral as data: what is safe for them, so that something else than this process can make it so. */

import type { Level } from '../../drivers/driver.js'

/** What a peripheral drives. */
export interface Outputs {
  readonly lines: readonly OutputLine[]
  /** Channels of the PWM hardware, and their duties in the safe state. */
  readonly pwm?: readonly OutputChannel[] | undefined
  /** Messages that make a chip on an I²C bus safe. */
  readonly i2c?: readonly OutputMessage[] | undefined
}

/** A line that is driven. */
export interface OutputLine {
  /** BCM number. */
  readonly line: number
  /** Its physical level in the safe state; `keep`: as it is then; `input`: nobody drives it. */
  readonly safe: Level | 'keep' | 'input'
  /** Of PWM in the safe state, 0 to 1 of active, where that is no level: then `safe` is the level that is nearest. */
  readonly duty?: number | undefined
  /** Active (on) is low. */
  readonly activeLow: boolean
  /** Whether it switches a load: then limits count for how long and how often it is active. */
  readonly load: boolean
}

/** A channel of `pwmchipN`. */
export interface OutputChannel {
  readonly chip: number
  readonly channel: number
  /** 0 to 1 of active. */
  readonly duty: number
  /** As of a line. Default true. */
  readonly load?: boolean | undefined
}

/** One message on a bus. */
export interface OutputMessage {
  readonly bus: number
  readonly address: number
  readonly bytes: readonly number[]
}
