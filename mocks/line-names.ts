/** How lines are called on a board that simulates one chip: by own names, and by chips. */

import { basename } from 'node:path'
import { parseChipLine } from '../drivers/chip-lines.js'
import { PiWorkerError } from '../src/errors.js'

/** The last line of the header: those above are wired to nothing. */
const LAST_OF_HEADER = 27

export class LineNames {
  readonly #header: number
  readonly #lineCount: number
  /** Own names. */
  readonly #names: ReadonlyMap<string, number>
  /** Spare lines, by the spellings that they stand for: `gpiochip1:3`. */
  readonly #spare = new Map<string, number>()

  /**
   * @param chip What the simulated chip is called: `/dev/gpiochip0`; lines of that one are its own, whatever `names` says.
   * @param names Own names by BCM number, which the board has.
   */
  constructor(chip: string, lineCount: number, names: Readonly<Record<number, string>>) {
    this.#header = Number(/^gpiochip(\d+)$/.exec(basename(chip))?.[1] ?? 0)
    this.#lineCount = lineCount
    const own = Object.entries(names).filter(([, name]) => parseChipLine(name)?.chip !== this.#header)
    this.#names = new Map(own.map(([line, name]) => [name, Number(line)]))
  }

  get lines(): Iterable<number> {
    return this.#names.values()
  }

  nameOf(line: number): string | undefined {
    return [...this.#names].find(([, named]) => named === line)?.[0]
  }

  /**
   * The line with that name. The first line of another chip gets the uppermost line that has no name, the next one that
   * below it.
   * @throws ERR_UNKNOWN_LINE when a chip has no such line, or there is none left for it
   */
  find(name: string): number | undefined {
    const named = this.#names.get(name)
    const line = parseChipLine(name)
    if (named !== undefined || line === undefined) return named
    const spelling = `gpiochip${line.chip}:${line.offset}`
    if (line.chip === this.#header) {
      if (line.offset < this.#lineCount) return line.offset
      throw unknown(spelling, `gpiochip${line.chip} has ${this.#lineCount} lines`)
    }
    const free = this.#spare.get(spelling) ?? this.#free(spelling)
    this.#spare.set(spelling, free)
    return free
  }

  #free(spelling: string): number {
    const taken = new Set([...this.lines, ...this.#spare.values()])
    let free = this.#lineCount - 1
    while (taken.has(free)) free--
    if (free > LAST_OF_HEADER) return free
    throw unknown(spelling, 'the simulated board has no line left for it')
  }
}

function unknown(spelling: string, why: string): PiWorkerError {
  return new PiWorkerError('ERR_UNKNOWN_LINE', `there is no ${spelling}: ${why}`, {
    place: spelling,
    details: { driver: 'mock', spelling },
  })
}
