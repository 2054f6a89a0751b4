/** How late the pulses of a run came, from what its tasks say of it. */

import type { RunTiming } from './format.js'

export class TimingTally {
  #plays = 0
  #worst: number | null = null
  #p99: number | null = null

  /** Looks at what a task gave: the evidence of a play, or something that has one in it. */
  add(result: unknown): void {
    for (const candidate of [result, fieldOf(result, 'evidence')]) {
      if (fieldOf(candidate, 'player') === undefined) continue
      this.#plays++
      const lateness = fieldOf(candidate, 'lateness')
      this.#worst = later(this.#worst, fieldOf(lateness, 'worst'))
      this.#p99 = later(this.#p99, fieldOf(lateness, 'p99'))
    }
  }

  /** Null when there is nothing to say. */
  facts(overruns: number, missed: number): RunTiming | null {
    if (this.#plays === 0 && overruns === 0 && missed === 0) return null
    return { plays: this.#plays, worst: this.#worst, p99: this.#p99, overruns, missed }
  }
}

function later(known: number | null, other: unknown): number | null {
  return typeof other === 'number' ? Math.max(known ?? other, other) : known
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}
