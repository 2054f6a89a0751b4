/** Which lines are one net because wires join them: copper has no direction, so a net is one thing with one level. */

interface Wire {
  readonly a: number
  readonly b: number
}

export class Joints {
  /** The lines of the net of each line, lowest first; undefined for a line that no wire joins to another. */
  readonly nets: (readonly number[] | undefined)[]
  #wires: readonly Wire[] = []

  constructor(lineCount: number) {
    this.nets = Array.from({ length: lineCount }, () => undefined)
  }

  /** Puts a wire between two lines. Returns what takes it off; there may be several between the same two. */
  join(a: number, b: number): () => void {
    const wire = { a, b }
    this.#wires = [...this.#wires, wire]
    this.#trace()
    return () => {
      this.#wires = this.#wires.filter(other => other !== wire)
      this.#trace()
    }
  }

  #trace(): void {
    const sets = new Map<number, Set<number>>()
    for (const { a, b } of this.#wires) {
      const joined = new Set([...(sets.get(a) ?? [a]), ...(sets.get(b) ?? [b])])
      for (const line of joined) sets.set(line, joined)
    }
    this.nets.fill(undefined)
    for (const net of new Set(sets.values())) {
      const lines = [...net].sort((one, other) => one - other)
      for (const line of lines) this.nets[line] = lines
    }
  }
}
