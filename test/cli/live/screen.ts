/** A terminal in memory: what somebody would see after everything that was written to it. */

import { Writable } from 'node:stream'
import type { ScreenStream } from '../../../src/cli/live/terminal.js'

/** Knows what the live view uses, and nothing else: an unknown sequence is an error. */
export class FakeTerminal extends Writable implements ScreenStream {
  readonly isTTY = true
  columns: number
  rows: number
  /** All that was written. */
  text = ''
  /** How often something was written. */
  writes = 0
  cursorShown = true
  #lines: string[][] = [[]]
  #row = 0
  #column = 0
  #wraps = true

  constructor(columns = 80, rows = 24) {
    super({ decodeStrings: false })
    this.columns = columns
    this.rows = rows
  }

  override _write(chunk: string | Buffer, _encoding: string, callback: () => void): void {
    const text = String(chunk)
    this.writes++
    this.text += text
    this.#take(text)
    callback()
  }

  resize(columns: number, rows: number): void {
    Object.assign(this, { columns, rows })
    this.emit('resize')
  }

  /** All lines, without colours and without empty ones at the end. */
  get lines(): string[] {
    const text = this.#lines.map(line =>
      Array.from(line, cell => cell ?? ' ')
        .join('')
        .trimEnd(),
    )
    while (text.at(-1) === '') text.pop()
    return text
  }

  get wraps(): boolean {
    return this.#wraps
  }

  #take(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what terminals are told with
    for (const [part] of text.matchAll(/\u001b\[[?\d;]*[A-Za-z]|./gsu)) {
      if (part === '\r') this.#column = 0
      else if (part === '\n') this.#newLine()
      else if (part.startsWith('\u001b')) this.#control(part.slice(2))
      else this.#put(part)
    }
  }

  #put(character: string): void {
    if (this.#column >= this.columns) {
      if (!this.#wraps) this.#column = this.columns - 1
      else {
        this.#newLine()
        this.#column = 0
      }
    }
    this.#line[this.#column++] = character
  }

  #newLine(): void {
    this.#row++
    while (this.#lines.length <= this.#row) this.#lines.push([])
  }

  #control(sequence: string): void {
    const number = Number.parseInt(sequence, 10) || 1
    if (sequence.endsWith('m')) return
    if (sequence === '?25l' || sequence === '?25h') this.cursorShown = sequence === '?25h'
    else if (sequence === '?7l' || sequence === '?7h') this.#wraps = sequence === '?7h'
    else if (sequence.endsWith('A')) this.#row = Math.max(0, this.#row - number)
    else if (sequence === 'K') this.#line.length = Math.min(this.#line.length, this.#column)
    else if (sequence === 'J') {
      this.#line.length = Math.min(this.#line.length, this.#column)
      this.#lines.length = this.#row + 1
    } else throw new RangeError(`unknown sequence ${sequence}`)
  }

  get #line(): string[] {
    return this.#lines[this.#row] as string[]
  }
}
