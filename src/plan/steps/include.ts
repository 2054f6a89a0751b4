/** `include`: the steps of another file. */

import { Type } from 'typebox'
import type { Value } from '../expressions/value.js'
import { missingName } from '../problem-list.js'
import { type StepKind, stepKind } from './kind.js'
import { Assignments, assign } from './values.js'

export const include: StepKind = stepKind(
  {
    include: Type.String({
      title: 'Include',
      minLength: 1,
      file: true,
      description: 'A file with plan: and perhaps params:, by its path from the folder of this one.',
      examples: ['wash.yaml'],
    }),
    with: Type.Optional(
      Type.Unsafe<Record<string, Value>>({
        ...Assignments,
        description: 'What parameters of that file are.',
        examples: [{ dose: 3 }],
      }),
    ),
  },
  { late: 'all' },
  (written, context) => {
    const given = written.with ?? {}
    const included = context.include(['include'], written.include, given)
    if (included === undefined) return undefined
    const { file, params, steps } = included
    for (const name of Object.keys(given)) {
      if (params.has(name)) continue
      context.refuse(['with', name], 'key', missingName('ERR_PARAM', `parameter of ${file}`, name, params.keys()))
    }
    const assignments = [...params.values()].map(param => {
      const value = Object.hasOwn(given, param.name) ? given[param.name] : undefined
      if (value === undefined) return { param, value: param.default, place: context.place }
      return assign(param, value, ['with', param.name], context)
    })
    if (!assignments.every(assignment => assignment !== undefined)) return undefined
    return { kind: 'include', file, assignments, steps, place: context.place }
  },
)
