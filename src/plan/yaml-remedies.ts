/**
 * What a slip in YAML probably is, in words for people: the parser says what it met, and where it gave up; the text
 * before that tells what was forgotten, and where.
 */

import type { YAMLParseError, YAMLWarning } from 'yaml'
import { quote } from '../bench/wording.js'
import { aboveWithoutColon, explainIndent, firstLine, isFirstOnLine, lineAt } from './yaml-indent.js'
import { Openings } from './yaml-unclosed.js'

export type Slip = Pick<YAMLParseError | YAMLWarning, 'code' | 'message' | 'pos'>

export interface Explanation {
  readonly offset: number
  readonly message: string
  readonly remedy: string
}

/** What is said of a slip. */
interface Explained extends Explanation {
  /** What follows is a consequence of it: nothing more is said. */
  readonly last?: boolean
}

/** Beyond so many, nobody reads what is said, and each may take as long as the file is. */
const MOST_SLIPS = 20

/** The slips of a text in the order of their places, each explained once. */
export function explainSlips(text: string, slips: readonly Slip[]): Explanation[] {
  // That a key is no text follows from what is missing between it and what comes after.
  const own = slips.filter(({ code }) => code !== 'NON_STRING_KEY')
  const sorted = (own.length > 0 ? own : [...slips]).sort(inOrder).slice(0, MOST_SLIPS)
  const openings = new Openings(text)
  const open = sorted.map(slip => unclosed(text, openings, slip)).find(found => found !== undefined)
  const found: Explanation[] = []
  let end = -1
  for (const slip of sorted) {
    const [from, to] = slip.pos
    if (from < end) continue // it is about what is explained already
    if (open !== undefined && from >= open.offset) break
    const { last, ...explanation } = explain(text, openings, slip) ?? asItIs(slip)
    if (!found.some(({ offset }) => offset === explanation.offset)) found.push(explanation)
    if (last) return found
    end = Math.max(end, to)
  }
  return open === undefined ? found : [...found, open]
}

/** By place; of one place, first what says how far it reaches. */
function inOrder(a: Slip, b: Slip): number {
  return (
    a.pos[0] - b.pos[0] || Number(b.code === 'MULTILINE_IMPLICIT_KEY') - Number(a.code === 'MULTILINE_IMPLICIT_KEY')
  )
}

function asItIs({ code, message, pos: [offset] }: Slip): Explained {
  const remedy = 'Correct the YAML at this place; a value with special characters goes into quotes.'
  return { offset, message: sentence(message), remedy, last: code === 'UNEXPECTED_TOKEN' }
}

/** The parser's messages start with a capital and may run over lines. */
export function sentence(message: string): string {
  const line = (message.split('\n')[0] ?? '').trim()
  const short = line.length > 160 ? `${line.slice(0, 160)}…` : line
  return short.charAt(0).toLowerCase() + short.slice(1)
}

/** A quote or bracket without its end: the parser finds out where the text ends, or where a line is not part of it. */
function unclosed(text: string, openings: Openings, { code, message, pos: [at] }: Slip): Explanation | undefined {
  if (/^Missing closing ["']quote/.test(message)) {
    const offset = openings.quote(at)
    if (offset === undefined) return undefined
    const mark = text[offset]
    return { offset, message: 'the quote that begins here is not closed', remedy: `Add the ${mark} that is missing.` }
  }
  if (code !== 'BAD_INDENT' || !message.startsWith('Flow ')) return undefined
  const offset = openings.bracket(at)
  if (offset === undefined) return undefined
  const mark = text[offset] as string
  const wanted = mark === '{' ? '}' : ']'
  if (/[\]}]/.test(text[at] ?? '') && text[at] !== wanted) {
    return {
      offset: at,
      message: `the ${mark} before it is closed by ${text[at]}`,
      remedy: `Write ${wanted} in its place, or take it out.`,
    }
  }
  const { end } = lineAt(text, offset)
  const said = `the ${mark} that begins here is not closed`
  const comment = /\s#.*/.exec(text.slice(offset, end))?.[0]
  if (comment?.includes(wanted)) {
    const remedy = `A # after a space begins a comment, and the ${wanted} is in it: put the value into quotes.`
    return { offset, message: said, remedy }
  }
  return { offset, message: said, remedy: `Add the ${wanted} that is missing.` }
}

