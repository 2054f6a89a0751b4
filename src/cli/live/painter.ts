/**
 * Lines that are drawn over and over in one place of the terminal: each frame is a single write, in which only the
 * lines that changed are sent again.
 */

import { widthOf } from './text.js'

const ESC = '\u001b['
const CURSOR = { hide: `${ESC}?25l`, show: `${ESC}?25h` }
/** The terminal may take a character for wider than we do: it must not go to the next line for that. */
const WRAP = { off: `${ESC}?7l`, on: `${ESC}?7h` }
const CLEAR = { line: `${ESC}K`, below: `${ESC}J` }

export class Painter {
  readonly #write: (text: string) => void
  #painted: readonly string[] = []
  #hidden = false

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  /** Each line must be narrower than the terminal, and all of them fewer than its rows. */
  paint(lines: readonly string[]): void {
    const before = this.#painted
    if (lines.length === before.length && lines.every((line, index) => line === before[index])) return
    const fewer = before.length > lines.length
    // What is below is cleared from the end of the last line on, where the cursor is only when it was written.
    const stands = (index: number): boolean => lines[index] === before[index] && !(fewer && index === lines.length - 1)
    const body = lines.map((line, index) => (stands(index) ? '' : `${line}${CLEAR.line}`)).join('\r\n')
    const below = fewer ? CLEAR.below : ''
    this.#write(`${this.#hide()}${WRAP.off}${this.#toTop()}${body}${below}${WRAP.on}`)
    this.#painted = lines
  }

  /** Takes the lines away; what is written next stands in their place. The cursor stays hidden. */
  erase(): void {
    if (this.#painted.length === 0) return
    this.#write(`${this.#toTop()}${CLEAR.below}`)
    this.#painted = []
  }

  /** Text that stays, above the lines, which are painted again below it. */
  above(text: string): void {
    const lines = this.#painted
    const stays = text.replace(/\r?\n/g, '\r\n')
    if (lines.length === 0) {
      this.#write(stays)
      return
    }
    const body = lines.map(line => line + CLEAR.line).join('\r\n')
    this.#write(`${this.#toTop()}${CLEAR.below}${stays}${WRAP.off}${body}${WRAP.on}`)
  }

  /**
   * The terminal has another width now, and has broken the lines that were wider anew, as nearly all of them do.
   * Whatever is left of them is taken away; the next frame is painted from its first line to its last.
   */
  resized(columns: number): void {
    if (this.#painted.length === 0) return
    const heights = this.#painted.map(line => Math.max(1, Math.ceil(widthOf(line) / Math.max(1, columns))))
    const height = heights.reduce((sum, lines) => sum + lines, 0)
    this.#write(`${up(height - 1)}${CLEAR.below}`)
    this.#painted = []
  }

  /** Takes the lines away and gives the cursor back. May be called again. */
  end(): void {
    this.erase()
    if (!this.#hidden) return
    this.#hidden = false
    this.#write(CURSOR.show)
  }

  #hide(): string {
    if (this.#hidden) return ''
    this.#hidden = true
    return CURSOR.hide
  }

  #toTop(): string {
    return this.#painted.length === 0 ? '' : up(this.#painted.length - 1)
  }
}

/** To the first column, so many lines up. */
function up(lines: number): string {
  return lines > 0 ? `\r${ESC}${lines}A` : '\r'
}
