/** What is wrong with a value, in words for people: the translation of Ajv's errors. */

import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import type { ErrorCode } from '../errors.js'
import { nearest } from '../nearest.js'
import { type Branch, constantsOf, keysOf, mostLikely, tagIn, tagOf } from './branches.js'
import { type Expectation, expectation, likeThis } from './expectation.js'
import { getOwn, type Path } from './plain-data.js'
import { addOneOf, expressionWanted, lackingKeys, likeThat, listOfIt, splitKey } from './remedies.js'
import { isNode, type SchemaNode } from './schema.js'
import { type CustomFault, validatorFor, validatorOfPart } from './validator.js'
import { cut, listNames, show } from './wording.js'

export interface Problem {
  /** Keys and indices from the outside in. An unknown key is the last of its path; a missing one is not in it. */
  readonly path: Path
  /** A predicate, to be read after the path: `must be at least 1, not 0`. See `describeProblem`. */
  readonly message: string
  readonly kind: 'unknownKey' | 'missing' | 'value'
  readonly code: ErrorCode
  /** What was probably meant. */
  readonly suggestion?: string
  /** What to do, where the message alone does not say it. */
  readonly remedy?: string
}

/** What is wrong with a value that fits its schema: what only the whole of it can tell, or what it is for. */
export interface Refusal {
  /** Where, in the value. */
  readonly path: Path
  /** A predicate, to be read after the path: `must be at most max, which is 10, not 11`. */
  readonly message: string
  readonly remedy: string
  /** When the usual one of the value does not fit. */
  readonly code?: ErrorCode | undefined
}

/** More are not listed: nobody reads them, and a long list can have one for every item. */
const MOST_PROBLEMS = 20
/** Of a longer path, messages have the two ends. */
const LONGEST_PATH = 12

/** `blink.on must be longer than 0 ms`; `needs "line"` alone at the top. */
export function describeProblem(problem: Problem): string {
  const at = formatPath(problem.path)
  return at === '' ? problem.message : `${at} ${problem.message}`
}

/** `lines[2].name`. */
export function formatPath(path: Path): string {
  const steps = path.map((key, index) =>
    typeof key === 'number' ? `[${key}]` : (index === 0 ? '' : '.') + readable(key),
  )
  if (steps.length > LONGEST_PATH) steps.splice(LONGEST_PATH / 2, steps.length - LONGEST_PATH, '…')
  return steps.join('')
}

