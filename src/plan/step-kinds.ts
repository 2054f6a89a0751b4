/**
 * The kinds of steps besides actions: what may be written, and what it becomes. The check of plan files and their
 * published schema both follow from this table; and what may stand beside an action.
 */

import { Type } from 'typebox'
import { DurationSchema, OneOf } from '../bench/schema.js'
import { attempt, choice, parallel, wait } from './steps/flow.js'
import { include } from './steps/include.js'
import type { StepKind } from './steps/kind.js'
import { cron, every, repeat, until, whileSo } from './steps/loops.js'
import { record } from './steps/record.js'
import { scan } from './steps/scan.js'
import { note, prompt, set } from './steps/values.js'

/** By the word that makes a step one of them. */
export const stepKinds: ReadonlyMap<string, StepKind> = new Map([
  ['wait', wait],
  ['repeat', repeat],
  ['every', every],
  ['cron', cron],
  ['scan', scan],
  ['until', until],
  ['while', whileSo],
  ['if', choice],
  ['parallel', parallel],
  ['record', record],
  ['set', set],
  ['try', attempt],
  ['prompt', prompt],
  ['note', note],
  ['include', include],
])

/** What may stand beside an action, in the same step. */
export const ACTION_KEYS = Type.Object({
  timeout: Type.Optional(
    DurationSchema({
      exclusiveMinimum: 0,
      description: 'Longest time that it may run; then it is stopped, and failed.',
    }),
  ),
  retries: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1000,
      description: 'How often it is tried again when it failed; only what can be done twice without harm.',
    }),
  ),
  onError: Type.Optional(
    OneOf(['stop', 'continue', 'skip'], {
      description:
        'When it failed: the plan ends (the default), the next step follows, or the rest of the round is left out.',
    }),
  ),
  onFailure: Type.Optional(
    OneOf(['safe', 'keep'], {
      description: 'When it failed, its peripheral is made safe (the default), or keeps what the action left.',
    }),
  ),
})

/** What may stand beside any other step. */
export const BOUNDS = Type.Pick(ACTION_KEYS, ['timeout', 'onError'])

/** Those of them that may be expressions. */
export const COMPUTED_KEYS: readonly string[] = ['timeout', 'retries']
