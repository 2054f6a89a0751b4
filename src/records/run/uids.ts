/**
 * The ids of a run's documents: UUIDs whose last part counts, so that a million of them cost nothing. In virtual time
 * they follow from the seed and the plan, and a rehearsal that is repeated gives the same documents.
 */

import { createHash, randomUUID } from 'node:crypto'

/** The hexadecimal digits that count. */
const COUNTING = 12

export class Uids {
  /** All but the last part. */
  readonly #base: string
  #count = 0

  /** @param from What the ids follow from; by chance when left out. */
  constructor(from?: string) {
    this.#base = (from === undefined ? randomUUID() : uuidOf(from)).slice(0, -COUNTING)
  }

  next(): string {
    return this.#base + (this.#count++).toString(16).padStart(COUNTING, '0')
  }
}

/** A UUID of version 8 (RFC 9562: of one's own making). */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}
