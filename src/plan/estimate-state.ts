/** What an estimate has counted so far, and which outputs are on at the place where it is. */

import { isNode } from '../bench/schema.js'
import { isPiWorkerError } from '../errors.js'
import { parseDuration } from '../worker/duration.js'
import type { Amount, Estimate } from './estimate.js'
import type { ActionStep } from './plan.js'

interface Output {
  on: boolean
  ms: number
  open: boolean
}

export class EstimateState {
  #timeOpen = false
  tasksOpen = false
  #tasks = 0
  readonly #types: ReadonlyMap<string, string>
  readonly #rows: Map<string, { count: number; open: boolean }>
  /** Those that the plan switches. */
  readonly #outputs = new Map<string, Output>()
  /** Which outputs time passes for. */
  #counts: (name: string) => boolean = () => true

  constructor(types: ReadonlyMap<string, string>, streams: readonly string[]) {
    this.#types = types
    this.#rows = new Map(streams.map(name => [name, { count: 0, open: false }]))
  }

  result(ms: number): Omit<Estimate, 'endless'> {
    const amount = (value: number, atLeast: boolean): Amount => ({ value, atLeast })
    return {
      duration: amount(ms, this.#timeOpen),
      tasks: amount(this.#tasks, this.tasksOpen),
      rows: [...this.#rows].map(([stream, { count, open }]) => ({ stream, count: amount(count, open) })),
      on: [...this.#outputs].map(([peripheral, { ms: on, open }]) => ({ peripheral, ms: amount(on, open) })),
    }
  }

  /** Time passes, so many times; gives it. */
  pass(ms: number, times: number): number {
    for (const [name, output] of this.#outputs) if (output.on && this.#counts(name)) output.ms += ms * times
    return ms
  }

  /** Something takes a time that nobody knows: what is on meanwhile is so for longer. */
  openTime(): void {
    this.#timeOpen = true
    for (const output of this.#outputs.values()) if (output.on) output.open = true
  }

  row(stream: string, times: number): void {
    const rows = this.#rows.get(stream)
    if (rows !== undefined) rows.count += times
  }

  openRows(stream: string): void {
    const rows = this.#rows.get(stream)
    if (rows !== undefined) rows.open = true
  }

  openOutput(name: string): void {
    const output = this.#output(name)
    if (output !== undefined) output.open = true
  }

  /** An action is done so many times; gives how long it takes, in ms. */
  action({ peripheral, action, input }: ActionStep, times: number): number {
    this.#tasks += times
    const output = this.#output(peripheral)
    const given = isNode(input) ? input : {}
    if (output === undefined) {
      const ms = durationOf(given.over ?? given.for)
      // An input is read at once; what else there is takes its time.
      if (!(this.#types.get(peripheral) === 'input' && action === 'read') && ms === undefined) this.openTime()
      return this.pass(ms ?? 0, times)
    }
    switch (action) {
      case 'on':
      case 'off':
        output.on = action === 'on'
        return 0
      case 'pulse':
        return this.#pulse(output, durationOf(given.width) ?? 0, 0, times)
      case 'blink': {
        const count = Number(given.count)
        return this.#pulse(output, (durationOf(given.on) ?? 0) * count, (durationOf(given.off) ?? 0) * count, times)
      }
      default:
        output.open = true
        return 0
    }
  }

  /** Counts only for these, while `work` is done. */
  only<T>(names: ReadonlySet<string>, work: () => T): T {
    return this.#counting(name => names.has(name), work)
  }

  /** Counts for all but these. */
  except<T>(names: ReadonlySet<string>, work: () => T): T {
    return this.#counting(name => !names.has(name), work)
  }

  #counting<T>(counts: (name: string) => boolean, work: () => T): T {
    const before = this.#counts
    this.#counts = name => before(name) && counts(name)
    const result = work()
    this.#counts = before
    return result
  }

  #pulse(output: Output, onMs: number, offMs: number, times: number): number {
    output.on = false
    output.ms += onMs * times
    return this.pass(onMs + offMs, times)
  }

  #output(name: string): Output | undefined {
    if (this.#types.get(name) !== 'output') return undefined
    let output = this.#outputs.get(name)
    if (output === undefined) {
      output = { on: false, ms: 0, open: false }
      this.#outputs.set(name, output)
    }
    return output
  }
}

function durationOf(written: unknown): number | undefined {
  if (written === undefined) return undefined
  try {
    return parseDuration(written)
  } catch (error) {
    if (isPiWorkerError(error)) return undefined
    throw error
  }
}
