/**
 * A PCA9685 on I²C, whose registers are read back after each write: what they were told is kept, so that a chip that
 * lost its supply, or a bit on its way, is noticed.
 */

import type { I2cBus, I2cMessage, Leased } from '../../drivers/open-bus.js'
import type { PeripheralBus } from '../bench/bench-buses.js'
import { PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import type { Clock } from '../worker/clock.js'
import { sleep } from '../worker/sleep.js'
import {
  ALL_OFF_HIGH,
  ALL_OFF_LOW,
  ALL_ON_HIGH,
  ALL_ON_LOW,
  AUTO_INCREMENT,
  BYTES_PER_CHANNEL,
  CHANNELS,
  channelBytes,
  FIRST_CHANNEL,
  MODE1,
  PRE_SCALE,
  SLEEP,
} from './pca9685-registers.js'
import { readAgreed } from './read-agreed.js'
import { inAttempts } from './sensor-attempts.js'

export interface Pca9685Settings {
  readonly address: number
  /** `i2c-1 0x40` */
  readonly place: string
  readonly prescale: number
  /** The MODE2 register. */
  readonly mode2: number
}

/** Awake, and answering to no address but its own. */
const MODE1_RUNNING = AUTO_INCREMENT
/** The oscillator needs 500 µs to start (section 7.3.1.1). */
const OSCILLATOR_START_MS = 1
const OFF = channelBytes(0)
const MODES = { register: MODE1, length: 2 } as const
const SCALE = { register: PRE_SCALE, length: 1 } as const
/** All channels, in blocks of SMBus. */
const BLOCKS = [
  { register: FIRST_CHANNEL, length: 32 },
  { register: FIRST_CHANNEL + 32, length: 32 },
] as const
/** Everything is tried so often, with so many ms in between: the bus may be disturbed. */
const ATTEMPTS = { attempts: 3, pause: 2 } as const

export class Pca9685Chip {
  readonly #bus: PeripheralBus<I2cBus>
  readonly #clock: Clock
  readonly #settings: Pca9685Settings
  /** What the channels were told: four bytes each. */
  readonly #told = new Uint8Array(CHANNELS * BYTES_PER_CHANNEL)
  #restarts = 0

  constructor(bus: PeripheralBus<I2cBus>, clock: Clock, settings: Pca9685Settings) {
    this.#bus = bus
    this.#clock = clock
    this.#settings = settings
    this.#tell(OFF)
  }

  /** How often it was found to have lost its supply, and was set up anew with all channels off. */
  get restarts(): number {
    return this.#restarts
  }

  /**
   * Switches all channels off and confirms it; sets the chip up when it is not.
   * @throws ERR_NOT_TAKEN, and what a transaction throws
   */
  async allOff(task?: TaskContext): Promise<void> {
    await this.#attempt(task, async i2c => {
      // Off comes first: all else may be wrong.
      await this.#send(i2c, ALL_OFF)
      this.#tell(OFF)
      if (await this.#isSetUp(i2c)) await this.#confirmChannels(i2c)
      else await this.#setUp(i2c)
    })
  }

  /** Lets a channel be on for so many steps of each period. @throws as `allOff` */
  async set(task: TaskContext, channel: number, steps: number): Promise<void> {
    const bytes = channelBytes(steps)
    const block = { register: FIRST_CHANNEL + channel * BYTES_PER_CHANNEL, length: BYTES_PER_CHANNEL }
    await this.#attempt(task, async i2c => {
      await this.#ensureSetUp(i2c)
      const [before] = await this.#read(i2c, [block])
      // What is there already is not written: that it arrived could not be seen.
      if (equal(before!, bytes)) return this.#told.set(bytes, channel * BYTES_PER_CHANNEL)
      await this.#send(i2c, [{ kind: 'writeBlock', register: block.register, bytes }])
      this.#told.set(bytes, channel * BYTES_PER_CHANNEL)
      const [after] = await this.#read(i2c, [block])
      if (equal(after!, bytes)) return
      // It may have gone to another channel.
      await this.#repair(i2c)
      throw this.#notTaken(`channel ${channel}`)
    })
  }

  /** The four bytes of each channel, as the chip has them. @throws as `allOff` */
  async channels(task: TaskContext): Promise<Uint8Array[]> {
    return await this.#attempt(task, async i2c => {
      await this.#ensureSetUp(i2c)
      const all = await this.#readChannels(i2c)
      return Array.from({ length: CHANNELS }, (_, channel) =>
        all.slice(channel * BYTES_PER_CHANNEL, (channel + 1) * BYTES_PER_CHANNEL),
      )
    })
  }

  async #attempt<R>(task: TaskContext | undefined, work: (i2c: Leased<I2cBus>) => Promise<R>): Promise<R> {
    const sleeper = task ?? { sleep: (ms: Parameters<TaskContext['sleep']>[0]) => sleep(this.#clock, ms) }
    return await inAttempts(sleeper, ATTEMPTS, () => this.#bus.transaction(task, work))
  }

  /** After a loss of its supply all channels are off, and stay so: what they should be by now nobody knows here. */
  async #ensureSetUp(i2c: Leased<I2cBus>): Promise<void> {
    if (await this.#isSetUp(i2c)) return
    this.#restarts++
    await this.#setUp(i2c)
  }

  async #isSetUp(i2c: Leased<I2cBus>): Promise<boolean> {
    const [modes, scale] = await this.#read(i2c, [MODES, SCALE])
    const { mode2, prescale } = this.#settings
    return modes![0] === MODE1_RUNNING && modes![1] === mode2 && scale![0] === prescale
  }

  /** The prescaler can be written only while the oscillator is off (section 7.3.5). */
  async #setUp(i2c: Leased<I2cBus>): Promise<void> {
    const { prescale, mode2 } = this.#settings
    await this.#send(i2c, [
      ...ALL_OFF,
      write(MODE1, AUTO_INCREMENT | SLEEP),
      write(PRE_SCALE, prescale),
      write(MODE1 + 1, mode2),
      write(MODE1, MODE1_RUNNING),
    ])
    this.#tell(OFF)
    await sleep(this.#clock, OSCILLATOR_START_MS)
    if (!(await this.#isSetUp(i2c))) throw this.#notTaken('its mode')
    await this.#confirmChannels(i2c)
  }

  async #confirmChannels(i2c: Leased<I2cBus>): Promise<void> {
    if (!equal(await this.#readChannels(i2c), this.#told)) throw this.#notTaken('the state of its channels')
  }

  /** Writes every channel again that is not as it was told to be. */
  async #repair(i2c: Leased<I2cBus>): Promise<void> {
    const all = await this.#readChannels(i2c)
    for (let at = 0; at < all.length; at += BYTES_PER_CHANNEL) {
      const bytes = this.#told.slice(at, at + BYTES_PER_CHANNEL)
      if (equal(all.slice(at, at + BYTES_PER_CHANNEL), bytes)) continue
      await this.#send(i2c, [{ kind: 'writeBlock', register: FIRST_CHANNEL + at, bytes }])
    }
    await this.#confirmChannels(i2c)
  }

  async #readChannels(i2c: Leased<I2cBus>): Promise<Uint8Array> {
    const blocks = await this.#read(i2c, BLOCKS)
    return Uint8Array.from(blocks.flatMap(block => [...block]))
  }

  #read(i2c: Leased<I2cBus>, blocks: Parameters<typeof readAgreed>[3]): Promise<Uint8Array[]> {
    return readAgreed(i2c, this.#settings.address, this.#settings.place, blocks)
  }

  async #send(i2c: Leased<I2cBus>, messages: readonly I2cMessage[]): Promise<void> {
    await i2c.transfer(this.#settings.address, messages)
  }

  #tell(bytes: Uint8Array): void {
    for (let at = 0; at < this.#told.length; at += BYTES_PER_CHANNEL) this.#told.set(bytes, at)
  }

  #notTaken(what: string): PiWorkerError {
    const { place } = this.#settings
    return new PiWorkerError('ERR_NOT_TAKEN', `${place} does not hold what was written to it: ${what}`, { place })
  }
}

/** Off first, then what would be left of it: one by one, since auto-increment is off after power-on. */
const ALL_OFF: readonly I2cMessage[] = [
  write(ALL_OFF_HIGH, OFF[3]!),
  write(ALL_ON_LOW, OFF[0]!),
  write(ALL_ON_HIGH, OFF[1]!),
  write(ALL_OFF_LOW, OFF[2]!),
]

function write(register: number, value: number): I2cMessage {
  return { kind: 'writeByte', register, value }
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index])
}
