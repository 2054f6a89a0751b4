/** Plays planned waves. The hardware plays one chain at a time, so that who comes while one is played waits for its end. */

import type { Clock } from '../../src/worker/clock.js'
import { goneFailure, isWaveGone } from './failures.js'
import type { PigpioPackage } from './package.js'
import { encodeChain, type WavePlan } from './wave-plan.js'

/** A chain begins with so much of its own, before the first change. */
const BEGIN_NS = 20e3
/** After the end is due, how often pigpio is asked whether it has come. */
const LOOK_AGAIN_NS = 1e6

/** What is called of a play that may have to wait. */
export interface PlayTurn {
  ready(): void
  began(): void
}

export class WavePlayer {
  readonly #pigpio: PigpioPackage
  /** Settles when everything that was asked for so far is over; undefined when it is. */
  #last: Promise<void> | undefined
  #playing = false

  constructor(pigpio: PigpioPackage) {
    this.#pigpio = pigpio
  }

  /** Waves are loaded or played: then hardware PWM would end them. */
  get playing(): boolean {
    return this.#playing
  }

  /**
   * Plays to the end; begins inside the call when nothing is played. When `signal` aborts, everything is stopped and
   * deleted inside the call that aborts.
   * @param turn `ready` is called when it is this plan's turn, and throws when it may not begin; `began` when it has.
   * @throws the signal's reason, plain errors of the package
   */
  async play(plan: WavePlan, clock: Clock, signal: AbortSignal, turn: PlayTurn): Promise<void> {
    const before = this.#last
    let end: () => void = () => undefined
    const over = new Promise<void>(resolve => {
      end = resolve
    })
    const last = before === undefined ? over : before.then(() => over)
    this.#last = last
    try {
      if (before !== undefined) await unlessAborted(before, signal)
      turn.ready()
      if (plan.waves.length > 0) await this.#play(plan, clock, signal, turn)
    } finally {
      end()
      void last.then(() => this.#forget(last))
    }
  }

  #forget(last: Promise<void>): void {
    if (this.#last === last) this.#last = undefined
  }

  async #play(plan: WavePlan, clock: Clock, signal: AbortSignal, { began }: PlayTurn): Promise<void> {
    const ids: number[] = []
    const finish = (): void => {
      if (!this.#playing) return
      this.#playing = false
      this.#finish(ids)
    }
    this.#playing = true
    signal.addEventListener('abort', finish, { once: true })
    try {
      this.#load(plan, ids)
      began()
      await this.#untilOver(BEGIN_NS + plan.us * 1000, clock, signal)
    } finally {
      signal.removeEventListener('abort', finish)
      finish()
    }
  }

  #load(plan: WavePlan, ids: number[]): void {
    for (const pulses of plan.waves) {
      this.#pigpio.waveAddNew()
      this.#pigpio.waveAddGeneric(pulses)
      ids.push(this.#pigpio.waveCreate())
    }
    this.#pigpio.waveChain(encodeChain(plan.chain, ids))
  }

  async #untilOver(ns: number, clock: Clock, signal: AbortSignal): Promise<void> {
    await pause(clock, ns, signal)
    for (let busy = this.#pigpio.waveTxBusy(); busy !== 0; busy = this.#pigpio.waveTxBusy()) {
      if (busy < 0) throw goneFailure()
      await pause(clock, LOOK_AGAIN_NS, signal)
    }
  }

  /** From the last one backwards: pigpio frees the memory of a wave when none after it is left. */
  #finish(ids: readonly number[]): void {
    const busy = this.#pigpio.waveTxBusy()
    // Below 0 the library was terminated, and has no waves any more.
    if (busy < 0) return
    if (busy > 0) this.#pigpio.waveTxStop()
    for (const id of [...ids].reverse()) this.#delete(id)
  }

  #delete(id: number): void {
    try {
      this.#pigpio.waveDelete(id)
    } catch (error) {
      if (!isWaveGone(error)) throw error
    }
  }
}

function pause(clock: Clock, ns: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    const stop = (): void => {
      timer.cancel()
      reject(signal.reason)
    }
    const timer = clock.after(ns, () => {
      signal.removeEventListener('abort', stop)
      resolve()
    })
    signal.addEventListener('abort', stop, { once: true })
  })
}

function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason)
    if (signal.aborted) {
      stop()
      return
    }
    signal.addEventListener('abort', stop, { once: true })
    void promise.then(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    })
  })
}
