/** What the names in an expression stand for: variables around it, and fields of the results of actions. */

import type { TSchema } from 'typebox'
import type { AnyDefinition } from '../../bench/definition.js'
import { getOwn } from '../../bench/plain-data.js'
import { isNode, type SchemaNode } from '../../bench/schema.js'
import { listNames, quote } from '../../bench/wording.js'
import type { ErrorCode } from '../../errors.js'
import { missingName, type Within } from '../problem-list.js'
import type { ReadingRef, ValueType, Variable } from './value.js'

/** Why an expression is wrong. */
export interface Fault {
  readonly code: ErrorCode
  readonly message: string
  readonly remedy?: string | undefined
  /** The name in the expression that it is about. */
  readonly name?: string | undefined
  /** Where in the text of the plan it is. */
  readonly within?: Within | undefined
}

export class Names {
  readonly #variables: ReadonlyMap<string, Variable>
  readonly #definitions: ReadonlyMap<string, AnyDefinition | undefined>
  readonly #done: ReadonlySet<string>
  readonly #brief: boolean

  /**
   * @param done The actions that the file does, as far as that can be seen.
   * @param brief Not to look for what was meant, which takes long in a file with many mistakes.
   */
  constructor(
    variables: ReadonlyMap<string, Variable>,
    definitions: ReadonlyMap<string, AnyDefinition | undefined>,
    done: ReadonlySet<string> = new Set(),
    brief = false,
  ) {
    this.#variables = variables
    this.#definitions = definitions
    this.#done = done
    this.#brief = brief
  }

  isPeripheral(name: string): boolean {
    return this.#definitions.has(name)
  }

  /** Whether something is called so. */
  knows(name: string): boolean {
    return this.#variables.has(name) || this.#definitions.has(name)
  }

