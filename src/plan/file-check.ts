/** The check of one file of a plan, and of the expressions in it. */

import type { Action } from '../bench/definition.js'
import { exampleOf, formatExample } from '../bench/example.js'
import { getOwn } from '../bench/plain-data.js'
import { problemsOf } from '../bench/problems.js'
import { cut, show } from '../bench/wording.js'
import { isPiWorkerError } from '../errors.js'
import { Names } from './expressions/names.js'
import { parseExpression } from './expressions/parse.js'
import { findExpressions, type Hole } from './expressions/template.js'
import { splitText, type Text } from './expressions/text.js'
import { type Expression, nameOfValueType, type Value, type ValueType } from './expressions/value.js'
import type { Path } from './place.js'
import type { PlanContext } from './plan-context.js'
import type { ProblemList } from './problem-list.js'
import type { Scope } from './scope.js'
import type { PlanSource } from './source.js'

/** Of so many problems only the first are listed. */
const MANY = 1000

/** A file of a plan. */
export interface FileCheck {
  readonly context: PlanContext
  readonly source: PlanSource
  readonly problems: ProblemList
  /** Absolute paths, from the plan's own file to this one. */
  readonly chain: readonly string[]
  /** The actions that it names. */
  readonly done: ReadonlySet<string>
}

/** The expression at `path`, of the type that is wanted if one is; undefined when it is wrong, which is said. */
export function compileExpression(
  { context, source, problems, done }: FileCheck,
  scope: Scope,
  { path, text, type }: { readonly path: Path; readonly text: string; readonly type?: ValueType | undefined },
): Expression | undefined {
  const place = source.place(path)
  const found = parseExpression(
    text,
    new Names(scope.variables, context.bench.definitions, done, problems.length > MANY),
    place,
  )
  if (found === undefined) return undefined
  if ('code' in found) {
    problems.add(path, 'value', () => found)
    return undefined
  }
  if (type !== undefined && found.type !== type) {
    const message = `${text} must be ${nameOfValueType(type)}, and it is ${nameOfValueType(found.type)}`
    const remedy = type === 'boolean' ? 'Compare it with something: =air.read.temperature > 25.' : undefined
    problems.add(path, 'value', () => ({ code: 'ERR_EXPRESSION', message, remedy }))
    return undefined
  }
  const fault = scope.certain ? certainFault(found) : undefined
  if (fault !== undefined) {
    problems.add(path, 'value', () => ({ code: 'ERR_EXPRESSION', message: fault }))
    return undefined
  }
  for (const reading of found.uses.readings) {
    const name = [reading.action, ...reading.path].join('.')
    context.needs(reading, scope, () =>
      problems.add(path, 'value', () => ({
        code: 'ERR_EXPRESSION',
        message: `${cut(text)} uses ${name}, and no step before it does ${reading.action}`,
        remedy: `Put "- ${stepLikeThis(context, reading.action)}" before it.`,
      })),
    )
  }
  return found
}

/** Why an expression of parameters alone has no value, when they are as the run will have them. */
function certainFault({ uses, constant, evaluate }: Expression): string | undefined {
  const { variables, readings, elapsed } = uses
  const known = variables.every(({ kind, samples }) => kind === 'param' && samples.length > 0)
  if (constant !== undefined || readings.length > 0 || elapsed || !known) return undefined
  const slots: Value[] = []
  for (const { slot, samples } of variables) slots[slot] = samples[0] as Value
  try {
    evaluate({ slots, readings: new Map(), elapsed: () => 0 })
    return undefined
  } catch (error) {
    if (!isPiWorkerError(error)) throw error
    const are = variables.map(({ name, samples }) => `${name} is ${show(samples[0])}`)
    return `${error.message} (${are.join(', ')})`
  }
}

/** The pieces of a text with expressions in braces; those that are wrong are said, and left as they are. */
export function compileText(file: FileCheck, scope: Scope, path: Path, written: string): Text {
  return splitText(written).map(({ text, computed }) =>
    computed ? (compileExpression(file, scope, { path, text }) ?? text) : text,
  )
}

/** The expressions in a value at `path`, each compiled; undefined when one is wrong, which is said. */
export function compileHoles(file: FileCheck, scope: Scope, value: unknown, path: Path): Hole[] | undefined {
  const holes = findExpressions(value).map(({ path: within, text }) => {
    const expression = compileExpression(file, scope, { path: [...path, ...within], text })
    return expression && { path: within, expression }
  })
  return holes.every(hole => hole !== undefined) ? holes : undefined
}

/** `air.read`, or `probe.read: { channel: 0 }` where it needs an input. */
function stepLikeThis({ bench }: PlanContext, name: string): string {
  const [peripheral = '', key = ''] = name.split('.')
  const { input } = getOwn(bench.definitions.get(peripheral)?.actions ?? {}, key) as Pick<Action, 'input'>
  if (problemsOf(input, {}).length === 0) return name
  return `${name}: ${formatExample(input, exampleOf(input))}`
}

/** Whether an expression is the same in the whole run. */
export function isFixed({ expression: { constant, uses } }: Hole): boolean {
  if (constant !== undefined) return true
  if (uses.readings.length > 0 || uses.elapsed) return false
  return uses.variables.every(({ kind, samples }) => kind === 'param' && samples.length > 0)
}
