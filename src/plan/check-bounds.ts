/** The check of what may stand beside any step that is no action: how long it may take, and what its failure means. */

import { check } from '../bench/check.js'
import { describeProblem, problemsOf } from '../bench/problems.js'
import type { SchemaNode } from '../bench/schema.js'
import { PiWorkerError } from '../errors.js'
import { refuseSkip } from './check-beside.js'
import { Template } from './expressions/template.js'
import type { Values } from './expressions/value.js'
import { compileHoles, type FileCheck } from './file-check.js'
import { formatPlace, type Path } from './place.js'
import type { BoundedStep, Step } from './plan.js'
import { trySamples } from './samples.js'
import type { Scope } from './scope.js'
import { BOUNDS } from './step-kinds.js'

/** Those of the keys that are no field of the step itself. */
export function boundsAmong(keys: readonly string[], fields: object): string[] {
  return keys.filter(key => Object.hasOwn(BOUNDS.properties, key) && !Object.hasOwn(fields, key))
}

/** The step with its bounds; undefined when they are wrong, which is said. @param bounds As they are written. */
export function withBounds(
  file: FileCheck,
  scope: Scope,
  { word, path, bounds }: { readonly word: string; readonly path: Path; readonly bounds: SchemaNode },
  step: Step,
): BoundedStep | undefined {
  const { problems, source } = file
  const { onError: _, ...numbers } = bounds
  const holes = compileHoles(file, scope, numbers, path)
  if (holes === undefined) return undefined
  const template = new Template(bounds, holes)
  const tried = trySamples(template, BOUNDS, scope.certain, data => problemsOf(BOUNDS, data))
  problems.addAll(tried.problems, path, [])
  const checked = check(BOUNDS, tried.sample)
  if (checked.problems !== undefined) return undefined
  const { onError = 'stop', timeout } = checked.value
  if (onError === 'skip' && refuseSkip(file, scope, path)) return undefined
  const place = source.place(path)
  const compute = (values: Values): number => {
    const now = check(BOUNDS, template.evaluate(values))
    if (now.problems === undefined) return now.value.timeout as number
    throw new PiWorkerError('ERR_EXPRESSION', now.problems.map(describeProblem).join('; '), {
      place: formatPlace(place),
    })
  }
  const timeoutMs = timeout === undefined || holes.length === 0 ? timeout : compute
  return { kind: 'bounded', word, steps: [step], timeoutMs, onError, place }
}
