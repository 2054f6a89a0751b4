/** What the check of a plan collects over all its files: slots, streams, warnings, questions, and which actions it does. */

import type { CheckedBench } from './check-bench.js'
import type { ReadingRef, Value } from './expressions/value.js'
import type { Place } from './place.js'
import type { Column, Stream } from './rows.js'
import type { Group, Scope } from './scope.js'
import { TimesCheck } from './wall-times.js'

/** A file that is part of a plan. */
export interface PlanText {
  readonly file: string
  readonly text: string
}

/** Something that is no mistake, and probably not what was meant. */
export interface PlanWarning {
  readonly message: string
  readonly place: Place
  readonly remedy?: string | undefined
}

/** A question that a plan may ask. */
export interface PlanPrompt {
  /** As it is written. */
  readonly text: string
  readonly param: string | undefined
  /** Without somebody to answer it, the plan fails there. */
  readonly needed: boolean
  readonly place: Place
}

/** A reading that an expression uses, and what to say when nothing has read it before. */
interface Need {
  readonly action: string
  readonly at: number
  readonly group: Group | undefined
  readonly say: () => void
}

export class PlanContext {
  readonly bench: CheckedBench
  /** What the slots hold at the beginning. */
  readonly slots: Value[] = []
  readonly streams = new Map<string, { readonly stream: Stream; readonly place: Place }>()
  readonly times = new TimesCheck()
  readonly warnings: PlanWarning[] = []
  readonly prompts: PlanPrompt[] = []
  /** How many files were included, and what they have together. */
  includes = 0
  bytes = 0
  /** Those files, each once, as they were when they were read. */
  readonly included = new Map<string, PlanText>()
  /** How many actions have been read, and where each was. */
  #at = 0
  readonly #calls = new Map<string, number[]>()
  readonly #needs: Need[] = []

  constructor(bench: CheckedBench) {
    this.bench = bench
  }

  readonly newSlot = (value: Value): number => this.slots.push(value) - 1

  /** The plan does this action here. */
  called(action: string): void {
    const at = ++this.#at
    const calls = this.#calls.get(action)
    if (calls === undefined) this.#calls.set(action, [at])
    else calls.push(at)
  }

  /** An expression uses a reading here; `say` is called in the end when nothing can have read it before. */
  needs({ action }: ReadingRef, { group }: Scope, say: () => void): void {
    this.#needs.push({ action, at: this.#at, group, say })
  }

  /** Within it, what stands later may have been done before. */
  group({ group }: Scope): Group {
    return group ?? { from: this.#at, to: Number.POSITIVE_INFINITY }
  }

  endGroup(group: Group): void {
    group.to = this.#at
  }

  /** Says which readings nothing reads. */
  end(): void {
    for (const { action, at, group, say } of this.#needs) {
      const calls = this.#calls.get(action) ?? []
      const before = calls.some(call => call <= at || (group !== undefined && call > group.from && call <= group.to))
      if (!before) say()
    }
  }

  /** The stream of that name, or where the one is that has other columns. */
  stream(name: string, columns: readonly Column[], place: Place, same: (one: Stream) => boolean): Stream | Place {
    const known = this.streams.get(name)
    if (known !== undefined) return same(known.stream) ? known.stream : known.place
    const stream: Stream = { name, columns }
    this.streams.set(name, { stream, place })
    return stream
  }
}
