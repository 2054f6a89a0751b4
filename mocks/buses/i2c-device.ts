/** Simulated devices of an I²C bus. */

import { PiWorkerError } from '../../src/errors.js'

/** What a device does with the messages that are for it. */
export interface MockI2cDevice {
  /** Takes bytes; false means that it does not acknowledge them. */
  write(bytes: Uint8Array): boolean
  /** Gives exactly so many bytes; undefined means that it does not acknowledge. */
  read(length: number): Uint8Array | undefined
  /** How long it holds the clock in the message that comes now, in ns. */
  stretchNs?(): number
}

/** What happens beside the plain storing and giving of bytes. */
export interface RegisterHooks {
  /** Called after a register was written. */
  readonly onWrite?: ((register: number, value: number) => void) | undefined
  /** Gives what a register holds at the moment that it is read; undefined leaves what is stored. */
  readonly onRead?: ((register: number) => number | undefined) | undefined
}

const REGISTERS = 256

/**
 * A device with 256 registers of one byte, as most have: the first byte of a message chooses the register, and every
 * byte that follows, either way, the next one.
 */
export class RegisterMap implements MockI2cDevice {
  readonly registers = new Uint8Array(REGISTERS)
  readonly #hooks: RegisterHooks
  #register = 0

  /** @param initial Bytes by the register that they begin at. @throws ERR_BAD_OPTION */
  constructor(initial: Readonly<Record<number, number | readonly number[]>> = {}, hooks: RegisterHooks = {}) {
    this.#hooks = hooks
    for (const [first, values] of Object.entries(initial)) {
      for (const [index, value] of [values].flat().entries()) this.#store(Number(first) + index, value)
    }
  }

  write(bytes: Uint8Array): boolean {
    const [register = this.#register, ...values] = bytes
    this.#register = register
    for (const value of values) {
      const at = this.#advance()
      this.registers[at] = value
      this.#hooks.onWrite?.(at, value)
    }
    return true
  }

  read(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => {
      const at = this.#advance()
      return this.#hooks.onRead?.(at) ?? (this.registers[at] as number)
    })
  }

  #advance(): number {
    const at = this.#register
    this.#register = (at + 1) % REGISTERS
    return at
  }

  #store(register: number, value: number): void {
    const fits = (number: number): boolean => Number.isInteger(number) && number >= 0 && number < REGISTERS
    if (!fits(register) || !fits(value)) {
      throw new PiWorkerError('ERR_BAD_OPTION', `register ${register} cannot hold ${value}: both are 0 to 255`)
    }
    this.registers[register] = value
  }
}