function explain(text: string, openings: Openings, slip: Slip): Explained | undefined {
  const { code, message, pos } = slip
  const [from, to] = pos
  switch (code) {
    case 'BLOCK_IN_FLOW':
      return betweenPairs(text, from, to)
    case 'MULTILINE_IMPLICIT_KEY':
      return openings.bracket(from) === undefined ? overLines(text, from, to) : betweenPairs(text, from, to)
    case 'BLOCK_AS_IMPLICIT_KEY':
      return message.startsWith('A block sequence') ? explainIndent(text, from) : secondKey(text, from)
    case 'BAD_INDENT':
      return misplaced(text, from)
    case 'MISSING_CHAR':
      return missingChar(text, slip)
    case 'UNEXPECTED_TOKEN':
      return unexpected(text, openings, slip)
    case 'BAD_SCALAR_START':
      return {
        offset: from,
        message: `a value cannot begin with ${text[from]}`,
        remedy: `Put it into quotes: ${quote(plainAt(text, from))}.`,
      }
    case 'TAG_RESOLVE_FAILED':
      return {
        offset: from,
        message: `a value that begins with ! is a tag, and ${text.slice(from, to)} is none that is known here`,
        remedy: 'Put the value into quotes, or leave the tag out.',
      }
    case 'BAD_ALIAS':
      return {
        offset: from,
        message: `a value that begins with ${text[from]} is ${text[from] === '*' ? 'an alias' : 'an anchor'}, and this one has no name`,
        remedy: 'Put the value into quotes if it is text.',
      }
    case 'BAD_DQ_ESCAPE':
      return {
        offset: from,
        message: `${text.slice(from, from + 2)} means nothing within double quotes`,
        remedy: 'Write the \\ twice, or use single quotes.',
      }
    case 'NON_STRING_KEY':
      return {
        offset: from,
        message: 'a list or a map stands where a key should be',
        remedy: 'Put it into quotes if it is text: what begins with [ or { is a list or a map.',
      }
    default:
      return undefined
  }
}

/** A key, as far as the colon after it. */
const KEY = /(?:"[^"\n]*"|'[^'\n]*'|[^\s,{}[\]"':](?:[^\s,{}[\]:]|:(?=\S))*)(?=\s*:(?:\s|$))/g
/** Of what is longer, nobody would see what is meant either. */
const LONGEST_PAIR = 2000
const QUOTED = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')/

/** `{ type: output line: GPIO17 }`: between braces, what has a second colon is two values, or one with a colon. */
function betweenPairs(text: string, from: number, to: number): Explained | undefined {
  const pair = text.slice(from, Math.min(lineAt(text, to).end, from + LONGEST_PAIR))
  KEY.lastIndex = QUOTED.exec(pair)?.[0].length ?? 0
  const key = KEY.exec(pair)
  if (key === null) return undefined
  if (key.index > 0) return noComma(from + key.index, key[0])
  const message = `a second colon stands after ${key[0]}: a key has one value`
  return { offset: from, message, remedy: 'Put the value into quotes if it is text, or into braces: { key: value }.' }
}

function noComma(offset: number, before: string): Explained {
  return { offset, message: `a comma is missing before ${before}`, remedy: 'Put a comma before it.' }
}

/** A line that goes on with nothing before it: what it should go on with may lack its colon. */
function misplaced(text: string, at: number): Explained | undefined {
  const above = aboveWithoutColon(text, at)
  return above === undefined ? explainIndent(text, at) : noColon(text, above)
}

/** A key that is on several lines: no colon in the first of them, or too much before the last. */
function overLines(text: string, from: number, to: number): Explained | undefined {
  if (text[from] === '-' && /\s/.test(text[from + 1] ?? ' ')) return explainIndent(text, from)
  // A list that goes on further in is taken for more of the text before it.
  const { start } = lineAt(text, to - 1)
  const first = start + (/^ */.exec(text.slice(start, to))?.[0].length ?? 0)
  if (text.startsWith('- ', first)) return explainIndent(text, first)
  if (!isFirstOnLine(text, from)) return explainIndent(text, to - 1)
  return noColon(text, from)
}

/** What should be a key, and has no colon that ends it. */
function noColon(text: string, from: number): Explained {
  const written = plainAt(text, from)
  const tight = /^([\w.-]+):(?=\S)/.exec(written)
  if (tight !== null) {
    const [, key = ''] = tight
    const rest = written.slice(key.length + 1)
    return {
      offset: from + key.length,
      message: `a space is missing after the colon of ${key}`,
      remedy: `Write ${key}: ${rest}`,
      last: true,
    }
  }
  if (PROSE.test(written)) return noKey(from)
  const [, key = written, rest = ''] = /^([\w.-]+)\s*=?\s*(.*)$/.exec(written) ?? []
  return {
    offset: from + key.length,
    message: `a colon is missing after ${quote(key)}`,
    remedy: `Write ${rest === '' ? `${key}:` : `${key}: ${rest}`}`,
    last: true,
  }
}

