/** A stand-in for the package `spi-device` and the kernel behind it. */

import type { PackageSpi, SpiPackage, SpiTransfer } from '../../../drivers/buses/spi-package.js'
import type { MockSpiDevice } from '../../../mocks/buses/spi.js'
import { errno, type Gate } from './setup.js'

export class FakeSpi implements SpiPackage {
  readonly devices = new Map<number, MockSpiDevice>()
  /** Errnos for the next calls, whatever they are. */
  readonly failures: string[] = []
  /** Every call of the package but transfers: `open 0 mode 3`. */
  readonly calls: string[] = []
  gate: Gate | undefined

  open(_bus: number, cs: number, { mode }: { readonly mode: number }, done: (error?: Error) => void): PackageSpi {
    const settings = { mode }
    this.#call(`open ${cs} mode ${mode}`, done)
    return {
      transfer: (messages, then) => void this.#transfer(cs, settings.mode, messages, then),
      setOptions: (options, then) => {
        settings.mode = options.mode
        this.#call(`mode ${options.mode}`, then)
      },
      close: then => this.#call(`close ${cs}`, then),
    }
  }

  async #transfer(cs: number, mode: number, messages: SpiTransfer[], done: (error?: Error) => void): Promise<void> {
    await this.gate?.wait()
    const failure = this.failures.shift()
    if (failure !== undefined) return done(errno(failure))
    for (const { sendBuffer, receiveBuffer, speedHz, bitsPerWord: bits } of messages) {
      receiveBuffer.fill(0xff)
      const settings = { cs, mode: mode as 0, speedHz, bits }
      receiveBuffer.set(this.devices.get(cs)?.(Uint8Array.from(sendBuffer), settings) ?? [])
    }
    done()
  }

  #call(text: string, done: (error?: Error) => void): void {
    this.calls.push(text)
    const failure = this.failures.shift()
    queueMicrotask(() => (failure === undefined ? done() : done(errno(failure))))
  }
}
