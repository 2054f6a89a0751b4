/** A DHT sensor that the kernel reads (dtoverlay=dht11): the way for machines on which edges come too late or have no times. */

import type { IioBus } from '../../drivers/open-bus.js'
import type { PeripheralBus } from '../bench/bench-buses.js'
import type { TaskContext } from '../worker/attempt-context.js'
import { type DhtModel, type DhtValues, inRange } from './dht-frame.js'
import type { DhtReader } from './dht-line.js'

/** The kernel's start pulse, and the frame (drivers/iio/humidity/dht11.c: 18 ms, and some 5 ms). */
export const KERNEL_MS = 23

export class DhtIio implements DhtReader {
  readonly #name: string
  readonly #model: DhtModel
  readonly #device: string
  readonly #bus: PeripheralBus<IioBus>

  /** @param device The name or the id that the kernel gives it: `dht11`, whichever model it is. */
  constructor(name: string, model: DhtModel, device: string, bus: PeripheralBus<IioBus>) {
    this.#name = name
    this.#model = model
    this.#device = device
    this.#bus = bus
  }

  /** The kernel itself keeps to the pause: asked too early, it gives what it read last (drivers/iio/humidity/dht11.c). */
  async read(task: TaskContext): Promise<DhtValues> {
    const values = await this.#bus.transaction(task, async kernel => {
      const temperature = await kernel.read(this.#device, 'temp')
      const humidity = await kernel.read(this.#device, 'humidityrelative')
      return { temperature: temperature.value, humidity: humidity.value }
    })
    return inRange(values, this.#model, this.#name)
  }

  rest(): void {
    // It holds no line.
  }
}
