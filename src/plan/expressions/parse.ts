/** Reads the text of an expression. */

import jsep, { type Expression as Node } from 'jsep'
import { messageOf, PiWorkerError } from '../../errors.js'
import { formatPlace, type Place } from '../place.js'
import { compile, NoValue } from './compile.js'
import type { Fault, Names } from './names.js'
import type { Expression } from './value.js'

/** The parser recurses: nobody writes a longer one, and a shorter one cannot overflow the stack. */
const LONGEST = 500

/** Whether a value of a plan file is an expression. */
export function isExpression(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('=')
}

/**
 * The expression that a text with a `=` before it is.
 * @returns the fault, when there is one; undefined when what it names is wrong itself, which is said already
 */
export function parseExpression(text: string, names: Names, place: Place): Expression | Fault | undefined {
  if (text.length > LONGEST) {
    const message = `the expression has ${text.length} characters, more than ${LONGEST}`
    return { code: 'ERR_EXPRESSION', message, remedy: 'Work it out in several steps with set.' }
  }
  const written = text.slice(1)
  const found = parse(written, names)
  if ('why' in found) {
    const { why, index, remedy } = found
    return { code: 'ERR_EXPRESSION', message: `${text}${why}`, remedy, within: { text: written, index } }
  }
  const compiled = compile(found.tree, names)
  if (compiled === undefined) return undefined
  if ('code' in compiled) {
    const { name } = compiled
    const within = name === undefined ? undefined : { text: written, index: indexOfName(written, name) }
    return { ...compiled, message: `${text}: ${compiled.message}`, within }
  }
  const { type, uses, constant, name, unit, run } = compiled
  return {
    text,
    type,
    uses,
    constant,
    name,
    unit,
    place,
    evaluate: values => {
      try {
        return run(values)
      } catch (thrown) {
        if (!(thrown instanceof NoValue)) throw thrown
        throw new PiWorkerError('ERR_EXPRESSION', `${text} has no value: ${thrown.why}`, { place: formatPlace(place) })
      }
    },
  }
}

/** Why a text is no expression. */
interface Unreadable {
  /** To be read after the text. */
  readonly why: string
  /** Where in the text. */
  readonly index: number
  readonly remedy: string
}

const LIKE_THIS = 'Write it like this: =dose * 2, or =air.read.temperature > 25 && elapsed < 60.'

function parse(text: string, names: Names): { readonly tree: Node } | Unreadable {
  if (text.trim() === '') return unreadable('nothing stands after the =', 0)
  const foreign = foreignOperator(text, names)
  if (foreign !== undefined) return foreign
  try {
    const tree = jsep(withDashes(text, names))
    const gap = tree.type === 'Compound' && !/[;,]/.test(text) ? gapIn(text) : undefined
    if (gap === undefined) return { tree }
    const remedy = 'Put one between them, such as * or &&.'
    return { why: ': no operator stands between two values', index: gap, remedy }
  } catch (error) {
    const { index } = error as { readonly index?: number }
    const message = messageOf(error).replace(/ at character \d+$/, '')
    const why = message === 'Unexpected ' ? 'it ends too early' : message.charAt(0).toLowerCase() + message.slice(1)
    return unreadable(why, index ?? 0)
  }
}

function unreadable(why: string, index: number): Unreadable {
  return { why: ` cannot be read: ${why}`, index, remedy: LIKE_THIS }
}

/** Operators of other languages, and what they are here. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ['=', '=='],
  ['=>', '>='],
  ['=<', '<='],
  ['<>', '!='],
  ['&', '&&'],
  ['|', '||'],
  ['^', '**'],
  ['and', '&&'],
  ['or', '||'],
  ['not', '!'],
])

function foreignOperator(text: string, names: Names): Unreadable | undefined {
  const tokens = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[A-Za-z_][\w-]*(?:\.\w+)*|[=<>!&|^]+/g
  for (const { 0: token, index } of text.matchAll(tokens)) {
    const meant = FOREIGN.get(token.toLowerCase())
    if (meant === undefined || names.knows(token)) continue
    return { why: `: ${token} is no operator here`, index, remedy: `Write ${meant} in its place.` }
  }
  return undefined
}

/** Where the longest beginning ends that is one expression. */
function gapIn(text: string): number | undefined {
  const blanks = [...text.matchAll(/\S\s+/g)].map(({ index }) => index + 1)
  return blanks.findLast(at => {
    try {
      return jsep(text.slice(0, at)).type !== 'Compound'
    } catch {
      return false
    }
  })
}

/** Where a name stands that is no part of a longer one. */
function indexOfName(text: string, name: string): number {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    const around = `${text[at - 1] ?? ' '}${text[at + name.length] ?? ' '}`
    if (!/[\w.]/.test(around)) return at
  }
  return 0
}

/**
 * The names of peripherals may have dashes, which the parser would take for minus: of `dose-air-in.read` the longest end
 * that is the name of one is read as a name. No name can have a dollar.
 */
function withDashes(text: string, names: Names): string {
  const texts = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[A-Za-z]\w*(?:-\w+)+(?=\.[a-z])/g
  return text.replace(texts, found => {
    if (/^['"]/.test(found)) return found
    for (let at = 0; at !== -1; at = found.indexOf('-', at + 1)) {
      const start = at === 0 ? 0 : at + 1
      const name = found.slice(start)
      if (names.isPeripheral(name)) return found.slice(0, start) + name.replaceAll('-', '$')
    }
    return found
  })
}
