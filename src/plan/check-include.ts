/** The check of a file that a plan includes: its parameters and its steps, in its own lines and columns. */

import { dirname, isAbsolute, join, resolve } from 'node:path'
import { Type } from 'typebox'
import { check } from '../bench/check.js'
import { getOwn } from '../bench/plain-data.js'
import { isNode } from '../bench/schema.js'
import { codeOf, isPiWorkerError } from '../errors.js'
import type { StepReader } from './check-kind.js'
import { isExpression } from './expressions/parse.js'
import { typeOf, type Value, type Variable } from './expressions/value.js'
import { checkParams, type Param } from './params.js'
import { type Path, problemsOf } from './place.js'
import { type Finding, ProblemList } from './problem-list.js'
import { changedParams, includedFiles, namedActions, type Scope } from './scope.js'
import { type PlanSource, readPlanSourceNow } from './source.js'
import type { IncludedFile } from './steps/kind.js'

/** The top level of a file that is included: the bench is that of the plan. */
const INCLUDED_FILE = Type.Object({
  name: Type.Optional(Type.Unknown()),
  params: Type.Optional(Type.Unknown()),
  plan: Type.Unknown(),
})

/** Includes in each other; of a plan, all together; and what they have, in bytes. */
const DEEPEST = 10
const MOST_INCLUDES = 200
const MOST_BYTES = 4 * 1024 * 1024

interface WrittenInclude {
  readonly path: Path
  readonly file: string
  /** What is to be said of its parameters, right or wrong. */
  readonly given: Readonly<Record<string, unknown>>
}

export function includeFile(
  { file: outer, readIn }: StepReader,
  scope: Scope,
  { path, file: written, given }: WrittenInclude,
): IncludedFile | undefined {
  const { context, problems, source, chain } = outer
  const name = pathFrom(source, written)
  const refuse = (finding: Finding): undefined => problems.add(path, 'value', () => finding) as undefined
  const read = readBounded(outer, name)
  if (read.code !== undefined) return refuse(read)
  const inner = read.source
  if (inner === undefined) return undefined
  const list = new ProblemList(inner, problems, ++context.includes)
  if (!isNode(inner.value)) {
    list.add([], 'value', () => ({ code: 'ERR_PLAN_VALUE', message: 'an included file must be an object with plan:' }))
    return undefined
  }
  const { value } = inner
  const top = Object.fromEntries(Object.keys(value).map(key => [key, null]))
  for (const problem of check(INCLUDED_FILE, top).problems ?? []) list.addAll([problem], [], [])
  const params = checkParams(value.params, list, context.newSlot, key => context.bench.definitions.has(key))
  const changed = changedIn(inner, value.plan)
  const variables = new Map(scope.variables)
  for (const param of params.values()) variables.set(param.name, variableOf(param, given, changed))
  const within: Scope = { ...scope, variables, params: new Map([...scope.params, ...params]) }
  const reader = readIn({
    context,
    source: inner,
    problems: list,
    chain: [...chain, resolve(name)],
    done: namedActions(value.plan),
  })
  const steps = getOwn(value, 'plan') === undefined ? [] : reader.steps(value.plan, ['plan'], within)
  return { file: written, params, steps }
}

/** The parameters that steps change, those of the files that they include among them: nothing is known of their values. */
export function changedIn(source: PlanSource, steps: unknown, seen: Set<string> = new Set()): ReadonlySet<string> {
  const changed = new Set(changedParams(steps))
  for (const written of includedFiles(steps)) {
    const name = pathFrom(source, written)
    if (seen.has(name) || seen.size >= MOST_INCLUDES) continue
    seen.add(name)
    const inner = readQuietly(name)
    if (inner === undefined || !isNode(inner.value)) continue
    for (const param of changedIn(inner, inner.value.plan, seen)) changed.add(param)
  }
  return changed
}

/** Undefined when it cannot be read, which is said where it is included. */
function readQuietly(name: string): PlanSource | undefined {
  try {
    return readPlanSourceNow(name).source
  } catch (error) {
    if (isPiWorkerError(error)) return undefined
    throw error
  }
}

function pathFrom(source: PlanSource, written: string): string {
  return isAbsolute(written) ? written : join(dirname(source.file), written)
}

function variableOf(param: Param, given: Readonly<Record<string, unknown>>, changed: ReadonlySet<string>): Variable {
  const { name, slot, type, unit, description } = param
  const value = getOwn(given, name) ?? param.default
  const known = !isExpression(value) && typeOf(value) === type && !changed.has(name)
  return { name, kind: 'param', slot, type, unit, description, samples: known ? [value as Value] : [] }
}

interface Readable {
  readonly source?: PlanSource
  readonly code?: undefined
}

/** The file, or why it cannot be had; problems within it are said there. */
function readBounded({ context, chain, problems }: StepReader['file'], name: string): Readable | Finding {
  const absolute = resolve(name)
  const remedy = 'Take one of these includes out.'
  if (chain.includes(absolute)) {
    return {
      code: 'ERR_INCLUDE',
      message: `${name} includes itself, by way of ${chain.length === 1 ? '1 file' : `${chain.length} files`}`,
      remedy,
    }
  }
  if (chain.length > DEEPEST) {
    return { code: 'ERR_INCLUDE', message: `files are included more than ${DEEPEST} deep`, remedy }
  }
  if (context.includes >= MOST_INCLUDES) {
    return { code: 'ERR_INCLUDE', message: `the plan includes more than ${MOST_INCLUDES} files`, remedy }
  }
  try {
    const { source, bytes } = readPlanSourceNow(name)
    context.bytes += bytes
    context.included.set(absolute, { file: name, text: source.text })
    if (context.bytes <= MOST_BYTES) return { source }
    return { code: 'ERR_INCLUDE', message: 'the included files have more than 4 MiB together', remedy }
  } catch (error) {
    if (!isPiWorkerError(error)) throw error
    const own = problemsOf(error)
    const missing = 'Check the path: it counts from the folder of the file that includes it.'
    const remedyHere = codeOf(error.cause) === 'ENOENT' ? missing : error.remedy
    if (own.length === 0) return { code: error.code, message: error.message, remedy: remedyHere }
    problems.addPlaced(own)
    return {}
  }
}
