/** The check of an action in a plan: by the definition of its peripheral, with expressions as far as they can be foretold. */

import { keysOf } from '../bench/branches.js'
import { checkInput } from '../bench/check.js'
import type { Action, AnyDefinition } from '../bench/definition.js'
import { exampleOf, formatExample } from '../bench/example.js'
import { getOwn } from '../bench/plain-data.js'
import { type Problem, problemsOf } from '../bench/problems.js'
import { isNode, type SchemaNode } from '../bench/schema.js'
import { checkBeside } from './check-beside.js'
import { Template } from './expressions/template.js'
import { compileHoles, type FileCheck, isFixed } from './file-check.js'
import { lacksEquals } from './lacks-equals.js'
import type { Path } from './place.js'
import type { ActionOptions, ActionStep, Step } from './plan.js'
import { type At, missingName } from './problem-list.js'
import { trySamples } from './samples.js'
import type { Scope } from './scope.js'

/** An action as it is written, alone or as the key of its input. */
export interface WrittenAction {
  readonly name: string
  /** Undefined when it cannot be known, and is not checked. */
  readonly input: unknown
  /** What stands beside it, of what may. */
  readonly keys: SchemaNode
  /** Where the step is. */
  readonly step: Path
  /** Where its name is. */
  readonly path: Path
  readonly at: At
}

/** The action that is meant; undefined when there is none, which is said. */
export function findAction({ context, problems }: FileCheck, { name, path, at }: WrittenAction): Action | undefined {
  const { definitions } = context.bench
  if (definitions.size === 0) return undefined // there is no bench, which is said already
  const [peripheral, key] = splitName(name)
  if (!definitions.has(peripheral)) {
    const names = definitions.keys()
    problems.add(path, at, () => missingName('ERR_UNKNOWN_PERIPHERAL', 'peripheral', peripheral, names))
    return undefined
  }
  const definition = definitions.get(peripheral)
  if (definition === undefined) return undefined
  const found = getOwn(definition.actions, key) as AnyDefinition['actions'][string] | undefined
  if (found === undefined) {
    const actions = Object.keys(definition.actions)
    problems.add(path, at, () =>
      missingName('ERR_UNKNOWN_ACTION', `action of ${peripheral} (${definition.type})`, key, actions),
    )
  }
  return found
}

export function checkAction(file: FileCheck, scope: Scope, written: WrittenAction): Step | undefined {
  const { context, problems, source } = file
  const { name, input, path, at } = written
  const found = findAction(file, written)
  if (found === undefined) return undefined
  if (input === undefined) {
    context.called(name)
    return undefined
  }
  const beside = checkBeside(file, scope, written, found)
  if (!isNode(input)) {
    const message = `the input of ${name} must be an object`
    problems.add(path, 'value', () => ({ code: 'ERR_PLAN_VALUE', message, remedy: inputLikeThis(name, found) }))
    // It is done all the same, as far as the steps after it are concerned.
    context.called(name)
    return undefined
  }
  const [peripheral, action] = splitName(name)
  const config = context.bench.configs.get(peripheral)
  const holes = compileHoles(file, scope, input, path)
  context.called(name)
  const place = source.place(path, at)
  const step = (value: unknown, options: ActionOptions | undefined): ActionStep => ({
    kind: 'action',
    peripheral,
    action,
    input: value,
    ...(options !== undefined && { options }),
    ...(beside?.onError !== undefined && { onError: beside.onError }),
    place,
  })
  if (holes === undefined) return undefined
  const remedy = (problem: Problem): string | undefined => {
    if (problem.kind === 'value') return lacksEquals(file, scope, input, problem.path)
    if (problem.path.length > (problem.kind === 'missing' ? 0 : 1)) return undefined
    if (keysOf(found.input).length === 0) return `Leave it out: ${name} takes nothing.`
    const isEmpty = Object.keys(input).length === 0
    return isEmpty && problem.remedy === undefined ? inputLikeThis(name, found) : undefined
  }
  if (holes.length === 0) {
    const checked = checkInput(found, config, input)
    if (checked.problems !== undefined) problems.addAll(checked.problems, path, [name], remedy)
    if (checked.problems !== undefined || beside === undefined) return undefined
    if (beside.compute === undefined) return step(input, beside.options)
  }
  const template = new Template(input, holes)
  const tried = trySamples(template, found.input, scope.certain, (data, known) =>
    known ? (checkInput(found, config, data).problems ?? []) : problemsOf(found.input, data),
  )
  problems.addAll(tried.problems, path, [name], remedy)
  if (beside === undefined || tried.problems.length > 0) return undefined
  const { options, onError, compute = () => options, fixed } = beside
  return {
    kind: 'computed',
    make: values => step(template.evaluate(values), compute(values)),
    sample: step(tried.sample, options),
    fixed: fixed && holes.every(isFixed),
    onError,
    place,
  }
}

export function splitName(name: string): [string, string] {
  const dot = name.indexOf('.')
  return [name.slice(0, dot), name.slice(dot + 1)]
}

/** `Write pump.pulse: { width: 200ms }.` */
export function inputLikeThis(name: string, { input }: Action): string {
  const example = formatExample(input, exampleOf(input))
  return example === '{}' ? `Write ${name} alone: it has no input.` : `Write ${name}: ${example}.`
}
