/** Builders of frames that other machines read: UART bytes and NEC remote control. */

import { toMs } from '../worker/duration.js'
import { badPulses, type Sequence, type SequenceStep } from './sequence.js'

export interface UartOptions {
  readonly line: string
  /** Bits a second, above 0. */
  readonly baud: number
  /** Sent as UTF-8; either this or `bytes`. */
  readonly text?: string | undefined
  /** Each 0 to 255. */
  readonly bytes?: Uint8Array | readonly number[] | undefined
}

/** Bits of idle line before the first start bit: a receiver that saw a low line as a break is ready again by then. */
const IDLE_BITS = 10

/**
 * Bytes as a UART sends them: 8N1 (a start bit that is inactive, 8 bits with the lowest first, one stop bit that is
 * active), idle active, so idle high unless the line is active low. Every bit begins at a whole multiple of the bit
 * time, rounded to ns, so that errors do not add up.
 * @throws ERR_BAD_PULSES
 */
export function uart({ line, baud, text, bytes }: UartOptions): Sequence {
  if (!(baud > 0 && Number.isFinite(baud))) throw badPulses(`${baud} baud cannot be`, 'uart.baud')
  if ((text === undefined) === (bytes === undefined)) throw badPulses('give either text or bytes', 'uart')
  const data = text === undefined ? bytesOf(bytes ?? []) : Buffer.from(text)
  if (data.length === 0) throw badPulses('there is nothing to send', 'uart')
  const runs = new Runs(line, 1e9 / baud)
  runs.add(1, IDLE_BITS)
  for (const byte of data) {
    runs.add(0)
    for (let bit = 0; bit < 8; bit++) runs.add((byte >>> bit) & 1)
    runs.add(1)
  }
  return { steps: runs.end() }
}

export interface NecOptions {
  readonly line: string
  /** 0 to 255, sent with its inverse; or up to 65535, sent as it is (extended NEC), low byte first. */
  readonly address: number
  /** 0 to 255. */
  readonly command: number
  /** How often the repeat code follows, as while a key is held. Default 0. */
  readonly repeats?: number | undefined
  /** Carrier, in Hz. Default 38,000. */
  readonly carrier?: number | undefined
  /** Part of the carrier's period that the LED is on, above 0 and below 1. Default a third. */
  readonly duty?: number | undefined
}

// NEC µPD6121 data sheet; sbprojects.net/knowledge/ir/nec.php. Times in ns.
const NEC = {
  leader: 9_000_000,
  leaderGap: 4_500_000,
  repeatGap: 2_250_000,
  mark: 562_500,
  zero: 562_500,
  one: 1_687_500,
  /** From the beginning of one frame to that of the next. */
  period: 108_000_000,
} as const

/**
 * A frame of NEC remote control, on its carrier, and repeat codes 108 ms apart. It lasts a whole number of those
 * periods, so that the next one may follow at once.
 * @throws ERR_BAD_PULSES
 */
export function irNec(options: NecOptions): Sequence {
  const { line, address, command, repeats = 0, carrier = 38_000, duty = 1 / 3 } = options
  checkByteRange(address, 0xffff, 'irNec.address')
  checkByteRange(command, 0xff, 'irNec.command')
  checkByteRange(repeats, 10_000, 'irNec.repeats')
  if (!(carrier > 0 && Number.isFinite(carrier))) throw badPulses(`${carrier} Hz cannot be`, 'irNec.carrier')
  if (!(duty > 0 && duty < 1)) throw badPulses(`a duty is above 0 and below 1, not ${duty}`, 'irNec.duty')
  const train = new Train(line, 1e9 / carrier, duty)
  train.burst(NEC.leader, NEC.leaderGap)
  const low = address <= 0xff ? [address, ~address & 0xff] : [address & 0xff, address >>> 8]
  for (const byte of [...low, command, ~command & 0xff]) {
    for (let bit = 0; bit < 8; bit++) train.burst(NEC.mark, (byte >>> bit) & 1 ? NEC.one : NEC.zero)
  }
  train.burst(NEC.mark, 0)
  for (let repeat = 1; repeat <= repeats; repeat++) {
    train.waitUntil(repeat * NEC.period)
    train.burst(NEC.leader, NEC.repeatGap)
    train.burst(NEC.mark, 0)
  }
  return { steps: train.end((repeats + 1) * NEC.period) }
}

/** How long a code with so many repeat codes lasts, in ms. */
export function irNecMs(repeats = 0): number {
  return toMs((repeats + 1) * NEC.period)
}

/** Bits of equal length on one line; equal bits in a row are one step. */
class Runs {
  readonly #line: readonly string[]
  readonly #bitNs: number
  readonly #steps: SequenceStep[] = []
  #value = 1
  #bits = 0
  #begun = 0

  constructor(line: string, bitNs: number) {
    this.#line = [line]
    this.#bitNs = bitNs
  }

  add(value: number, bits = 1): void {
    if (value !== this.#value) this.#flush()
    this.#value = value
    this.#bits += bits
  }

  end(): SequenceStep[] {
    this.#flush()
    return this.#steps
  }

  #flush(): void {
    if (this.#bits === this.#begun) return
    const after = toMs(Math.round(this.#bits * this.#bitNs) - Math.round(this.#begun * this.#bitNs))
    this.#steps.push(this.#value === 1 ? { set: this.#line, after } : { clear: this.#line, after })
    this.#begun = this.#bits
  }
}

/** Bursts of a carrier on one line. Times are kept as ns from the beginning, so that rounding does not add up. */
class Train {
  readonly #line: readonly string[]
  readonly #periodNs: number
  readonly #onNs: number
  readonly #steps: SequenceStep[] = []
  /** When the last step began, whether it set, and up to where the train has come. */
  #since = 0
  #on = false
  #now = 0

  constructor(line: string, periodNs: number, duty: number) {
    this.#line = [line]
    this.#periodNs = periodNs
    this.#onNs = periodNs * duty
  }

  /** A burst, of all the periods whose pulse ends within it, and a gap. */
  burst(markNs: number, gapNs: number): void {
    const begin = this.#now
    for (let cycle = 0; cycle * this.#periodNs + this.#onNs <= markNs; cycle++) {
      const rise = begin + Math.round(cycle * this.#periodNs)
      this.#change(true, rise)
      this.#change(false, rise + Math.round(this.#onNs))
    }
    this.#now = begin + markNs + gapNs
  }

  waitUntil(ns: number): void {
    this.#now = ns
  }

  /** The steps, the last of which lasts until `ns`. */
  end(ns: number): SequenceStep[] {
    this.#change(!this.#on, ns)
    return this.#steps
  }

  #change(on: boolean, ns: number): void {
    const after = toMs(ns - this.#since)
    if (ns > this.#since) this.#steps.push(this.#on ? { set: this.#line, after } : { clear: this.#line, after })
    this.#since = ns
    this.#on = on
  }
}

function bytesOf(bytes: Uint8Array | readonly number[]): Uint8Array {
  for (const [index, byte] of bytes.entries()) checkByteRange(byte, 0xff, `uart.bytes[${index}]`)
  return Uint8Array.from(bytes)
}

function checkByteRange(value: number, most: number, place: string): void {
  if (Number.isInteger(value) && value >= 0 && value <= most) return
  throw badPulses(`it must be a whole number from 0 to ${most}, not ${value}`, place)
}
