/**
 * How people write lines: `17`, `GPIO17`, `BCM17`, `J8:11`, a line's own name, or `gpiochip1:3` for another chip's;
 * and how a mistake is met.
 * Pure: nothing is opened here. Only `resolveLine` asks a board, and only for names and the number of lines.
 */

import { distance } from 'fastest-levenshtein'
import { catalogue, PiWorkerError } from '../src/errors.js'
import { nearest } from '../src/nearest.js'
import { chipLineOf, parseChipLine } from './chip-lines.js'
import type { Board } from './driver.js'
import { headerPin, headerPins } from './header.js'

/** What a spelling says: a BCM number, or the line's own name, which only a board can look up. */
export type ParsedLine =
  | { readonly kind: 'bcm'; readonly line: number }
  | { readonly kind: 'name'; readonly name: string }

/** The highest BCM number that any Raspberry Pi has (Pi 4: 58 lines). A board may have fewer. */
export const MAX_LINE = 57
/** The kernel keeps names of 31 bytes and a final zero (GPIO_MAX_NAME_SIZE in linux/gpio.h). */
const MAX_NAME_BYTES = 31
const SPELLINGS = catalogue.ERR_UNKNOWN_LINE.remedy
/** Lines of the header, which is where a suggestion looks first. */
const HEADER_LINES = headerPins.flatMap(pin => (pin.kind === 'line' ? [pin.line] : [])).sort((a, b) => a - b)

/**
 * Reads a spelling of a line.
 * @param spelling A BCM number 0 to 57, or text in any case: `17`, `GPIO17`, `BCM17`, `J8:11`; all else is a name.
 * @throws ERR_UNKNOWN_LINE: no such number, a supply pin of the header, or a name that is a misspelt number. The
 *   message and remedy name the nearest line; `details.suggestion` has it for programs.
 */
export function parseLine(spelling: string | number): ParsedLine {
  if (typeof spelling === 'number') return bcm(spelling, String(spelling))
  const text = spelling.trim()
  const numbered = /^(?:gpio|bcm)?(\d{1,3})$/i.exec(text)
  if (numbered) return bcm(Number(numbered[1]), text)
  const pinned = /^j8:(\d{1,3})$/i.exec(text)
  if (pinned) return pin(Number(pinned[1]), text)
  if (parseChipLine(text) !== undefined) return { kind: 'name', name: text.toLowerCase() }
  const meant = misspelt(text)
  if (meant !== undefined) throw unknown(text, meant)
  if (text === '' || NOTHING.test(text) || /^[+-]?[\d.]+$/.test(text) || Buffer.byteLength(text) > MAX_NAME_BYTES)
    throw unknown(text)
  return { kind: 'name', name: text }
}

/** `GPIO17`, or `gpiochip1:3` for a line of another chip: the one spelling that messages and traces use. */
export function formatLine(line: number): string {
  const other = chipLineOf(line)
  return other === undefined ? `GPIO${line}` : `gpiochip${other.chip}:${other.offset}`
}

/**
 * The BCM number of a spelling on one board.
 * @throws ERR_UNKNOWN_LINE when the board has no such line; the nearest name is suggested.
 */
export function resolveLine(
  board: Pick<Board, 'findLine' | 'lineInfo' | 'lineCount' | 'description'>,
  spelling: string | number,
): number {
  const parsed = parseLine(spelling)
  if (parsed.kind === 'bcm') {
    if (parsed.line < board.lineCount) return parsed.line
    throw new PiWorkerError(
      'ERR_UNKNOWN_LINE',
      `${board.description} has no ${formatLine(parsed.line)}: its lines are 0 to ${board.lineCount - 1}`,
      { remedy: SPELLINGS, details: { spelling } },
    )
  }
  const found = board.findLine(parsed.name)
  if (found !== undefined) return found
  const suggestion = nearest(parsed.name, [...ownNames(board), ...HEADER_LINES.map(formatLine)])
  throw new PiWorkerError(
    'ERR_UNKNOWN_LINE',
    `${board.description} has no line named "${parsed.name}"${suggestion ? `; the nearest is ${suggestion}` : ''}`,
    {
      remedy: suggestion ? `Use ${suggestion} if that was meant. ${SPELLINGS}` : SPELLINGS,
      details: { spelling, ...(suggestion && { suggestion }) },
    },
  )
}

