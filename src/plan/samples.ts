/** Tries what the expressions of a step may come to, so that as much as possible is known to be wrong before the run. */

import type { TSchema } from 'typebox'
import { exampleOf } from '../bench/example.js'
import { formatPath, type Problem } from '../bench/problems.js'
import { isNode, type SchemaNode } from '../bench/schema.js'
import { isPiWorkerError } from '../errors.js'
import type { Hole, Template } from './expressions/template.js'
import { factorBetween } from './expressions/units.js'
import {
  type Expression,
  nameOfValueType,
  typeOf,
  type Value,
  type Values,
  type ValueType,
} from './expressions/value.js'
import type { Path } from './place.js'

/** What came of it. */
export interface Tried {
  /** The data with values that fit, or with the likeliest. */
  readonly sample: unknown
  readonly problems: readonly Problem[]
}

/** Of values that only the run can know. */
const CANDIDATES: Readonly<Record<ValueType, readonly Value[]>> = {
  number: [1, 0, 10, 100, 0.5, -1],
  boolean: [true, false],
  string: ['1s', 'x', '17'],
}
const MOST_TRIES = 8

/**
 * @param certain Whether the step is done whatever the values are.
 * @param attempt What is wrong with the data; `known` when all values in it are those that the run will have.
 */
export function trySamples(
  template: Template,
  schema: TSchema,
  certain: boolean,
  attempt: (data: unknown, known: boolean) => readonly Problem[],
): Tried {
  const firsts = template.holes.map(({ expression }) => knownValue(expression, 'first', certain))
  const lasts = template.holes.map(({ expression }) => knownValue(expression, 'last', certain))
  const mismatches = template.holes.flatMap((hole, index) => {
    if (firsts[index] !== undefined || takes(schemaAt(schema as SchemaNode, hole.path), hole.expression.type)) return []
    return [mismatch(hole)]
  })
  mismatches.push(...template.holes.flatMap(hole => otherUnit(hole, schemaAt(schema as SchemaNode, hole.path))))
  const first = tryOne(template, schema, firsts, attempt)
  const known = !firsts.includes(undefined)
  const isSame = JSON.stringify(firsts) === JSON.stringify(lasts)
  const last = !known || isSame || first.problems.length > 0 ? undefined : tryOne(template, schema, lasts, attempt)
  return { sample: first.sample, problems: [...mismatches, ...first.problems, ...(last?.problems ?? [])] }
}

function tryOne(
  template: Template,
  schema: TSchema,
  values: readonly (Value | undefined)[],
  attempt: (data: unknown, known: boolean) => readonly Problem[],
): Tried {
  const known = !values.includes(undefined)
  const unknown = template.holes.filter((_, index) => values[index] === undefined)
  const lists = template.holes.map((hole, index) => {
    const value = values[index]
    return value === undefined ? candidates(hole, schema) : [value]
  })
  let best: Tried | undefined
  const tries = Math.min(MOST_TRIES, Math.max(1, ...lists.map(list => list.length)))
  for (let number = 0; number < tries; number++) {
    const chosen = lists.map(list => list[number % list.length] as Value)
    const data = template.fill((_, index) => chosen[index] as Value)
    const all = attempt(data, known)
    const problems = all
      .filter(({ path }) => !unknown.some(hole => isWithin(hole.path, path) || isWithin(path, hole.path)))
      .map(problem => withValue(problem, template.holes, chosen))
    if (all.length === 0) return { sample: data, problems: [] }
    if (best === undefined || problems.length < best.problems.length) best = { sample: data, problems }
  }
  return best as Tried
}

