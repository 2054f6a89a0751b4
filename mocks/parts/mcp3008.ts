/**
 * A simulated MCP3008 or one of its kin, bit by bit (Microchip DS21295D, sections 5 and 6.1): it waits for a start bit,
 * takes the choice of the input, and clocks out a null bit and the value, highest bit first, then the same value lowest
 * bit first, then zeros. The data line floats until the null bit.
 */

import type { MockSpiDevice } from '../buses/spi.js'
import { type ScenarioValue, scenarioOf } from '../scenario.js'
import type { Part, PartContext, PartFactory } from './part.js'

/** The four bits that follow the start bit. */
const CHOICE_BITS = 4
const SINGLE_ENDED = 0x08
const INPUTS = 8

export class Mcp3008Part implements Part {
  readonly #now: () => number
  readonly #inputs: readonly ScenarioValue[]
  readonly #bits: number
  readonly #count: number
  readonly #vref: number

  constructor({ board, spec, buses }: PartContext) {
    const { bus, cs, chip, vref } = spec.config as {
      readonly bus: number
      readonly cs: number
      readonly chip: string
      readonly vref: number
    }
    const inputs = (spec.simulate?.inputs ?? {}) as Readonly<Record<string, unknown>>
    this.#now = () => board.now()
    this.#inputs = Array.from({ length: INPUTS }, (_, input) =>
      scenarioOf(inputs[input] ?? 1, `simulate.${spec.name}.inputs.${input}`),
    )
    this.#bits = chip.startsWith('mcp32') ? 12 : 10
    this.#count = chip.endsWith('4') ? 4 : 8
    this.#vref = vref
    const device: MockSpiDevice = (sent, settings) => this.#exchange(sent, settings)
    buses.attachSpi(bus, cs, device)
  }

  close(): void {
    // It has nothing that goes on by itself.
  }

  #exchange(sent: Uint8Array, { mode }: Parameters<MockSpiDevice>[1]): Uint8Array {
    // It takes data at rising edges only, so modes 1 and 2 would shift everything.
    const bits = mode === 0 || mode === 3 ? bitsOf(sent) : []
    const start = bits.indexOf(1)
    const reply = new Array<number>(sent.length * 8).fill(1) // nobody drives the line
    if (start !== -1 && start + CHOICE_BITS < bits.length) {
      const choice = bits.slice(start + 1, start + 1 + CHOICE_BITS).reduce((value, bit) => value * 2 + bit, 0)
      const value = this.#convert(choice)
      const up = Array.from({ length: this.#bits }, (_, bit) => (value >> bit) & 1)
      const out = [0, ...up.toReversed(), ...up.slice(1)]
      // One clock more ends the sampling; then comes the null bit.
      const first = start + 1 + CHOICE_BITS + 1
      for (let at = first; at < reply.length; at++) reply[at] = out[at - first] ?? 0
    }
    return bytesOf(reply)
  }

  #convert(choice: number): number {
    const volts = (input: number): number => (this.#inputs[input % this.#count] as ScenarioValue).at(this.#now())
    const input = choice & 0x07
    // Of a pair the lowest bit says which of the two is the positive one.
    const seen = (choice & SINGLE_ENDED) !== 0 ? volts(input) : volts(input) - volts(input ^ 1)
    const steps = Math.floor((seen / this.#vref) * 2 ** this.#bits)
    return Math.min(Math.max(steps, 0), 2 ** this.#bits - 1)
  }
}

function bitsOf(bytes: Uint8Array): number[] {
  return [...bytes].flatMap(byte => Array.from({ length: 8 }, (_, bit) => (byte >> (7 - bit)) & 1))
}

function bytesOf(bits: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: bits.length / 8 }, (_, byte) =>
    bits.slice(8 * byte, 8 * byte + 8).reduce((value, bit) => value * 2 + bit, 0),
  )
}

/** `simulate.inputs`: the voltage at each input, 1 V where nothing is said. @throws ERR_BAD_CONFIG */
export const mcp3008Part: PartFactory = context => new Mcp3008Part(context)
