/** The kinds of steps that change parameters, ask for them, and say something. */

import { Type } from 'typebox'
import { listNames } from '../../bench/wording.js'
import { isExpression } from '../expressions/parse.js'
import { factorBetween } from '../expressions/units.js'
import type { Value } from '../expressions/value.js'
import { readValue, refuseValue } from '../params.js'
import type { Path } from '../place.js'
import type { Assignment, ParamSlot } from '../plan.js'
import { type StepContext, type StepKind, stepKind } from './kind.js'

export const Assignments = Type.Record(Type.String(), Type.Union([Type.Number(), Type.Boolean(), Type.String()]), {
  minProperties: 1,
  examples: [{ dose: '=dose * 1.1' }],
})

export const set: StepKind = stepKind(
  {
    set: Type.Unsafe<Record<string, Value>>({
      ...Assignments,
      title: 'Set',
      description: 'Parameters and what they are from now on.',
    }),
  },
  { late: 'all' },
  (written, context) => {
    const assignments = Object.entries(written.set).flatMap(([name, value]) => {
      const param = context.param(['set', name], 'key', name)
      return param === undefined ? [] : (assign(param, value, ['set', name], context) ?? [])
    })
    return { kind: 'set', assignments, place: context.place }
  },
)

/** A parameter and what it becomes; undefined when that is wrong, which is said. */
export function assign(param: ParamSlot, written: Value, path: Path, context: StepContext): Assignment | undefined {
  const { place } = context
  if (isExpression(written)) {
    const value = context.expression(path, written, param.type)
    if (value === undefined) return undefined
    const factor = factorBetween(value.unit, param.unit)
    if (factor !== undefined) {
      const message = `${param.name} is in ${param.unit}, and ${written} in ${value.unit}`
      const remedy = `Multiply it by ${factor}.`
      return context.refuse(path, 'value', { code: 'ERR_EXPRESSION', message, remedy })
    }
    const fault = value.constant === undefined ? undefined : refuseValue(param, value.constant)
    return fault === undefined ? { param, value, place: value.place } : refuse(fault)
  }
  const fault = refuseValue(param, written)
  return fault === undefined ? { param, value: written, place } : refuse(fault)

  function refuse(why: string): undefined {
    return context.refuse(path, 'value', { code: 'ERR_PARAM', message: `${param.name} ${why}` })
  }
}

export const prompt: StepKind = stepKind(
  {
    prompt: Type.Object(
      {
        ask: Type.String({ minLength: 1, description: 'The question; {dose} is the value of dose.' }),
        param: Type.Optional(Type.String({ minLength: 1, description: 'The parameter that the answer becomes.' })),
        choices: Type.Optional(
          Type.Array(Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
            minItems: 1,
            description: 'The answers that there are.',
          }),
        ),
        default: Type.Optional(
          Type.Union([Type.Number(), Type.Boolean(), Type.String()], {
            description: 'The answer when nobody can be asked, and to an empty one.',
          }),
        ),
      },
      { title: 'Prompt', examples: [{ ask: 'Is the tank full?' }] },
    ),
  },
  { late: 'all' },
  (written, context) => {
    const { ask, param: name, choices, default: value } = written.prompt
    const param = name === undefined ? undefined : context.param(['prompt', 'param'], 'value', name)
    if (name !== undefined && param === undefined) return undefined
    const texts = choices?.map(String)
    const wrong = (path: Path, message: string): undefined =>
      context.refuse(['prompt', ...path], 'value', { code: 'ERR_PARAM', message })
    const answer = value === undefined ? undefined : String(value)
    if (param !== undefined) {
      for (const [index, choice] of (texts ?? []).entries()) {
        const fault = refuseValue(param, readValue(param, choice))
        if (fault !== undefined) return wrong(['choices', index], `${param.name} ${fault}`)
      }
      const fault = answer === undefined ? undefined : refuseValue(param, readValue(param, answer))
      if (fault !== undefined) return wrong(['default'], `${param.name} ${fault}`)
    }
    if (answer !== undefined && texts !== undefined && !texts.includes(answer)) {
      return wrong(['default'], `the default must be one of ${listNames(texts)}, not ${answer}`)
    }
    context.asks(ask, name, answer === undefined && param?.given !== true)
    return {
      kind: 'prompt',
      ask: context.text(['prompt', 'ask'], ask),
      param,
      choices: texts,
      default: answer,
      place: context.place,
    }
  },
)

export const note: StepKind = stepKind(
  {
    note: Type.String({
      title: 'Note',
      minLength: 1,
      description: 'What the record of the run shall say; {dose} is the value of dose.',
      examples: ['begins with {dose} ml'],
    }),
  },
  { late: 'all' },
  (written, { place, text }) => ({ kind: 'note', text: text(['note'], written.note), place }),
)
