/** From what was typed to lines, each once; and from lines and levels to what is printed. */

import type { Board, Level } from '../../drivers/driver.js'
import { formatLine, resolveLine } from '../../drivers/lines.js'
import { PiWorkerError } from '../errors.js'

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
