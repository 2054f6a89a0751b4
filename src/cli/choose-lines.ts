/** From what was typed to lines that may be requested: each once, and none that serves other hardware. */

import type { Board, Level } from '../../drivers/driver.js'
import { pinOfLine } from '../../drivers/header.js'
import { formatLine, resolveLine } from '../../drivers/lines.js'
import type { LineFunctions } from '../../drivers/machine/functions.js'
import type { Machine } from '../../drivers/machine/machine.js'
import { PiWorkerError } from '../errors.js'

/** Lines that Raspberry Pi OS gives to I2C, SPI, a UART or the EEPROM of a HAT, when they are turned on. */
const USUALLY_SERVING = [0, 1, 2, 3, 7, 8, 9, 10, 11, 14, 15]

/** BCM numbers of the spellings. @throws ERR_UNKNOWN_LINE, ERR_USAGE (a line that is named twice) */
export function chooseLines(board: Board, spellings: readonly string[]): number[] {
  const chosen = new Map<number, string>()
  for (const spelling of spellings) {
    const line = resolveLine(board, spelling)
    const before = chosen.get(line)
    if (before !== undefined) {
      const also = before === spelling ? 'twice' : `twice, as ${before} and as ${spelling}`
      throw new PiWorkerError('ERR_USAGE', `${formatLine(line)} is named ${also}`, { remedy: 'Name each line once.' })
    }
    chosen.set(line, spelling)
  }
  return [...chosen.keys()]
}

export interface GuardOptions {
  readonly board: Board
  readonly machine: Machine
  readonly chip?: string | undefined
  readonly force?: true | undefined
  /** Told what is not known and may do harm, as one line. */
  readonly warn: (text: string) => void
}

/**
 * Refuses lines that serve a UART, I2C, SPI or other hardware: a request takes them away from it. Gives what the
 * registers say of the lines, for those who want their levels.
 * @throws ERR_LINE_BUSY
 */
export async function guardLines(lines: readonly number[], options: GuardOptions): Promise<LineFunctions> {
  const { board, machine, chip, force, warn } = options
  const functions = await functionsOf(board, machine, chip)
  for (const line of lines) {
    const found = functions.lines?.get(line)
    if (found?.kind === 'alternate') {
      const what = `${formatLine(line)} serves ${found.name}`
      if (!force) throw serving(line, found.name, `${what}, and a request would take it away from there`)
      warn(`${what} until now; --force takes it away from there`)
    } else if (functions.lines === undefined && functions.why !== NOT_ASKED && USUALLY_SERVING.includes(line)) {
      const usual = pinOfLine(line)?.functions[0] ?? 'something else'
      warn(
        `${formatLine(line)} is ${usual} where that is turned on, and a request turns it off; ` +
          `whether it is, is not known: ${functions.why}`,
      )
    }
  }
  return functions
}

const NOT_ASKED = 'these are no lines of a Raspberry Pi'

/** Simulated chips and chips that are plugged in have no registers that this could look at. */
async function functionsOf(board: Board, machine: Machine, chip: string | undefined): Promise<LineFunctions> {
  if (board.driver === 'mock' || machine.chipOf(chip)?.simulated) return { why: NOT_ASKED }
  if (chip !== undefined && machine.chipOf(chip)?.header !== true) return { why: NOT_ASKED }
  return await machine.functions()
}

function serving(line: number, consumer: string, message: string): PiWorkerError {
  return new PiWorkerError('ERR_LINE_BUSY', message, {
    place: formatLine(line),
    remedy: 'See it without a request: pi-worker pinout. If nothing needs it there, add --force.',
    details: { line, consumer },
  })
}

/** `0` and `1` are logical, `low` and `high` physical: the level of a logical value, and the other way round. */
export function levelOf(value: number, activeLow: boolean): Level {
  return (value === 1) !== activeLow ? 'high' : 'low'
}

/** How a line's level is shown: as `set` takes it, so that what `get` prints can be set again. */
export function showLevel(line: number, value: number, activeLow: boolean): string {
  const word = activeLow ? (value === 1 ? 'on' : 'off') : levelOf(value, false)
  return `${formatLine(line)}=${word}`
}

/** The levels as JSON: `{ "GPIO17": { "level": "high", "value": 1 } }`. */
export function levelsJson(values: ReadonlyMap<number, number>, activeLow: boolean): Record<string, object> {
  return Object.fromEntries(
    [...values].map(([line, value]) => [formatLine(line), { level: levelOf(value, activeLow), value }]),
  )
}
