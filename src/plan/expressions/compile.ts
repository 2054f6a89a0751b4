/** Makes the text of an expression into a function, by way of a tree whose every node has a type. Nothing is ever run as code. */

import type { Expression as Node } from 'jsep'
import { functions, operators } from './functions.js'
import type { Fault, Names } from './names.js'
import { unitOf } from './units.js'
import {
  fieldOf,
  nameOfValueType,
  type ReadingRef,
  typeOf,
  type Uses,
  type Value,
  type Values,
  type ValueType,
  type Variable,
} from './value.js'

/** An expression that is right, but for its place. */
export interface Compiled {
  readonly type: ValueType
  readonly uses: Uses
  readonly constant: Value | undefined
  readonly name: Variable | ReadingRef | undefined
  readonly unit: string | undefined
  readonly run: (values: Values) => Value
}

/** A part of an expression. `run` throws a `NoValue` when there is none. */
interface Part {
  readonly type: ValueType
  readonly run: (values: Values) => Value
  readonly constant?: Value | undefined
  readonly name?: Variable | ReadingRef | undefined
  /** Where it is known: of names, and of what adds to them or chooses between them. */
  readonly unit?: string | undefined
}

/** Why an expression comes to nothing this time. Caught by whoever runs it. */
export class NoValue {
  readonly why: string

  constructor(why: string) {
    this.why = why
  }
}

/** What the tree has that is no part of ours, in words. */
const REFUSED: Readonly<Record<string, string>> = {
  ArrayExpression: 'lists',
  Compound: 'several expressions in one',
  SequenceExpression: 'several expressions in one',
  ThisExpression: 'this',
}

class Wrong {
  readonly fault: Fault

  constructor(fault: Fault) {
    this.fault = fault
  }
}

/** @returns the fault, when there is one; undefined when it names something that is wrong itself, which is said already */
export function compile(tree: Node, names: Names): Compiled | Fault | undefined {
  const compiler = new Compiler(names)
  try {
    const part = compiler.at(tree)
    const { type, run, constant, name, unit } = part
    return { type, run, constant, name, unit, uses: compiler.uses }
  } catch (thrown) {
    if (thrown instanceof Wrong) return thrown.fault
    if (thrown instanceof NoValue) return undefined
    throw thrown
  }
}

class Compiler {
  readonly #names: Names
  readonly #variables: Variable[] = []
  readonly #readings: ReadingRef[] = []
  #elapsed = false

  constructor(names: Names) {
    this.#names = names
  }

  get uses(): Uses {
    return { variables: this.#variables, readings: this.#readings, elapsed: this.#elapsed }
  }

  at(node: Node): Part {
    switch (node.type) {
      case 'Literal':
        return this.#literal(node.value)
      case 'Identifier':
        return this.#identifier(String(node.name))
      case 'MemberExpression':
        return this.#reading(node)
      case 'UnaryExpression':
        return this.#unary(node)
      case 'BinaryExpression':
        return this.#binary(node)
      case 'ConditionalExpression':
        return this.#choice(node)
      case 'CallExpression':
        return this.#call(node)
      default:
        return wrong(`it has ${REFUSED[node.type] ?? `a ${node.type}`}, which expressions here do not know`)
    }
  }

  #literal(value: unknown): Part {
    if (typeOf(value) === undefined || (typeof value === 'number' && !Number.isFinite(value))) {
      return wrong(`${value} is no value here`)
    }
    return constantPart(value as Value)
  }

