/** Ajv behind one door: each schema is compiled once, when it is first used. */

import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { parseLine } from '../../drivers/lines.js'
import { isPiWorkerError, messageOf, PiWorkerError } from '../errors.js'
import { DURATION_PATTERN, parseDuration } from '../worker/duration.js'
import { putOwn } from './plain-data.js'
import { closed, type DurationLimits, isNode, NOTES, type SchemaNode } from './schema.js'
import { cut, show } from './wording.js'

/**
 * Compiled schemas by identity: a memo, not state. Each has an Ajv of its own, because Ajv keeps what it compiled for
 * ever, and benches and plans make schemas as they come.
 */
const compiled = new WeakMap<object, ValidateFunction>()

/**
 * The validator of a schema as it is written; its `schema` is the closed copy that was compiled.
 * @throws ERR_BAD_DEFINITION when the schema is none, or a default does not fit it
 */
export function validatorFor(schema: object): ValidateFunction {
  return once(schema, () => {
    const copy = closed(schema as SchemaNode, ownKeywordsOnly)
    const ajv = newAjv()
    const validate = compile(ajv, copy)
    checkDefaults(ajv, validate, schema as SchemaNode)
    return validate
  })
}

/** The validator of a part of a copy that was compiled, such as a branch of a union. */
export function validatorOfPart(part: object): ValidateFunction {
  return once(part, () => compile(newAjv(), part))
}

function once(schema: object, make: () => ValidateFunction): ValidateFunction {
  let validate = compiled.get(schema)
  if (validate === undefined) {
    validate = make()
    compiled.set(schema, validate)
  }
  return validate
}

/** Lines and durations are judged by our own keywords alone; what they publish besides is for editors. */
function ownKeywordsOnly(node: SchemaNode): SchemaNode {
  if ('$ref' in node) throw unusable('it refers to another one with $ref', undefined)
  if ('~refine' in node || '~codec' in node)
    throw unusable('it has a Refine or a Codec, which JSON Schema lacks', undefined)
  return 'line' in node ? { line: true } : { duration: node.duration }
}

function newAjv(): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    ownProperties: true,
    strictTypes: false,
    strictTuples: false,
    validateSchema: false,
    meta: false,
    logger: false,
  })
  ajv.addVocabulary([...NOTES])
  ajv.addKeyword({ keyword: 'line', compile: () => judge('line', lineFault), errors: true })
  ajv.addKeyword({
    keyword: 'duration',
    compile: (limits: DurationLimits) => judge('duration', value => durationFault(limits, value)),
    errors: true,
  })
  return ajv
}

function compile(ajv: Ajv2020, schema: object): ValidateFunction {
  try {
    return ajv.compile(schema)
  } catch (cause) {
    throw unusable(messageOf(cause), cause)
  }
}

/** Defaults are taken as they are when something is left out, so they must fit as if they had been written. */
function checkDefaults(ajv: Ajv2020, validate: ValidateFunction, schema: SchemaNode): void {
  const places: string[] = []
  validate(onlyDefaults(schema, '', places))
  const isBelow = (error: ErrorObject, place: string) => `${error.instancePath}/`.startsWith(`${place}/`)
  const wrong = validate.errors?.filter(error => places.some(place => isBelow(error, place))) ?? []
  if (wrong.length > 0) throw unusable(`a default does not fit: ${ajv.errorsText(wrong, { dataVar: '' })}`, undefined)
}

