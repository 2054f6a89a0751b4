/** What lines that play pulse sequences are wired to: a counter on each, as a logic analyser would show it. */

import type { Level } from '../../drivers/driver.js'
import type { Part, PartFactory } from './part.js'
import type { PartWire } from './part-wire.js'

/** What one line did. Times in ns since the board was opened. */
export class Probe {
  readonly #wire: PartWire
  readonly #stop: () => void
  #rises = 0
  #falls = 0
  #highNs = 0
  #since: number | undefined
  #lastNs: number | undefined

  constructor(wire: PartWire) {
    this.#wire = wire
    this.#stop = wire.onLevel((level, time) => this.#follow(level, time))
  }

  get level(): Level {
    return this.#wire.level
  }

  get rises(): number {
    return this.#rises
  }

  get falls(): number {
    return this.#falls
  }

  /** How long it was high, in pulses that have ended and began while it was watched. */
  get highNs(): number {
    return this.#highNs
  }

  /** When it last changed; undefined when it never did. */
  get lastNs(): number | undefined {
    return this.#lastNs
  }

  close(): void {
    this.#stop()
  }

  #follow(level: Level, time: number): void {
    this.#lastNs = time
    if (level === 'high') {
      this.#rises++
      this.#since = time
      return
    }
    this.#falls++
    if (this.#since !== undefined) this.#highNs += time - this.#since
    this.#since = undefined
  }
}

/** A probe on every line, by its name in the configuration. */
export class Probes implements Part {
  readonly lines: ReadonlyMap<string, Probe>

  constructor(lines: ReadonlyMap<string, Probe>) {
    this.lines = lines
  }

  close(): void {
    for (const probe of this.lines.values()) probe.close()
  }
}

export const sequencePart: PartFactory = ({ spec, wire }) => {
  const names = Object.keys((spec.config.lines ?? {}) as Record<string, unknown>)
  return new Probes(new Map(names.map(name => [name, new Probe(wire(`lines.${name}`))])))
}
