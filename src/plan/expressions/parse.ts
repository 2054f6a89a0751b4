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
  const { tree, unreadable } = parse(text.slice(1), names)
  if (tree === undefined) return { code: 'ERR_EXPRESSION', message: `${text} cannot be read: ${unreadable}` }
  const compiled = compile(tree, names)
  if (compiled === undefined) return undefined
  if ('code' in compiled) return { ...compiled, message: `${text}: ${compiled.message}` }
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

function parse(text: string, names: Names): { readonly tree?: Node; readonly unreadable?: string } {
  if (text.trim() === '') return { unreadable: 'nothing stands after the =' }
  try {
    return { tree: jsep(withDashes(text, names)) }
  } catch (error) {
    const message = messageOf(error)
    return { unreadable: message.charAt(0).toLowerCase() + message.slice(1) }
  }
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
