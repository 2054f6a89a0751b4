/** The faults of one simulated part: which are there, when, and what chance makes of them. */

import type { PartSpec } from '../../drivers/driver.js'
import { PiWorkerError } from '../../src/errors.js'
import type { Clock, Timer } from '../../src/worker/clock.js'
import { toNs } from '../../src/worker/duration.js'
import type { Random } from '../random.js'

export type FaultKind =
  | 'bounce'
  | 'stuck'
  | 'glitch'
  | 'unplugged'
  | 'flip'
  | 'late'
  | 'nack'
  | 'stretch'
  | 'brown-out'
  | 'lost-edges'
  | 'error'

/** One fault, checked by the bench; durations in ms. */
export interface Fault {
  readonly kind: FaultKind
  readonly from: number
  readonly for?: number
  /** Path of the line that it is for; all when left out. */
  readonly line?: string
  readonly level?: 'low' | 'high'
  readonly edges?: number
  readonly within?: number
  readonly width?: number
  readonly every?: number
  readonly by?: number
  readonly probability?: number
  readonly errno?: 'EIO' | 'EBUSY'
}

/** How often a fault has struck. */
export interface FaultCount {
  readonly kind: FaultKind
  /** Path of the line that it is for, when it is not for all. */
  readonly line: string | undefined
  readonly struck: number
}

const BITS = 8
/** They strike once, and then last. */
const LASTING: readonly FaultKind[] = ['stuck', 'unplugged', 'brown-out']

export class Faults {
  readonly random: Random
  readonly #list: readonly Fault[]
  readonly #clock: Clock
  readonly #origin: number
  readonly #timers = new Set<Timer>()
  readonly #struck = new Map<Fault, number>()

  /** @param now Whole ns since the board was opened: the time that windows are counted in. */
  constructor(list: readonly Fault[], clock: Clock, now: number, random: Random) {
    this.#list = list
    this.#clock = clock
    this.#origin = clock.now() - now
    this.random = random
  }

  /** Those of `spec`. @throws ERR_BAD_CONFIG when one is for a line that it has not */
  static of(spec: PartSpec, clock: Clock, now: number, random: Random): Faults {
    const list = (spec.simulate?.faults ?? []) as readonly Fault[]
    for (const [index, { line }] of list.entries()) {
      if (line === undefined || spec.signals.some(signal => pathOf(spec, signal.line) === line)) continue
      const paths = spec.signals.map(signal => pathOf(spec, signal.line))
      throw new PiWorkerError('ERR_BAD_CONFIG', `${spec.name} has no line "${line}"`, {
        place: `simulate.${spec.name}.faults[${index}].line`,
        remedy: paths.length === 0 ? 'Leave out line: it has none.' : `Use ${paths.join(' or ')}, or leave it out.`,
      })
    }
    return new Faults(list, clock, now, random)
  }

  /** How often each has struck so far, in their order. */
  get counts(): readonly FaultCount[] {
    return this.#list.map(fault => ({ kind: fault.kind, line: fault.line, struck: this.#struck.get(fault) ?? 0 }))
  }

  /** It had its effect, once more. */
  count(fault: Fault): void {
    this.#struck.set(fault, LASTING.includes(fault.kind) ? 1 : (this.#struck.get(fault) ?? 0) + 1)
  }

  /** Those of some kinds, for a line when one is given. */
  of(kinds: readonly FaultKind[], line?: string): readonly Fault[] {
    return this.#list.filter(
      fault => kinds.includes(fault.kind) && (line === undefined || fault.line === undefined || fault.line === line),
    )
  }

  /** The first of a kind that is there now, if chance has it so; it is counted. */
  strikes(kind: FaultKind, line?: string): Fault | undefined {
    const fault = this.of([kind], line).find(one => this.#isNow(one) && this.happens(one.probability ?? 1))
    if (fault !== undefined) this.count(fault)
    return fault
  }

  /** Whether something of that probability happens this time. */
  happens(probability: number): boolean {
    return probability >= 1 || this.random.float() < probability
  }

  /** Calls `begin` when the fault begins and `end` when it is over; at once when it is there from the start. */
  during(fault: Fault, begin: () => void, end: () => void): void {
    const { beginNs, endNs } = this.#window(fault)
    const start = (): void => {
      if (LASTING.includes(fault.kind)) this.count(fault)
      begin()
      if (endNs < Number.POSITIVE_INFINITY) this.after(endNs - this.#clock.now(), end)
    }
    if (beginNs <= this.#clock.now()) start()
    else this.after(beginNs - this.#clock.now(), start)
  }

  /** Whether a fault is there at this moment. */
  isNow(fault: Fault): boolean {
    return this.#isNow(fault)
  }

  /** Calls `then` after `ns`, unless the part is closed before. Returns what cancels it. */
  after(ns: number, then: () => void): () => void {
    const timer = this.#clock.after(Math.max(0, Math.round(ns)), () => {
      this.#timers.delete(timer)
      then()
    })
    this.#timers.add(timer)
    return () => {
      timer.cancel()
      this.#timers.delete(timer)
    }
  }

  /** Bytes as they arrive: now and then with a wrong bit. */
  disturb(bytes: Uint8Array): Uint8Array {
    const flip = this.of(['flip']).find(fault => this.#isNow(fault))
    if (flip === undefined) return bytes
    let struck = false
    const heard = bytes.map(byte => {
      if (!this.happens(flip.probability ?? 1)) return byte
      struck = true
      return byte ^ (1 << this.random.integer(0, BITS - 1))
    })
    if (struck) this.count(flip)
    return heard
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }

  #isNow(fault: Fault): boolean {
    const { beginNs, endNs } = this.#window(fault)
    const now = this.#clock.now()
    return now >= beginNs && now < endNs
  }

  #window({ from, for: length }: Fault): { readonly beginNs: number; readonly endNs: number } {
    const beginNs = this.#origin + toNs(from)
    return { beginNs, endNs: length === undefined ? Number.POSITIVE_INFINITY : beginNs + toNs(length) }
  }
}

/** Where a line stands in the configuration: `line`, `lines.echo`. */
export function pathOf(spec: PartSpec, line: number): string {
  const find = (at: unknown, path: readonly string[]): string | undefined => {
    if (at === line && path.length > 0 && isLine(spec, line)) return path.join('.')
    if (typeof at !== 'object' || at === null) return undefined
    for (const [key, value] of Object.entries(at)) {
      const found = find(value, [...path, key])
      if (found !== undefined) return found
    }
    return undefined
  }
  return find(spec.config, []) ?? ''
}

function isLine(spec: PartSpec, line: number): boolean {
  return spec.signals.some(signal => signal.line === line)
}
