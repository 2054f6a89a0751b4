/** The kinds of steps that wait, do things side by side, choose, and clean up. */

import { Type } from 'typebox'
import { DurationSchema } from '../../bench/schema.js'
import { isEndless } from '../endless.js'
import { Condition, type StepKind, Steps, stepKind } from './kind.js'
import { conditionText } from './loops.js'

export const wait: StepKind = stepKind(
  { wait: DurationSchema({ title: 'Wait', description: 'How long nothing is started.' }) },
  {},
  (written, { place }) => ({ kind: 'wait', ms: written.wait, place }),
)

export const parallel: StepKind = stepKind(
  { parallel: Steps('Steps that start together; it is over when all of them are.') },
  { unordered: true },
  (_written, { place, block }) => ({ kind: 'parallel', branches: block('parallel'), place }),
)

export const choice: StepKind = stepKind(
  {
    if: Condition('What is looked at.'),
    // biome-ignore lint/suspicious/noThenProperty: that is what it is called in plans
    then: Steps('What is done when it is so.'),
    else: Type.Optional(Steps('What is done when it is not.')),
  },
  { uncertain: ['then', 'else'], late: ['if'], first: 'if' },
  (written, { place, block, has, expression, warn }) => {
    const condition = expression(['if'], conditionText(written.if), 'boolean')
    if (condition === undefined) return undefined
    if (condition.constant === false) warn(['then'], 'these steps are never done: the condition is false', TAKE_OUT)
    if (condition.constant === true && has('else')) {
      warn(['else'], 'these steps are never done: the condition is true', TAKE_OUT)
    }
    // biome-ignore lint/suspicious/noThenProperty: nobody takes a step for a promise
    return { kind: 'if', condition, then: block('then'), else: block('else'), place }
  },
)

const TAKE_OUT = 'Correct the condition, or take them out.'

export const attempt: StepKind = stepKind(
  {
    try: Steps('What is done.'),
    catch: Type.Optional(
      Steps('What is done when one of them fails, in the place of what is left of them; then the plan goes on.'),
    ),
    finally: Type.Optional(
      Steps('What is done at the end, whatever it is: after a failure or a stop too, when all has been made safe.'),
    ),
  },
  { uncertain: ['catch'], whole: ['finally'] },
  (_written, { place, block, has, refuse }) => {
    if (!has('catch') && !has('finally')) {
      const remedy = 'Add finally: with the steps that clean up, or catch: with those after a failure.'
      return refuse(['try'], 'key', { code: 'ERR_PLAN_VALUE', message: 'try needs "finally" or "catch"', remedy })
    }
    const cleanup = block('finally')
    if (cleanup.some(isEndless)) {
      const remedy = 'Give its loop times or for: a plan that is stopped must come to an end.'
      return refuse(['finally'], 'key', { code: 'ERR_PLAN_VALUE', message: 'finally has no end', remedy })
    }
    return {
      kind: 'try',
      steps: block('try'),
      catch: has('catch') ? block('catch') : undefined,
      finally: has('finally') ? cleanup : undefined,
      place,
    }
  },
)
