/** The parameters of a plan: what a file says of them, and what whoever starts it wants them to be. */

import { type TObject, Type } from 'typebox'
import { check } from '../bench/check.js'
import { getOwn } from '../bench/plain-data.js'
import { isNode } from '../bench/schema.js'
import { cut, listNames, show } from '../bench/wording.js'
import { PiWorkerError } from '../errors.js'
import { RESERVED_NAMES } from './expressions/functions.js'
import { converted } from './expressions/units.js'
import { nameOfValueType, typeOf, type Value } from './expressions/value.js'
import type { ParamSlot } from './plan.js'
import { type Finding, missingName, type ProblemList } from './problem-list.js'
import type { ParamValue } from './rows.js'

/** A parameter as a file has it. */
export interface Param extends ParamSlot {
  readonly default: Value
  readonly description?: string | undefined
}

const VALUE = Type.Union([Type.Number(), Type.Boolean(), Type.String()])

/** A parameter, written out. */
export const ParamSpec: TObject = Type.Object(
  {
    default: Type.Union([Type.Number(), Type.Boolean(), Type.String()], {
      description: 'What it is when nobody says anything else.',
    }),
    unit: Type.Optional(Type.String({ description: 'Of a number: ml, °C, ms.', minLength: 1 })),
    min: Type.Optional(Type.Number({ description: 'The smallest that it may be.' })),
    max: Type.Optional(Type.Number({ description: 'The largest that it may be.' })),
    choices: Type.Optional(Type.Array(VALUE, { description: 'All that it may be.', minItems: 1 })),
    description: Type.Optional(Type.String({ description: 'What it is for.' })),
  },
  { title: 'Parameter', examples: [{ default: 5, unit: 'ml', min: 0, max: 20 }] },
)

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const LONGEST_NAME = 64
/** Of one file. */
const MOST_PARAMS = 500
const LIKE_THIS = 'Write it like this: { dose: { default: 5, unit: ml, min: 0, max: 20 } }.'

/**
 * The parameters under `params`, without those that are wrong.
 * @param newSlot A slot for each.
 * @param taken Names that are of something else: peripherals.
 */
export function checkParams(
  written: unknown,
  problems: ProblemList,
  newSlot: (value: Value) => number,
  taken: (name: string) => boolean,
): Map<string, Param> {
  const params = new Map<string, Param>()
  if (written === undefined || written === null) return params
  if (!isNode(written)) {
    const message = 'params must be an object with an entry for each parameter'
    problems.add(['params'], 'value', () => ({ code: 'ERR_PLAN_VALUE', message, remedy: LIKE_THIS }))
    return params
  }
  const entries = Object.entries(written)
  if (entries.length > MOST_PARAMS) {
    const message = `params has ${entries.length} parameters, more than ${MOST_PARAMS}`
    problems.add(['params'], 'key', () => ({ code: 'ERR_PLAN_VALUE', message, remedy: 'Keep those that change.' }))
    return params
  }
  for (const [name, entry] of entries) {
    const path = ['params', name]
    const wrong = refuseName(name, taken)
    if (wrong !== undefined) problems.add(path, 'key', () => wrong)
    const spec = isNode(entry) ? entry : { default: entry }
    const checked = check(ParamSpec, spec)
    if (checked.problems !== undefined) {
      const said = isNode(entry) ? checked.problems : checked.problems.map(problem => ({ ...problem, path: [] }))
      problems.addAll(said, path, path)
      continue
    }
    const {
      default: value,
      unit,
      min,
      max,
      choices,
      description,
    } = checked.value as { readonly default: Value } & Partial<Param>
    const type = typeOf(value)
    if (type === undefined || wrong !== undefined) continue
    const param: Param = { name, slot: newSlot(value), type, unit, min, max, choices, default: value, description }
    const fault = refuseSpec(param)
    if (fault !== undefined) problems.add([...path, fault.key], 'value', () => fault)
    params.set(name, param)
  }
  return params
}

function refuseName(name: string, taken: (name: string) => boolean): Finding | undefined {
  const quoted = `"${cut(name)}"`
  if (!NAME.test(name) || name.length > LONGEST_NAME) {
    const remedy = 'Use a letter, then letters, digits or _.'
    return { code: 'ERR_BAD_NAME', message: `a parameter cannot be called ${quoted}`, remedy }
  }
  if (!RESERVED_NAMES.includes(name) && !taken(name)) return undefined
  const what = taken(name) ? 'a peripheral' : 'something in expressions'
  const message = `a parameter cannot be called ${quoted}: ${what} is called so`
  return { code: 'ERR_BAD_NAME', message, remedy: `Use another name, such as ${name}1.` }
}