/** A key as it is, unless a reader could not see it or would not see its end. */
function readable(key: string): string {
  const short = cut(key)
  return /^$|^\s|\s$|["\p{C}]/u.test(short) ? JSON.stringify(short) : short
}

/** What is wrong with plain data; empty when it fits. @throws ERR_BAD_DEFINITION when the schema cannot be used */
export function problemsOf(schema: object, value: unknown): Problem[] {
  return problemsBy(validatorFor(schema), value, [])
}

/** @param alone What is wanted is the only thing that could stand there: it is no branch of a union. */
function problemsBy(validate: ValidateFunction, value: unknown, at: Path, alone = true): Problem[] {
  if (validate(value)) return []
  const errors = outspoken(validate.errors ?? []).slice(0, MOST_PROBLEMS)
  const found = errors.map(error => ({ error, problems: translate(error, [...at, ...pathOf(error, value)], alone) }))
  // A key that is missing because it is misspelt: that it is unknown says enough.
  const meant = new Set(found.flatMap(({ problems }) => problems.flatMap(meantKey)))
  const isMisspelt = ({ keyword, params }: ErrorObject, [problem]: readonly Problem[]): boolean =>
    keyword === 'required' && meant.has(JSON.stringify([...(problem as Problem).path, params.missingProperty]))
  return found.flatMap(({ error, problems }) => (isMisspelt(error, problems) ? [] : problems))
}

/** Where the key that was meant would stand. */
function meantKey({ kind, path, suggestion }: Problem): string[] {
  return kind === 'unknownKey' && suggestion !== undefined ? [JSON.stringify([...path.slice(0, -1), suggestion])] : []
}

/** Without the errors for which a later one speaks; Ajv gives them one right after the other. */
function outspoken(errors: readonly ErrorObject[]): ErrorObject[] {
  const kept: ErrorObject[] = []
  for (const error of errors) {
    if (error.keyword === 'if') continue
    while (kept.length > 0 && speaksFor(error, kept.at(-1) as ErrorObject)) kept.pop()
    kept.push(error)
  }
  return kept
}

function speaksFor(error: ErrorObject, other: ErrorObject): boolean {
  switch (error.keyword) {
    case 'anyOf':
    case 'oneOf':
      return isBelow(other.schemaPath, error.schemaPath) && isBelow(other.instancePath, error.instancePath)
    case 'enum':
    case 'const':
      // That it must be text goes without saying when the words are listed.
      return other.keyword === 'type' && other.parentSchema === error.parentSchema && other.data === error.data
    default:
      return false
  }
}

function isBelow(pointer: string, above: string): boolean {
  return `${pointer}/`.startsWith(`${above}/`)
}

function translate(error: ErrorObject, path: Path, alone: boolean): readonly Problem[] {
  const { keyword, params, data, parentSchema } = error
  switch (keyword) {
    case 'additionalProperties':
      return [unknownKey(path, params.additionalProperty as string, parentSchema)]
    case 'unevaluatedProperties':
      return [unknownKey(path, params.unevaluatedProperty as string, parentSchema)]
    case 'required':
      return [missing(path, `needs "${params.missingProperty}"`)]
    case 'anyOf':
    case 'oneOf':
      return unionProblems(error.schema, data, path)
    case 'duration':
      return [{ path, kind: 'value', code: 'ERR_BAD_DURATION', ...(params as CustomFault) }]
    case 'line':
      return [{ path, kind: 'value', code: 'ERR_UNKNOWN_LINE', ...(params as CustomFault) }]
    case 'enum':
      return [notAmong(path, params.allowedValues as unknown[], data)]
    case 'const':
      return [notAmong(path, [params.allowedValue], data)]
    default:
      return [{ ...wrong(path, ''), ...expected(error, path, alone) }]
  }
}

function expected(error: ErrorObject, path: Path, alone: boolean): Expectation {
  const wanted = expressionWanted(error, show(error.data))
  if (wanted !== undefined) return wanted
  const { remedy: usual, ...expectations } = expectation(error)
  const remedy = listOfIt(error, path.at(-1)) ?? usual ?? (alone ? likeThat(error) : undefined)
  return remedy === undefined ? expectations : { ...expectations, remedy }
}

/** The branch that was most probably meant speaks; when none stands out, what would make a difference is said. */
function unionProblems(schemas: unknown, data: unknown, path: Path): readonly Problem[] {
  const all = (Array.isArray(schemas) ? schemas : []).filter(isNode)
  if (all.every(node => constantsOf(node) !== undefined)) {
    return [
      notAmong(
        path,
        all.flatMap(node => constantsOf(node) ?? []),
        data,
      ),
    ]
  }
  const tag = tagOf(all)
  const nodes = tag !== undefined && isNode(data) ? all.filter(node => tagIn(node, tag) === getOwn(data, tag)) : all
  if (tag !== undefined && nodes.length === 0) return [badTag(path, tag, all, data as SchemaNode)]
  const failed = nodes
    .map(node => ({ node, problems: problemsBy(validatorOfPart(node), data, path, false) }))
    .filter(({ problems }) => problems.length > 0)
  if (failed.length === 0) return [wrong(path, 'must fit only one of its alternatives')]
  const best = mostLikely(failed, path)
  if (best.length > 1) return undecided(best, data, path)
  return tag === undefined ? withOthers(best[0] as Branch, all, data, path) : (best[0] as Branch).problems
}

/** What is wrong in the branch that was meant; its unknown keys may be those of another one. */
function withOthers({ node, problems }: Branch, nodes: readonly SchemaNode[], data: unknown, path: Path): Problem[] {
  const others = nodes.filter(other => other !== node)
  return problems.map(problem => {
    if (problem.kind !== 'unknownKey' || problem.path.length > path.length + 1) return problem
    const key = String(problem.path.at(-1))
    const owner = others.find(other => keysOf(other).includes(key))
    if (owner === undefined) return unknownKey(path, key, { anyOf: [node, ...others] })
    const own = Object.keys(data as object).filter(at => keysOf(node).includes(at) && !keysOf(owner).includes(at))
    const message = `cannot stand beside ${own.join(' and ')}`
    return { ...problem, message, remedy: `Leave out ${readable(key)}, or ${likeThis(owner).replace('W', 'w')}` }
  })
}

function undecided(branches: readonly Branch[], data: unknown, path: Path): readonly Problem[] {
  const isShared = (problem: Problem): boolean =>
    branches.every(({ problems }) => problems.some(other => describeProblem(other) === describeProblem(problem)))
  const shared = (branches[0] as Branch).problems.filter(isShared)
  const own = branches.flatMap(({ problems }) => problems.filter(problem => !isShared(problem)))
  if (own.length === 0) return shared
  const nodes = branches.map(({ node }) => node)
  return [...shared, (isNode(data) ? keyProblem(nodes, data, path) : undefined) ?? joined(own, path)]
}

/** What is wrong with the keys of an object that could be any of these. */
function keyProblem(nodes: readonly SchemaNode[], data: SchemaNode, path: Path): Problem | undefined {
  const known = nodes.flatMap(keysOf)
  const stray = Object.keys(data).find(key => !known.includes(key))
  const isClosed = nodes.every(node => node.additionalProperties === false)
  if (stray !== undefined && isClosed) return unknownKey(path, stray, { anyOf: nodes })
  const distinct = [...new Set(known)].filter(key => !nodes.every(node => keysOf(node).includes(key)))
  const given = distinct.filter(key => getOwn(data, key) !== undefined)
  if (given.length > 1) return wrong(path, `can have only one of ${given.join(', ')}`)
  if (given.length > 0 || distinct.length === 0) return undefined
  const lacking = lackingKeys(nodes, data)
  const choices = lacking.length > 0 ? lacking : distinct
  const problem = missing(path, `needs one of ${listNames(choices)}`)
  const remedy = addOneOf(choices, nodes)
  return remedy === undefined ? problem : { ...problem, remedy }
}

/** `must be text or a number, not true`. */
function joined(problems: readonly Problem[], path: Path): Problem {
  const first = problems[0] as Problem
  const at = formatPath(first.path)
  if (!problems.every(problem => formatPath(problem.path) === at)) {
    const each = problems.map(problem => describeProblem({ ...problem, path: problem.path.slice(path.length) }))
    return wrong(path, `fits none of its alternatives: ${[...new Set(each)].join(', or ')}`)
  }
  const messages = [...new Set(problems.map(({ message }) => message))]
  const parts = messages.map(message => /^must be (.+?)(, not .+)$/s.exec(message))
  const instead = parts[0]?.[2]
  const remedy = problems.find(problem => problem.remedy !== undefined)?.remedy
  const told = remedy === undefined ? first : { ...first, remedy }
  if (!parts.every(part => part?.[2] === instead)) return { ...told, message: messages.join(', or ') }
  return { ...told, message: `must be ${parts.map(part => part?.[1]).join(' or ')}${instead}` }
}

function badTag(path: Path, tag: string, nodes: readonly SchemaNode[], data: SchemaNode): Problem {
  const values = nodes.map(node => tagIn(node, tag))
  const given = getOwn(data, tag)
  if (given !== undefined) return notAmong([...path, tag], values, given)
  return missing(path, `needs "${tag}": one of ${listNames(values.map(String))}`)
}

function unknownKey(path: Path, key: string, schema: unknown): Problem {
  const known = keysOf(schema)
  const patterns = isNode(schema) && isNode(schema.patternProperties) ? Object.keys(schema.patternProperties) : []
  const split = splitKey(key, known)
  const suggestion = split?.key ?? nearest(key, known)
  const hint =
    suggestion !== undefined
      ? `did you mean "${suggestion}"?`
      : known.length > 0
        ? `known are ${listNames(known)}`
        : patterns.length > 0
          ? `keys match ${patterns.join(' or ')}`
          : 'no key is'
  return {
    path: [...path, key],
    message: `is not known here; ${hint}`,
    kind: 'unknownKey',
    code: 'ERR_PLAN_KEY',
    ...(suggestion !== undefined && { suggestion }),
    ...(split !== undefined && { remedy: split.remedy }),
  }
}

function notAmong(path: Path, allowed: readonly unknown[], data: unknown): Problem {
  const words = allowed.filter(value => typeof value === 'string')
  const suggestion = typeof data === 'string' ? nearest(data, words) : undefined
  const expected = allowed.length === 1 ? show(allowed[0]) : `one of ${listNames(allowed.map(String))}`
  const hint = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`
  const problem = wrong(path, `must be ${expected}, not ${show(data)}${hint}`)
  return suggestion === undefined ? problem : { ...problem, suggestion }
}

function missing(path: Path, message: string): Problem {
  return { ...wrong(path, message), kind: 'missing' }
}

function wrong(path: Path, message: string): Problem {
  return { path, message, kind: 'value', code: 'ERR_PLAN_VALUE' }
}

/** Ajv gives a JSON pointer; an index of a list becomes a number again. */
function pathOf(error: ErrorObject, root: unknown): (string | number)[] {
  let at = root
  return error.instancePath
    .split('/')
    .slice(1)
    .map(part => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
      const step = Array.isArray(at) ? Number(key) : key
      at = Array.isArray(at) ? at[Number(key)] : isNode(at) ? getOwn(at, key) : undefined
      return step
    })
}
