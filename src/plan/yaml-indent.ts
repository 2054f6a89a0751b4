/** What is wrong with the indentation of a line of YAML: which lines before it could it go with, and how are they indented? */

import { count } from '../bench/wording.js'

interface Line {
  readonly start: number
  /** Without the line feed. */
  readonly end: number
}

/** The line that `offset` is on. */
export function lineAt(text: string, offset: number): Line {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const feed = text.indexOf('\n', offset)
  const end = feed === -1 ? text.length : feed
  return { start, end: text[end - 1] === '\r' && end > start ? end - 1 : end }
}

/** Whether only blanks and the dashes of items stand before it. */
export function isFirstOnLine(text: string, offset: number): boolean {
  return /^(\s|-(?=\s))*$/.test(text.slice(lineAt(text, offset).start, offset))
}

/** An indentation that is open where a line begins: a line there goes on with what has it. */
interface Level {
  readonly indent: number
  readonly kind: 'item' | 'key'
  /** From 1. */
  readonly line: number
}

interface IndentFault {
  readonly offset: number
  readonly message: string
  readonly remedy: string
  readonly last: true
}

/** What is to be said of the indentation of the line that `at` is on, or of the first one after it that says anything. */
export function explainIndent(text: string, at: number): IndentFault | undefined {
  const { start, end } = firstLine(text, at)
  const written = text.slice(start, end)
  const indent = indentOf(written)
  const offset = start + indent
  const before = text.slice(0, start).split('\n').slice(0, -1)
  const tight = dashWithoutSpace(before) ?? (DASH.test(written) ? offset : undefined)
  if (tight !== undefined) {
    const remedy = 'Write "- " before each step, with a space.'
    return { offset: tight, message: 'a space is missing after the dash', remedy, last: true }
  }
  const levels = levelsAt(before)
  const kind = /^\s*-(\s|$)/.test(written) ? 'item' : 'key'
  const own = levels.filter(level => level.kind === kind)
  const same = levels.find(level => level.indent === indent)
  if (same !== undefined && same.kind !== kind) return mixed(kind, own, offset, same)
  const deeper = own.findLast(level => level.indent > indent)
  const shallower = own.find(level => level.indent < indent)
  const [near, other] = [deeper, shallower].filter(level => level !== undefined).sort((a, b) => gap(a) - gap(b))
  if (near === undefined) return undefined
  const choices = other !== undefined && gap(other) === gap(near) ? [near, other] : [near]
  const those = choices.map(level => `line ${level.line} by ${level.indent}`).join(', ')
  const remedy = `Indent it by ${choices.map(({ indent: by, line }) => `${spaces(by)}, as line ${line} is`).join('; or by ')}.`
  return { offset, message: `the line is indented by ${spaces(indent)}; ${those}`, remedy, last: true }

  function gap(level: Level): number {
    return Math.abs(level.indent - indent)
  }
}

/** Where the words begin in the last line before that of `at`, if they stand above those of it and no colon ends a key there. */
export function aboveWithoutColon(text: string, at: number): number | undefined {
  const { start, end } = firstLine(text, at)
  let above = lineAt(text, Math.max(0, start - 1))
  while (above.start > 0 && saysNothing(text.slice(above.start, above.end))) above = lineAt(text, above.start - 1)
  const written = text.slice(above.start, above.end)
  if (above.start === start || /:(\s|$)/.test(written.replace(/\s#.*/, ''))) return undefined
  const column = /^\s*(?:-\s+)*/.exec(written)?.[0].length ?? 0
  return column === indentOf(text.slice(start, end)) ? above.start + column : undefined
}

/** The line of `at`, or the first after it that is not empty and no comment. */
export function firstLine(text: string, at: number): Line {
  let line = lineAt(text, at)
  while (line.end < text.length && saysNothing(text.slice(line.start, line.end))) {
    line = lineAt(text, text.indexOf('\n', line.end) + 1 || text.length)
  }
  return line
}

function saysNothing(line: string): boolean {
  return /^\s*(#.*)?$/.test(line)
}

/** A key where the lines before it are items of a list, or an item among keys. */
function mixed(kind: Level['kind'], own: readonly Level[], offset: number, { line }: Level): IndentFault {
  const [near] = own
  if (kind === 'key') {
    const message = `the line begins without "- ", and line ${line}, which is indented as it is, is an item of a list`
    const part =
      near === undefined ? '' : `, or indent it by ${spaces(near.indent)}, as what is in line ${near.line} is`
    return { offset, message, remedy: `Put "- " before it${part}.`, last: true }
  }
  const message = `the line begins with "- ", and line ${line}, which is indented as it is, is no item of a list`
  const remedy =
    near === undefined
      ? 'Take the "- " away, or put the items under a key of their own.'
      : `Indent it by ${spaces(near.indent)}, as line ${near.line} is.`
  return { offset, message, remedy, last: true }
}

/** The levels that are open after these lines, from the deepest. */
function levelsAt(lines: readonly string[]): Level[] {
  const levels: Level[] = []
  let open = Number.POSITIVE_INFINITY
  for (let index = lines.length - 1; index >= 0 && open > 0; index--) {
    const line = lines[index] as string
    const indent = indentOf(line)
    if (saysNothing(line) || indent >= open) continue
    const within: Level[] = []
    let column = indent
    for (const dash of line
      .slice(indent)
      .match(/^(?:-\s+)*/)?.[0]
      .match(/-\s+/g) ?? []) {
      within.unshift({ indent: column, kind: 'item', line: index + 1 })
      column += dash.length
    }
    if (column < open && /:(\s|$)/.test(line)) within.unshift({ indent: column, kind: 'key', line: index + 1 })
    levels.push(...within.filter(level => level.indent < open))
    open = indent
  }
  return levels
}

/** A dash that begins a word, where that of an item was probably meant. */
const DASH = /^\s*-(?=[A-Za-z])/

function dashWithoutSpace(before: readonly string[]): number | undefined {
  const last = before.findLastIndex(line => !saysNothing(line))
  const line = before[last]
  if (line === undefined || !DASH.test(line)) return undefined
  return before.slice(0, last).reduce((sum, { length }) => sum + length + 1, indentOf(line))
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}

/** `1 space`, `no spaces`. */
function spaces(number: number): string {
  return number === 0 ? 'no spaces' : count(number, 'space')
}
