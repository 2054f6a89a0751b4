/**
 * A simulated PCA9685 (NXP PCA9685 data sheet, rev. 4, section 7.3): its registers with their rules, and what comes out
 * of its sixteen channels.
 */

import { Listeners } from '../../src/listeners.js'
import type { MockI2cDevice } from '../buses/i2c-device.js'
import type { Part, PartContext, PartFactory } from './part.js'

const CHANNELS = 16
const STEPS = 4096
const MODE1 = 0x00
const MODE2 = 0x01
const FIRST = 0x06
/** The last register of channel 15: after it, auto-increment begins anew at 0. */
const LAST = 0x45
const ALL_FIRST = 0xfa
const ALL_LAST = 0xfd
const PRE_SCALE = 0xfe
const RESTART = 0x80
const AUTO_INCREMENT = 0x20
const SLEEP = 0x10
const INVERTED = 0x10
const FULL = 0x10
const LEAST_PRESCALE = 3

/** What a channel puts out: high for so long in each period; whole ns. */
export interface PwmChannel {
  readonly highNs: number
  readonly periodNs: number
}

/** Called with what a channel puts out from now on, and when, in ns since the board was opened. */
export type PwmChannelListener = (channel: number, output: PwmChannel, time: number) => void

interface ChannelChange {
  readonly channel: number
  readonly output: PwmChannel
  readonly time: number
}

export class Pca9685Part implements Part, MockI2cDevice {
  readonly #oscillatorHz: number
  readonly #now: () => number
  readonly #registers = new Uint8Array(256)
  readonly #listeners = new Listeners<ChannelChange>()
  #outputs: readonly PwmChannel[] = []
  #pointer = 0
  /** It was put to sleep while channels ran: they wait for a restart. */
  #halted = false

  constructor({ board, spec, buses }: PartContext) {
    const { bus, address, oscillator } = spec.config as Readonly<Record<'bus' | 'address' | 'oscillator', number>>
    this.#oscillatorHz = oscillator
    this.#now = () => board.now()
    this.#powerOn()
    buses.attachI2c(bus, address, this)
  }

  /** What a channel puts out now. */
  output(channel: number): PwmChannel {
    return this.#outputs[channel] as PwmChannel
  }

  /** Calls `listener` for every change of what a channel puts out, until what it returns is called. */
  onOutput(listener: PwmChannelListener): () => void {
    return this.#listeners.add(({ channel, output, time }) => listener(channel, output, time))
  }

  /** Its supply was gone for a moment: it sleeps, and all channels are off. */
  reset(): void {
    this.#powerOn()
  }

  close(): void {
    // It has nothing that goes on by itself.
  }

  /** The first byte chooses the register; those that are reserved are not acknowledged. */
  write(bytes: Uint8Array): boolean {
    const [pointer = this.#pointer, ...values] = bytes
    if (pointer > LAST && pointer < ALL_FIRST) return false
    this.#pointer = pointer
    for (const value of values) {
      this.#store(this.#pointer, value)
      this.#advance()
    }
    this.#update()
    return true
  }

  read(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => {
      // The registers that stand for all channels read as 0.
      const all = this.#pointer >= ALL_FIRST && this.#pointer <= ALL_LAST
      const value = all ? 0 : (this.#registers[this.#pointer] as number)
      this.#advance()
      return value
    })
  }

  #advance(): void {
    if ((this.#registers[MODE1]! & AUTO_INCREMENT) === 0) return
    this.#pointer = this.#pointer === LAST || this.#pointer >= PRE_SCALE ? 0 : this.#pointer + 1
  }

  #powerOn(): void {
    this.#registers.fill(0)
    this.#registers.set([0x11, 0x04, 0xe2, 0xe4, 0xe8, 0xe0], MODE1)
    for (let channel = 0; channel < CHANNELS; channel++) this.#registers[FIRST + 4 * channel + 3] = FULL
    this.#registers[PRE_SCALE] = 0x1e
    this.#pointer = 0
    this.#halted = false
    this.#update()
  }

  #store(register: number, value: number): void {
    if (register === MODE1) this.#setMode(value)
    else if (register === MODE2) this.#registers[MODE2] = value & 0x1f
    else if (register >= FIRST && register <= LAST) this.#setChannel(register, value)
    else if (register >= ALL_FIRST && register <= ALL_LAST) {
      for (let at = FIRST + register - ALL_FIRST; at <= LAST; at += 4) this.#setChannel(at, value)
    } else if (register === PRE_SCALE) {
      if (this.#isAsleep) this.#registers[PRE_SCALE] = Math.max(value, LEAST_PRESCALE)
    } else this.#registers[register] = value
  }

  get #isAsleep(): boolean {
    return (this.#registers[MODE1]! & SLEEP) !== 0
  }

  /** Section 7.3.1.1: whoever puts running channels to sleep has to restart them. */
  #setMode(value: number): void {
    const sleeps = (value & SLEEP) !== 0
    if (sleeps && !this.#isAsleep && this.#outputs.some(({ highNs, periodNs }) => highNs > 0 && highNs < periodNs)) {
      this.#halted = true
    }
    if (!sleeps && (value & RESTART) !== 0) this.#halted = false
    this.#registers[MODE1] = (value & ~RESTART) | (this.#halted ? RESTART : 0)
  }

  #setChannel(register: number, value: number): void {
    const high = (register - FIRST) % 2 === 1
    this.#registers[register] = high ? value & 0x1f : value
    this.#halted = false
    this.#registers[MODE1]! &= ~RESTART
  }

  #update(): void {
    const before = this.#outputs
    this.#outputs = Array.from({ length: CHANNELS }, (_, channel) => this.#outputOf(channel))
    for (const [channel, output] of this.#outputs.entries()) {
      const old = before[channel]
      if (old === undefined || (old.highNs === output.highNs && old.periodNs === output.periodNs)) continue
      this.#listeners.tell({ channel, output, time: this.#now() })
    }
  }

  #outputOf(channel: number): PwmChannel {
    const stepNs = ((this.#registers[PRE_SCALE]! + 1) * 1e9) / this.#oscillatorHz
    const periodNs = Math.round(STEPS * stepNs)
    const onNs = Math.round(this.#stepsOn(channel) * stepNs)
    return { highNs: (this.#registers[MODE2]! & INVERTED) === 0 ? onNs : periodNs - onNs, periodNs }
  }

  #stepsOn(channel: number): number {
    if (this.#isAsleep || this.#halted) return 0
    const at = FIRST + 4 * channel
    const [onLow, onHigh, offLow, offHigh] = this.#registers.slice(at, at + 4) as unknown as [
      number,
      number,
      number,
      number,
    ]
    if ((offHigh & FULL) !== 0) return 0
    if ((onHigh & FULL) !== 0) return STEPS
    return ((offHigh << 8) + offLow - (onHigh << 8) - onLow + STEPS) % STEPS
  }
}

/** Nothing of it can be simulated but its faults. */
export const pca9685Part: PartFactory = context => new Pca9685Part(context)
