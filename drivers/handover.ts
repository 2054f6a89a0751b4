/**
 * What another process needs to make lines safe: as data, so that it can be handed over while all is well, and carried
 * out when the process that holds the lines is dead or hangs. `make-safe.ts` carries it out.
 */

import type { Level } from './line-handle.js'

/** Of one line in the safe state. `keep`: as it is then; `input`: nobody drives it. */
export type SafeLevel = Level | 'keep' | 'input'

export type Handover = LineHandover | FileHandover | PwmHandover | I2cHandover | PigpioHandover

/** A request of the GPIO character device. Whoever has its descriptor too sets its lines, and keeps them from being let go. */
export interface LineHandover {
  readonly kind: 'line'
  /** As numbered in the process that gives it; who passes it on, numbers it anew. */
  readonly fd: number
  /** What is done with it: requests of ioctl, each with its bytes in base64. */
  readonly calls: readonly LineCall[]
}

export interface LineCall {
  readonly request: number
  readonly bytes: string
}

/** Files of sysfs, which stay what they are when the process that made them ends. */
export interface FileHandover {
  readonly kind: 'file'
  /** What makes it safe, in this order. The files are opened when it is handed over: another line's are never written. */
  readonly writes: readonly FileWrite[]
  /** What lets it go. */
  readonly release: readonly FileWrite[]
}

export interface FileWrite {
  readonly path: string
  readonly text: string
}

/** A channel of the PWM hardware, which runs on when its process has ended. */
export interface PwmHandover {
  readonly kind: 'pwm'
  /** `/sys/class/pwm/pwmchip0` */
  readonly folder: string
  readonly channel: number
  /** Part of the period that it is active in the safe state, 0 to 1. */
  readonly duty: number
}

/** A message on an I²C bus. */
export interface I2cHandover {
  readonly kind: 'i2c'
  readonly bus: number
  readonly address: number
  readonly bytes: readonly number[]
}

/**
 * Lines of pigpio. Its DMA runs on when its process has ended, and only one process may have the library: so this waits
 * for that end, starts the library anew, which stops what runs, and then sets the levels.
 */
export interface PigpioHandover {
  readonly kind: 'pigpio'
  /** The process that has the library. */
  readonly pid: number
  readonly lines: readonly { readonly line: number; readonly safe: SafeLevel }[]
}

/** Lines that a process of ours holds and hands over, so that they need not be requested while it has them. */
export type InheritedLines =
  /** The descriptor of their request, in this process from now on. */
  | { readonly kind: 'line'; readonly fd: number }
  /** They are exported. */
  | { readonly kind: 'file' }