  #identifier(name: string): Part {
    if (name === 'elapsed') {
      this.#elapsed = true
      return { type: 'number', unit: 's', run: values => values.elapsed() }
    }
    const found = this.#names.variable(name.replaceAll('$', '-'))
    if ('code' in found) throw new Wrong(found)
    this.#variables.push(found)
    const { slot, type, unit } = found
    return {
      type,
      unit,
      name: found,
      run: ({ slots }) => slots[slot] ?? nothing(`${found.name} has no value`),
    }
  }

  #reading(node: Node): Part {
    const path = pathOf(node)
    const found = this.#names.reading(path)
    if (found === undefined) throw new NoValue('')
    if ('code' in found) throw new Wrong(found)
    this.#readings.push(found)
    const { action, path: at, type, unit } = found
    const text = [action, ...at].join('.')
    return {
      type,
      unit,
      name: found,
      run: ({ readings }) => {
        const value = fieldOf(readings.get(action)?.result, at, type)
        return (
          value ?? nothing(readings.has(action) ? `${text} was not in the last result` : `${text} is not there yet`)
        )
      },
    }
  }

  #unary(node: Node): Part {
    const { operator } = node
    const part = this.at(node.argument as Node)
    if (operator === '!') {
      expect(part, 'boolean', '!')
      return folded('boolean', [part], values => !part.run(values))
    }
    if (operator !== '-' && operator !== '+') return wrong(`${operator} is no operator here`)
    expect(part, 'number', String(operator))
    const { run, unit } = part
    return folded('number', [part], operator === '-' ? values => -(run(values) as number) : run, unit)
  }

  #binary(node: Node): Part {
    const name = String(node.operator)
    const left = this.at(node.left as Node)
    const right = this.at(node.right as Node)
    if (name === '&&' || name === '||') {
      expect(left, 'boolean', name)
      expect(right, 'boolean', name)
      const { run: a } = left
      const { run: b } = right
      const run =
        name === '&&' ? (values: Values) => a(values) && b(values) : (values: Values) => a(values) || b(values)
      return folded('boolean', [left, right], run)
    }
    const operator = operators.get(name)
    if (operator === undefined) return wrong(`${name} is no operator here`)
    if (!operator.takes.includes(left.type)) {
      return wrong(
        `${name} takes ${operator.takes.map(nameOfValueType).join(' or ')}, not ${nameOfValueType(left.type)}`,
      )
    }
    if (left.type !== right.type) {
      return wrong(`${name} cannot take ${nameOfValueType(left.type)} and ${nameOfValueType(right.type)} together`)
    }
    const type = operator.gives === 'same' ? left.type : operator.gives
    const divides = name === '/' || name === '%'
    if (divides && right.constant === 0) return wrong('it divides by zero')
    const apply = operator.apply as (a: Value, b: Value) => Value
    const run = (values: Values): Value => {
      const a = left.run(values)
      const b = right.run(values)
      if (divides && b === 0) nothing('it divides by zero')
      return finite(apply(a, b))
    }
    const unit = operator.scales === true ? undefined : sameUnit([left, right], name)
    return folded(type, [left, right], run, type === 'number' ? unit : undefined)
  }

  #choice(node: Node): Part {
    const test = this.at(node.test as Node)
    expect(test, 'boolean', '?')
    const yes = this.at(node.consequent as Node)
    const no = this.at(node.alternate as Node)
    if (yes.type !== no.type) {
      return wrong(`its two sides are ${nameOfValueType(yes.type)} and ${nameOfValueType(no.type)}`)
    }
    const run = (values: Values): Value => (test.run(values) ? yes.run(values) : no.run(values))
    return folded(yes.type, [test, yes, no], run, sameUnit([yes, no], '?'))
  }

  #call(node: Node): Part {
    const callee = node.callee as Node
    const name = callee.type === 'Identifier' ? String(callee.name) : ''
    const known = functions.get(name)
    if (known === undefined) {
      return wrong(`there is no function ${name || 'of that kind'}; there are ${[...functions.keys()].join(', ')}`)
    }
    const parts = (node.arguments as (Node | null)[]).map(argument =>
      argument === null ? wrong(`${name} lacks a value`) : this.at(argument),
    )
    for (const part of parts) expect(part, 'number', name)
    if (parts.length < known.least || parts.length > known.most) {
      const wanted = known.least === known.most ? `${known.least}` : `${known.least} to ${known.most}`
      return wrong(`${name} takes ${wanted} ${known.most === 1 ? 'number' : 'numbers'}, not ${parts.length}`)
    }
    const run = (values: Values): Value => finite(known.apply(...parts.map(part => part.run(values) as number)))
    return folded('number', parts, run, known.scales === true ? undefined : sameUnit(parts, name))
  }
}

function constantPart(constant: Value): Part {
  return { type: typeOf(constant) as ValueType, constant, run: () => constant }
}

const NO_VALUES: Values = { slots: [], readings: new Map(), elapsed: () => 0 }

/** @throws when two differ by a factor: 2 s and 300 ms are not 302 of anything */
function sameUnit(parts: readonly Part[], by: string): string | undefined {
  const { unit, clash } = unitOf(parts)
  if (clash === undefined) return unit
  const [one, other] = clash.units
  return wrong(`${by} cannot take ${one} and ${other} together`, `Multiply what is in ${other} by ${clash.factor}.`)
}

/** What depends on nothing is worked out now. */
function folded(type: ValueType, parts: readonly Part[], run: Part['run'], unit?: string): Part {
  if (!parts.every(part => part.constant !== undefined)) return { type, run, unit }
  try {
    return constantPart(run(NO_VALUES))
  } catch (thrown) {
    if (thrown instanceof NoValue) return wrong(thrown.why)
    throw thrown
  }
}

function expect({ type }: Part, wanted: ValueType, by: string): void {
  if (type !== wanted) wrong(`${by} takes ${nameOfValueType(wanted)}, not ${nameOfValueType(type)}`)
}

function finite(value: Value): Value {
  return typeof value !== 'number' || Number.isFinite(value) ? value : nothing(`it comes to ${value}`)
}

/** `a.b.c` as its names. */
function pathOf(node: Node): [string, ...string[]] {
  if (node.type === 'Identifier') return [String(node.name).replaceAll('$', '-')]
  const property = node.property as Node | undefined
  if (
    node.type !== 'MemberExpression' ||
    node.computed === true ||
    node.optional === true ||
    property?.type !== 'Identifier'
  ) {
    return wrong('the only names with dots are readings, such as air.read.temperature')
  }
  return [...pathOf(node.object as Node), String(property.name)]
}

function wrong(why: string, remedy?: string): never {
  throw new Wrong({ code: 'ERR_EXPRESSION', message: why, remedy })
}

function nothing(why: string): never {
  throw new NoValue(why)
}
