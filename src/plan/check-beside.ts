/** The check of what stands beside an action: its timeout, its retries, and what its failure means. */

import { check } from '../bench/check.js'
import type { Action } from '../bench/definition.js'
import { describeProblem, problemsOf } from '../bench/problems.js'
import type { SchemaNode } from '../bench/schema.js'
import { PiWorkerError } from '../errors.js'
import type { WrittenAction } from './check-action.js'
import { Template } from './expressions/template.js'
import type { Values } from './expressions/value.js'
import { compileHoles, type FileCheck, isFixed } from './file-check.js'
import { lacksEquals } from './lacks-equals.js'
import { formatPlace, type Path } from './place.js'
import type { ActionOptions, OnError } from './plan.js'
import { trySamples } from './samples.js'
import type { Scope } from './scope.js'
import { ACTION_KEYS, COMPUTED_KEYS } from './step-kinds.js'

export interface Beside {
  /** As written, or as they most probably come to. */
  readonly options: ActionOptions | undefined
  readonly onError: OnError | undefined
  /** What they come to, when there are expressions among them. @throws ERR_EXPRESSION */
  readonly compute?: ((values: Values) => ActionOptions | undefined) | undefined
  /** They are the same in the whole run. */
  readonly fixed: boolean
}

const NOTHING: Beside = { options: undefined, onError: undefined, fixed: true }

/** What stands beside the action; undefined when that is wrong, which is said. */
export function checkBeside(
  file: FileCheck,
  scope: Scope,
  { name, keys, step }: WrittenAction,
  { effect }: Action,
): Beside | undefined {
  const { problems, source } = file
  if (Object.keys(keys).length === 0) return NOTHING
  const numbers: SchemaNode = Object.fromEntries(Object.entries(keys).filter(([key]) => COMPUTED_KEYS.includes(key)))
  const holes = compileHoles(file, scope, numbers, step)
  if (holes === undefined) return undefined
  const template = new Template(keys, holes)
  const tried = trySamples(template, ACTION_KEYS, scope.certain, data => problemsOf(ACTION_KEYS, data))
  problems.addAll(tried.problems, step, [], ({ kind, path }) =>
    kind === 'value' ? lacksEquals(file, scope, keys, path) : undefined,
  )
  const checked = check(ACTION_KEYS, tried.sample)
  if (checked.problems !== undefined) return undefined
  const { onError, ...options } = checked.value
  const again = (options.retries ?? 0) > 0 || holes.some(({ path }) => path[0] === 'retries')
  if (again && effect !== 'read' && effect !== 'idempotent') {
    problems.add([...step, 'retries'], 'value', () => ({
      code: 'ERR_RETRY_UNSAFE',
      message: `${name} cannot be tried again on its own: its effect is ${effect}, and twice is not once`,
      remedy: 'Leave out retries; where it may be done again after all, write it into a catch.',
    }))
    return undefined
  }
  if (onError === 'skip' && refuseSkip(file, scope, step)) return undefined
  const place = source.place(step)
  const compute = (values: Values): ActionOptions | undefined => {
    const now = check(ACTION_KEYS, template.evaluate(values))
    if (now.problems === undefined) return optionsOf(now.value)
    throw new PiWorkerError('ERR_EXPRESSION', now.problems.map(describeProblem).join('; '), {
      place: formatPlace(place),
    })
  }
  return {
    options: optionsOf(options),
    onError,
    fixed: holes.every(isFixed),
    ...(holes.length > 0 && { compute }),
  }
}

/** Whether there is no round whose rest could be left out, which is said. */
export function refuseSkip({ problems }: FileCheck, { inLoop }: Scope, step: Path): boolean {
  if (inLoop) return false
  problems.add([...step, 'onError'], 'value', () => ({
    code: 'ERR_PLAN_VALUE',
    message: 'skip leaves out the rest of a round, and there is no loop around this step',
    remedy: 'Write onError: continue.',
  }))
  return true
}

function optionsOf({
  onError: _,
  ...options
}: ActionOptions & { readonly onError?: OnError }): ActionOptions | undefined {
  return Object.keys(options).length > 0 ? options : undefined
}
