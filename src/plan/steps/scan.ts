/** `scan`: a round for every point of one axis or of a grid of several. */

import { type TSchema, Type } from 'typebox'
import { isNode, OneOf, type SchemaNode } from '../../bench/schema.js'
import { cut } from '../../bench/wording.js'
import { RESERVED_NAMES } from '../expressions/functions.js'
import { typeOf, type Value, type Variable } from '../expressions/value.js'
import type { Axis } from '../plan.js'
import type { Finding } from '../problem-list.js'
import { type StepContext, type StepKind, Steps, stepKind } from './kind.js'

/** Of a whole grid. */
const MOST_POINTS = 10_000_000
/** More than anybody scans. */
const MOST_AXES = 16
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

const UNIT = Type.Optional(Type.String({ minLength: 1, description: 'Of its values: °, mm, V.' }))
const ENDS = {
  from: Type.Number({ description: 'The first value.' }),
  to: Type.Number({ description: 'The last value.' }),
} as const
const Values = Type.Array(Type.Union([Type.Number(), Type.Boolean(), Type.String()]), {
  minItems: 1,
  description: 'Every value, in this order.',
})
const AxisSchema = Type.Union(
  [
    Values,
    Type.Object({
      ...ENDS,
      points: Type.Integer({ minimum: 1, description: 'How many values, both ends included.', examples: [10] }),
      spacing: Type.Optional(OneOf(['linear', 'log'], { description: 'log: each is the same multiple of the last.' })),
      unit: UNIT,
    }),
    Type.Object({
      ...ENDS,
      step: Type.Number({ description: 'From one value to the next; with a minus when they fall.', examples: [1] }),
      unit: UNIT,
    }),
    Type.Object({ values: Values, unit: UNIT }),
  ],
  { title: 'Axis', examples: [{ from: 0, to: 180, points: 19 }] },
)

type WrittenAxis =
  | readonly Value[]
  | { readonly from: number; readonly to: number; readonly points: number; readonly spacing?: 'linear' | 'log' }
  | { readonly from: number; readonly to: number; readonly step: number }
  | { readonly values: readonly Value[] }

export const scan: StepKind = stepKind(
  {
    scan: Type.Record(Type.String(), AxisSchema as TSchema, {
      title: 'Scan',
      description: 'The axes by name. Of several, the last changes first.',
      minProperties: 1,
      maxProperties: MOST_AXES,
      examples: [{ angle: { from: 0, to: 180, points: 19 } }],
    }),
    order: Type.Optional(
      OneOf(['grid', 'snake'], { description: 'snake: every other row goes back, so that nothing moves far at once.' }),
    ),
    do: Steps('The steps at each point.'),
  },
  { loop: true, unordered: true, axes: axesOf },
  (written, context) => {
    const axes = Object.entries(written.scan as Record<string, WrittenAxis>).map(([name, axis]) =>
      makeAxis(name, axis, context),
    )
    if (!axes.every(axis => axis !== undefined)) return undefined
    const points = axes.reduce((product, { count }) => product * count, 1)
    const { place, round, block, refuse } = context
    if (points > MOST_POINTS) {
      const many = points < 1e15 ? points.toLocaleString('en') : points.toExponential(0)
      const message = `the scan has ${many} points, more than ten million`
      return refuse(['scan'], 'value', { code: 'ERR_PLAN_VALUE', message, remedy: 'Take fewer points.' })
    }
    return { kind: 'scan', axes, snake: written.order === 'snake', points, steps: block('do'), round, place }
  },
)

