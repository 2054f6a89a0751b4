/** What waits to be written into a journal, and what becomes of it while nothing can be written. */

import type { JournalRecord, TroubleRecord } from './format.js'

/** Something to be written. */
export interface Entry {
  /** Undefined: nothing, only to know that all before it has been written. */
  readonly record: JournalRecord | undefined
  /** It is to be on the disk at once. */
  readonly sync: boolean
  readonly waiter?: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined
}

/** So many outcomes, stops and the like are kept while nothing can be written; of outcomes all. */
const MOST_KEPT = 1000

export class Backlog {
  #entries: Entry[] = []
  /** Since when nothing can be written, and what came of it. */
  #trouble: { readonly error: string; readonly since: number; refused: number; lost: number } | undefined

  add(entry: Entry): void {
    this.#entries.push(entry)
    if (this.#trouble !== undefined && entry.waiter === undefined) this.#trouble.lost += this.#forget()
  }

  /**
   * All that is to be written now, or undefined when that is nothing. While nothing can be written, only somebody who
   * waits makes us try again.
   */
  take(): Entry[] | undefined {
    if (this.#trouble !== undefined && !this.#entries.some(({ waiter }) => waiter !== undefined)) return undefined
    const entries = this.#entries
    this.#entries = []
    return entries
  }

  /** What stands before all that could not be written until now, or undefined when there was no trouble. */
  trouble(now: { readonly time: number; readonly at: number }): TroubleRecord | undefined {
    return this.#trouble === undefined ? undefined : { type: 'trouble', ...this.#trouble, ...now }
  }

  /** All of `entries` have been written. */
  written(entries: readonly Entry[]): void {
    this.#trouble = undefined
    for (const { waiter } of entries) waiter?.resolve()
  }

  /** None of `entries` has been written, as far as anybody knows. What nobody waits for will be tried again, first. */
  failed(entries: readonly Entry[], cause: unknown, message: string, wallTime: number): void {
    this.#trouble ??= { error: message, since: wallTime, refused: 0, lost: 0 }
    // Levels are written as they will be by then.
    const kept = entries.filter(({ record, waiter }) => waiter === undefined && record?.type !== 'levels')
    this.#entries = [...kept, ...this.#entries]
    for (const { record, waiter } of entries) {
      if (record?.type === 'intent') this.#trouble.refused++
      waiter?.reject(cause)
    }
  }

  /** Forgets the oldest when they are too many; gives how many. */
  #forget(): number {
    let tooMany = this.#entries.length - MOST_KEPT
    if (tooMany <= 0) return 0
    const before = this.#entries.length
    this.#entries = this.#entries.filter(({ record, waiter }) => {
      const goes = tooMany > 0 && waiter === undefined && record?.type !== 'outcome'
      if (goes) tooMany--
      return !goes
    })
    return before - this.#entries.length
  }
}