/** `pump.pulse: width: 2s`. */
function secondKey(text: string, from: number): Explained | undefined {
  const { end } = lineAt(text, from)
  const rest = text.slice(from, end).trimEnd()
  if (!/:(\s|$)/.test(rest)) return undefined
  const message = 'a second key stands on the line'
  return { offset: from, message, remedy: `Put braces around it: { ${rest} }, or quotes if it is text.`, last: true }
}

function missingChar(text: string, { message, pos: [from] }: Slip): Explained | undefined {
  if (message.startsWith('Missing ,')) return noComma(from, wordAt(text, from))
  if (message.startsWith('Sequence item without')) return misplaced(text, from)
  if (message.startsWith('Implicit map keys need')) return noColon(text, from)
  if (message.startsWith('Comments must be')) {
    const remedy = 'Put a space before the #; if it is no comment, put the whole value into quotes.'
    return { offset: from, message: 'a # stands right after a value', remedy }
  }
  return undefined
}

function unexpected(text: string, openings: Openings, { message, pos: [from] }: Slip): Explained | undefined {
  const mark = text[from] ?? ''
  const before = text.slice(lineAt(text, from).start, from)
  if (mark === ',') {
    const remedy = 'Take it out, or write before it what is missing.'
    return { offset: from, message: 'nothing stands before this comma', remedy }
  }
  if (/^[}\]]$/.test(mark)) {
    const remedy = `Take it out, or add the ${mark === '}' ? '{' : '['} that it closes.`
    return { offset: from, message: `this ${mark} closes nothing`, remedy, last: true }
  }
  if (message.startsWith('Unexpected block-seq-ind on same line')) {
    const remedy = 'Begin it on the next line, or leave the "- " out.'
    return { offset: from, message: 'an item of a list stands on the line of its key', remedy, last: true }
  }
  if (!message.endsWith('at node end')) return message.includes('in YAML stream') ? noKeyAtTop(text) : undefined
  if (before.trim() === '') return explainIndent(text, from)
  if (/^[{[]$/.test(mark) && /\S$/.test(before)) {
    return {
      offset: from,
      message: `${mark} stands within a value that has no quotes`,
      remedy: 'Put the value into quotes.',
      last: true,
    }
  }
  if (openings.bracket(from) !== undefined) return { ...noComma(from, wordAt(text, from)), last: true }
  const close = /[}\]]\s*$/.exec(before)?.[0].trim()
  if (close !== undefined) {
    const remedy = `Take it out, or put it before the ${close}.`
    return { offset: from, message: `something stands after the closing ${close}`, remedy, last: true }
  }
  if (/["']\s*$/.test(before)) {
    const remedy = `Put the quotes around all of it${/'\s*$/.test(before) ? "; a ' within single quotes is written ''" : ''}.`
    return { offset: from, message: 'text stands after the closing quote', remedy, last: true }
  }
  const alias = /\*\S*\s*$/.exec(before)
  if (alias === null) return undefined
  const all = plainAt(text, from - alias[0].length)
  const offset = from - alias[0].length
  return { offset, message: 'a value cannot begin with *', remedy: `Put it into quotes: ${quote(all)}.`, last: true }
}

/** The first line of the file is no key, and so what follows cannot go on with it. */
function noKeyAtTop(text: string): Explained | undefined {
  const { start, end } = firstLine(text, 0)
  return /:(\s|$)/.test(text.slice(start, end)) ? undefined : noKey(start)
}

/** Four words and more, and nothing else. */
const PROSE = /^[\p{L}\d'(),.;-]+(?:\s+[\p{L}\d'(),.;-]+){3,}$/u

function noKey(offset: number): Explained {
  const remedy = 'Put a # before it if it is a comment, or a colon after its key.'
  return { offset, message: 'the line is no key with a value', remedy, last: true }
}

/** The rest of the line, without the comment. */
function plainAt(text: string, from: number): string {
  return text.slice(from, lineAt(text, from).end).replace(/\s#.*/, '').trim()
}

/** What begins there, as far as it is one word. */
function wordAt(text: string, from: number): string {
  return /^(?:"[^"\n]*"|'[^'\n]*'|["'{[]|[^\s,{}[\]:]+)/.exec(text.slice(from, from + 60))?.[0] ?? 'it'
}
