/** The rows of a run on their way out: their numbers, and the wait until they are kept. */

import { type Clock, SystemClock } from '../../worker/clock.js'

/** A virtual clock takes held work for stuck after 5 s of real time, and a full disk may take longer. */
const PIECE_NS = 3e9

export class RowCount {
  total = 0
  readonly #numbers: Map<string, number>

  /** @param before How many rows there are already, by stream. */
  constructor(before: Readonly<Record<string, number>> = {}) {
    this.#numbers = new Map(Object.entries(before))
  }

  next(stream: string): number {
    const number = (this.#numbers.get(stream) ?? 0) + 1
    this.#numbers.set(stream, number)
    this.total++
    return number
  }
}

/** Waits for what happens in the world: meanwhile a virtual clock stands still, however long that takes. */
export async function held(clock: Clock, kept: Promise<void>): Promise<void> {
  if (clock.kind === 'system') return await kept
  let settled = false
  const done = kept.finally(() => {
    settled = true
  })
  done.catch(() => undefined)
  const real = new SystemClock()
  while (!settled) {
    let wake: () => void = () => {}
    const piece = new Promise<void>(resolve => {
      wake = resolve
    })
    const timer = real.after(PIECE_NS, wake)
    await clock.hold(Promise.race([done, piece]).catch(() => undefined))
    timer.cancel()
  }
  return await done
}
