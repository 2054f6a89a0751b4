import { describe, expect, it } from 'vitest'
import { type Amount, type Estimate, estimatePlan } from '../../src/plan/estimate/estimate.js'
import { checked, inPlan, run, withParams } from './plan-text.js'

/** `3`, `~3`, `>= 3`, `3..5`. */
const say = ({ value, atLeast, atMost, about }: Amount) => {
  const least = `${about === true ? '~' : ''}${value}`
  return atMost === undefined ? `${atLeast ? '>= ' : ''}${least}` : `${least}..${atMost}`
}
const said = ({ duration, tasks, rows, on, endless }: Estimate) => ({
  ms: say(duration),
  tasks: say(tasks),
  rows: rows.map(({ stream, count }) => `${stream} ${say(count)}`).join(),
  on: on.map(({ peripheral, ms }) => `${peripheral} ${say(ms)}`).join(),
  ...(endless && { endless }),
})
const estimate = (text: string) => said(estimatePlan(checked(text)))

describe('the estimate of a plan', () => {
  it.each([
    [
      'waits and pulses',
      '- wait: 2s\n- pump.pulse: { width: 500ms }',
      { ms: '2500', tasks: '1', rows: '', on: 'pump 500' },
    ],
    [
      'what is on between on and off',
      '- pump.on\n- wait: 3s\n- pump.off\n- wait: 5s',
      { ms: '8000', tasks: '2', rows: '', on: 'pump 3000' },
    ],
    ['blinking', '- lamp.blink: { on: 1s, off: 2s, count: 3 }', { ms: '9000', tasks: '1', rows: '', on: 'lamp 3000' }],
    [
      'a repeat',
      '- repeat: 3\n  every: 10s\n  do: [ pump.pulse: { width: 1s } ]',
      { ms: '21000', tasks: '3', rows: '', on: 'pump 3000' },
    ],
    [
      'a repeat that leaves something on',
      '- repeat: 3\n  every: 10s\n  do: [ wait: 1s, pump.on ]',
      { ms: '21000', tasks: '3', rows: '', on: 'pump 20000' },
    ],
    [
      'every for a time',
      '- every: 10s\n  for: 1m\n  do: [ record: { n: =round } ]',
      { ms: '50000', tasks: '0', rows: 'primary 6', on: '' },
    ],
    [
      'branches',
      '- lamp.on\n- parallel:\n  - pump.pulse: { width: 5s }\n  - wait: 2s',
      { ms: '5000', tasks: '2', rows: '', on: 'lamp 5000,pump 5000' },
    ],
    [
      'a branch that leaves something on',
      '- parallel:\n  - pump.on\n  - wait: 2s',
      { ms: '2000', tasks: '1', rows: '', on: 'pump 2000' },
    ],
    [
      'a scan',
      '- scan: { a: [ 1, 2 ], b: [ 1, 2, 3 ] }\n  do: [ wait: 1s, record: { n: =round } ]',
      { ms: '6000', tasks: '0', rows: 'primary 6', on: '' },
    ],
    [
      'what takes its time',
      '- air.read\n- record: [ air.read ]',
      // The sensor is asked again after a pause of 2 s.
      { ms: '~2011.1', tasks: '2', rows: 'primary 1', on: '' },
    ],
    [
      'a condition',
      '- level.read\n- if: =level.level == "low"\n  then: [ pump.pulse: { width: 1s }, record: { n: =elapsed } ]',
      { ms: '0..1000', tasks: '1..2', rows: 'primary 0..1', on: 'pump 0..1000' },
    ],
    [
      'a condition that is known',
      '- if: =1 > 0\n  then: [ pump.pulse: { width: 1s } ]',
      { ms: '1000', tasks: '1', rows: '', on: 'pump 1000' },
    ],
    [
      'an until',
      '- until: =elapsed > 5\n  rounds: 9\n  do: [ wait: 1s, record: { n: =round } ]',
      { ms: '1000..9000', tasks: '0', rows: 'primary 1..9', on: '' },
    ],
    [
      'no end',
      '- every: 10s\n  do: [ wait: 1s, record: { n: =round } ]\n- wait: 1h',
      { ms: '>= 1000', tasks: '0', rows: 'primary >= 1', on: '', endless: true },
    ],
    [
      'cleanup, and what is done after failures',
      '- try: [ wait: 1s ]\n  catch: [ pump.on ]\n  finally: [ wait: 2s ]',
      { ms: '3000', tasks: '0..1', rows: '', on: 'pump 0..2000' },
    ],
    [
      'what is on while something takes its time',
      '- pump.on\n- air.read\n- pump.off\n- lamp.on\n- wait: 1s',
      { ms: '~1011.1', tasks: '4', rows: '', on: 'pump ~11.1,lamp 1000' },
    ],
    ['a question', '- prompt: { ask: Full? }\n- wait: 1s', { ms: '>= 1000', tasks: '0', rows: '', on: '' }],
    [
      'rows at times of the wall clock',
      '- cron: "0 * * * *"\n  for: 24h\n  timezone: UTC\n  do: [ record: { n: =round } ]',
      { ms: '~84600000', tasks: '0', rows: 'primary ~24', on: '' },
    ],
  ])('knows %s', (_what, steps, expected) => {
    expect(estimate(inPlan(steps))).toEqual(expected)
  })

  it('takes the parameters as the run will have them', () => {
    const text = withParams('{ n: 3, pause: 1s }', '- repeat: =n\n  do: [ wait: =pause ]')
    expect(estimate(text).ms).toBe('3000')
    expect(said(estimatePlan(checked(text, { params: { n: '5', pause: '2s' } }))).ms).toBe('10000')
  })

  it.each([
    ['parameters that it sets', '- set: { n: =n + 1 }\n- repeat: =n\n  do: [ record: { n: n } ]', '0', 'primary 4'],
    [
      'values that only the run has',
      '- level.read\n- repeat: =elapsed + 1\n  do: [ record: { n: n } ]',
      '>= 0',
      'primary >= 1',
    ],
    ['answers', '- prompt: { ask: How many?, param: n }\n- wait: =n * 1000', '>= 0', ''],
    ['a computed pause', '- repeat: 3\n  do: [ wait: =round * n ]', '18', ''],
    ['a branch by the round', '- repeat: 4\n  do:\n  - if: =round > n\n    then: [ wait: 1s ]', '1000', ''],
    ['a while that is known', '- while: =n < 20\n  rounds: 9\n  do: [ wait: =n, set: { n: =n * 2 } ]', '21', ''],
    [
      'an until that is known',
      '- until: =round == n\n  rounds: 9\n  every: 2s\n  do: [ record: { n: n } ]',
      '4000',
      'primary 3',
    ],
    [
      'an until within a time',
      '- until: =elapsed > 5\n  within: 9s\n  do: [ wait: 2s, record: { n: n } ]',
      '2000..10000',
      'primary 1..5',
    ],
    ['a wait with a timeout', '- level.waitFor: { edge: falling, timeout: 3s }', '0..3000', ''],
    ['a wait without one', '- level.waitFor: { edge: falling }', '>= 0', ''],
    [
      'a limit of an attempt, and how many there are',
      '- level.waitFor: { edge: falling }\n  timeout: 3s\n  retries: 2',
      '0..9000',
      '',
    ],
    ['further attempts', '- air.read: {}\n  retries: 2', '>= ~11.1', ''],
    [
      'rounds that may be left out',
      '- repeat: 2\n  every: 1m\n  do:\n  - air.read: {}\n    onError: skip\n  - record: [ n ]',
      '>= ~60011.1',
      'primary ~2',
    ],
    ['rounds that take too long', '- every: 1s\n  for: 5s\n  do: [ wait: 2s, record: { n: n } ]', '6000', 'primary 3'],
    [
      'so many times of the wall clock',
      '- cron: "*/10 * * * *"\n  times: 6\n  do: [ record: { n: n } ]',
      '~3300000',
      'primary 6',
    ],
  ])('knows %s', (_what, steps, ms, rows) => {
    expect(estimate(withParams('{ n: 3 }', steps))).toMatchObject({ ms, rows })
  })

  it('takes many rounds that differ for like those that it looks at, all over the grid', () => {
    const scan = 'scan: { a: { from: 1, to: 99, points: 10000 }, b: { from: 1, to: 99, points: 1000 } }'
    const { duration, rows } = estimatePlan(checked(inPlan(`- ${scan}\n  do: [ wait: =a * b, record: { n: =round } ]`)))
    const truth = 50 * 50 * 10_000_000
    expect(duration.about).toBe(true)
    expect(Math.abs(duration.value - truth) / truth).toBeLessThan(0.1)
    expect(rows[0]?.count).toEqual({ value: 10_000_000, atLeast: false })
  })

  it('of loops in loops in loops comes to an end', () => {
    const depth = 25
    const lines = Array.from(
      { length: depth },
      (_, at) => `${'  '.repeat(2 * at)}- repeat: 1000\n${'  '.repeat(2 * at)}  do:`,
    )
    const steps = `${lines.join('\n')}\n${'  '.repeat(2 * depth)}- pump.toggle\n${'  '.repeat(2 * depth)}- wait: =round`
    expect(estimatePlan(checked(inPlan(steps))).tasks.value / 1000 ** depth).toBeCloseTo(1)
  })

  it('is what the run of such a plan comes to', async () => {
    const text = inPlan(
      '- repeat: 3\n  every: 10s\n  do:\n  - pump.on\n  - scan: { x: [ 1, 2 ] }\n    do: [ wait: 1s, record: { n: =round } ]\n  - pump.off',
    )
    const { plan, result, rows, levels } = await run(text)
    const { duration, tasks, rows: counted, on } = estimatePlan(plan)
    expect([tasks.value, counted[0]?.count.value]).toEqual([result.taskCount, rows.length])
    expect(duration.value).toBe(Number(levels.at(-1)?.split(' ')[0]))
    expect(on).toEqual([{ peripheral: 'pump', ms: { value: 6000, atLeast: false } }])
  })

  it('of ten million points takes no time itself', () => {
    expect(
      estimate(inPlan('- scan: { a: { from: 0, to: 1, points: 10000000 } }\n  do: [ record: { n: =round } ]')).rows,
    ).toBe('primary 10000000')
  })
})
