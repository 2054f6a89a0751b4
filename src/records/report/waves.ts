/** The trace of a record as waves: edges where they are apart, blocks where they are too close to be drawn. */

import type { Level } from '../../../drivers/driver.js'
import { LineSummary, type SummaryFacts } from '../line-summary.js'
import type { WaveData } from './page-data.js'
import type { RecordFiles } from './record-files.js'
import { Bins } from './thinning.js'

/** Of all signals together. */
const MOST_ENTRIES = 40_000
const FEWEST_OF_A_SIGNAL = 100
const MOST_SIGNALS = 64

export interface Waves {
  readonly waves: readonly WaveData[]
  readonly facts: readonly { readonly name: string; readonly summary: SummaryFacts }[]
  /** ns. */
  readonly end: number
  /** Signals beyond the most that are drawn. */
  readonly more: number
}

/** Changes of one signal that lie together. ns. */
interface Entry {
  from: number
  to: number
  changes: number
  /** After them. */
  level: number
}

export async function readWaves(folder: RecordFiles): Promise<Waves> {
  let tracks: Track[] = []
  let [end, all] = [0, 0]
  await folder.trace({
    signals: signals => {
      all = signals.length
      const limit = Math.max(FEWEST_OF_A_SIGNAL, Math.floor(MOST_ENTRIES / all))
      tracks = signals.slice(0, MOST_SIGNALS).map(({ name }) => new Track(name, limit))
    },
    change: (signal, level, time) => {
      if (time > end) end = time
      tracks[signal]?.change(level, time)
    },
    end: time => {
      end = time
    },
  })
  return {
    waves: tracks.map(track => track.data()),
    facts: tracks.map(track => track.facts(end)),
    end,
    more: Math.max(0, all - MOST_SIGNALS),
  }
}

class Track {
  readonly #name: string
  readonly #summary = new LineSummary(0)
  readonly #entries: Bins<Entry, Entry>
  #initial = 2
  #level: number | undefined

  constructor(name: string, limit: number) {
    this.#name = name
    this.#entries = new Bins<Entry, Entry>(ENTRIES, limit, 1)
  }

  change(level: Level | undefined, time: number): void {
    this.#summary.change(level, time)
    const number = level === undefined ? 2 : level === 'high' ? 1 : 0
    if (number === this.#level) return
    // The levels at the very start are no changes.
    if (time === 0 && this.#entries.size === 0) this.#initial = number
    else this.#entries.add(time, { from: time, to: time, changes: 1, level: number })
    this.#level = number
  }

  data(): WaveData {
    let before = 0
    const entries = this.#entries.list().flatMap(({ from, to, changes, level }) => {
      const since = from - before
      before = from
      return [since, to - from, changes, level]
    })
    return { name: this.#name, initial: this.#initial, entries }
  }

  facts(end: number): { name: string; summary: SummaryFacts } {
    return { name: this.#name, summary: this.#summary.facts(end) }
  }
}

const ENTRIES = { begin: (entry: Entry): Entry => entry, add: merge, merge }

/** Later ones come later: a trace is in the order of its times. Bins are merged in any order. */
function merge(entry: Entry, other: Entry): void {
  if (other.to >= entry.to) entry.level = other.level
  entry.from = Math.min(entry.from, other.from)
  entry.to = Math.max(entry.to, other.to)
  entry.changes += other.changes
}
