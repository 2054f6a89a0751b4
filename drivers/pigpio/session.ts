/**
 * The C library in this process: it is started once, has one set of lines and one player of waves, however many boards
 * are open. Boards share it, as they share a chip with any other driver: two benches on different lines are fine, and a
 * line that one has is busy for the other. The first board starts it and the last one terminates it.
 */

import { goneFailure, isStartedAlready, NOT_INITIALISED, startFailure } from './failures.js'
import type { Machine } from './machine.js'
import { type Gpio, type GpioBank, NO_INTERFACES, type PigpioPackage } from './package.js'
import { SignalEndings } from './signals.js'
import { WavePlayer } from './wave-player.js'

/** Who has a line. */
export interface LineHolder {
  readonly consumer: string
  release(): void
}

/** By the package, which a program may have more than one copy of. */
const sessions = new WeakMap<PigpioPackage, Session>()
const signalEndings = new SignalEndings()

export interface SessionOptions {
  readonly machine: Pick<Machine, 'holder' | 'staleLock'>
  /** Called after the C library has started, or has tried to. */
  readonly started: () => void
}

/**
 * Starts the C library, or takes part in it; `leave` ends that.
 * @throws ERR_LINE_BUSY (another process has it), ERR_IO
 */
export function joinSession(pigpio: PigpioPackage, options: SessionOptions): Session {
  const running = sessions.get(pigpio)
  if (running !== undefined) {
    running.join()
    return running
  }
  const session = new Session(pigpio, start(pigpio, options))
  sessions.set(pigpio, session)
  return session
}

/** True when it was started here, and is to be terminated here. */
function start(pigpio: PigpioPackage, { machine, started }: SessionOptions): boolean {
  try {
    // Otherwise it opens port 8888 to the network.
    pigpio.configureInterfaces(NO_INTERFACES)
  } catch (error) {
    // The program uses the package by itself too: then it is not ours to terminate.
    if (isStartedAlready(error)) return false
    throw startFailure(error, machine)
  }
  try {
    pigpio.initialize()
    return true
  } catch (error) {
    throw startFailure(error, machine)
  } finally {
    started()
  }
}

export class Session {
  readonly pigpio: PigpioPackage
  readonly bank: GpioBank
  readonly player: WavePlayer
  /** Held lines. */
  readonly holders = new Map<number, LineHolder>()
  /** Lines with hardware PWM, which waves would end. */
  readonly hardwarePwm = new Set<number>()
  readonly #own: boolean
  readonly #gpios = new Map<number, Gpio>()
  readonly #unlisten: () => void
  #members = 1
  #ended = false

  constructor(pigpio: PigpioPackage, own: boolean) {
    this.pigpio = pigpio
    this.#own = own
    this.bank = new pigpio.GpioBank()
    this.player = new WavePlayer(pigpio)
    // DMA goes on when the process is gone: waves and PWM would too.
    process.on('exit', this.#end)
    this.#unlisten = signalEndings.add(this.#end)
  }

  join(): void {
    this.#members++
  }

  leave(): void {
    if (--this.#members === 0) this.#end()
  }

  gpio(line: number): Gpio {
    const known = this.#gpios.get(line)
    if (known !== undefined) return known
    const gpio = new this.pigpio.Gpio(line)
    this.#gpios.set(line, gpio)
    return gpio
  }

  /** The physical levels of all lines. @throws ERR_CHIP_GONE */
  read(): number {
    const levels = this.bank.read() >>> 0
    // The number of an error comes as levels, and is a possible one.
    if (levels === NOT_INITIALISED >>> 0 && this.pigpio.waveTxBusy() < 0) throw goneFailure()
    return levels
  }

  /**
   * Sets lines whose bit is 1 in `mask` to physical levels. Falling lines first: of two that must not be on together,
   * neither is for some 100 ns.
   */
  write(lines: readonly number[], levels: number, mask: number): void {
    let clear = 0
    let set = 0
    for (const [index, line] of lines.entries()) {
      if (((mask >>> index) & 1) === 0) continue
      if (((levels >>> index) & 1) === 1) set |= 1 << line
      else clear |= 1 << line
    }
    if (clear !== 0) this.bank.clear(clear >>> 0)
    if (set !== 0) this.bank.set(set >>> 0)
  }

  readonly #end = (): void => {
    // At the end of the process, boards may still be closed afterwards.
    if (this.#ended) return
    this.#ended = true
    process.off('exit', this.#end)
    this.#unlisten()
    sessions.delete(this.pigpio)
    const errors: unknown[] = []
    const holders = [...new Set(this.holders.values())].map(holder => () => holder.release())
    // One after the other and now: at the end of the process there is no later.
    for (const call of [...holders, ...(this.#own ? [() => this.pigpio.terminate()] : [])]) {
      try {
        call()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
}
