/** The chips of one board: the header's, and every other one of which a line has been named. */

import { realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { codeOf, isPiWorkerError, PiWorkerError } from '../../src/errors.js'
import { type ChipLine, chipLineOf, numberOfChipLine, parseChipLine } from '../chip-lines.js'
import { formatLine } from '../lines.js'
import { type Chip, type ChipFolders, openChip } from './chip.js'
import { chipGone } from './failures.js'
import type { Libc } from './libc.js'

export class Chips {
  readonly header: Chip
  /** Lines of other chips that have been named. */
  readonly otherLines = new Set<number>()
  readonly #libc: Libc
  readonly #folders: ChipFolders
  readonly #others = new Map<number, Chip>()
  /** What chips were that have vanished, by their numbers: another one may come under the same. */
  readonly #vanished = new Map<number, Pick<Chip, 'info'>>()

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
   * The one chip that has all of these lines, which the board knows; one that has vanished and come back is opened anew.
   * @throws ERR_UNSUPPORTED when they are on two chips, ERR_CHIP_GONE when it has not come back, or another one has
   */
  chipOf(lines: readonly number[]): Chip {
    const chips = new Set(lines.map(line => chipLineOf(line)?.chip))
    if (chips.size > 1) {
      const place = lines.map(formatLine).join(', ')
      throw new PiWorkerError('ERR_UNSUPPORTED', `${place} are lines of several chips`, {
        place,
        remedy: 'Request the lines of each chip by themselves: only those of one chip change at once.',
        details: { driver: 'gpiochip', lines },
      })
    }
    const [number] = chips
    const chip = number === undefined ? this.header : this.#others.get(number)
    if (chip !== undefined) return chip
    return number === undefined || !this.#vanished.has(number) ? this.header : this.#reopen(number)
  }

  /**
   * A chip that has vanished is closed, so that its number is free for its return.
   * @returns whether it may come back; the board ends with the header's
   */
  forget(chip: Chip): boolean {
    const entry = [...this.#others].find(([, other]) => other === chip)
    if (entry === undefined) return false
    const [number] = entry
    this.#others.delete(number)
    this.#vanished.set(number, chip)
    chip.close()
    return true
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
        {
          place: formatLine(numberOfChipLine(line)),
          details: { driver: 'gpiochip', spelling: formatLine(numberOfChipLine(line)) },
        },
      )
    }
    if (chip !== this.header) this.otherLines.add(chip.firstLine + line.offset)
    return chip.firstLine + line.offset
  }

  /** @throws ERR_CHIP_GONE */
  #reopen(number: number): Chip {
    const path = join(this.#folders.dev, `gpiochip${number}`)
    const before = this.#vanished.get(number)?.info
    let chip: Chip
    try {
      chip = this.#open(number, path)
    } catch (error) {
      if (isPiWorkerError(error, 'ERR_UNKNOWN_CHIP')) throw chipGone(path, { cause: error })
      throw error
    }
    if (chip.info.label === before?.label && chip.info.lineCount === before.lineCount) return chip
    // Its lines were never asked for: nothing may move on them.
    this.#others.delete(number)
    chip.close()
    throw chipGone(path, { remedy: `Another chip has its number now: ${chip.description}. Open the board again.` })
  }

  #open(number: number, path: string): Chip {
    const open = this.#others.get(number)
    if (open !== undefined && isAlive(open)) return open
    if (open !== undefined) this.forget(open)
    const chip = openChip(this.#libc, this.#folders, path)
    chip.firstLine = numberOfChipLine({ chip: number, offset: 0 })
    this.#others.set(number, chip)
    return chip
  }
}

/** A chip that has vanished answers nothing, for as long as it is open. */
function isAlive(chip: Chip): boolean {
  try {
    if (chip.info.lineCount > 0) chip.lineInfo(0)
    return true
  } catch (error) {
    if (isPiWorkerError(error, 'ERR_CHIP_GONE')) return false
    throw error
  }
}

/** Raspberry Pi OS makes /dev/gpiochip4 a link to gpiochip0 on a Pi 5. */
function deviceOf(path: string): string {
  try {
    return basename(realpathSync(path))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return basename(path) // opening it will say so
    throw new PiWorkerError('ERR_UNKNOWN_CHIP', `${path} cannot be looked up`, { place: path, cause: error })
  }
}
