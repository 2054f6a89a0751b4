/** The buses of a simulated board, each there as soon as somebody asks for it. */

import type { BusKind, BusOfKind } from '../../drivers/buses/bus.js'
import type { Clock } from '../../src/worker/clock.js'
import { MockI2cBus } from './i2c.js'
import { MockIio } from './iio.js'
import { MockOneWire } from './one-wire.js'
import { MockPwm } from './pwm.js'
import { MockSpiBus } from './spi.js'

export class SimulatedBuses {
  readonly #clock: Clock
  readonly #i2c = new Map<number, MockI2cBus>()
  readonly #spi = new Map<number, MockSpiBus>()
  readonly #pwm = new Map<number, MockPwm>()
  #oneWire: MockOneWire | undefined
  #iio: MockIio | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `i2c-N`; the header's is 1. */
  i2c(number = 1): MockI2cBus {
    return kept(this.#i2c, number, () => new MockI2cBus({ clock: this.#clock, name: `i2c-${number}` }))
  }

  /** `spiN`; the header's is 0. */
  spi(number = 0): MockSpiBus {
    return kept(this.#spi, number, () => new MockSpiBus({ clock: this.#clock, name: `spi${number}` }))
  }

  /** `pwmchipN` */
  pwm(number = 0): MockPwm {
    return kept(this.#pwm, number, () => new MockPwm({ clock: this.#clock, name: `pwmchip${number}` }))
  }

  oneWire(): MockOneWire {
    this.#oneWire ??= new MockOneWire({ clock: this.#clock })
    return this.#oneWire
  }

  iio(): MockIio {
    this.#iio ??= new MockIio({ clock: this.#clock })
    return this.#iio
  }

  /** One of them, by its kind. */
  get<K extends BusKind>(kind: K, number: number): BusOfKind[K] {
    const all: { readonly [N in BusKind]: () => BusOfKind[N] } = {
      i2c: () => this.i2c(number),
      spi: () => this.spi(number),
      'one-wire': () => this.oneWire(),
      iio: () => this.iio(),
      pwm: () => this.pwm(number),
    }
    return all[kind]()
  }

  /** Closes all that were asked for. */
  async close(): Promise<void> {
    const buses = [...this.#i2c.values(), ...this.#spi.values(), ...this.#pwm.values(), this.#oneWire, this.#iio]
    await Promise.all(buses.map(bus => bus?.close()))
  }
}

function kept<B>(buses: Map<number, B>, number: number, make: () => B): B {
  const known = buses.get(number)
  if (known !== undefined) return known
  const made = make()
  buses.set(number, made)
  return made
}
