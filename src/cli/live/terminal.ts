/** What a terminal can do, and whether it is ours at the moment. */

import { readFileSync } from 'node:fs'
import type { CliIo, TerminalStream } from '../io.js'

/** A terminal that may tell how high it is, and when that changes. */
export interface ScreenStream extends TerminalStream {
  readonly rows?: number | undefined
}

export interface Screen {
  readonly columns: number
  readonly rows: number
}

/** The group of the terminal of a process that has none. */
const NO_TERMINAL = '-1'
const USUAL: Screen = { columns: 80, rows: 24 }

/** Some give 0 for what they do not know. */
export function sizeOf({ columns, rows }: ScreenStream): Screen {
  return { columns: columns || USUAL.columns, rows: rows || USUAL.rows }
}

/** Whether lines can be drawn over again; where nobody says what the terminal is, nobody knows. */
export function canDraw(stream: TerminalStream, { TERM: term }: CliIo['env']): boolean {
  return stream.isTTY === true && term !== undefined && term !== '' && term !== 'dumb'
}

/** Whether blocks and lines can be shown. The font of the kernel's own console has few of them. */
export function hasUnicode(env: CliIo['env']): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || ''
  return /utf-?8/i.test(locale) && env.TERM !== 'linux'
}

/**
 * Whether the shell has given the terminal to us: to set its mode from the background stops the whole process, and a
 * bench with it. Where the kernel does not tell, it is ours.
 */
export function inForeground(stat: () => string = () => readFileSync('/proc/self/stat', 'utf8')): boolean {
  try {
    // After the name, which may have anything in it: state, parent, group, session, terminal, its group.
    const text = stat()
    const [, , group, , , ofTerminal] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return group === ofTerminal || ofTerminal === NO_TERMINAL
  } catch {
    return true
  }
}
