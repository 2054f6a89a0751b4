/** A simulated SPI bus: a device on each chip select, and a log of every transfer. */

import type { SpiBus, SpiSettings } from '../../drivers/buses/bus.js'
import { type CheckedSpi, checkSpi, checkWhole } from '../../drivers/buses/check.js'
import { noSelect } from '../../drivers/buses/failures.js'
import type { TrafficOptions } from '../../drivers/buses/traffic.js'
import type { Duration } from '../../src/worker/duration.js'
import { SimulatedWire } from './wire.js'

/** Gives what the device sends while it gets `sent`; what it leaves out at the end is the floating line. */
export type MockSpiDevice = (sent: Uint8Array, settings: CheckedSpi) => Uint8Array

export interface MockSpiOptions extends TrafficOptions {
  /** Default `spi0`. */
  readonly name?: string | undefined
  /** The chip selects that the bus has. Default 0 and 1. */
  readonly selects?: readonly number[] | undefined
  /** Every byte that is read where no device drives the line, 0 to 255. Default 255. */
  readonly floating?: number | undefined
}

/** One transfer as it went over the bus. `time` is the clock's, in ns. */
export interface SpiLogEntry {
  readonly time: number
  readonly settings: CheckedSpi
  readonly sent: Uint8Array
  readonly received: Uint8Array
}

export class MockSpiBus implements SpiBus {
  readonly kind = 'spi'
  readonly name: string
  readonly #wire: SimulatedWire
  readonly #selects: readonly number[]
  readonly #floating: number
  readonly #devices = new Map<number, MockSpiDevice>()
  readonly #log: SpiLogEntry[] = []

  /** @throws ERR_BAD_OPTION, ERR_BAD_DURATION */
  constructor(options: MockSpiOptions) {
    const { name = 'spi0', selects = [0, 1], floating = 0xff } = options
    this.name = name
    this.#selects = selects
    this.#floating = checkWhole('floating', floating, 0, 0xff)
    this.#wire = new SimulatedWire(name, options)
  }

  get log(): readonly SpiLogEntry[] {
    return this.#log
  }

  /** @throws ERR_NO_DEVICE when the bus has no such chip select */
  attach(cs: number, device: MockSpiDevice): void {
    this.#checkSelect(cs)
    this.#devices.set(cs, device)
  }

  /** Unplugs it: nothing drives the line any more. */
  detach(cs: number): void {
    this.#devices.delete(cs)
  }

  /** See `SimulatedWire.hang`. */
  hang(giveUp?: Duration): void {
    this.#wire.hang(giveUp)
  }

  recover(): void {
    this.#wire.recover()
  }

  async transfer(bytes: Uint8Array, settings: SpiSettings): Promise<Uint8Array> {
    const checked = checkSpi(bytes, settings)
    const { cs, speedHz } = checked
    this.#checkSelect(cs)
    const sent = Uint8Array.from(bytes)
    return await this.#wire.traffic.run(`a transfer with chip select ${cs}`, async turn => {
      const time = this.#wire.clock.now()
      await this.#wire.pass((sent.length * 8e9) / speedHz)
      turn.goOn()
      const received = new Uint8Array(sent.length).fill(this.#floating)
      received.set((this.#devices.get(cs)?.(sent, checked) ?? []).slice(0, sent.length))
      this.#log.push({ time, settings: checked, sent, received })
      return Uint8Array.from(received)
    })
  }

  settle(): Promise<void> {
    return this.#wire.traffic.settle(() => Promise.resolve())
  }

  close(): Promise<void> {
    return this.#wire.traffic.close(() => undefined)
  }

  #checkSelect(cs: number): void {
    if (!this.#selects.includes(cs)) throw noSelect(this.name, cs, this.#selects)
  }
}
