/** What may stand beside any step: a limit of its time, and what its failure means. */

import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { inPlan, problems, run, valuesOf, withParams } from './plan-text.js'

/** `air.read` fails. */
const broken = (steps: string) => `${inPlan(steps)}simulate:\n  air: { faults: [ { kind: unplugged } ] }\n`
const READ = '{ air.read: { attempts: 1 } }'
const names = (began: readonly string[]) => began.map(line => line.split(' ')[1])

describe('a timeout beside a step', () => {
  it.each([
    ['a record', '- record: [ air.read: {}, =1 ]\n  timeout: 1ms', 'record'],
    ['a try', '- try: [ wait: 9s ]\n  finally: [ lamp.on ]\n  timeout: 1s', 'try'],
    ['a loop', '- every: 1s\n  do: [ pump.toggle ]\n  timeout: 2500ms', 'every'],
    ['branches', '- parallel: [ wait: 9s, pump.pulse: { width: 8s } ]\n  timeout: 1s', 'parallel'],
    ['a wait', '- wait: 2s\n  timeout: 1s', 'wait'],
  ])('ends it as a failure, with its place: %s', async (_what, steps, word) => {
    const { result } = await run(inPlan(steps))
    expect(result).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'ERR_TIMEOUT',
        message: expect.stringContaining(`${word} took longer than`),
        place: 'a.yaml:10:5',
      },
    })
  })

  it('cancels what runs in it, does its finally, and leaves what runs beside it alone', async () => {
    const { levels, result } = await run(
      inPlan(
        '- parallel:\n  - lamp.pulse: { width: 4s }\n  - try: [ pump.pulse: { width: 9s } ]\n    finally: [ pump.pulse: { width: 2s } ]\n    timeout: 1s\n    onError: continue',
      ),
    )
    expect(result).toMatchObject({ outcome: 'succeeded', passedOver: 1 })
    expect(levels).toEqual([
      '0 GPIO27 high',
      '0 GPIO17 high',
      '1000 GPIO17 low',
      '1000 GPIO17 high',
      '3000 GPIO17 low',
      '4000 GPIO27 low',
    ])
  })

  it('does nothing to a step that is over in time', async () => {
    const { result, began } = await run(
      inPlan('- repeat: 2\n  do: [ wait: 1s, pump.on ]\n  timeout: 5s\n- wait: 10s\n- lamp.on'),
    )
    expect([result.outcome, began.at(-1)]).toEqual(['succeeded', '12000 lamp.on'])
  })

  it('may be an expression, and gives an endless loop its end', async () => {
    const text = withParams(
      '{ limit: 3 }',
      '- every: 1s\n  do: [ pump.on ]\n  timeout: =limit * 1000 - 1\n  onError: continue\n- lamp.on',
    )
    expect((await run(text)).began).toEqual(['0 pump.on', '1000 pump.on', '2000 pump.on', '2999 lamp.on'])
  })

  it('does not count the time while the plan is paused', async () => {
    const clock = new VirtualClock()
    const { result } = await run(inPlan('- repeat: 4\n  do: [ wait: 1s ]\n  timeout: 5s'), {
      clock,
      before: bench => {
        clock.after(1.5e9, () => void bench.pause())
        clock.after(100e9, () => bench.resume())
      },
    })
    expect([result.outcome, clock.now() / 1e9]).toEqual(['succeeded', 102])
  })
})

describe('onError beside a step', () => {
  it('continue goes on with the next step, and leaves out the row that was not measured', async () => {
    const { rows, began, result } = await run(
      broken(`- repeat: 2\n  do:\n  - record: [ ${READ}, =round ]\n    onError: continue\n  - lamp.on`),
    )
    expect([valuesOf(rows), names(began), result.passedOver]).toEqual([
      [],
      ['air.read', 'lamp.on', 'air.read', 'lamp.on'],
      2,
    ])
  })

  it('skip leaves out the rest of the round', async () => {
    const { began } = await run(
      broken(
        `- repeat: 2\n  do:\n  - if: =round < 3\n    then: [ pump.on, ${READ}, pump.off ]\n    onError: skip\n  - lamp.on`,
      ),
    )
    expect(names(began)).toEqual(['pump.on', 'air.read', 'pump.on', 'air.read'])
  })

  it('lets an expression without a value pass', async () => {
    const { began } = await run(withParams('{ a: 0 }', '- set: { a: =1 / elapsed }\n  onError: continue\n- lamp.on'))
    expect(names(began)).toEqual(['lamp.on'])
  })

  it('lets a timeout without a value pass', async () => {
    const { began } = await run(
      withParams('{ a: 0 }', '- wait: 1s\n  timeout: =1 / elapsed\n  onError: continue\n- lamp.on'),
    )
    expect(began).toEqual(['0 lamp.on'])
  })

  it('lets nothing pass when the plan is stopped', async () => {
    const clock = new VirtualClock()
    const stop = new AbortController()
    clock.after(2e9, () => stop.abort())
    const { result, began } = await run(inPlan('- wait: 1h\n  onError: continue\n- lamp.on'), {
      clock,
      signal: stop.signal,
    })
    expect([result.outcome, result.passedOver, began]).toEqual(['cancelled', 0, []])
  })
})

it.each([
  [
    'a skip of a cleanup',
    '- repeat: 2\n  do:\n  - try: [ wait: 1s ]\n    finally:\n    - pump.off\n      onError: skip'.replace(
      'pump.off\n',
      'pump.off: {}\n',
    ),
    'ERR_PLAN_VALUE 15:18 skip leaves out',
  ],
  ['a skip without a loop', '- wait: 1s\n  onError: skip', 'ERR_PLAN_VALUE 11:14 skip leaves out the rest of a round'],
  ['a limit that is none', '- wait: 1s\n  timeout: 0', 'ERR_BAD_DURATION 11:14 timeout must be'],
  ['a limit in another unit', '- wait: 1s\n  timeout: =elapsed', 'ERR_EXPRESSION 11:14 timeout takes ms'],
  ['a failure that means something unknown', '- wait: 1s\n  onError: ignore', 'ERR_PLAN_VALUE 11:14 onError must be'],
  ['what only actions have', '- wait: 1s\n  retries: 2', 'ERR_PLAN_KEY 11:5'],
])('refused is %s', (_what, steps, problem) => {
  expect(problems(inPlan(steps))).toEqual([expect.stringContaining(problem)])
})