  variable(name: string): Variable | Fault {
    const found = this.#variables.get(name)
    if (found !== undefined) return found
    const [first] = this.#definitions.has(name) ? this.#readingsOf(name) : []
    if (first !== undefined) {
      const message = `${name} alone is no value: say which of its readings is meant`
      return { code: 'ERR_EXPRESSION', message, remedy: `Write ${first}.`, name }
    }
    if (name === 'round') {
      const remedy = 'Use it in the steps of a loop.'
      return { code: 'ERR_EXPRESSION', message: 'round is known only within a loop', remedy, name }
    }
    const known = [...this.#variables.keys(), 'elapsed', ...this.#allReadings()]
    return this.#missing('name', name, known)
  }

  /** `<peripheral>.<action>.<field>`, or without the action when only one that is done has such a field. Undefined: nothing to say. */
  reading(path: readonly [string, ...string[]]): ReadingRef | Fault | undefined {
    const [peripheral, key = '', ...rest] = path
    if (!this.#definitions.has(peripheral)) {
      const names = [...this.#definitions.keys()]
      return this.#missing('peripheral', peripheral, names)
    }
    const definition = this.#definitions.get(peripheral)
    if (definition === undefined) return undefined // its type is wrong, which is said already
    const action = getOwn(definition.actions, key) as { readonly output: TSchema | undefined } | undefined
    const text = path.join('.')
    if (action !== undefined) {
      const field = fieldIn(action.output, rest)
      if (field !== undefined) return { action: `${peripheral}.${key}`, path: rest, ...field }
      const fields = fieldsOf(action.output).map(({ path: at }) => [peripheral, key, ...at].join('.'))
      if (fields.length === 0) {
        return {
          code: 'ERR_EXPRESSION',
          message: `${peripheral}.${key} gives nothing that could be used`,
          remedy: NAME,
          name: text,
        }
      }
      return this.#missing('reading', text, fields)
    }
    return this.#unambiguous(definition, path, text)
  }

  #unambiguous(definition: AnyDefinition, path: readonly string[], text: string): ReadingRef | Fault {
    const [peripheral = '', ...rest] = path
    const found = Object.entries(definition.actions).flatMap(([name, { output }]) => {
      const field = fieldIn(output, rest)
      return field === undefined ? [] : [{ action: `${peripheral}.${name}`, path: rest, ...field }]
    })
    const meant = found.length > 1 ? found.filter(({ action }) => this.#done.has(action)) : found
    const [first] = meant.length > 0 ? meant : found
    if (first === undefined) {
      return this.#missing('reading', text, this.#readingsOf(peripheral))
    }
    if (meant.length === 1) return first
    const choices = found.map(({ action, path: at }) => [action, ...at].join('.'))
    const message = `${text} may be of several actions: ${listNames(choices)}`
    return { code: 'ERR_EXPRESSION', message, remedy: 'Write the one that is meant.', name: text }
  }

  #missing(what: string, name: string, names: readonly string[]): Fault {
    if (!this.#brief) return { ...missingName('ERR_EXPRESSION', what, name, names), name }
    return { code: 'ERR_EXPRESSION', message: `no ${what} ${quote(name)}`, name }
  }

  *#allReadings(): Generator<string> {
    for (const name of this.#definitions.keys()) yield* this.#readingsOf(name)
  }

  #readingsOf(peripheral: string): string[] {
    const actions = Object.entries(this.#definitions.get(peripheral)?.actions ?? {})
    return actions.flatMap(([name, { output }]) =>
      fieldsOf(output).map(({ path }) => [peripheral, name, ...path].join('.')),
    )
  }
}

const NAME = 'Name a reading, such as air.read.temperature.'

interface Field {
  readonly path: readonly string[]
  readonly type: ValueType
  readonly unit?: string | undefined
  readonly description?: string | undefined
}

/** The values in the result of an action, in the order of its schema: not its lists. */
export function fieldsOf(output: TSchema | undefined): Field[] {
  return output === undefined ? [] : fieldsAt(output as SchemaNode, [])
}

function fieldsAt(node: SchemaNode, path: readonly string[]): Field[] {
  const type = typeAt(node)
  if (type !== undefined) return [{ path, type, ...noted(node) }]
  if (isNode(node.properties)) {
    return Object.entries(node.properties).flatMap(([key, at]) => (isNode(at) ? fieldsAt(at, [...path, key]) : []))
  }
  const parts = [node.anyOf ?? node.oneOf ?? node.allOf].flat().filter(isNode)
  const seen = new Set<string>()
  return parts
    .flatMap(part => fieldsAt(part, path))
    .filter(({ path: at }) => !seen.has(at.join('.')) && seen.add(at.join('.')))
}

function fieldIn(output: TSchema | undefined, path: readonly string[]): Omit<Field, 'path'> | undefined {
  const text = path.join('.')
  const field = fieldsOf(output).find(({ path: at }) => at.join('.') === text)
  if (field === undefined) return undefined
  const { path: _, ...rest } = field
  return rest
}

/** The one type that a value has, null aside. */
function typeAt(node: SchemaNode): ValueType | undefined {
  const parts = [node.anyOf ?? node.oneOf].flat().filter(isNode)
  if (parts.length > 0) {
    const types = new Set(parts.filter(part => part.type !== 'null').map(typeAt))
    return types.size === 1 ? [...types][0] : undefined
  }
  const [type, ...others] = [node.type].flat().filter(name => name !== 'null')
  if (others.length > 0) return undefined
  if (type === 'integer') return 'number'
  if (type === 'number' || type === 'boolean' || type === 'string') return type
  const [constant] = [node.const, node.enum].flat()
  const named = typeof constant
  return named === 'number' || named === 'boolean' || named === 'string' ? named : undefined
}

/** Of a value that may be null, what is said of it when it is not. */
function noted(node: SchemaNode): Pick<Field, 'unit' | 'description'> {
  const part = [node.anyOf ?? node.oneOf].flat().find(one => isNode(one) && one.type !== 'null')
  const { unit, description } = isNode(part) ? { ...part, ...node } : node
  return {
    ...(typeof unit === 'string' && { unit }),
    ...(typeof description === 'string' && { description }),
  }
}