function bcm(line: number, text: string): ParsedLine {
  if (Number.isInteger(line) && line >= 0 && line <= MAX_LINE) return { kind: 'bcm', line: Math.abs(line) } // -0 is 0
  // Which line is meant by GPIO99 nobody can say, and the one that is spelt most like it may drive anything.
  throw unknown(text)
}

function pin(number: number, text: string): ParsedLine {
  const found = headerPin(number)
  if (found?.kind === 'line') return { kind: 'bcm', line: found.line }
  if (!found) throw unknown(text)
  const neighbour = nearestPin(number)
  throw new PiWorkerError(
    'ERR_UNKNOWN_LINE',
    `${text.toUpperCase()} is no line: pin ${number} of the header is ${found.name}; the nearest is ${neighbour}`,
    { remedy: `Use ${neighbour} or another pin that is a line.`, details: { spelling: text, suggestion: neighbour } },
  )
}

/** Letters that people write for `GPIO` and `J8:`, besides those that differ by one slip of the finger. */
const ALIASES: Readonly<Record<string, string>> = { gp: 'GPIO', pin: 'J8:', board: 'J8:' }
/** What programs write in the place of a value that they lack. */
const NOTHING = /^(?:undefined|null|nan|none)$/i

/**
 * The spelling that a misspelt one stands for, or undefined when the text can be a line's own name.
 * A name is not refused lightly (`SPI0`, `BIN1` are fair names): a wrong one is found when the board is asked.
 */
function misspelt(text: string): string | undefined {
  const lower = text.toLowerCase()
  const all = [...HEADER_LINES.map(formatLine), ...HEADER_LINES.map(line => `BCM${line}`), ...headerSpellings()]
  const numbered = /^([a-z]+)[\s_.:#-]*(\d+)$/.exec(lower)
  const letters = numbered?.[1]
  const prefix = letters === undefined ? undefined : (ALIASES[letters] ?? slip(letters))
  if (prefix !== undefined) return nearest(`${prefix}${numbered?.[2]}`, all)
  const otherHeader = /^(?:j\d*|p1)[\s_.:#-]+(\d+)$/.exec(lower)
  if (otherHeader) return nearest(`J8:${otherHeader[1]}`, all)
  // `GPIO_GCLK` is a line's own name on older boards; `GPIO-17`, `gpio1O`, `J8-11` and `GPIO` are slips.
  if (/^(?:gpio|bcm|j8)(?!_[a-z]{2})/.test(lower)) return nearest(text.toUpperCase(), all)
  return undefined
}

/** `GPIO` or `BCM` when `letters` is that but for one letter missing, added, changed, or swapped with the next. */
function slip(letters: string): string | undefined {
  return ['gpio', 'bcm'].find(word => distance(letters, word) <= 1 || swapped(letters, word))?.toUpperCase()
}

function swapped(text: string, word: string): boolean {
  if (text.length !== word.length) return false
  const at = [...text].findIndex((letter, index) => letter !== word[index])
  return at >= 0 && text === word.slice(0, at) + (word[at + 1] ?? '') + word[at] + word.slice(at + 2)
}

function headerSpellings(): string[] {
  return headerPins.filter(pin => pin.kind === 'line').map(pin => `J8:${pin.pin}`)
}

/** The closest pin that is a line, in millimetres along the header rather than in letters. */
function nearestPin(number: number): string {
  let best = 3
  for (const pin of headerPins) {
    if (pin.kind === 'line' && Math.abs(pin.pin - number) < Math.abs(best - number)) best = pin.pin
  }
  return `J8:${best}`
}

function* ownNames(board: Pick<Board, 'lineInfo' | 'lineCount'>): Iterable<string> {
  for (let line = 0; line < board.lineCount; line++) {
    const name = board.lineInfo(line).name
    if (name !== undefined) yield name
  }
}

function unknown(text: string, suggestion?: string): PiWorkerError {
  const hint = suggestion === undefined ? '' : `; the nearest is ${suggestion}`
  return new PiWorkerError('ERR_UNKNOWN_LINE', `"${text}" is no line (GPIO0 to GPIO${MAX_LINE})${hint}`, {
    remedy: suggestion === undefined ? SPELLINGS : `Use ${suggestion} if that was meant. ${SPELLINGS}`,
    details: { spelling: text, ...(suggestion !== undefined && { suggestion }) },
  })
}
