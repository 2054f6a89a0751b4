/** What one transaction may do on a bus, and no longer than it lasts. */

import { PiWorkerError } from '../../src/errors.js'
import type { AnyBus, Bus, BusKind } from './bus.js'

/** What a transaction may call: everything but `close` and `settle`, which are not its business. */
const CALLS = {
  i2c: ['transfer', 'answers', 'scan'],
  spi: ['transfer'],
  'one-wire': ['list', 'temperature'],
  iio: ['list', 'read'],
  pwm: ['set', 'release'],
} as const satisfies Readonly<Record<BusKind, readonly string[]>>

/** A bus without what ends it. */
export type Leased<B extends Bus> = Omit<B, 'close' | 'settle'>

type Call = (...args: unknown[]) => Promise<unknown>

export class Lease<B extends AnyBus> {
  /** The bus, until the lease ends. */
  readonly bus: Leased<B>
  readonly #name: string
  #over = false
  /** The calls so far, one after the other: one that waits must not begin after the end. */
  #tail: Promise<unknown> = Promise.resolve()

  constructor(bus: B) {
    this.#name = bus.name
    const methods = bus as unknown as Readonly<Record<string, Call>>
    const calls: Record<string, Call> = {}
    for (const name of CALLS[bus.kind]) calls[name] = (...args) => this.#call(() => methods[name]!.apply(bus, args))
    // Whatever else is there is facts: its kind, its name, how many channels it has.
    const { kind, name } = bus
    this.bus = { kind, name, ...('channels' in bus && { channels: bus.channels }), ...calls } as unknown as Leased<B>
  }

  /** Every call from now on, and every one that waits, throws ERR_REVOKED. */
  revoke(): void {
    this.#over = true
  }

  /** Revokes and waits for the call that is under way. @throws what that call throws */
  async end(): Promise<void> {
    this.revoke()
    await this.#tail
  }

  #call(call: () => Promise<unknown>): Promise<unknown> {
    const run = (): Promise<unknown> => (this.#over ? Promise.reject(this.#revoked()) : call())
    if (this.#over) return run()
    const result = this.#tail.then(run, run)
    result.catch(() => undefined) // one that nobody awaits must not end the process; `end` tells of the last one
    this.#tail = result
    return result
  }

  #revoked(): PiWorkerError {
    return new PiWorkerError('ERR_REVOKED', `${this.#name} was used after the transaction that it was given to`, {
      place: this.#name,
      remedy: 'Use the bus only inside the function of the transaction, and await there all that it does with it.',
    })
  }
}