/** An object with nothing but the defaults; adds their JSON pointers to `places`. */
function onlyDefaults(node: SchemaNode, at: string, places: string[]): SchemaNode {
  const defaults: SchemaNode = {}
  for (const [key, property] of Object.entries(isNode(node.properties) ? node.properties : {})) {
    if (!isNode(property)) continue
    const place = `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if ('default' in property) {
      places.push(place)
      putOwn(defaults, key, property.default)
    } else if (isNode(property.properties)) {
      putOwn(defaults, key, onlyDefaults(property, place, places))
    }
  }
  return defaults
}

function unusable(why: string, cause: unknown): PiWorkerError {
  return new PiWorkerError('ERR_BAD_DEFINITION', `a schema cannot be used: ${why}`, {
    remedy: 'Build schemas of what JSON Schema has with Type of typebox, and of Line() and DurationSchema().',
    cause,
  })
}

/** What the two keywords say of a value that they refuse. */
export interface CustomFault {
  /** A predicate, to be read after the place. */
  readonly message: string
  readonly suggestion?: string
}

/** Ajv's form of a keyword: a function that leaves its errors on itself. */
interface Judge {
  (value: unknown): boolean
  errors?: Partial<ErrorObject>[]
}

function judge(keyword: string, find: (value: unknown) => CustomFault | undefined): Judge {
  const accepts: Judge = value => {
    const params = find(value)
    if (params !== undefined) accepts.errors = [{ keyword, message: params.message, params }]
    return params === undefined
  }
  return accepts
}

function lineFault(value: unknown): CustomFault | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') {
    return { message: `must be a line such as 17, GPIO17 or J8:11, not ${show(value)}` }
  }
  try {
    parseLine(typeof value === 'string' ? cut(value.trim()) : value)
    return undefined
  } catch (error) {
    if (!isPiWorkerError(error)) throw error
    const { suggestion } = error.details
    return {
      message: `cannot be used: ${error.message}`,
      ...(typeof suggestion === 'string' && { suggestion }),
    }
  }
}

function durationFault(limits: DurationLimits, value: unknown): CustomFault | undefined {
  const must = (what: string): CustomFault => ({ message: `must be ${what}, not ${show(value)}` })
  let ms: number
  try {
    ms = parseDuration(value)
  } catch (error) {
    if (!isPiWorkerError(error)) throw error
    const suggestion = meantDuration(value)
    if (suggestion === undefined || durationFault(limits, suggestion) !== undefined) {
      return must(whatDurations(limits, value))
    }
    return { message: `${must('a duration').message}; did you mean "${suggestion}"?`, suggestion }
  }
  const { minimum, exclusiveMinimum, maximum } = limits
  if (exclusiveMinimum !== undefined && ms <= exclusiveMinimum) return must(`longer than ${exclusiveMinimum} ms`)
  if (minimum !== undefined && ms < minimum) return must(`at least ${minimum} ms`)
  if (maximum !== undefined && ms > maximum) return must(`at most ${maximum} ms`)
  return undefined
}

/** What must be written in place of a value that is no duration at all. */
function whatDurations({ minimum = 0, exclusiveMinimum }: DurationLimits, value: unknown): string {
  const amount = typeof value === 'string' ? amountOf(value) : Number.isFinite(value) ? (value as number) : Number.NaN
  if (amount < 0) {
    return exclusiveMinimum === undefined ? `at least ${minimum} ms` : `longer than ${exclusiveMinimum} ms`
  }
  if (amount > 0) return 'at most 104 days'
  return 'a duration such as 10us, 200ms or 2s (a plain number is ms)'
}

/** The number of a text that would be a duration but for its sign or its size, or NaN. */
function amountOf(text: string): number {
  return WELL_FORMED.test(text.replace(/^-/, '')) ? Number.parseFloat(text) : Number.NaN
}

const WELL_FORMED = new RegExp(DURATION_PATTERN)
const UNITS: readonly [RegExp, string][] = [
  [/^(us|µs|μs|usecs?|microseconds?)$/i, 'us'],
  [/^(ms|msecs?|millis|milliseconds?)$/i, 'ms'],
  [/^(s|secs?|seconds?)$/i, 's'],
  [/^(m|mins?|minutes?)$/i, 'm'],
  [/^(h|hrs?|hours?)$/i, 'h'],
  [/^(d|days?)$/i, 'd'],
]

/** `2 sec` is `2s`, `200MS` and `200` in quotes are `200ms`; of other text nothing is guessed. */
function meantDuration(value: unknown): string | undefined {
  if (typeof value !== 'string' || WELL_FORMED.test(value)) return undefined
  const match = /^(\d+(?:\.\d+)?)\s*([a-zµμ]*)$/i.exec(value.trim())
  if (!match) return undefined
  const [, number, written = ''] = match
  if (written === '') return `${number}ms`
  const unit = UNITS.find(([pattern]) => pattern.test(written))
  return unit && `${number}${unit[1]}`
}