function refuseSpec(param: Param): (Finding & { readonly key: string }) | undefined {
  const { name, type, min, max, choices, default: value } = param
  const limit = min !== undefined ? 'min' : max !== undefined ? 'max' : undefined
  if (limit !== undefined && type !== 'number') {
    const message = `params.${name} has ${limit}, and its default is ${nameOfValueType(type)}`
    return { key: limit, code: 'ERR_PARAM', message, remedy: 'Only numbers have limits: leave it out.' }
  }
  if (min !== undefined && max !== undefined && min > max) {
    const message = `params.${name}.max must be at least min, which is ${min}, not ${max}`
    return { key: 'max', code: 'ERR_PARAM', message, remedy: 'Exchange them.' }
  }
  const odd = choices?.find(choice => typeOf(choice) !== type)
  if (odd !== undefined) {
    const message = `params.${name}.choices must all be ${nameOfValueType(type)}, as its default is, not ${show(odd)}`
    return { key: 'choices', code: 'ERR_PARAM', message, remedy: 'Correct it, or put text into quotes.' }
  }
  const fault = refuseValue(param, value)
  if (fault === undefined) return undefined
  return { key: 'default', code: 'ERR_PARAM', message: `params.${name}.default ${fault}`, remedy: CORRECT }
}

const CORRECT = 'Correct it, or its limits.'

/** What is wrong with a value for a parameter, as a predicate; undefined when it may have it. */
export function refuseValue({ type, unit, min, max, choices }: ParamSlot, value: Value): string | undefined {
  if (typeOf(value) !== type) return `must be ${nameOfValueType(type)}, not ${show(value)}`
  const of = unit === undefined ? '' : ` ${unit}`
  if (min !== undefined && (value as number) < min) return `must be at least ${min}${of}, not ${value}`
  if (max !== undefined && (value as number) > max) return `must be at most ${max}${of}, not ${value}`
  if (choices !== undefined && !choices.includes(value)) {
    return `must be one of ${listNames(choices.map(String))}, not ${show(value)}`
  }
  return undefined
}

const NUMBER = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(.*)$/is

/** What a person typed, as a value of the parameter's type; the text itself when it is none. */
export function readValue({ type, unit }: ParamSlot, text: string): Value {
  const short = text.trim()
  if (type === 'boolean') return short === 'true' ? true : short === 'false' ? false : text
  if (type === 'string') return text
  const [, number = '', rest] = NUMBER.exec(short) ?? []
  const value = Number(number)
  if (number === '' || !Number.isFinite(value)) return text
  return rest === undefined || rest === '' ? value : (converted(value, rest, unit) ?? text)
}

/**
 * The parameters as a run has them.
 * @throws ERR_PARAM for what is wrong with the given ones
 */
export function givenParams(params: ReadonlyMap<string, Param>, given: Readonly<Record<string, string>>): ParamValue[] {
  for (const name of Object.keys(given)) {
    if (params.has(name)) continue
    const { message, remedy } = missingName('ERR_PARAM', 'parameter', name, params.keys())
    throw new PiWorkerError('ERR_PARAM', `the plan has ${message}`, { place: `--param ${name}`, remedy })
  }
  return [...params.values()].map(param => {
    const { name, unit, description } = param
    const text = getOwn(given, name)
    if (text === undefined) return { name, value: param.default, unit, description, from: 'plan' }
    const value = readValue(param, String(text))
    const fault = refuseValue(param, value)
    if (fault !== undefined) {
      throw new PiWorkerError('ERR_PARAM', `${name} ${fault}`, {
        place: `--param ${name}`,
        remedy: `Write --param ${name}=${exampleFor(param)}${rangeOf(param)}.`,
      })
    }
    return { name, value, unit, description, from: 'option' }
  })
}

/** What else it may be. */
function rangeOf({ type, unit, min, max, choices }: Param): string {
  if (choices !== undefined) return `, or another of ${listNames(choices.map(String))}`
  if (type !== 'number') return ''
  const of = unit === undefined ? '' : ` ${unit}`
  if (min === undefined && max === undefined) return unit === undefined ? '' : `, or another number of ${unit}`
  if (max === undefined) return `, or another of at least ${min}${of}`
  return min === undefined ? `, or another of at most ${max}${of}` : `, or another from ${min} to ${max}${of}`
}

function exampleFor({ default: value }: Param): string {
  const text = String(value)
  return /\s/.test(text) ? `'${text}'` : text
}
