/** The kinds of steps that do their own steps again: so often, at times, until or while something is so. */

import { Type } from 'typebox'
import { DurationSchema } from '../../bench/schema.js'
import type { ConditionStep } from '../plan.js'
import { Condition, type StepContext, type StepKind, Steps, stepKind } from './kind.js'

const LOOP = { loop: true, unordered: true } as const
const TIMES = Type.Optional(Type.Integer({ minimum: 1, description: 'How many rounds. Without it, no end.' }))
const FOR = Type.Optional(DurationSchema({ exclusiveMinimum: 0, description: 'How long new rounds begin.' }))
const DO = Steps('The steps of each round.')

export const repeat: StepKind = stepKind(
  {
    repeat: Type.Integer({ minimum: 1, title: 'Repeat', description: 'How many rounds.' }),
    every: Type.Optional(
      DurationSchema({
        title: 'Every',
        description: 'From the start of one round to the start of the next. Without it, rounds follow each other.',
      }),
    ),
    do: DO,
  },
  LOOP,
  (written, { place, round, block }) => ({
    kind: 'repeat',
    count: written.repeat,
    everyMs: written.every,
    steps: block('do'),
    round,
    place,
  }),
)

export const every: StepKind = stepKind(
  {
    every: DurationSchema({
      exclusiveMinimum: 0,
      title: 'Every',
      description: 'From the start of one round to the start of the next, whatever the wall clock does.',
    }),
    times: TIMES,
    for: FOR,
    do: DO,
  },
  LOOP,
  (written, { place, round, block }) => ({
    kind: 'every',
    everyMs: written.every,
    times: written.times,
    forMs: written.for,
    steps: block('do'),
    round,
    place,
  }),
)

export const cron: StepKind = stepKind(
  {
    cron: Type.String({
      title: 'Cron',
      description:
        'When rounds begin: minute, hour, day, month, weekday (before them seconds, if wanted), by the wall clock. ' +
        'What a jump of that clock skips is one late round; nothing is done twice.',
      minLength: 1,
      examples: ['*/5 * * * *'],
    }),
    timezone: Type.Optional(
      Type.String({ description: "Whose wall clock: Europe/Berlin. Default: the machine's.", minLength: 1 }),
    ),
    times: TIMES,
    for: FOR,
    do: DO,
  },
  LOOP,
  (written, { place, round, block, refuse, timesFault }) => {
    const fault = timesFault(written.cron, written.timezone)
    if (fault !== undefined) {
      const remedy = fault.field === 'timezone' ? 'Write it like this: Europe/Berlin.' : LIKE_CRON
      return refuse([fault.field], 'value', { code: 'ERR_PLAN_VALUE', message: fault.message, remedy })
    }
    return {
      kind: 'cron',
      pattern: written.cron,
      timezone: written.timezone,
      times: written.times,
      forMs: written.for,
      steps: block('do'),
      round,
      place,
    }
  },
)

const LIKE_CRON = 'Write it like this: "*/5 * * * *" (every five minutes), "0 8 * * 1-5" (at eight on workdays).'

const LIMITED = {
  every: Type.Optional(
    DurationSchema({ description: 'From the start of one round to the start of the next, at the least.' }),
  ),
  rounds: Type.Optional(Type.Integer({ minimum: 1, description: 'So many rounds at most; more is a failure.' })),
  within: Type.Optional(DurationSchema({ exclusiveMinimum: 0, description: 'So long at most; longer is a failure.' })),
  do: DO,
} as const

export const until: StepKind = stepKind(
  {
    until: Condition('Looked at after each round: the last one is that after which it is so. `round` is its number.'),
    ...LIMITED,
  },
  { ...LOOP, late: ['until'] },
  (written, context) => conditional('until', written.until, written, context),
)

export const whileSo: StepKind = stepKind(
  {
    while: Condition('Looked at before each round: as long as it is so, there is one more. `round` is its number.'),
    ...LIMITED,
  },
  { ...LOOP, uncertain: ['do'], late: ['while'], first: 'while' },
  (written, context) => conditional('while', written.while, written, context),
)

interface Limits {
  readonly every?: number
  readonly rounds?: number
  readonly within?: number
}

function conditional(
  kind: ConditionStep['kind'],
  written: string | boolean,
  { every: everyMs, rounds, within: withinMs }: Limits,
  context: StepContext,
): ConditionStep | undefined {
  const { place, round, block, expression, refuse, warn } = context
  const condition = expression([kind], conditionText(written), 'boolean')
  if (rounds === undefined && withinMs === undefined) {
    return refuse([kind], 'key', {
      code: 'ERR_PLAN_VALUE',
      message: `${kind} needs a limit: what it waits for may never come`,
      remedy: 'Add rounds: 100 or within: 5m; when it is reached, the step fails.',
    })
  }
  if (condition === undefined) return undefined
  if (kind === 'while' && condition.constant === false) {
    warn([kind], 'the steps of this while are never done', 'Correct its condition, or take it out.')
  }
  return { kind, condition, everyMs, rounds, withinMs, steps: block('do'), round, place }
}

/** A condition as the text of an expression. */
export function conditionText(written: string | boolean): string {
  return typeof written === 'string' ? written : `=${written}`
}
