/** A simulated PWM chip, and a log of what its channels put out. */

import type { PwmBus, PwmOutput } from '../../drivers/buses/bus.js'
import { checkChannel, checkPwm, checkWhole } from '../../drivers/buses/check.js'
import { channelBusy } from '../../drivers/buses/failures.js'
import type { TrafficOptions } from '../../drivers/buses/traffic.js'
import { PiWorkerError } from '../../src/errors.js'
import type { Duration } from '../../src/worker/duration.js'
import { SimulatedWire } from './wire.js'

export interface MockPwmOptions extends TrafficOptions {
  /** Default `pwmchip0`. */
  readonly name?: string | undefined
  /** Default 2, as on a Pi 4. */
  readonly channels?: number | undefined
  /** The hardware rounds period and duty down to multiples of this many ns. Default 1. */
  readonly stepNs?: number | undefined
}

/** What a channel puts out from `time` (ns of the clock) on; undefined when it was let go. */
export interface PwmLogEntry {
  readonly time: number
  readonly channel: number
  readonly output: Required<PwmOutput> | undefined
}

export class MockPwm implements PwmBus {
  readonly kind = 'pwm'
  readonly name: string
  readonly channels: number
  readonly #wire: SimulatedWire
  readonly #stepNs: number
  readonly #outputs = new Map<number, Required<PwmOutput>>()
  readonly #held = new Set<number>()
  readonly #log: PwmLogEntry[] = []

  /** @throws ERR_BAD_OPTION, ERR_BAD_DURATION */
  constructor(options: MockPwmOptions) {
    const { name = 'pwmchip0', channels = 2, stepNs = 1 } = options
    this.name = name
    this.channels = checkWhole('channels', channels, 1, 1000)
    this.#stepNs = checkWhole('stepNs', stepNs, 1, 1e9)
    this.#wire = new SimulatedWire(name, options)
  }

  get log(): readonly PwmLogEntry[] {
    return this.#log
  }

  /** What a channel puts out now; undefined when it is not taken. */
  output(channel: number): Required<PwmOutput> | undefined {
    return this.#outputs.get(channel)
  }

  /** Another program takes a channel, until `free`. @throws ERR_BAD_OPTION */
  hold(channel: number): void {
    checkChannel(this.channels, channel)
    this.#held.add(channel)
  }

  free(channel: number): void {
    this.#held.delete(channel)
  }

  /** See `SimulatedWire.hang`. */
  hang(giveUp?: Duration): void {
    this.#wire.hang(giveUp)
  }

  recover(): void {
    this.#wire.recover()
  }

  async set(channel: number, output: PwmOutput): Promise<Required<PwmOutput>> {
    const wanted = checkPwm(this.channels, channel, output)
    return await this.#wire.traffic.run(`setting channel ${channel}`, async turn => {
      await this.#wire.pass(0)
      turn.goOn()
      if (this.#held.has(channel)) throw channelBusy(this.name, channel)
      const made = { ...wanted, periodNs: this.#round(wanted.periodNs), dutyNs: this.#round(wanted.dutyNs) }
      if (made.periodNs === 0) throw tooShort(this.name, channel)
      this.#outputs.set(channel, made)
      this.#note(channel, made)
      return made
    })
  }

  async release(channel: number): Promise<void> {
    checkChannel(this.channels, channel)
    await this.#wire.traffic.run(`releasing channel ${channel}`, () => this.#release(channel))
  }

  settle(): Promise<void> {
    return this.#wire.traffic.settle(() => Promise.resolve())
  }

  close(): Promise<void> {
    return this.#wire.traffic.close(() => {
      for (const channel of [...this.#outputs.keys()]) this.#release(channel)
    })
  }

  #release(channel: number): void {
    if (this.#outputs.delete(channel)) this.#note(channel, undefined)
  }

  #note(channel: number, output: Required<PwmOutput> | undefined): void {
    this.#log.push({ time: this.#wire.clock.now(), channel, output })
  }

  #round(ns: number): number {
    return ns - (ns % this.#stepNs)
  }
}

function tooShort(name: string, channel: number): PiWorkerError {
  return new PiWorkerError('ERR_UNSUPPORTED', `${name} channel ${channel}: the hardware has no period so short`, {
    place: `${name} channel ${channel}`,
    details: { bus: name, channel },
  })
}
