/**
 * What an oscilloscope at SDA and SCL of a simulated I²C bus would show, made from its log. Only for looking at: no
 * message gets anywhere by these levels.
 *
 * The shares of a bit keep the times of UM10204, table 10, in standard mode, fast mode and fast mode plus. In a message
 * that reads a register a repeated start stands between writing its number and reading, as the kernel does it; the
 * contract has a stop after each message.
 */

import type { Level } from '../../drivers/driver.js'
import { bitsOnTheWire, type I2cLogEntry, onTheWire } from './i2c.js'

export type I2cSignal = 'SDA' | 'SCL'

/** A line of a bus has this level from `time` (ns, on the clock of the bus) on. */
export interface WaveChange<S extends string = string> {
  readonly signal: S
  readonly level: Level
  readonly time: number
}

/** How long the clock is low in a bit; the data change in that time. */
const CLOCK_LOW = 0.55
const DATA_CHANGES = 0.25
/** From the clock's fall to the repeated start, which takes two bits in all. */
const RESTART = 1.15

/**
 * The changes in the order of their times; both lines are high before the first. A message fits into the time that the
 * log says. What it took beyond its bits at that frequency is a stretched clock, after its last address.
 *
 * Of a message that failed, the log does not know which byte was not acknowledged: it is the address here. Messages that
 * never came onto the wire, or are under way, show nothing, as do `answers` and `scan`, which are not in the log.
 * @param frequency That of the bus, in Hz.
 */
export function* i2cWave(log: readonly I2cLogEntry[], frequency: number): Generator<WaveChange<I2cSignal>> {
  for (const entry of log) yield* messageWave(entry, 1e9 / frequency)
}

function messageWave(entry: I2cLogEntry, usualBitNs: number): readonly WaveChange<I2cSignal>[] {
  const { address, time, end, error } = entry
  const refused = error === 'ERR_NO_DEVICE' || error === 'ERR_NACK'
  if (end === undefined || (error !== undefined && !refused)) return []
  const { sent, length } = onTheWire(entry.message)
  const bits = bitsOnTheWire(entry.message)
  const bitNs = Math.min(usualBitNs, (end - time) / bits)
  const wave = new Wave(time, bitNs)
  const stretchNs = end - time - bits * bitNs

  wave.start()
  if (refused) {
    wave.byte(addressByte(address, sent === undefined), 'high')
    return wave.stop()
  }
  if (sent !== undefined) {
    wave.byte(addressByte(address, false), 'low')
    if (length === 0) wave.stretch(stretchNs)
    for (const byte of sent) wave.byte(byte, 'low')
    if (length > 0) wave.restart()
  }
  if (length > 0) {
    wave.byte(addressByte(address, true), 'low')
    wave.stretch(stretchNs)
    // With the last byte that it wants, the host does not acknowledge: so the device lets go of the line.
    const reply = entry.reply ?? new Uint8Array(length)
    for (const [index, byte] of reply.entries()) wave.byte(byte, index === length - 1 ? 'high' : 'low')
  }
  return wave.stop()
}

function addressByte(address: number, read: boolean): number {
  return (address << 1) | (read ? 1 : 0)
}

/** Draws one message, slot after slot. */
class Wave {
  readonly #changes: WaveChange<I2cSignal>[] = []
  readonly #levels: Record<I2cSignal, Level> = { SDA: 'high', SCL: 'high' }
  readonly #bitNs: number
  /** Where the next slot begins, in ns, not rounded. */
  #at: number

  constructor(time: number, bitNs: number) {
    this.#at = time
    this.#bitNs = bitNs
  }

  start(): void {
    this.#set('SDA', 'low', CLOCK_LOW)
    this.#set('SCL', 'low', 1)
    this.#at += this.#bitNs
  }

  restart(): void {
    this.#set('SDA', 'high', DATA_CHANGES)
    this.#set('SCL', 'high', CLOCK_LOW)
    this.#set('SDA', 'low', RESTART)
    this.#set('SCL', 'low', 2)
    this.#at += 2 * this.#bitNs
  }

  /** Highest bit first, then what the receiver says: low acknowledges. */
  byte(value: number, acknowledge: Level): void {
    for (let bit = 7; bit >= 0; bit--) this.#bit((value >> bit) & 1 ? 'high' : 'low')
    this.#bit(acknowledge)
  }

  /** The device holds the clock low for so long. */
  stretch(ns: number): void {
    this.#at += ns
  }

  stop(): readonly WaveChange<I2cSignal>[] {
    this.#set('SDA', 'low', DATA_CHANGES)
    this.#set('SCL', 'high', CLOCK_LOW)
    this.#set('SDA', 'high', 1)
    return this.#changes
  }

  #bit(level: Level): void {
    this.#set('SDA', level, DATA_CHANGES)
    this.#set('SCL', 'high', CLOCK_LOW)
    this.#set('SCL', 'low', 1)
    this.#at += this.#bitNs
  }

  /** @param share Of a bit, from the beginning of the slot. */
  #set(signal: I2cSignal, level: Level, share: number): void {
    if (this.#levels[signal] === level) return
    this.#levels[signal] = level
    this.#changes.push({ signal, level, time: Math.round(this.#at + share * this.#bitNs) })
  }
}
