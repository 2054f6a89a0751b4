/** Plans made at random from words that plans have: whatever they say, the check ends, and agrees with the schema. */

import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPiWorkerError } from '../../src/errors.js'
import { peripherals } from '../../src/peripherals/index.js'
import { checkPlan } from '../../src/plan/check.js'
import { problemsOf } from '../../src/plan/place.js'
import { planSchema } from '../../src/plan/schema.js'
import { PlanSource } from '../../src/plan/source.js'

const WORDS = ['name', 'bench', 'plan', 'simulate', 'pump', 'level', 'type', 'line', 'safe', 'falls', 'edge', 'width']
const STEP_WORDS = [
  ...['wait', 'repeat', 'every', 'do', 'parallel', 'pump.on', 'pump.pulse', 'level.read', 'level.waitFor'],
  ...[
    'scan',
    'cron',
    'until',
    'while',
    'rounds',
    'within',
    'times',
    'for',
    'if',
    'then',
    'else',
    'try',
    'catch',
    'finally',
  ],
  ...[
    'record',
    'to',
    'set',
    'prompt',
    'ask',
    'param',
    'note',
    'include',
    'with',
    'params',
    'resumable',
    'order',
    'from',
  ],
  ...['points', 'step', 'values', 'spacing', 'timeout', 'retries', 'onError', 'onFailure', 'dose', 'angle', 'default'],
]
const EXPRESSIONS = [
  '=dose',
  '=dose * 2',
  '=level.read.level',
  '=round',
  '=1 / 0',
  '=(',
  '==',
  '=true',
  '={',
  '=air',
  '=a.b.c.d',
]
const ODD = ['', '.', 'pump.', '.on', '__proto__', 'constructor', 'pump.constructor', 'toString', '\u001b[2J', '💧']
const SCALARS = [
  null,
  true,
  0,
  1,
  3,
  -1,
  1.5,
  17,
  4,
  '1s',
  '200ms',
  '2 sec',
  'output',
  'input',
  'GPIO17',
  'low',
  'falling',
  'skip',
  'snake',
  '* * * * *',
  '{dose} ml',
  ...EXPRESSIONS,
]

const key = fc.constantFrom(...WORDS, ...STEP_WORDS, ...ODD)
const scalar = fc.constantFrom<unknown>(...SCALARS, ...STEP_WORDS, ...ODD)
const { value: anything } = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
}))

const duration = fc.constantFrom<unknown>('1s', '200ms', 5, '=dose * 1000')
const count = fc.constantFrom<unknown>(1, 7, '=dose')
const condition = fc.constantFrom<unknown>('=dose > 5', '=elapsed > 5 || false', true)
let streams = 0
/** A new one each time: the rows of one have the same columns. */
const stream = fc.constant(null).map(() => `s${++streams}`)
const { step } = fc.letrec<{ step: unknown }>(tie => {
  const steps = fc.array(tie('step'), { minLength: 1, maxLength: 3 })
  return {
    step: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<unknown>('pump.on', 'level.read', { 'pump.off': null }, { 'pump.off': {} }),
      fc.record({ 'pump.pulse': fc.record({ width: duration }) }),
      fc.record({ 'level.waitFor': fc.record({ edge: fc.constantFrom('rising', 'both'), timeout: duration }) }),
      fc.record(
        { wait: duration, timeout: duration, onError: fc.constantFrom('stop', 'continue') },
        { requiredKeys: ['wait'] },
      ),
      fc.record({ parallel: steps }),
      fc.record({ repeat: fc.integer({ min: 1 }), every: duration, do: steps }, { requiredKeys: ['repeat', 'do'] }),
      fc.record({ every: duration, times: count, for: duration, do: steps }, { requiredKeys: ['every', 'do'] }),
      fc.record({ cron: fc.constant('*/5 * * * *'), times: count, do: steps }, { requiredKeys: ['cron', 'do'] }),
      fc.record(
        { until: condition, every: duration, rounds: count, do: steps },
        { requiredKeys: ['until', 'rounds', 'do'] },
      ),
      fc.record({ while: condition, within: duration, do: steps }),
      // biome-ignore lint/suspicious/noThenProperty: that is what it is called in plans
      fc.record({ if: condition, then: steps, else: steps }, { requiredKeys: ['if', 'then'] }),
      // No loop without end: a schema cannot see that one is in a finally.
      fc.record(
        { try: steps, finally: fc.constant(['pump.off', { wait: '1s' }]), catch: steps, timeout: duration },
        { requiredKeys: ['try', 'finally'] },
      ),
      fc.record({ set: fc.record({ dose: fc.constantFrom<unknown>(5, '=dose / 2') }) }),
      fc.record({ note: fc.constantFrom('begins', 'with {dose} ml') }),
      fc.record({ prompt: fc.record({ ask: fc.constant('Full?'), default: fc.constant('yes') }) }),
      fc.record({
        record: fc.constantFrom<unknown>(['level.read'], ['level.read', { 'level.waitFor': { edge: 'both' } }]),
        to: stream,
      }),
      fc.record({ record: fc.constant({ dose: 'dose', double: '=dose * 2' }), to: stream }),
      fc.record(
        {
          'level.read': fc.constant({}),
          timeout: fc.constant('1s'),
          retries: fc.constant(1),
          onError: fc.constant('continue'),
        },
        { requiredKeys: ['level.read'] },
      ),
    ),
  }
})
const good = fc.record({
  bench: fc.constant({ pump: { type: 'output', line: 17 }, level: { type: 'input', line: 'GPIO4', bias: 'pull-up' } }),
  params: fc.constant({ dose: { default: 3, unit: 'ml', min: 0 } }),
  plan: fc.array(step, { minLength: 1, maxLength: 4 }),
})
/** A good plan in which something else stands under one key. */
const nearlyGood = fc.tuple(good, key, anything).map(([plan, at, value]) => ({ ...plan, [at]: value }))

const accepts = new Ajv2020({ strict: false }).compile(planSchema(peripherals))

/** Whether the check accepts it; a refusal must say what and where. */
function isAccepted(plan: unknown): boolean {
  try {
    checkPlan(new PlanSource(JSON.stringify(plan), 'a.json'))
    return true
  } catch (error) {
    if (!isPiWorkerError(error)) throw error
    expect(problemsOf(error).length).toBeGreaterThan(0)
    return false
  }
}

describe('the check of plans made at random', () => {
  it('accepts every good one, as the schema does', () => {
    fc.assert(
      fc.property(good, plan => isAccepted(plan) && accepts(plan)),
      { numRuns: 40 },
    )
  })

  it('refuses with problems, or accepts what the schema accepts', () => {
    fc.assert(
      fc.property(fc.oneof(anything, nearlyGood), plan => !isAccepted(plan) || accepts(plan)),
      { numRuns: 300 },
    )
  })
})
