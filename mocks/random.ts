/** The random numbers of simulations: seeded, the same on every machine, and never Math.random. */

import { PiWorkerError } from '../src/errors.js'

/**
 * xoshiro128** by Blackman and Vigna (https://prng.di.unimi.it), its state filled from the seed with splitmix32.
 * Not for secrets.
 */
export class Random {
  readonly #seed: number
  #a: number
  #b: number
  #c: number
  #d: number

  /** @param seed Any whole number. @throws ERR_BAD_OPTION */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) {
      throw new PiWorkerError('ERR_BAD_OPTION', `a seed is a whole number, not ${seed}`)
    }
    this.#seed = seed
    const next = splitmix32(fold(seed))
    this.#a = next()
    this.#b = next()
    this.#c = next()
    this.#d = next()
  }

  /** 0 or more and less than 1, with 32 random bits. */
  float(): number {
    return this.#next() / 2 ** 32
  }

  /** A whole number from `min` to `max`, both included; the range has at most 2^32 numbers. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.float() * (max - min + 1))
  }

  /**
   * A generator of its own for `label`, whatever was drawn from this one so far: so that a part's numbers do not depend
   * on which other parts there are.
   */
  fork(label: string): Random {
    let hash = 0x811c9dc5 // FNV-1a
    for (const byte of Buffer.from(label)) hash = Math.imul(hash ^ byte, 0x01000193)
    const mix = splitmix32(fold(this.#seed) ^ hash)
    return new Random(mix())
  }

  #next(): number {
    const result = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9) >>> 0
    const shifted = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= shifted
    this.#d = rotate(this.#d, 11)
    return result
  }
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by))
}

/** All bits of a whole number in 32. */
function fold(seed: number): number {
  return (seed | 0) ^ Math.floor(seed / 2 ** 32)
}

function splitmix32(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
}