function makeAxis(name: string, written: WrittenAxis, context: StepContext): Axis | undefined {
  const path = ['scan', name]
  const refuse = (key: readonly string[], message: string, remedy: string): undefined =>
    context.refuse([...path, ...key], 'value', { code: 'ERR_PLAN_VALUE', message: `${name}${message}`, remedy })
  const variable = context.axes.find(axis => axis.name === name)
  if (variable === undefined) return undefined
  const { slot } = variable
  if (Array.isArray(written)) return listed(written as readonly Value[])
  if ('values' in written) return listed(written.values as readonly Value[])
  const { from, to } = written as { readonly from: number; readonly to: number }
  if ('step' in written) {
    const { step } = written
    if (step === 0) return refuse(['step'], '.step must not be 0', 'Say how far it is from one value to the next.')
    const count = Math.floor((to - from) / step + 1e-9) + 1
    if (count < 1) {
      return refuse(['step'], `.step leads away from ${to}: the scan has no points`, `Write step: ${-step}.`)
    }
    return { name, slot, count, at: index => (index === 0 ? from : tidy(from + index * step, step)) }
  }
  const { points, spacing } = written as { readonly points: number; readonly spacing?: string }
  const last = points - 1
  if (spacing !== 'log') {
    return {
      name,
      slot,
      count: points,
      at: index => {
        if (index === 0) return from
        if (index === last) return to
        const share = index / last
        // Not from + (to - from) * share: the difference of two numbers may be more than a number can be.
        return tidy(from * (1 - share) + to * share, to / last - from / last)
      },
    }
  }
  if (from * to <= 0) {
    const remedy = 'Begin and end on one side of 0, or leave out spacing.'
    return refuse(['spacing'], `.spacing log cannot go from ${from} to ${to}: no multiple leads over 0`, remedy)
  }
  return {
    name,
    slot,
    count: points,
    at: index => {
      if (index === 0) return from
      if (index === last) return to
      const value = from * (to / from) ** (index / last)
      return tidy(value, value * ((to / from) ** (1 / last) - 1))
    },
  }

  function listed(values: readonly Value[]): Axis | undefined {
    const odd = values.findIndex(value => typeof value !== typeof values[0])
    if (odd > 0) return refuse(['values'], ' has values of several types', 'Make them all numbers or all text.')
    return { name, slot, count: values.length, at: index => values[index] as Value }
  }
}

/** 0.3, where adding up tenths gives 0.30000000000000004; where that would be another point of the axis, as it is. */
function tidy(number: number, step: number): number {
  const short = Number(number.toPrecision(12))
  return Math.abs(short - number) <= Math.abs(step) * 1e-9 ? short : number
}

/** The axes as far as they can be told from what is written, right or wrong. */
function axesOf({ scan: written }: SchemaNode): Omit<Variable, 'slot' | 'kind'>[] {
  if (!isNode(written)) return []
  return Object.entries(written)
    .slice(0, MOST_AXES)
    .map(([name, axis]) => {
      const values = Array.isArray(axis) ? axis : isNode(axis) ? axis.values : undefined
      const ends = Array.isArray(values) ? [values[0], values.at(-1)] : isNode(axis) ? [axis.from, axis.to] : []
      const samples = ends.filter((end): end is Value => typeOf(end) !== undefined && !String(end).startsWith('='))
      const type = (Array.isArray(values) ? typeOf(values[0]) : undefined) ?? 'number'
      const known = samples.length === ends.length && samples.every(sample => typeOf(sample) === type)
      const unit = isNode(axis) && typeof axis.unit === 'string' ? { unit: axis.unit } : {}
      return { name, type, samples: known ? samples : [], ...unit }
    })
}

/**
 * What is wrong with the name of an axis.
 * @param taken What else is called so: `a peripheral`.
 */
export function refuseAxisName(name: string, taken: string | undefined): Finding | undefined {
  const quoted = `"${cut(name)}"`
  if (!NAME.test(name)) {
    const remedy = 'Use a letter, then letters, digits or _.'
    return { code: 'ERR_BAD_NAME', message: `an axis cannot be called ${quoted}`, remedy }
  }
  const other = taken ?? (RESERVED_NAMES.includes(name) ? 'a function or value of expressions' : undefined)
  if (other === undefined) return undefined
  const message = `an axis cannot be called ${quoted}: ${other} is called so`
  return { code: 'ERR_BAD_NAME', message, remedy: `Use another name, such as ${name}1.` }
}
