/** The chips of one board: the header's, and every other one of which a line has been named. */

import { realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { codeOf, PiWorkerError } from '../../src/errors.js'
import { type ChipLine, chipLineOf, numberOfChipLine, parseChipLine } from '../chip-lines.js'
import { formatLine } from '../lines.js'
import { type Chip, type ChipFolders, openChip } from './chip.js'
import type { Libc } from './libc.js'

export class Chips {
  readonly header: Chip
  /** Lines of other chips that have been named. */
  readonly otherLines = new Set<number>()
  readonly #libc: Libc
  readonly #folders: ChipFolders
  readonly #others = new Map<number, Chip>()

  /** @throws what `openChip` throws */
  constructor(libc: Libc, folders: ChipFolders, path: string | undefined) {
    this.#libc = libc
    this.#folders = folders
    this.header = openChip(libc, folders, path)
  }

  /** All that are open. */
  get all(): readonly Chip[] {
    return [this.header, ...this.#others.values()]
  }

  /** The number of a line's own name, or of `gpiochip1:3`, whose chip is opened for it. */
  find(name: string): number | undefined {
    const other = parseChipLine(name)
    return other === undefined ? this.header.findLine(name) : this.#findOther(other)
  }

  /**
   * The one chip that has all of these lines, which the board knows.
   * @throws ERR_UNSUPPORTED when they are on two chips
   */
  chipOf(lines: readonly number[]): Chip {
    const chips = new Set(lines.map(line => chipLineOf(line)?.chip))
    if (chips.size > 1) {
      throw new PiWorkerError('ERR_UNSUPPORTED', `${lines.map(formatLine).join(', ')} are lines of several chips`, {
        remedy: 'Request the lines of each chip by themselves: only those of one chip change at once.',
        details: { driver: 'gpiochip', lines },
      })
    }
    const [chip] = chips
    return (chip === undefined ? undefined : this.#others.get(chip)) ?? this.header
  }

  close(): void {
    for (const chip of this.all) chip.close()
  }

  #findOther(line: ChipLine): number {
    const path = join(this.#folders.dev, `gpiochip${line.chip}`)
    const chip = deviceOf(path) === deviceOf(this.header.path) ? this.header : this.#open(line.chip, path)
    if (line.offset >= chip.info.lineCount) {
      throw new PiWorkerError(
        'ERR_UNKNOWN_LINE',
        `${chip.description} has no line ${line.offset}: its lines are 0 to ${chip.info.lineCount - 1}`,
        { details: { driver: 'gpiochip', spelling: formatLine(numberOfChipLine(line)) } },
      )
    }
    if (chip !== this.header) this.otherLines.add(chip.firstLine + line.offset)
    return chip.firstLine + line.offset
  }

  #open(number: number, path: string): Chip {
    const open = this.#others.get(number)
    if (open !== undefined) return open
    const chip = openChip(this.#libc, this.#folders, path)
    chip.firstLine = numberOfChipLine({ chip: number, offset: 0 })
    this.#others.set(number, chip)
    return chip
  }
}

/** Raspberry Pi OS makes /dev/gpiochip4 a link to gpiochip0 on a Pi 5. */
function deviceOf(path: string): string {
  try {
    return basename(realpathSync(path))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return basename(path) // opening it will say so
    throw new PiWorkerError('ERR_UNKNOWN_CHIP', `${path} cannot be looked up`, { cause: error })
  }
}
