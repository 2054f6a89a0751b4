/** Who wants to hear of something. Below every layer, like errors.ts. */

import { rethrowLater } from './thrown.js'

/** Listeners in the order in which they came; one that is called may add and remove others, itself too. */
export class Listeners<E> {
  /** Replaced, never changed, so that a round of calls is not disturbed. */
  #all: readonly { readonly call: (event: E) => void }[] = []

  get size(): number {
    return this.#all.length
  }

  /** Adds a listener; the function that it returns removes it, and says whether it was there. */
  add(call: (event: E) => void): () => boolean {
    const listener = { call }
    this.#all = [...this.#all, listener]
    return () => {
      if (!this.#all.includes(listener)) return false
      this.#all = this.#all.filter(other => other !== listener)
      return true
    }
  }

  /** Calls every listener. What one throws disturbs neither the others nor the caller: it is thrown later. */
  tell(event: E): void {
    for (const listener of this.#all) {
      // One that was called before it may have removed it.
      if (!this.#all.includes(listener)) continue
      try {
        listener.call(event)
      } catch (error) {
        rethrowLater(error)
      }
    }
  }

  /** Removes all. */
  clear(): void {
    this.#all = []
  }
}
