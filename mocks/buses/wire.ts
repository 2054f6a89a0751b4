/** What all simulated buses have in common: calls take time, and the bus can hang. */

import { hung } from '../../drivers/buses/failures.js'
import { Traffic, type TrafficOptions } from '../../drivers/buses/traffic.js'
import type { Clock } from '../../src/worker/clock.js'
import { type Duration, parseDuration, toNs } from '../../src/worker/duration.js'

/** Why nothing moves, and how it ends. */
interface Stuck {
  readonly giveUpNs: number | undefined
  readonly freed: Promise<void>
  readonly free: () => void
}

export class SimulatedWire {
  readonly traffic: Traffic
  readonly clock: Clock
  #stuck: Stuck | undefined

  constructor(name: string, options: TrafficOptions) {
    this.clock = options.clock
    this.traffic = new Traffic(name, options)
  }

  /**
   * From now on nothing moves on the wire. With `giveUp`, as an adapter whose kernel driver stops waiting after that
   * long (1 s on a Pi): each call fails then. Without, calls do not end until `recover`.
   * @throws ERR_BAD_DURATION
   */
  hang(giveUp?: Duration): void {
    const giveUpNs = giveUp === undefined ? undefined : toNs(parseDuration(giveUp, 'giveUp'))
    // What hangs already goes on hanging.
    const { freed, free } = this.#stuck ?? gate()
    this.#stuck = { giveUpNs, freed, free }
  }

  /** What hung goes on. */
  recover(): void {
    this.#stuck?.free()
    this.#stuck = undefined
  }

  /** Something that takes `ns` on the wire. @throws ERR_BUS_HUNG */
  async pass(ns: number): Promise<void> {
    const stuck = this.#stuck
    if (stuck?.giveUpNs !== undefined) {
      await this.#wait(stuck.giveUpNs)
      throw hung(this.traffic.name, 'the kernel gave up waiting for the bus')
    }
    await stuck?.freed
    await this.#wait(ns)
  }

  #wait(ns: number): Promise<void> {
    return new Promise(resolve => {
      this.clock.after(ns, resolve)
    })
  }
}

function gate(): Pick<Stuck, 'freed' | 'free'> {
  let free: () => void = () => undefined
  const freed = new Promise<void>(resolve => {
    free = resolve
  })
  return { freed, free }
}