/** What an expression is before the run; undefined when only the run can tell. */
function knownValue(
  { constant, uses, evaluate }: Expression,
  which: 'first' | 'last',
  certain: boolean,
): Value | undefined {
  if (constant !== undefined) return constant
  if (!certain || uses.readings.length > 0 || uses.elapsed) return undefined
  const slots: Value[] = []
  for (const { slot, samples } of uses.variables) {
    const value = which === 'first' ? samples[0] : samples.at(-1)
    if (value === undefined) return undefined
    slots[slot] = value
  }
  const values: Values = { slots, readings: new Map(), elapsed: () => 0 }
  try {
    return evaluate(values)
  } catch (error) {
    if (isPiWorkerError(error)) return undefined
    throw error
  }
}

function candidates({ path, expression }: Hole, schema: TSchema): readonly Value[] {
  const examples = schemaAt(schema as SchemaNode, path).map(node => exampleOf(node))
  const fitting = examples.filter((example): example is Value => typeOf(example) === expression.type)
  return [...fitting, ...CANDIDATES[expression.type]]
}

function mismatch({ path, expression: { text, type } }: Hole): Problem {
  const message = `cannot be ${nameOfValueType(type)}, as ${text} is`
  return { path, message, kind: 'value', code: 'ERR_EXPRESSION', remedy: 'Use an expression of another type.' }
}

/** A number that is in seconds, where milliseconds are taken: what fits is not what was meant. */
function otherUnit({ path, expression: { text, unit, name } }: Hole, nodes: readonly SchemaNode[]): Problem[] {
  const taken = nodes.map(node => node.unit).find(one => typeof one === 'string')
  const factor = factorBetween(unit, taken)
  if (factor === undefined) return []
  const message = `takes ${taken}, and ${text} is in ${unit}`
  const inner = text.slice(1).trim()
  const remedy = `Write =${name === undefined ? `(${inner})` : inner} * ${factor}.`
  return [{ path, message, kind: 'value', code: 'ERR_EXPRESSION', remedy }]
}

/** A problem at the place of an expression says what it came to. */
function withValue(problem: Problem, holes: readonly Hole[], values: readonly Value[]): Problem {
  const at = formatPath(problem.path)
  const index = holes.findIndex(({ path }) => formatPath(path) === at)
  const hole = holes[index]
  if (hole === undefined || problem.message.includes(hole.expression.text)) return problem
  return { ...problem, message: `${problem.message} (${hole.expression.text} comes to ${values[index]})` }
}

/** Whether `path` is `around` or leads on from it. */
function isWithin(path: Path, around: Path): boolean {
  return around.every((key, index) => path[index] === key)
}

/** The schemas of what may stand at a path: several, where there are alternatives. */
function schemaAt(node: SchemaNode, path: Path): SchemaNode[] {
  const parts = [node.anyOf, node.oneOf, node.allOf].flat().filter(isNode)
  const within = parts.flatMap(part => schemaAt(part, path))
  const [key, ...rest] = path
  if (key === undefined) return parts.length > 0 ? within : [node]
  const next = nextSchema(node, key)
  return next === undefined ? within : [...within, ...schemaAt(next, rest)]
}

function nextSchema(node: SchemaNode, key: string | number): SchemaNode | undefined {
  if (typeof key === 'number') {
    const item = Array.isArray(node.items) ? node.items[key] : node.items
    return isNode(item) ? item : undefined
  }
  const named = isNode(node.properties) && Object.hasOwn(node.properties, key) ? node.properties[key] : undefined
  const [entry] = isNode(node.patternProperties) ? Object.values(node.patternProperties) : [node.additionalProperties]
  const found = named ?? entry
  return isNode(found) ? found : undefined
}

/** Whether one of these may be of that type; of what says nothing of types, everything may. */
function takes(nodes: readonly SchemaNode[], type: ValueType): boolean {
  return (
    nodes.length === 0 ||
    nodes.some(node => {
      const constants = [node.enum, node.const].flat().filter(value => value !== undefined)
      if (constants.length > 0) return constants.some(value => typeOf(value) === type)
      const types = [node.type].flat().filter(name => name !== undefined)
      return types.length === 0 || types.includes(type) || (type === 'number' && types.includes('integer'))
    })
  )
}
